import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from remix.losses.class_balanced import ClassBalancedWeights
from remix.losses.class_weights import BalancedWeights

COUNTS = np.array([[90, 9, 1], [30, 20, 40]])


@given(
    st.lists(st.integers(1, 5000), min_size=2, max_size=6), st.sampled_from([0.1, 0.9, 0.99, 0.999, 0.9999])
)
def test_as_published_but_for_a_factor(counts, beta):
    published = (1 - beta) / (1 - np.power(beta, np.array(counts, float)))
    weights = ClassBalancedWeights(beta=beta).weights(np.array(counts))
    np.testing.assert_allclose(weights / weights.sum(), published / published.sum(), rtol=1e-5)


def test_between_no_weights_and_balanced_ones():
    np.testing.assert_array_equal(ClassBalancedWeights(beta=0).weights(COUNTS), np.ones((2, 3)))
    nearly_1 = ClassBalancedWeights(beta=1 - 1e-12).weights(COUNTS)
    np.testing.assert_allclose(nearly_1, BalancedWeights().weights(COUNTS), rtol=1e-5)
