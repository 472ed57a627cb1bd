"""The trainer on images: against Keras, in any stack, in 16-bit precision."""

import keras
import numpy as np
import pytest

from remix.batches.drawing import draw_epoch
from remix.batches.mixing import Mixing
from remix.methods import Method
from remix.networks import CNN
from remix.training import StackTrainer, TrainingSet

METHODS = {
    "smote": {"resample": "smote"},
    "remix": {"resample": "balanced", "mix": {"alpha": 0.2}},
    "remix_aug": {"resample": "balanced", "augment": "image", "mix": {"alpha": 0.2}},
    "ldam_drw": {"loss": "ldam", "loss_weights": {"class_balanced": {"start": 0.6}}},
    "balanced_mixup_aug": {"augment": "image", "mix": {"alpha": 0.2, "partners": "balanced"}},
    "manifold_linked": {"mix": {"alpha": 1.0, "partners": "linked_classes", "layers": "hidden"}},
}
every_method = pytest.mark.parametrize("spec", list(METHODS.values()), ids=list(METHODS))
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


@every_method
def test_a_fold_alone_is_as_in_any_stack(spec, protocol):
    sets = [fold_of(i) for i in range(3)]
    x = [pictures(15 + i, 99)[0] for i in range(3)]
    together = train(sets, spec, protocol(epochs=5)).predict(x)
    for i in (0, 2):
        (alone,) = train([sets[i]], spec, protocol(epochs=5)).predict([x[i]])
        np.testing.assert_allclose(alone, together[i], atol=1e-5)


def test_as_keras_would_train_it(protocol):
    data, protocol, x = fold_of(1), protocol(epochs=6), pictures(30, 99)[0]
    (ours,) = train([data], {}, protocol).predict([x])
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
    for _ in range(6):
        for rows in draw_epoch(orders, len(data.labels), STEPS, BATCH):
            model.train_on_batch(data.features[rows] / np.float32(255), data.labels[rows])
    np.testing.assert_allclose(ours, model(x / np.float32(255)).numpy(), atol=2e-5)


def test_it_learns_what_is_there(protocol):
    (x, labels), data = pictures(200, 99), TrainingSet(*pictures(300, 0), *pictures(40, 1), "t", "0.2", 0, 0)
    fast = {"initial": 0.01, "factor": 0.2, "patience": 50, "minimum": 1e-5, "min_delta": 1e-4}
    (p,) = train([data], METHODS["remix"], protocol(epochs=80, learning_rate=fast)).predict([x])
    recalls = [(p.argmax(axis=1) == labels)[labels == c].mean() for c in (0, 1)]
    assert min(recalls) > 0.8


def test_hidden_mixing_with_a_share_of_one_is_none(protocol, monkeypatch):
    own = Mixing.draw

    def draw(self, *arguments):
        drawn = own(self, *arguments)
        return drawn | {"weight": np.ones_like(drawn["weight"])}

    monkeypatch.setattr(Mixing, "draw", draw)
    sets, x = [fold_of(0), fold_of(1)], [pictures(15, 99)[0]] * 2
    a, b = (train(sets, spec, protocol()).predict(x) for spec in ({}, METHODS["manifold_linked"]))
    np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_16_bit_precision_ends_near_and_not_at_full_precision(precision, protocol):
    data, x = fold_of(0), pictures(30, 99)[0]
    full, half = (train([data], METHODS["remix"], protocol(epochs=5), p) for p in ("float32", precision))
    (a,), (b,) = full.predict([x]), half.predict([x])
    assert b.dtype == np.float32
    assert 0 < np.abs(a - b).max() < 0.02
    assert half.records[0].train_loss == pytest.approx(full.records[0].train_loss, abs=0.01)


def test_more_images_than_one_block_are_predicted_alike(protocol):
    model = train([fold_of(0)], {}, protocol(epochs=1))
    x = pictures(600, 99)[0]
    np.testing.assert_allclose(model.predict([x])[0][500:], model.predict([x[500:]])[0], atol=1e-6)


def test_the_best_validation_weights_are_kept(protocol):
    """Kernels of convolutions have more axes than the choice between two sets of weights."""
    sets = [fold_of(0), fold_of(1)]
    long = train(sets, {}, protocol(epochs=12, selection="best_validation"))
    for i, record in enumerate(long.records):
        short = train([sets[i]], {}, protocol(epochs=record.best_epoch))
        assert record.validation_loss == pytest.approx(short.records[0].validation_loss, abs=1e-4)
