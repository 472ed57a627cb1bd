import numpy as np
from scipy.spatial import Delaunay

from remix.study.demonstrations.hulls import inside_hull


def test_inside_agrees_with_a_triangulation():
    rng = np.random.default_rng(0)
    points, x = rng.normal(size=(30, 2)), rng.normal(size=(500, 2))
    expected = Delaunay(points).find_simplex(x) >= 0
    assert 0 < expected.sum() < 500
    assert (inside_hull(x, points) == expected).all()


def test_the_rows_themselves_and_what_lies_between_two_of_them_are_inside():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(30, 2)).astype(np.float32)
    share = rng.random((30, 1)).astype(np.float32)
    assert inside_hull(points, points).all()
    assert inside_hull(share * points + (1 - share) * points[::-1], points).all()
