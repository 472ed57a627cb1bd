import numpy as np
import pytest
import tensorflow as tf

from remix.errors import ConfigError
from remix.losses.ldam import LDAMLoss


def test_margins_are_in_proportion_to_the_fourth_root_of_the_rows():
    """256 rows have a quarter of the margin of one, 16 half of it."""
    counts = tf.constant([[256.0, 16.0, 1.0], [7.0, 7.0, 7.0]])
    margins = LDAMLoss(max_margin=0.4).margins(counts)
    np.testing.assert_allclose(margins, [[0.1, 0.2, 0.4], [0.4, 0.4, 0.4]], rtol=1e-6)


def test_a_row_pays_until_its_class_leads_by_the_margin():
    """With a cosine that leads by the margin, the two classes of a row are even: it costs log 2."""
    counts, scale = tf.constant([[16.0, 1.0]]), 30.0
    cosines = tf.constant([[[0.25, 0.0], [0.0, 0.5]]])
    y = tf.constant([[[1.0, 0.0], [0.0, 1.0]]])
    losses = LDAMLoss(max_margin=0.5, scale=scale).row_losses(scale * cosines, y, counts)
    np.testing.assert_allclose(losses, [[np.log(2)] * 2], rtol=1e-5)


def test_only_the_proportions_of_the_rows_count():
    counts = tf.constant([[90.0, 9.0, 1.0]])
    np.testing.assert_allclose(LDAMLoss().margins(counts), LDAMLoss().margins(counts / 90), rtol=1e-6)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"max_margin": -0.1}, "ldam: max_margin: expected a number of at least 0, received -0.1"),
        ({"scale": 0.5}, "ldam: scale: expected a number of at least 1, received 0.5"),
    ],
)
def test_parameters_that_cannot_be(parameters, message):
    with pytest.raises(ConfigError, match=message):
        LDAMLoss(**parameters)
