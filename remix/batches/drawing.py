"""Which rows make the mini-batches of an epoch."""

import numpy as np


def draw_epoch(rng: np.random.Generator, n_rows: int, steps: int, batch_size: int) -> np.ndarray:
    """Draw the rows of every mini-batch of one epoch: a permutation, cut into batches.

    Every batch is full. Where the rows do not fill the last one, it is completed from the start of the
    same permutation; so each row is seen at least once, and a data set smaller than a batch repeats.

    Parameters
    ----------
    rng : numpy.random.Generator
    n_rows : int
        Rows of the training part.
    steps : int
        Mini-batches per epoch; ``ceil(n_rows / batch_size)`` or more.
    batch_size : int
        Rows per mini-batch.

    Returns
    -------
    ndarray of int32, shape (steps, batch_size)
        Positions 0..n_rows-1.
    """
    order = rng.permutation(n_rows).astype(np.int32)
    return order[np.arange(steps * batch_size) % n_rows].reshape(steps, batch_size)
