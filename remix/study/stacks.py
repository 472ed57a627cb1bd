"""How many networks are trained at once: as many as there is memory for."""

import os
import subprocess
from collections.abc import Sequence

import numpy as np

from remix.networks import CNN, Architecture
from remix.training import PREDICTION_IMAGES, PREDICTION_ROWS

# Of what a job could take, so much is left for rows, for what compiles, and for whoever else is there.
SHARE = 0.5
# Weights of a network and what is kept of their size: gradients, two moments of Adam, the best so far.
COPIES = 5
# What is computed of a row, forwards and backwards.
PASSES = 4
FLOAT = 4


def networks_at_once(
    architecture: Architecture,
    shape: Sequence[int],
    n_classes: int,
    *,
    batch_size: int,
    rows: int,
    memory: int,
    gpu: bool,
) -> int:
    """Compute how many networks are trained at once.

    Convolutional networks are computed one after the other on a CPU, where a stack of them gains nothing:
    there it is one.

    Parameters
    ----------
    architecture : Architecture
    shape : sequence of int
        Of a row: features, or height, width and channels.
    n_classes, batch_size : int
    rows : int
        Of each training part; a table's are there once for each fold.
    memory : int
        Bytes that a job may take, see `memory_of_job`.
    gpu : bool
        Whether networks are on a GPU.

    Returns
    -------
    int
        At least 1.
    """
    if isinstance(architecture, CNN) and not gpu:
        return 1
    drawn = architecture.weights(np.random.default_rng(0), shape, n_classes)
    parameters = sum(weight.size for weight in drawn)
    predicted = PREDICTION_ROWS if len(shape) == 1 else PREDICTION_IMAGES
    of_rows = max(PASSES * batch_size, predicted) * architecture.values_of_row(shape, n_classes)
    item = FLOAT if len(shape) == 1 else 1
    bytes_each = FLOAT * (COPIES * parameters + of_rows) + item * rows * int(np.prod(shape))
    return max(1, int(SHARE * memory) // bytes_each)


def memory_of_job(*, gpu: bool) -> int:
    """Find out how many bytes a job may take: those of a GPU, or a core's share of the machine's.

    Of several GPUs, those of the smallest. One whose memory cannot be asked for counts as 8 GiB.
    """
    if not gpu:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (os.cpu_count() or 1)
    asked = ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=30).stdout
        return min(int(line) for line in told.split()) * 2**20
    except (OSError, subprocess.SubprocessError, ValueError):
        return 8 * 2**30
