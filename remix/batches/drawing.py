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


def draw_weighted_epoch(
    rng: np.random.Generator, weights: np.ndarray, steps: int, batch_size: int
) -> np.ndarray:
    """Draw the rows of every mini-batch of one epoch in proportion to their weights.

    The epoch's N places are shared out by systematic sampling: of the N a row of weight w gets
    ``N w / sum(weights)``, rounded up or down at random. One row of weight 2 is given the places of two such
    rows of weight 1 that follow each other, from the same random numbers.

    Parameters
    ----------
    rng : numpy.random.Generator
    weights : ndarray of float, shape (n,)
        Weights of the rows of the training part; not negative, not all 0.
    steps, batch_size : int
        Mini-batches per epoch, and rows in each; N is their product.

    Returns
    -------
    ndarray of int32, shape (steps, batch_size)
        Positions 0..n-1.

    Examples
    --------
    >>> rows = draw_weighted_epoch(np.random.default_rng(0), np.array([1.0, 0.0, 3.0]), 2, 4)
    >>> np.bincount(rows.ravel()).tolist()
    [2, 0, 6]
    """
    ends = np.cumsum(weights, dtype=np.float64)
    points = (np.arange(steps * batch_size) + rng.random()) * (ends[-1] / (steps * batch_size))
    # Rounding may put the last point at the end of the last row.
    rows = np.searchsorted(ends, np.minimum(points, np.nextafter(ends[-1], 0)), side="right")
    return rng.permutation(rows.astype(np.int32)).reshape(steps, batch_size)
