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
