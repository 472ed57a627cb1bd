"""How TensorFlow is imported, and how it uses the machine."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from remix.lazy import tf


def before_import() -> None:
    """Set what TensorFlow reads of its environment when it is imported; call it before.

    It talks while it is imported, which belongs into the log. And it imports Keras, half a second that
    training has no need for, unless it is to look for Keras 2.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")


def device_name() -> str:
    """Name what TensorFlow computes on: the GPU, or ``CPU``."""
    gpus = tf.config.get_visible_devices("GPU")
    if not gpus:
        return "CPU"
    return str(tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU"))


def allow_tf32(allowed: bool) -> None:
    """Say whether a GPU may round what it multiplies to TF32, in what is compiled from now on.

    TensorFlow allows it unless it is told not to: results would no longer be those of a CPU.
    """
    tf.config.experimental.enable_tensor_float_32_execution(allowed)


def uses_tf32() -> bool:
    """Tell whether products are rounded to TF32: on a GPU, if that is allowed."""
    return device_name() != "CPU" and tf.config.experimental.tensor_float_32_execution_enabled()


def claim_gpu(gpus: Sequence[Any], folder: Path) -> Any:
    """Give a GPU that no other process on this machine has claimed so; of none that is free, the first.

    It is this process's until it ends, however it does: the claim is a lock on a file of the folder.
    """
    for gpu in gpus:
        # Kept open: with the file, the lock would be gone.
        name = f"remix-{os.getuid()}-gpu{gpu.name.rpartition(':')[2]}.lock"
        file = os.open(folder / name, os.O_CREAT | os.O_RDWR)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
        else:
            return gpu
    return gpus[0]


def configure_tensorflow(threads: int) -> None:
    """Fix the number of threads and make every operation deterministic; call it before anything is computed.

    Of several GPUs the process takes one, which no other has, and of its memory what it needs; numbers are
    not rounded to TF32.

    One thread per process and as many processes as cores trains a study faster than one process with all
    cores, and gives the same bytes whatever the number of cores.

    Parameters
    ----------
    threads : int
        Threads of this process.
    """
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    allow_tf32(False)
    gpus = tf.config.list_physical_devices("GPU")
    if len(gpus) > 1:
        tf.config.set_visible_devices(claim_gpu(gpus, Path(tempfile.gettempdir())), "GPU")
    for gpu in tf.config.get_visible_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
