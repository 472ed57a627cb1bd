"""The trainer on images: against Keras, in any stack, in 16-bit precision."""

import keras
import numpy as np
import pytest

from remix.batches.drawing import draw_epoch
from remix.methods import Method
from remix.networks import CNN
from remix.training import StackTrainer, TrainingSet

EVERYTHING = {
    "augment": "image",
    "mix": {"alpha": 1.0, "partners": "linked_classes", "layers": "hidden"},
    "loss": "ldam",
    "loss_weights": {"class_balanced": {"start": 0.6}},
}
REMIX = {"resample": "balanced", "mix": {"alpha": 0.2}}
SHAPE, BATCH, STEPS, SEED = (10, 11, 2), 16, 4, 3


def pictures(n, seed, share=0.2):
    """Noise; the minority has a bright square somewhere."""
    rng = np.random.default_rng(seed)
    labels = (np.arange(n) < share * n).astype(np.int64)
    x = rng.integers(0, 100, (n, *SHAPE)).astype(np.uint8)
    for k in np.flatnonzero(labels):
        i, j = rng.integers(0, 6, 2)
        x[k, i : i + 4, j : j + 4] += 150
    return x, labels


def fold_of(i):
    x, labels = pictures(60 + i, i)
    x_validation, y_validation = pictures(20, 50 + i)
    return TrainingSet(x, labels, x_validation, y_validation, "t", "0.2", i // 2, i % 2)


def train(sets, spec, protocol, precision="float32"):
    return StackTrainer(
        sets,
        Method.from_spec(spec),
        protocol,
        architecture=CNN((4, 6), 8, precision),
        n_classes=2,
        batch_size=BATCH,
        steps=STEPS,
        seed=SEED,
    ).run()


def test_a_fold_alone_is_as_in_any_stack(protocol):
    sets = [fold_of(i) for i in range(2)]
    x = [pictures(15 + i, 99)[0] for i in range(2)]
    together = train(sets, EVERYTHING, protocol(epochs=3)).predict(x)
    (alone,) = train(sets[1:], EVERYTHING, protocol(epochs=3)).predict(x[1:])
    np.testing.assert_allclose(alone, together[1], atol=1e-5)


def test_as_keras_would_train_it(protocol):
    data, x = fold_of(1), pictures(600, 99)[0]
    trained = train([data], {}, protocol(epochs=3))
    (ours,) = trained.predict([x])
    # More images than are predicted at once.
    np.testing.assert_allclose(trained.predict([x[500:]])[0], ours[500:], atol=1e-6)
    model = keras.Sequential(
        [
            keras.Input(SHAPE),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(6, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    weights = CNN((4, 6), 8).weights(data.generator(SEED, "weights"), SHAPE, 2)
    model.set_weights([w.ravel() if i % 2 else w for i, w in enumerate(weights)])
    model.compile(keras.optimizers.Adam(1e-3), keras.losses.SparseCategoricalCrossentropy())
    orders = data.generator(SEED, "batches")
    for _ in range(3):
        for rows in draw_epoch(orders, len(data.labels), STEPS, BATCH):
            model.train_on_batch(data.features[rows] / np.float32(255), data.labels[rows])
    np.testing.assert_allclose(ours, model(x / np.float32(255)).numpy(), atol=2e-5)


def test_16_bit_precision_ends_near_and_not_at_full_precision(protocol):
    data, x = fold_of(0), pictures(30, 99)[0]
    full, *halves = (
        train([data], REMIX, protocol(epochs=3), p) for p in ("float32", "mixed_float16", "mixed_bfloat16")
    )
    (a,) = full.predict([x])
    for half in halves:
        (b,) = half.predict([x])
        assert b.dtype == np.float32
        assert 0 < np.abs(a - b).max() < 0.02
        assert half.records[0].train_loss == pytest.approx(full.records[0].train_loss, abs=0.01)


def test_the_best_validation_weights_are_kept(protocol):
    """Kernels of convolutions have more axes than the choice between two sets of weights."""
    sets = [fold_of(0), fold_of(1)]
    (_, record) = train(sets, {}, protocol(epochs=8, selection="best_validation")).records
    (short,) = train(sets[1:], {}, protocol(epochs=record.best_epoch)).records
    assert record.validation_loss == pytest.approx(short.validation_loss, abs=1e-4)
