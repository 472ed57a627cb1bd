import numpy as np
import pytest
import tensorflow as tf

from remix.losses.logit_adjusted import LogitAdjustedLoss


@pytest.mark.parametrize("tau", [0.0, 0.5, 1.0, 2.0])
@pytest.mark.parametrize(
    "shares", [(0.9, 0.08, 0.02), (1 / 3, 1 / 3, 1 / 3)], ids=["as they are", "balanced"]
)
def test_the_prior_of_its_predictions_is_what_it_makes_of_rows_without_features(tau, shares):
    """The loss of a constant network is least at logits whose softmax is that prior."""
    loss, counts = LogitAdjustedLoss(tau=tau), np.array([[90.0, 8.0, 2.0]])
    prior = loss.prediction_prior(np.array([shares]), counts)
    np.testing.assert_allclose(prior[0], shares / counts[0] ** tau / (shares / counts[0] ** tau).sum())
    z = tf.constant(np.log(prior)[None], tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(z)
        row = loss.row_losses(z, tf.constant([[shares]], tf.float32), tf.constant(counts, tf.float32))
    np.testing.assert_allclose(tape.gradient(row, z), 0, atol=1e-6)


def test_a_class_that_was_never_drawn_has_no_share():
    prior = LogitAdjustedLoss().prediction_prior(np.array([0.6, 0.4, 0.0]), np.array([60, 20, 20]))
    np.testing.assert_allclose(prior, [1 / 3, 2 / 3, 0])
