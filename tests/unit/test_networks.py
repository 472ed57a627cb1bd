import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from remix.batches.blending import blend
from remix.batches.hidden import HiddenMixing
from remix.errors import TrainingError
from remix.networks import CNN, MLP, ResNet
from remix.networks.cnn import _pooled

SIZES = [7, 5, 5, 5, 3]


def drawn(architecture, shape, n=2, n_classes=3):
    return [architecture.weights(np.random.default_rng(i), shape, n_classes) for i in range(n)]


def stack():
    architecture = MLP((5, 5, 5), 0.1)
    return architecture.stacked(drawn(architecture, (7,)))


def of_length_1(vectors, axis):
    return vectors / np.linalg.norm(vectors, axis=axis, keepdims=True)


def expected_logits(hidden, own, scale):
    """From the last hidden layer; with a scale it and the last kernel have length 1, and there is no bias."""
    return (
        hidden @ own[-2] + own[-1]
        if scale is None
        else scale * of_length_1(hidden, 1) @ of_length_1(own[-1], 0)
    )


@pytest.mark.parametrize("scale", [None, 30.0])
def test_logits_are_those_of_the_same_keras_model(scale):
    architecture = MLP((5, 5, 5), 0.1).with_output_scale(scale)
    weights = drawn(architecture, (7,))
    x = np.random.default_rng(9).normal(size=(2, 6, 7)).astype(np.float32)
    logits = architecture.stacked(weights).logits(x).numpy()
    for s, own in enumerate(weights):
        model = keras.Sequential([keras.layers.Dense(n, activation="relu") for n in SIZES[1:-1]])
        model.build((None, 7))
        model.set_weights([w[0] if i % 2 else w for i, w in enumerate(own[:6])])
        expected = expected_logits(model(x[s]).numpy(), own, scale)
        np.testing.assert_allclose(logits[s], expected, rtol=1e-5, atol=1e-5)


def test_initial_weights_are_glorot_uniform_and_biases_zero():
    (weights,) = drawn(MLP((200,), 0.0), (300,), n=1, n_classes=2)
    limit = np.sqrt(6 / 500)
    assert weights[0].min() < -0.99 * limit
    assert np.abs(weights[0]).max() <= limit
    assert abs(weights[0].mean()) < 0.001
    assert all((bias == 0).all() for bias in weights[1::2])


@pytest.mark.parametrize(
    ("architecture", "dropped"),
    [
        (MLP((5, 4, 3), 0.25), [(5, 0.25), (4, 0.25)]),
        (MLP((5, 4, 3), 0.25, output_scale=30.0), [(5, 0.25), (4, 0.25)]),
        (MLP((3,), 0.1), []),
        (ResNet(2, 6, 8, 0.25, 0.5), [(8, 0.25), (6, 0.5)] * 2),
        (ResNet(2, 6, 8, 0.25), [(8, 0.25)] * 2),
        (ResNet(2, 6, 8, 0.0), []),
    ],
    ids=str,
)
def test_dropout_follows_hidden_layers_but_the_last_and_what_a_block_adds(architecture, dropped):
    masks = architecture.stacked(drawn(architecture, (7,))).dropout_masks(tf.constant([1, 2]), 1000)
    assert [mask.shape for mask in masks] == [(1000, units) for units, _ in dropped]
    for mask, (_, share) in zip(masks, dropped, strict=True):
        assert set(np.unique(mask)) == {np.float32(0), np.float32(1 / (1 - share))}
        assert abs(np.mean(mask.numpy() == 0) - share) < 0.03
    for first, second in itertools.pairwise(masks):
        assert (first.numpy()[:, :4] != second.numpy()[:, :4]).any()


def keras_cnn(weights, shape=(12, 10, 3)):
    model = keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(6, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(3),
        ]
    )
    model.set_weights([w.ravel() if i % 2 else w for i, w in enumerate(weights)])
    return model


@pytest.mark.parametrize("xla", [False, True])
@pytest.mark.parametrize("scale", [None, 1.0])
@pytest.mark.parametrize(
    ("precision", "tolerance"), [("float32", 1e-5), ("mixed_float16", 5e-3), ("mixed_bfloat16", 3e-2)]
)
def test_logits_of_images_are_those_of_the_same_keras_model(precision, tolerance, scale, xla):
    architecture = CNN((4, 6), 8, precision).with_output_scale(scale)
    weights = drawn(architecture, (12, 10, 3))
    x = np.random.default_rng(9).random((2, 6, 12, 10, 3)).astype(np.float32)
    logits = architecture.stacked(weights, xla=xla).logits(tf.constant(x))
    assert logits.dtype == tf.float32
    for s, own in enumerate(weights):
        whole = keras_cnn(own if scale is None else [*own, np.zeros((1, 3), np.float32)])
        hidden = keras.Model(whole.inputs[0], whole.layers[-2].output)(x[s]).numpy()
        np.testing.assert_allclose(logits[s], expected_logits(hidden, own, scale), atol=tolerance)


def test_pooling_for_xla_is_pooling():
    """Equal values too, of which the first one has the gradient, and edges that no window reaches."""
    x = tf.constant(np.random.default_rng(0).integers(0, 3, (4, 7, 8, 5)).astype(np.float32))
    found = []
    for pooled in (_pooled, lambda x: tf.nn.max_pool2d(x, ksize=2, strides=2, padding="VALID")):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = pooled(x)
            loss = tf.reduce_sum(y * tf.reshape(tf.range(float(tf.size(y))), y.shape))
        found.append((y, tape.gradient(loss, x)))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_convolutions_are_glorot_uniform():
    (weights,) = drawn(CNN((50, 60), 8), (12, 12, 3), n=1)
    assert [w.shape for w in weights[:4]] == [(3, 3, 3, 50), (1, 1, 1, 50), (3, 3, 50, 60), (1, 1, 1, 60)]
    limit = np.sqrt(6 / (9 * (50 + 60)))
    assert 0.98 * limit < np.abs(weights[2]).max() <= limit


def test_images_that_are_too_small_are_refused():
    with pytest.raises(TrainingError, match="images of 9 × 40 are too small for 2 convolutions"):
        drawn(CNN((4, 6), 8), (9, 40, 1))


# Networks whose logits are cosines


@pytest.mark.parametrize(
    ("architecture", "shape"),
    [(MLP((5, 4), 0.0), (7,)), (ResNet(2, 5, 8, 0.0), (7,)), (CNN((4, 6), 8), (12, 10, 3))],
    ids=["table", "residual", "images"],
)
def test_such_networks_begin_as_others_and_lack_the_last_bias(architecture, shape):
    (plain,), (cosines,) = (
        drawn(each, shape, n=1) for each in (architecture, architecture.with_output_scale(30.0))
    )
    assert len(cosines) == len(plain) - 1
    for a, b in zip(cosines, plain[:-1], strict=True):
        np.testing.assert_array_equal(a, b)
    again = architecture.with_output_scale(30.0).with_output_scale(None)
    assert again == architecture


def test_a_hidden_layer_of_zeros_gives_equal_logits_and_finite_gradients():
    architecture = MLP((5,), 0.0).with_output_scale(30.0)
    network = architecture.stacked(drawn(architecture, (4,)))
    with tf.GradientTape() as tape:
        logits = network.logits(tf.zeros((2, 3, 4)))
        loss = tf.reduce_sum(tf.nn.log_softmax(logits)[..., 0])
    np.testing.assert_array_equal(logits, 0)
    for gradient in tape.gradient(loss, network.variables):
        assert np.isfinite(gradient).all()


def test_an_output_scale_takes_the_place_of_as_much_of_the_loss_scale():
    """Both multiply gradients, which 16 bits could not hold otherwise."""
    plain, cosines = (CNN((4, 6), 8, "mixed_float16", scale) for scale in (None, 32.0))
    shape = (12, 10, 3)
    scales = [
        architecture.stacked(drawn(architecture, shape)).loss_scale for architecture in (plain, cosines)
    ]
    assert scales[0] == 32 * scales[1]


# Mixing inside of networks


def plan(layer, weight=(0.7, 0.4)):
    """Mixing of two mini-batches of six rows, in the layers at these shares of all."""
    order = np.array([[1, 2, 3, 4, 5, 0], [5, 4, 3, 2, 1, 0]], np.int32)
    return HiddenMixing(tf.constant(weight), tf.constant(order), tf.constant(layer))


def mixed(rows, hidden, s):
    weight = hidden.weight.numpy()[s]
    return weight * rows + (1 - weight) * rows[hidden.order.numpy()[s]]


@pytest.mark.parametrize("places", [(0, 1), (2, 3)])
def test_rows_of_tables_are_mixed_behind_the_activation_and_before_the_dropout(places):
    """Against a loop in NumPy, each network with a layer of its own of the four: input, three hidden ones."""
    weights, network = drawn(MLP((5, 5, 5), 0.1), (7,)), stack()
    x = np.random.default_rng(9).normal(size=(2, 6, 7)).astype(np.float32)
    masks = [np.random.default_rng(i).integers(0, 2, (6, 5)).astype(np.float32) for i in range(2)]
    hidden = plan([(place + 0.5) / 4 for place in places])
    logits = network.logits(x, masks, hidden).numpy()
    for s, own in enumerate(weights):
        h = mixed(x[s], hidden, s) if places[s] == 0 else x[s]
        for i in range(3):
            h = np.maximum(h @ own[2 * i] + own[2 * i + 1], 0)
            h = mixed(h, hidden, s) if places[s] == i + 1 else h
            h = h * masks[i] if i < 2 else h
        np.testing.assert_allclose(logits[s], h @ own[-2] + own[-1], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("places", [(0, 1), (2, 3)])
def test_images_are_mixed_behind_the_pooling_and_behind_the_dense_layer(places):
    """Against Keras' layers: input, two pooled convolutions, dense layer."""
    architecture = CNN((4, 6), 8)
    weights = drawn(architecture, (12, 10, 3))
    x = np.random.default_rng(9).random((2, 6, 12, 10, 3)).astype(np.float32)
    hidden = plan([(place + 0.5) / 4 for place in places])
    logits = architecture.stacked(weights).logits(x, hidden=hidden)
    for s, own in enumerate(weights):
        # The layers of the network, each place followed by those up to the next one.
        *layers, last = keras_cnn(own).layers
        parts = [[], layers[:2], layers[2:4], layers[4:]]
        h = x[s]
        for place, part in enumerate(parts):
            for layer in part:
                h = layer(h)
            if places[s] == place:
                h = mixed(np.array(h), hidden, s)
        np.testing.assert_allclose(logits[s], last(h), atol=1e-5)


@pytest.mark.parametrize(
    ("architecture", "shape"),
    [
        (MLP((5, 5), 0.1), (7,)),
        (ResNet(2, 5, 8, 0.1), (7,)),
        (CNN((4, 6), 8), (12, 10, 3)),
        (CNN((4,), 8, "mixed_bfloat16"), (12, 10, 3)),
    ],
    ids=["tables", "residual", "images", "images, 16 bit"],
)
def test_mixing_at_the_input_is_mixing_and_a_share_of_one_is_none(architecture, shape):
    network = architecture.stacked(drawn(architecture, shape))
    x = np.random.default_rng(9).random((2, 6, *shape)).astype(np.float32)
    for weight in ((0.7, 0.4), np.random.default_rng(1).random((2, 6), dtype=np.float32)):
        hidden = plan([0.0, 0.1], weight)
        expected = network.logits(blend(x, hidden.weight, hidden.order))
        np.testing.assert_array_equal(network.logits(x, hidden=hidden), expected)
    for layer in (0.0, 0.3, 0.6, 0.99):
        np.testing.assert_array_equal(
            network.logits(x, hidden=plan([layer] * 2, (1.0, 1.0))), network.logits(x)
        )
