import numpy as np
import pytest
import tensorflow as tf

from remix.losses.logit_adjusted import LogitAdjustedLoss


def test_what_minimises_it_are_the_logits_of_equally_frequent_classes():
    """Of classes that no feature tells apart, the shares are learnt and taken off again: 1/2 each."""
    counts = tf.constant([[90.0, 10.0]])
    y = tf.constant([[[0.9, 0.1]]])
    losses = [
        float(LogitAdjustedLoss().row_losses(tf.constant([[[z, 0.0]]]), y, counts)[0, 0])
        for z in (-0.5, 0.0, 0.5)
    ]
    assert min(losses) == losses[1] == pytest.approx(-(0.9 * np.log(0.9) + 0.1 * np.log(0.1)), rel=1e-5)
