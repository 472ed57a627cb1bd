"""Which classes are neighbours, so that what lies between them belongs to no third one."""

from collections.abc import Iterator

import numpy as np

# Rows whose features are turned into float64 at a time; bounds the memory.
BLOCK = 1024


def class_links(
    features: np.ndarray, labels: np.ndarray, n_classes: int, weights: np.ndarray | None = None
) -> np.ndarray:
    """Link the classes of a training part whose centroids have no other class between them.

    Parameters
    ----------
    features : ndarray, shape (n, …)
        Rows of a table, or images; in whatever scale, which makes no difference.
    labels : ndarray of int, shape (n,)
        Classes 0..K-1.
    n_classes : int
        K.
    weights : ndarray of float, shape (n,), optional
        How many rows each one stands for.

    Returns
    -------
    ndarray of bool, shape (K, K)
        See `gabriel_links`.
    """
    return gabriel_links(centroids(features, labels, n_classes, weights))


def centroids(
    features: np.ndarray, labels: np.ndarray, n_classes: int, weights: np.ndarray | None = None
) -> np.ndarray:
    """Average the rows of each class; gives float64 (K, d), NaN for classes without a row.

    >>> centroids(np.array([[0.0, 2.0], [2.0, 2.0], [5.0, 5.0]]), np.array([0, 0, 2]), 3).tolist()
    [[1.0, 2.0], [nan, nan], [5.0, 5.0]]
    """
    sums, totals = np.zeros((n_classes, features[0].size)), np.zeros((n_classes, 1))
    for part in _blocks(len(labels)):
        # Each row's weight, in the line of its class.
        membership = np.equal.outer(np.arange(n_classes), labels[part]).astype(np.float64)
        if weights is not None:
            membership *= weights[part]
        sums += membership @ features[part].reshape(membership.shape[1], -1).astype(np.float64)
        totals += membership.sum(axis=1, keepdims=True)
    return np.divide(sums, totals, out=np.full_like(sums, np.nan), where=totals > 0)


def _blocks(n_rows: int) -> Iterator[slice]:
    yield from (slice(start, start + BLOCK) for start in range(0, n_rows, BLOCK))


def gabriel_links(points: np.ndarray) -> np.ndarray:
    """Link points between which no other one lies: the Gabriel graph (Gabriel & Sokal, Syst. Zool. 1969).

    Two points are linked if no third one lies inside of the ball whose diameter is the segment between them;
    k lies inside of that of i and j if ``|i - k|² + |j - k|² < |i - j|²``. The graph holds a minimum spanning
    tree, so every point has a link, and any other can be reached.

    Parameters
    ----------
    points : ndarray of float, shape (K, d)
        Points that hold NaN do not exist.

    Returns
    -------
    ndarray of bool, shape (K, K)
        Symmetric. A point is linked to itself; one that does not exist to none.

    Examples
    --------
    >>> gabriel_links(np.array([[0.0], [1.0], [3.0]])).astype(int).tolist()
    [[1, 1, 0], [1, 1, 1], [0, 1, 1]]
    """
    squared = np.array([np.square(points - point).sum(axis=1) for point in points])
    # Of points that do not exist all comparisons are false: they lie inside of no ball.
    inside = squared[:, None, :] + squared[None, :, :] < squared[:, :, None]
    exists = ~np.isnan(points).any(axis=1)
    return ~inside.any(axis=2) & exists[:, None] & exists[None, :]
