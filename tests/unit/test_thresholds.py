"""Weights of classes that decisions are made by: as good as a search through all of them."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax

from remix.errors import InputError
from remix.metrics import balanced_accuracy, g_mean
from remix.thresholds import choose_class_weights

SCORES = {"g_mean": g_mean, "balanced_accuracy": balanced_accuracy}


def rows(n_classes, n, seed):
    """Labels of which the first class has most, and probabilities that know something about them."""
    rng = np.random.default_rng(seed)
    shares = 1.0 / np.arange(1, n_classes + 1) ** 2
    y = np.concatenate([np.arange(n_classes), rng.choice(n_classes, n, p=shares / shares.sum())])
    return y, softmax(rng.normal(size=(len(y), n_classes)) + np.eye(n_classes)[y], axis=1)


def reached(criterion, y, p, weights):
    weighted = p * weights
    return SCORES[criterion](y, weighted / weighted.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("criterion", SCORES)
@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(1, 40))
def test_of_two_classes_no_threshold_is_better(criterion, seed, n):
    y, p = rows(2, n, seed)
    weights = choose_class_weights(y, p, criterion)
    thresholds = np.unique(np.concatenate([[0], p[:, 1], p[:, 1] - 1e-9]))
    every = [
        SCORES[criterion](y, np.column_stack([p[:, 1] <= t, p[:, 1] > t]).astype(float)) for t in thresholds
    ]
    assert reached(criterion, y, p, weights) == pytest.approx(max(every))
    assert weights.sum() == pytest.approx(1)
    assert (weights > 0).all()


@pytest.mark.parametrize("criterion", SCORES)
def test_of_three_classes_a_search_through_a_grid_finds_hardly_better_ones(criterion):
    """Ascent by one class at a time may end below the best of all: seldom, and never far below."""
    grid = [np.array([1.0, *ratios]) for ratios in itertools.product(np.geomspace(0.05, 20, 40), repeat=2)]
    short = []
    for seed in range(12):
        y, p = rows(3, 40, seed)
        own = reached(criterion, y, p, choose_class_weights(y, p, criterion))
        assert own >= reached(criterion, y, p, np.ones(3))
        short.append(max(reached(criterion, y, p, weights) for weights in grid) - own)
    assert max(short) < 0.06
    assert np.mean(np.array(short) <= 1e-9) > 0.5


def test_weights_that_nothing_speaks_against_stay_equal():
    # Every row is decided right by equal weights.
    weights = choose_class_weights([0, 1, 2], np.eye(3) * 0.7 + 0.1, "g_mean")
    assert weights == pytest.approx(np.full(3, 1 / 3))
    # A class without rows keeps its weight, and one class alone leaves nothing to choose.
    y, p = rows(3, 30, 3)
    two = y < 2
    kept = choose_class_weights(y[two], p[two], "balanced_accuracy")
    assert kept[2] > 0
    assert choose_class_weights([0, 0], [[0.2, 0.8], [0.3, 0.7]], "g_mean") == pytest.approx([0.5, 0.5])


def test_the_middle_between_two_rows_is_taken():
    """By hand: between odds of 1/9 (a row of class 0) and 1/4 (one of class 1), in logarithms: 1/6."""
    weights = choose_class_weights([0, 0, 1], [[0.95, 0.05], [0.9, 0.1], [0.8, 0.2]], "balanced_accuracy")
    assert weights[1] / weights[0] == pytest.approx(6)


def test_certain_probabilities_stay_certain():
    p = np.array([[1.0, 0.0], [1.0, 0.0], [0.6, 0.4], [0.7, 0.3]])
    weights = choose_class_weights([0, 1, 1, 0], p, "g_mean")
    assert (p * weights).argmax(axis=1).tolist() == [0, 0, 1, 0]


def test_an_unknown_criterion_is_refused():
    with pytest.raises(InputError, match="expected 'g_mean' or 'balanced_accuracy', received 'f1'"):
        choose_class_weights([0, 1], np.eye(2), "f1")
