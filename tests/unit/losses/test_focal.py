import keras
import numpy as np
import pytest
import tensorflow as tf

from remix.errors import ConfigError
from remix.losses.focal import FocalLoss


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_as_keras(gamma):
    rng = np.random.default_rng(0)
    z = tf.constant(rng.normal(scale=2, size=(2, 9, 4)), tf.float32)
    y = tf.constant(rng.dirichlet(np.ones(4), (2, 9)), tf.float32)
    theirs = keras.losses.CategoricalFocalCrossentropy(
        alpha=1.0, gamma=gamma, from_logits=True, reduction=None
    )
    ours = FocalLoss(gamma).row_losses(z, y, tf.ones((2, 4)))
    np.testing.assert_allclose(ours, theirs(y, z), rtol=1e-5)


def test_sure_and_right_costs_next_to_nothing():
    """p = 0.9 costs a hundredth of its cross-entropy with γ = 2, p = 0.1 four fifths."""
    z = tf.math.log([[[0.9, 0.1], [0.1, 0.9]]])
    y = tf.constant([[[1.0, 0.0], [1.0, 0.0]]])
    losses = FocalLoss().row_losses(z, y, tf.ones((1, 2)))[0]
    np.testing.assert_allclose(losses / -np.log([0.9, 0.1]), [0.01, 0.81], rtol=1e-5)


@pytest.mark.parametrize("gamma", [-1, "2", True, float("nan"), float("inf")])
def test_gamma_is_a_number(gamma):
    with pytest.raises(ConfigError, match=r"focal: gamma: expected a number of at least 0, received"):
        FocalLoss(gamma)
