"""Convex hulls of points in the plane."""

import numpy as np
from scipy.spatial import ConvexHull

# Distance to the hull up to which a point counts as inside: mixed rows are float32.
TOLERANCE = 1e-5


def hull_corners(points: np.ndarray) -> np.ndarray:
    """Give the corners of the convex hull, in order.

    >>> hull_corners(np.array([[0, 0], [2, 0], [0, 2], [0.5, 0.5]])).tolist()
    [[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]]
    """
    return points[ConvexHull(points).vertices]


def inside_hull(x: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Tell which rows of `x` lie in the convex hull of `points`, its edge included.

    >>> corners = np.array([[0, 0], [2, 0], [0, 2]])
    >>> inside_hull(np.array([[0.5, 0.5], [1, 1], [1.5, 1.5]]), corners).tolist()
    [True, True, False]
    """
    sides = ConvexHull(points).equations
    return (x @ sides[:, :-1].T + sides[:, -1] <= TOLERANCE).all(axis=1)
