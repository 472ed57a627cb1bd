import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from remix.losses.class_balanced import ClassBalancedWeights
from remix.losses.class_weights import BalancedWeights

COUNTS = np.array([[90, 9, 1], [30, 20, 40]])


@given(st.lists(st.integers(1, 500), min_size=2, max_size=6))
def test_balanced_ones_are_those_of_scikit_learn(counts):
    labels = np.repeat(np.arange(len(counts)), counts)
    expected = compute_class_weight("balanced", classes=np.arange(len(counts)), y=labels)
    np.testing.assert_allclose(BalancedWeights().weights(np.array(counts)), expected, rtol=1e-6)


@given(
    st.lists(st.integers(1, 5000), min_size=2, max_size=6), st.sampled_from([0.1, 0.9, 0.99, 0.999, 0.9999])
)
def test_class_balanced_ones_are_as_published_but_for_a_factor(counts, beta):
    published = (1 - beta) / (1 - np.power(beta, np.array(counts, float)))
    weights = ClassBalancedWeights(beta=beta).weights(np.array(counts))
    np.testing.assert_allclose(weights / weights.sum(), published / published.sum(), rtol=1e-5)


def test_class_balanced_ones_lie_between_none_and_balanced_ones():
    np.testing.assert_array_equal(ClassBalancedWeights(beta=0).weights(COUNTS), np.ones((2, 3)))
    nearly_1 = ClassBalancedWeights(beta=1 - 1e-12).weights(COUNTS)
    np.testing.assert_allclose(nearly_1, BalancedWeights().weights(COUNTS), rtol=1e-5)


@pytest.mark.parametrize(
    ("given", "epochs", "expected"),
    [
        ({}, 10**6, 0),
        ({"start": 0.0}, 200, 0),
        ({"start": 0.8}, 200, 160),
        # 0.07 × 100 and 0.29 × 100 are not whole in binary fractions.
        ({"start": 0.07}, 100, 7),
        ({"start": 0.29}, 100, 29),
        # Rounded down: of few epochs at least one has weights.
        ({"start": 0.8}, 3, 2),
        ({"start": 0.99}, 1, 0),
    ],
)
def test_epochs_before_the_weights_apply(given, epochs, expected):
    assert BalancedWeights(**given).unweighted_epochs(epochs) == expected
