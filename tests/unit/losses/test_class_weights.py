import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from remix.losses.class_weights import BalancedWeights


@given(st.lists(st.integers(1, 500), min_size=2, max_size=6))
def test_as_scikit_learn(counts):
    labels = np.repeat(np.arange(len(counts)), counts)
    expected = compute_class_weight("balanced", classes=np.arange(len(counts)), y=labels)
    np.testing.assert_allclose(BalancedWeights().weights(np.array(counts)), expected, rtol=1e-6)


def test_each_fold_has_its_own_weights():
    weights = BalancedWeights().weights(np.array([[9, 1], [5, 5]]))
    np.testing.assert_allclose(weights, [[10 / 18, 5], [1, 1]])
