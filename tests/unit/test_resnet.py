"""The residual network against Keras' layers, put together by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from remix.batches.hidden import HiddenMixing
from remix.networks import ResNet

BLOCKS, WIDTH, HIDDEN, FEATURES, CLASSES, ROWS = 2, 5, 8, 7, 3, 6
ARCHITECTURE = ResNet(BLOCKS, WIDTH, HIDDEN, 0.25, 0.5)
PLACES = BLOCKS + 1
X = np.random.default_rng(9).normal(2, 3, (2, ROWS, FEATURES)).astype(np.float32)


def drawn(architecture=ARCHITECTURE):
    """Weights of two networks, of which none is as it would begin: scales, shifts and biases too."""
    rng = np.random.default_rng(5)
    return [
        [
            (weight + rng.normal(0, 0.2, weight.shape)).astype(np.float32)
            for weight in architecture.weights(np.random.default_rng(i), (FEATURES,), CLASSES)
        ]
        for i in range(2)
    ]


class KerasResNet:
    """One network of Keras' layers."""

    def __init__(self, weights):
        def normalisation():
            return keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)

        def unbiased():
            return keras.layers.Dense(WIDTH, use_bias=False)

        self.first = unbiased()
        self.blocks = [
            (normalisation(), keras.layers.Dense(HIDDEN, activation="relu"), unbiased())
            for _ in range(BLOCKS)
        ]
        self.norm, self.last = normalisation(), keras.layers.Dense(CLASSES)
        self.layers = [self.first, *(layer for block in self.blocks for layer in block), self.norm, self.last]
        self.norms = [*(norm for norm, _, _ in self.blocks), self.norm]
        self(np.zeros((1, FEATURES), np.float32))
        for variable, weight in zip(self.trained, weights, strict=True):
            variable.assign(weight.reshape(variable.shape))

    def __call__(self, x, masks=None, mixed=lambda place, rows: rows, training=False):
        masks = iter([1.0] * 2 * BLOCKS if masks is None else masks)
        x = self.first(mixed(0, x))
        for i, (norm, within, added) in enumerate(self.blocks):
            h = within(norm(x, training=training)) * next(masks)
            x = mixed(i + 1, x + added(h) * next(masks))
        return self.last(keras.ops.relu(self.norm(x, training=training)))

    @property
    def trained(self):
        return [weight for layer in self.layers for weight in layer.trainable_variables]

    @property
    def statistics(self):
        return [weight for norm in self.norms for weight in norm.non_trainable_variables]


@pytest.mark.parametrize("xla", [False, True])
@pytest.mark.parametrize("places", [None, (0, 1), (2, 0)])
def test_two_steps_are_those_of_keras_layers(places, xla):
    """Logits, gradients and what is kept of mini-batches, with units dropped, and rows mixed at any place."""
    weights = drawn()
    network = ARCHITECTURE.stacked(weights, xla=xla)
    hidden = None
    if places is not None:
        order = np.random.default_rng(3).permuted(np.tile(np.arange(ROWS, dtype=np.int32), (2, 1)), axis=1)
        layers = [(place + 0.5) / PLACES for place in places]
        hidden = HiddenMixing(tf.constant([0.7, 0.4]), tf.constant(order), tf.constant(layers))
    weigh = np.random.default_rng(4).normal(size=(2, ROWS, CLASSES)).astype(np.float32)

    @tf.function(jit_compile=xla, autograph=False)
    def step(x, masks):
        with tf.GradientTape() as tape:
            logits = network.logits(x, masks, hidden, training=True)
            loss = tf.reduce_sum(weigh * logits)
        return logits, tape.gradient(loss, network.variables)

    models = [KerasResNet(own) for own in weights]
    for number, x in enumerate((X, 0.05 * X[:, ::-1])):
        masks = network.dropout_masks(tf.constant([1, number]), ROWS)
        logits, gradients = step(tf.constant(x), masks)
        for s, model in enumerate(models):

            def mixed(place, rows, s=s):
                if places is None or places[s] != place:
                    return rows
                return [0.7, 0.4][s] * rows + [0.3, 0.6][s] * tf.gather(rows, order[s])

            with tf.GradientTape() as tape:
                expected = model(tf.constant(x[s]), masks, mixed, training=True)
                loss = tf.reduce_sum(weigh[s] * expected)
            np.testing.assert_allclose(logits[s], expected, rtol=1e-4, atol=1e-4)
            theirs = tape.gradient(loss, [variable.value for variable in model.trained])
            for ours, own in zip(gradients, theirs, strict=True):
                np.testing.assert_allclose(ours[s].numpy().reshape(own.shape), own, rtol=1e-3, atol=1e-3)
            for ours, own in zip(network.statistics, model.statistics, strict=True):
                np.testing.assert_allclose(ours[s, 0], own.numpy(), rtol=1e-4, atol=1e-5)
    # What they kept is what they predict by.
    predicted = network.logits(tf.constant(X))
    for s, model in enumerate(models):
        np.testing.assert_allclose(predicted[s], model(X[s]), rtol=1e-4, atol=1e-4)


def test_logits_may_be_cosines():
    architecture = ARCHITECTURE.with_output_scale(30.0)
    weights = drawn(architecture)
    logits = architecture.stacked(weights).logits(tf.constant(X), training=True)
    for s, own in enumerate(weights):
        model = KerasResNet([*own[:-1], np.eye(WIDTH, CLASSES, dtype=np.float32), np.zeros((1, CLASSES))])
        model.last = lambda x: x
        features, kernel = model(X[s], training=True).numpy(), own[-1]
        features /= np.linalg.norm(features, axis=1, keepdims=True)
        expected = 30 * features @ (kernel / np.linalg.norm(kernel, axis=0))
        np.testing.assert_allclose(logits[s], expected, rtol=1e-4, atol=1e-4)


def test_a_prediction_depends_on_no_other_row_and_leaves_no_trace():
    network = ARCHITECTURE.stacked(drawn())
    network.logits(tf.constant(X), training=True)
    kept = [variable.numpy() for variable in network.statistics]
    whole = network.logits(tf.constant(X))
    np.testing.assert_allclose(network.logits(tf.constant(X[:, 2:3])), whole[:, 2:3], rtol=1e-5, atol=1e-5)
    for before, after in zip(kept, network.statistics, strict=True):
        np.testing.assert_array_equal(before, after)
