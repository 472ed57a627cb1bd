import keras
import numpy as np
import tensorflow as tf

from remix.networks import StackedMLP, initial_weights

SIZES = [7, 5, 5, 5, 3]


def stack(n=2, dropout=0.1):
    return [initial_weights(np.random.default_rng(i), SIZES) for i in range(n)], dropout


def test_logits_are_those_of_the_same_keras_model():
    weights, dropout = stack()
    network = StackedMLP(weights, dropout)
    x = np.random.default_rng(9).normal(size=(2, 6, 7)).astype(np.float32)
    logits = network.logits(x).numpy()
    for s, own in enumerate(weights):
        model = keras.Sequential([keras.layers.Dense(n, activation="relu") for n in SIZES[1:-1]])
        model.add(keras.layers.Dense(3))
        model.build((None, 7))
        model.set_weights([w[0] if i % 2 else w for i, w in enumerate(own)])
        np.testing.assert_allclose(logits[s], model(x[s]).numpy(), rtol=1e-5, atol=1e-6)


def test_initial_weights_are_glorot_uniform_and_biases_zero():
    weights = initial_weights(np.random.default_rng(0), [300, 200, 2])
    limit = np.sqrt(6 / 500)
    assert weights[0].min() < -0.99 * limit
    assert np.abs(weights[0]).max() <= limit
    assert abs(weights[0].mean()) < 0.001
    assert all((bias == 0).all() for bias in weights[1::2])


def test_dropout_follows_all_hidden_layers_but_the_last():
    network = StackedMLP(*stack(dropout=0.25))
    masks = network.dropout_masks(tf.constant([1, 2]), 1000)
    assert [mask.shape for mask in masks] == [(1000, 5), (1000, 5)]
    for mask in masks:
        assert set(np.unique(mask)) == {np.float32(0), np.float32(1 / 0.75)}
        assert abs(np.mean(mask.numpy() == 0) - 0.25) < 0.03
    assert (masks[0].numpy() != masks[1].numpy()).any()


def test_masks_are_applied_after_the_activation():
    network = StackedMLP(*stack())
    x = np.ones((2, 1, 7), np.float32)
    zero = [tf.zeros((1, 5))]
    biases_only = network.logits(x, zero).numpy()
    np.testing.assert_allclose(biases_only, 0, atol=1e-7)


def test_one_hidden_layer_has_no_dropout():
    network = StackedMLP([initial_weights(np.random.default_rng(0), [4, 3, 2])], 0.1)
    assert network.dropout_masks(tf.constant([1, 2]), 8) == []
