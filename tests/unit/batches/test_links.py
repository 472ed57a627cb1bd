import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from remix.batches import links
from remix.batches.links import centroids, class_links, gabriel_links


def linked_pairs(points):
    graph = gabriel_links(np.array(points, float))
    np.testing.assert_array_equal(graph, graph.T)
    return {(i, j) for i, j in np.argwhere(graph).tolist() if i < j}


@pytest.mark.parametrize(
    ("points", "pairs"),
    [
        ([[0], [5]], {(0, 1)}),
        ([[0], [1], [3], [4]], {(0, 1), (1, 2), (2, 3)}),
        # Of an obtuse triangle a corner lies in the ball over the longest side; of an acute one none does.
        ([[0, 0], [4, 0], [2, 1]], {(0, 2), (1, 2)}),
        ([[0, 0], [4, 0], [2, 3]], {(0, 1), (0, 2), (1, 2)}),
        # The corners of a square lie on the balls over its diagonals, not inside.
        ([[0, 0], [1, 0], [1, 1], [0, 1]], {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)}),
        # Its middle lies inside.
        (
            [[0, 0], [2, 0], [2, 2], [0, 2], [1, 1]],
            {(0, 1), (1, 2), (2, 3), (0, 3), (0, 4), (1, 4), (2, 4), (3, 4)},
        ),
        # Two classes of one centroid.
        ([[0], [0], [1]], {(0, 1), (0, 2), (1, 2)}),
    ],
)
def test_links_by_hand(points, pairs):
    assert linked_pairs(points) == pairs


def test_points_that_do_not_exist_are_linked_to_nothing_and_stand_between_none():
    graph = gabriel_links(np.array([[0.0], [np.nan], [4.0]]))
    np.testing.assert_array_equal(graph, [[1, 0, 1], [0, 0, 0], [1, 0, 1]])


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 9), st.integers(1, 4), st.integers(0, 2**31))
def test_as_the_definition_says_and_connected(n, d, seed):
    """Against the balls themselves; points on a coarse grid, so that many lie on a line or coincide."""
    points = np.random.default_rng(seed).integers(-3, 4, (n, d)).astype(float)
    graph = gabriel_links(points)
    for i in range(n):
        for j in range(n):
            radius = np.square(points[i] - points[j]).sum() / 4
            away = np.square(points - (points[i] + points[j]) / 2).sum(axis=1)
            assert graph[i, j] == (away >= radius).all()
    assert connected_components(graph, directed=False)[0] == 1


@pytest.mark.parametrize("block", [1, 3, 1024])
def test_centroids_are_the_weighted_means(monkeypatch, block):
    monkeypatch.setattr(links, "BLOCK", block)
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(20, 3)).astype(np.float32), np.arange(20) % 3
    weights = rng.random(20)
    plain, weighted = centroids(x, labels, 4), centroids(x, labels, 4, weights)
    for label in range(3):
        rows, own = x[labels == label].astype(float), weights[labels == label]
        np.testing.assert_allclose(plain[label], rows.mean(axis=0))
        np.testing.assert_allclose(weighted[label], np.average(rows, axis=0, weights=own))
    assert np.isnan(plain[3]).all()


def test_links_are_those_of_the_classes_of_images_too():
    """Dark, medium and bright images: nothing is between the neighbours, the medium ones between the ends."""
    labels = np.arange(30) % 3
    images = (np.array([10, 250, 120])[labels].reshape(-1, 1, 1, 1) + np.zeros((30, 4, 5, 2))).astype(
        np.uint8
    )
    graph = class_links(images, labels, 3)
    np.testing.assert_array_equal(graph, [[1, 0, 1], [0, 1, 1], [1, 1, 1]])
    np.testing.assert_array_equal(class_links(images / np.float32(255), labels, 3), graph)
