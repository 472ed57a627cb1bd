"""How TensorFlow is imported, and how it uses the machine."""

import os

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
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return "CPU"
    return str(tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU"))


def configure_tensorflow(threads: int) -> None:
    """Fix the number of threads and make every operation deterministic; call it before anything is computed.

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
    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)
