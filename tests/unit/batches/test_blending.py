import numpy as np
import tensorflow as tf

from remix.batches.blending import blend

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 4, 3)).astype(np.float32)
ORDER = np.array([[1, 0, 3, 2], [3, 2, 1, 0]], np.int32)


def test_every_mini_batch_and_every_row_has_its_own_weight():
    """Against a loop."""
    weights = RNG.random((2, 4), dtype=np.float32)
    for weight in (weights, weights[:, 0]):
        blended = blend(X, weight, ORDER).numpy()
        for s in range(2):
            for b in range(4):
                share = weight[s, b] if weight.ndim == 2 else weight[s]
                np.testing.assert_allclose(
                    blended[s, b], share * X[s, b] + (1 - share) * X[s, ORDER[s, b]], rtol=1e-6
                )


def test_images_are_blended_as_a_whole():
    x = np.arange(2 * 3 * 4, dtype=np.float32).reshape(1, 2, 3, 4, 1)
    images = blend(tf.constant(x), tf.constant([0.75]), tf.constant([[1, 0]]))
    np.testing.assert_allclose(images[0, 0], 0.75 * x[0, 0] + 0.25 * x[0, 1])
    np.testing.assert_allclose(images[0, 1], 0.75 * x[0, 1] + 0.25 * x[0, 0])


def test_rows_behind_the_mini_batch_are_partners_only():
    rows = np.array([[[0.0], [10.0], [20.0]]], np.float32)
    np.testing.assert_allclose(blend(rows, np.float32([0.75]), np.array([[2, 0]])), [[[5.0], [7.5]]])


def test_16_bit_rows_stay_so():
    blended = blend(tf.constant(X, tf.float16), np.float32([0.5, 1.0]), ORDER)
    assert blended.dtype == tf.float16
    np.testing.assert_array_equal(blended[1], X[1].astype(np.float16))
