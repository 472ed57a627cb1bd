import numpy as np
import tensorflow as tf

from remix.losses.ldam import LDAMLoss


def test_margins_are_in_proportion_to_the_fourth_root_of_the_rows():
    """256 rows have a quarter of the margin of one, 16 half of it."""
    counts = tf.constant([[256.0, 16.0, 1.0], [7.0, 7.0, 7.0]])
    margins = LDAMLoss(max_margin=0.4).margins(counts)
    np.testing.assert_allclose(margins, [[0.1, 0.2, 0.4], [0.4, 0.4, 0.4]], rtol=1e-6)
