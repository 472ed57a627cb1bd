import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from remix.batches.mixing import Mixing, mix

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 4, 3)).astype(np.float32)
Y = np.eye(3, dtype=np.float32)[RNG.integers(0, 3, (2, 4))]
ORDER = np.array([[1, 0, 3, 2], [3, 2, 1, 0]], np.int32)


def test_values_by_hand_labels_included():
    x = np.array([[[0.0], [10.0]]], np.float32)
    y = np.array([[[1.0, 0.0], [0.0, 1.0]]], np.float32)
    mixed_x, mixed_y = mix(x, y, np.float32([0.8]), np.array([[1, 0]]))
    np.testing.assert_allclose(mixed_x, [[[2.0], [8.0]]], rtol=1e-6)
    np.testing.assert_allclose(mixed_y, [[[0.8, 0.2], [0.2, 0.8]]], rtol=1e-6)


def test_weight_one_changes_nothing():
    x, y = mix(X, Y, np.ones(2, np.float32), ORDER)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, Y)


def test_weight_zero_gives_the_partner():
    x, y = mix(X, Y, np.zeros(2, np.float32), ORDER)
    np.testing.assert_array_equal(x, np.take_along_axis(X, ORDER[..., None], 1))
    np.testing.assert_array_equal(y, np.take_along_axis(Y, ORDER[..., None], 1))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1, width=32), min_size=2, max_size=2))
def test_labels_are_mixed_exactly_as_features(weights):
    """Features that hold the one-hot labels must come out as the mixed labels."""
    x, y = mix(Y, Y, np.float32(weights), ORDER)
    np.testing.assert_array_equal(x, y)
    np.testing.assert_allclose(np.sum(y, axis=2), 1.0, atol=1e-6)


@pytest.mark.parametrize("alpha", [0.1, 1.0, 5.0])
def test_draws_follow_the_beta_distribution(alpha):
    drawn = Mixing(alpha).draw(np.random.default_rng(0), 20_000, 3, 2)
    weight = drawn["weight"].astype(float)
    assert weight.dtype == float
    assert abs(weight.mean() - 0.5) < 0.01
    assert abs(weight.var() - 1 / (4 * (2 * alpha + 1))) < 0.005
    assert 0 <= weight.min() <= weight.max() <= 1


def test_each_order_is_a_permutation_and_all_occur():
    order = Mixing(0.1).draw(np.random.default_rng(0), 500, 3, 2)["order"]
    np.testing.assert_array_equal(np.sort(order, axis=1), np.tile([0, 1, 2], (500, 1)))
    assert len(np.unique(order, axis=0)) == 6


def test_images_and_labels_are_blended_with_the_same_partner_and_share():
    x = np.arange(2 * 3 * 4, dtype=np.float32).reshape(1, 2, 3, 4, 1)
    y = np.array([[[1, 0], [0, 1]]], np.float32)
    images, labels = mix(tf.constant(x), tf.constant(y), tf.constant([0.75]), tf.constant([[1, 0]]))
    np.testing.assert_allclose(images[0, 0], 0.75 * x[0, 0] + 0.25 * x[0, 1])
    np.testing.assert_allclose(images[0, 1], 0.75 * x[0, 1] + 0.25 * x[0, 0])
    np.testing.assert_allclose(labels, [[[0.75, 0.25], [0.25, 0.75]]])
