"""Which rows make the mini-batches of an epoch."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

LastBatch = Literal["filled", "partial", "dropped"]


def epoch_steps(n_rows: Sequence[int], batch_size: int, last_batch: LastBatch) -> int:
    """Count the mini-batches of an epoch, the same for all folds of a cell.

    Parameters
    ----------
    n_rows : sequence of int
        Rows of each fold's training part.
    batch_size : int
        Rows per mini-batch.
    last_batch : {'filled', 'partial', 'dropped'}
        What becomes of the rows at the end of an epoch that are fewer than a batch: the batch is filled up,
        trained on as it is, or left out.

    Returns
    -------
    int
        At least 1. Enough for the largest fold, or with ``'dropped'`` as many as the smallest can fill.

    Examples
    --------
    >>> [epoch_steps([129, 130], 64, last) for last in ("filled", "partial", "dropped")]
    [3, 3, 2]
    """
    if last_batch == "dropped":
        return max(1, min(n_rows) // batch_size)
    return -(-max(n_rows) // batch_size)


def row_weights(n_rows: int, steps: int, batch_size: int, last_batch: LastBatch) -> np.ndarray:
    """Weigh the rows of an epoch's mini-batches; each batch has the total weight 1.

    Parameters
    ----------
    n_rows : int
        Rows of the training part.
    steps, batch_size : int
        Mini-batches per epoch, and rows in each.
    last_batch : {'filled', 'partial', 'dropped'}
        With ``'partial'``, the rows that `draw_epoch` fills the last batch with have no weight. A batch in
        which a fold has no row of its own, since others of its cell have more, is a filled one.

    Returns
    -------
    ndarray of float32, shape (steps, batch_size)

    Examples
    --------
    >>> row_weights(3, 2, 2, "partial").tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    own = (np.arange(steps * batch_size) < n_rows).reshape(steps, batch_size)
    if last_batch != "partial":
        own[:] = True
    own[~own.any(axis=1)] = True
    return (own / own.sum(axis=1, keepdims=True)).astype(np.float32)


def draw_epoch(rng: np.random.Generator, n_rows: int, steps: int, batch_size: int) -> np.ndarray:
    """Draw the rows of every mini-batch of one epoch: a permutation, cut into batches.

    Every batch is full. Where the rows do not fill the last one, it is completed from the start of the
    same permutation; so a data set smaller than a batch repeats.

    Parameters
    ----------
    rng : numpy.random.Generator
    n_rows : int
        Rows of the training part.
    steps : int
        Mini-batches per epoch, see `epoch_steps`; rows that do not fit are left out.
    batch_size : int
        Rows per mini-batch.

    Returns
    -------
    ndarray of int32, shape (steps, batch_size)
        Positions 0..n_rows-1.
    """
    order = rng.permutation(n_rows).astype(np.int32)
    return order[np.arange(steps * batch_size) % n_rows].reshape(steps, batch_size)
