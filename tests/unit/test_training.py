"""The trainer against a plain Keras loop, and the invariances that DESIGN promises."""

import dataclasses
import logging
import re

import keras
import numpy as np
import pytest
from scipy.special import softmax

from remix import seeding
from remix.batches.drawing import draw_epoch
from remix.batches.mixing import Mixing
from remix.errors import TrainingError
from remix.methods import LOSSES, Method
from remix.networks import MLP
from remix.training import Progress, StackTrainer, TrainingSet

METHODS = {
    "baseline": {},
    "cost": {"loss_weights": "balanced"},
    "smote": {"resample": "smote"},
    "mixup": {"mix": {"alpha": 0.1}},
    "remix": {"resample": "balanced", "mix": {"alpha": 0.1}},
    "smote_before": {"before_training": "smote"},
    "undersampling": {"before_training": "undersampling"},
    "remix_dataset": {"resample": {"balanced": {"pool": "dataset"}}, "mix": {"alpha": 0.1}},
    "ldam_drw": {"loss": "ldam", "loss_weights": {"class_balanced": {"start": 0.5}}},
    "balanced_mixup": {"mix": {"alpha": 0.1, "partners": "balanced", "labels": "minority"}},
    "manifold_remix": {
        "resample": "balanced",
        "mix": {"alpha": 0.1, "layers": "hidden", "partners": "linked_classes", "weights": "row"},
    },
}
every_method = pytest.mark.parametrize("spec", list(METHODS.values()), ids=list(METHODS))
STEPS, BATCH, SEED = 7, 16, 3
FAST = {"initial": 0.01, "factor": 0.2, "patience": 50, "minimum": 1e-5, "min_delta": 1e-4}


def network(protocol):
    return MLP((8, 8, 8), protocol.tables.dropout)


def fold_of(i, n=100, share=0.15, n_classes=2):
    rng = np.random.default_rng(i)
    n += i  # folds differ in size, as in a real cell
    labels = np.where(rng.random(n) < share, rng.integers(1, n_classes, n), 0)
    x = (rng.normal(size=(n, 4)) + 1.5 * labels[:, None]).astype(np.float32)
    part = int(0.7 * n)
    return TrainingSet(x[:part], labels[:part], x[part:], labels[part:], "t", "0.05", i // 2, i % 2)


def train(sets, spec, protocol, n_classes=2, seed=SEED):
    return StackTrainer(
        sets,
        Method.from_spec(spec),
        protocol,
        architecture=network(protocol),
        n_classes=n_classes,
        batch_size=BATCH,
        steps=STEPS,
        seed=seed,
    ).run()


def probe(n, d=4):
    return np.random.default_rng(99).normal(size=(n, d)).astype(np.float32)


@every_method
def test_a_fold_alone_is_as_in_any_stack(spec, protocol):
    sets = [fold_of(i) for i in range(4)]
    x = [probe(30 + i) for i in range(4)]
    together = train(sets, spec, protocol()).predict(x)
    for i in (0, 3):
        (alone,) = train([sets[i]], spec, protocol()).predict([x[i]])
        np.testing.assert_allclose(alone, together[i], atol=1e-5)
    reordered = train(sets[::-1], spec, protocol()).predict(x[::-1])[::-1]
    for a, b in zip(reordered, together, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


@every_method
def test_same_seed_same_bytes_other_seed_other_model(spec, protocol):
    sets, x = [fold_of(0), fold_of(1)], [probe(20), probe(20)]
    first, second = (train(sets, spec, protocol()).predict(x) for _ in range(2))
    other = train(sets, spec, protocol(), seed=4).predict(x)
    np.testing.assert_array_equal(first, second)
    assert np.abs(np.array(other) - np.array(first)).max() > 1e-3


@every_method
def test_mini_batches_may_be_made_in_blocks_of_any_size(spec, protocol, monkeypatch):
    """One by one, a few at a time with a shorter last block, or those of an epoch at once: the same bytes."""
    sets, x = [fold_of(i) for i in range(2)], [probe(30), probe(30)]
    a_step = 4 * len(sets) * BATCH * sets[0].features.shape[1]
    trained = []
    for steps in (1, STEPS - 1, STEPS):
        monkeypatch.setattr("remix.training.BLOCK_BYTES", steps * a_step)
        model = train(sets, spec, protocol())
        trained.append((np.array(model.predict(x)), model.records))
    for predictions, records in trained[1:]:
        np.testing.assert_array_equal(predictions, trained[0][0])
        assert records == trained[0][1]


def keras_model(data):
    """Keras' model with the weights that the trainer starts from."""
    model = keras.Sequential(
        [keras.Input((4,))]
        + [keras.layers.Dense(8, activation="relu") for _ in range(3)]
        + [keras.layers.Dense(2, activation="softmax")]
    )
    weights = MLP((8, 8, 8), 0.0).weights(data.generator(SEED, "weights"), (4,), 2)
    model.set_weights([w[0] if i % 2 else w for i, w in enumerate(weights)])
    model.compile(keras.optimizers.Adam(1e-3), keras.losses.SparseCategoricalCrossentropy())
    return model


@pytest.mark.parametrize(
    ("spec", "unweighted"),
    [
        ({}, 6),
        ({"loss_weights": "balanced"}, 0),
        ({"loss_weights": {"balanced": {"start": 0.6}}}, 3),
    ],
    ids=["baseline", "cost", "deferred"],
)
def test_as_keras_would_train_it(spec, unweighted, protocol):
    """Without dropout, the same batches through Keras' model, loss, Adam and class weights end alike."""
    data = fold_of(2)
    protocol = protocol(dropout=0.0, epochs=6)
    (ours,) = train([data], spec, protocol).predict([probe(50)])

    model = keras_model(data)
    counts = np.bincount(data.labels)
    orders = data.generator(SEED, "batches")
    for epoch in range(6):
        weights = np.ones(2) if epoch < unweighted else counts.sum() / (2 * counts)
        row_weights = weights[data.labels]
        for rows in draw_epoch(orders, len(data.labels), STEPS, BATCH):
            model.train_on_batch(data.features[rows], data.labels[rows], sample_weight=row_weights[rows])
    np.testing.assert_allclose(ours, model(probe(50)).numpy(), atol=2e-5)


def test_a_partial_last_batch_is_what_keras_trains_on(protocol):
    """Keras' `fit`, unshuffled, ends each epoch with the rows that are left over."""
    data, size = fold_of(2), 16
    rows = len(data.labels)
    assert rows % size
    protocol = protocol(dropout=0.0, epochs=5)
    settings = {"architecture": network(protocol), "n_classes": 2, "batch_size": size, "seed": SEED}
    (ours,) = (
        StackTrainer([data], Method(), protocol, last_batch="partial", **settings).run().predict([probe(50)])
    )

    model = keras_model(data)
    orders = data.generator(SEED, "batches")
    for _ in range(5):
        order = draw_epoch(orders, rows, -(-rows // size), size).ravel()[:rows]
        model.fit(data.features[order], data.labels[order], batch_size=size, shuffle=False, verbose=0)
    np.testing.assert_allclose(ours, model(probe(50)).numpy(), atol=2e-5)


def test_every_stage_makes_a_difference(protocol):
    """Methods share folds, weights, batches and dropout masks, and differ only by their stages."""
    sets, x = [fold_of(0)], [probe(40)]
    out = {name: train(sets, spec, protocol(epochs=8)).predict(x)[0] for name, spec in METHODS.items()}
    names = list(out)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            assert np.abs(out[a] - out[b]).max() > 1e-3, (a, b)


@pytest.fixture
def forced(monkeypatch):
    """Makes mixing draw what is given in place of its own numbers."""

    def force(**values):
        own = Mixing.draw

        def draw(self, *arguments):
            drawn = own(self, *arguments)
            return drawn | {k: np.full_like(drawn[k], v) for k, v in values.items() if k in drawn}

        monkeypatch.setattr(Mixing, "draw", draw)

    return force


@pytest.mark.parametrize("weights", ["batch", "row"])
def test_hidden_mixing_with_a_share_of_one_is_none(weights, protocol, forced):
    forced(weight=1.0)
    sets, x = [fold_of(0), fold_of(1)], [probe(20)] * 2
    mix = {"alpha": 0.1, "layers": "hidden", "weights": weights}
    a, b = (train(sets, spec, protocol()).predict(x) for spec in ({}, {"mix": mix}))
    np.testing.assert_allclose(a, b, atol=1e-6)


def test_hidden_mixing_in_the_input_layer_is_mixing(protocol, forced):
    forced(layer=0.0)
    sets, x = [fold_of(0), fold_of(1)], [probe(20)] * 2
    specs = ({"mix": {"alpha": 1.0, "layers": layers}} for layers in ("input", "hidden"))
    # In later epochs the draws differ: the layers are drawn by the same generator.
    a, b = (train(sets, spec, protocol(epochs=1)).predict(x) for spec in specs)
    np.testing.assert_allclose(a, b, atol=1e-6)


def test_hidden_mixing_learns(protocol):
    data = fold_of(0, n=300, share=0.3)
    fast = {"initial": 0.01, "factor": 0.2, "patience": 50, "minimum": 1e-5, "min_delta": 1e-4}
    model = train([data], METHODS["manifold_remix"], protocol(epochs=40, learning_rate=fast))
    (p,) = model.predict([data.validation_features])
    recalls = [
        (p.argmax(axis=1) == data.validation_labels)[data.validation_labels == c].mean() for c in (0, 1)
    ]
    assert min(recalls) > 0.7


def test_classes_are_linked_and_labelled_by_the_weights_of_their_rows(protocol):
    """Rows of weight 2 count and place a class as the same rows twice do."""
    data = fold_of(0, share=0.4, n_classes=3)
    weights = np.where(data.labels == 1, 2.0, 1.0)
    twice = np.repeat(np.arange(len(data.labels)), weights.astype(int))
    heavy = dataclasses.replace(data, sample_weight=weights)
    long = dataclasses.replace(data, features=data.features[twice], labels=data.labels[twice])
    method = Method.from_spec({"mix": {"alpha": 1, "partners": "linked_classes"}})
    pools = [
        StackTrainer(
            [part],
            method,
            protocol(),
            architecture=network(protocol()),
            n_classes=3,
            batch_size=BATCH,
            seed=SEED,
        ).pool
        for part in (heavy, long)
    ]
    for name in ("class_counts", "links"):
        np.testing.assert_array_equal(*(getattr(pool, name) for pool in pools))


def test_cost_weighs_the_minority_up(protocol):
    sets, x = [fold_of(0, share=0.08)], [probe(200)]
    plain, cost = (train(sets, METHODS[m], protocol(epochs=10)).predict(x)[0] for m in ("baseline", "cost"))
    assert cost[:, 1].mean() > plain[:, 1].mean() + 0.05


# Losses of their own, and weights that begin later


def test_the_share_of_the_classes_follows_the_weights_from_where_they_begin(protocol):
    data = fold_of(0, share=0.1)
    shares = {
        start: np.array(
            train([data], {"loss_weights": {"balanced": {"start": start}}}, protocol(epochs=8))
            .records[0]
            .class_share
        )
        for start in (0.0, 0.5, 0.75)
    }
    orders = data.generator(SEED, "batches")
    drawn = np.stack([draw_epoch(orders, len(data.labels), STEPS, BATCH) for _ in range(8)])
    counts = np.array([(data.labels[drawn] == label).sum(axis=(1, 2)) for label in (0, 1)]).T
    weights = len(data.labels) / (2 * np.bincount(data.labels))
    for start, share in shares.items():
        begin = int(8 * start)
        mass = counts[:begin].sum(axis=0) + (counts[begin:] * weights).sum(axis=0)
        np.testing.assert_allclose(share, mass / mass.sum(), rtol=1e-5)


def test_until_they_begin_training_is_that_without_weights(protocol):
    """The last of four epochs is the first with weights; before, nothing differs."""
    trainers = [
        StackTrainer(
            [fold_of(0)],
            Method.from_spec(spec),
            protocol(epochs=4),
            architecture=MLP((8, 8, 8), 0.1),
            n_classes=2,
            batch_size=BATCH,
            seed=SEED,
        )
        for spec in ({}, {"loss_weights": {"class_balanced": {"start": 0.75}}})
    ]
    curves = [Losses(), Losses()]
    for trainer, curve in zip(trainers, curves, strict=True):
        trainer.run(curve)
    plain, deferred = (np.array(curve.losses) for curve in curves)
    np.testing.assert_array_equal(plain[:3], deferred[:3])
    assert np.abs(plain[3] - deferred[3]).max() > 1e-3
    assert trainers[1].train_block.experimental_get_tracing_count() == 1


class Losses:
    """A watcher that keeps what it is told."""

    def __init__(self):
        self.losses, self.rates, self.validation = [], [], []

    def start(self, rows_per_epoch):
        pass

    def report(self, epoch, losses, rates, validation):
        self.losses.append(losses.copy())
        self.rates.append(rates.copy())
        self.validation.append(validation)


def test_the_learning_rate_is_not_lowered_because_the_loss_became_another_one(protocol):
    """The weighted loss begins higher: compared with what it was before, it would be a plateau."""
    patient = {"initial": 0.01, "factor": 0.2, "patience": 4, "minimum": 1e-5, "min_delta": 1e-4}
    spec = {"loss_weights": {"balanced": {"start": 0.5}}}
    curve = Losses()
    StackTrainer(
        [fold_of(0, n=400, share=0.06)],
        Method.from_spec(spec),
        protocol(epochs=10, dropout=0.0, learning_rate=patient),
        architecture=MLP((8, 8, 8), 0.0),
        n_classes=2,
        batch_size=BATCH,
        seed=SEED,
    ).run(curve)
    losses = np.array(curve.losses)[:, 0]
    assert losses[5:9].min() > losses[:5].min()
    assert (np.array(curve.rates) == np.float32(0.01)).all()


def test_the_best_epoch_is_one_with_weights(protocol):
    spec = {"loss_weights": {"balanced": {"start": 0.75}}}
    sets = [fold_of(i, share=0.08) for i in range(3)]
    curve = Losses()
    trainer = StackTrainer(
        sets,
        Method.from_spec(spec),
        protocol(epochs=8, selection="best_validation", learning_rate=FAST),
        architecture=MLP((8, 8, 8), 0.1),
        n_classes=2,
        batch_size=BATCH,
        seed=SEED,
    )
    records = trainer.run(curve, patience=1).records
    validation = np.array(curve.validation)
    assert (validation[:6].min(axis=0) < validation[6:].min(axis=0)).any()
    assert [record.best_epoch for record in records] == (7 + validation[6:].argmin(axis=0)).tolist()


def normalised_network(weights, x, scale):
    """Logits of one network with cosines, in float64, of which every row and class vector has length 1."""
    *hidden, last = weights
    x = x.astype(float)
    for kernel, bias in zip(hidden[::2], hidden[1::2], strict=True):
        x = np.maximum(x @ kernel + bias, 0)
    return scale * (x / np.linalg.norm(x, axis=1)[:, None]) @ (last / np.linalg.norm(last, axis=0))


def test_ldam_trains_networks_of_cosines_and_predicts_by_their_softmax(protocol):
    sets = [fold_of(i, share=0.3) for i in range(2)]
    model = train(sets, {"loss": {"ldam": {"scale": 12}}}, protocol(epochs=30, dropout=0.0))
    predicted = model.predict([data.validation_features for data in sets])
    for data, weights, p, record in zip(sets, model.weights, predicted, model.records, strict=True):
        assert [w.shape for w in weights[-2:]] == [(1, 8), (8, 2)]
        x = data.validation_features
        np.testing.assert_allclose(p, softmax(normalised_network(weights, x, 12), axis=1), atol=1e-5)
        cross_entropy = -np.log(p[np.arange(len(x)), data.validation_labels]).mean()
        assert record.validation_loss == pytest.approx(cross_entropy, rel=1e-4)


def test_what_validates_logit_adjustment_are_the_plain_logits(protocol):
    data = fold_of(0)
    model = train([data], {"loss": "logit_adjusted"}, protocol())
    (p,) = model.predict([data.validation_features])
    expected = -np.log(p[np.arange(len(p)), data.validation_labels]).mean()
    assert model.records[0].validation_loss == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("spec", [METHODS["ldam_drw"], {"loss": "logit_adjusted"}], ids=["ldam", "adjusted"])
def test_losses_for_imbalance_predict_more_of_the_minority(spec, protocol):
    sets, x = [fold_of(0, n=300, share=0.05)], [probe(400)]
    fast = protocol(epochs=20, learning_rate=FAST)
    plain, other = (train(sets, each, fast).predict(x)[0] for each in ({}, spec))
    assert other.argmax(axis=1).mean() > plain.argmax(axis=1).mean() + 0.03


@pytest.mark.parametrize("spec", [{"loss": "ldam"}, METHODS["ldam_drw"]], ids=["ldam", "ldam_drw"])
def test_ldam_learns_a_small_imbalanced_set(spec, protocol):
    data = fold_of(0, n=400, share=0.08)
    (p,) = train([data], spec, protocol(epochs=30, learning_rate=FAST)).predict([data.validation_features])
    recalls = [(p.argmax(axis=1) == c)[data.validation_labels == c].mean() for c in (0, 1)]
    assert np.mean(recalls) > 0.8


def test_every_loss_goes_with_every_other_stage(protocol):
    """Mixed labels, other classes, weights: what the loss is given is all the same to it."""
    for loss in LOSSES:
        spec = METHODS["remix"] | {"loss": loss, "loss_weights": {"balanced": {"start": 0.5}}}
        (p,) = train([fold_of(0, n_classes=3, share=0.4)], spec, protocol(epochs=2), 3).predict([probe(9)])
        np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)


def test_validation_rows_do_not_change_the_last_weights(protocol):
    data = fold_of(0)
    other = dataclasses.replace(data, validation_features=data.validation_features * -3)
    a, b = (train([s], {}, protocol()).predict([probe(10)]) for s in (data, other))
    np.testing.assert_array_equal(a, b)


def test_best_validation_keeps_each_fold_at_its_own_best_epoch(protocol):
    sets, x = [fold_of(i, n=60) for i in range(3)], [probe(20)] * 3
    fast = {"initial": 0.03, "factor": 0.2, "patience": 50, "minimum": 1e-5, "min_delta": 1e-4}
    long = protocol(epochs=25, selection="best_validation", learning_rate=fast)
    model = train(sets, {}, long)
    epochs = [record.best_epoch for record in model.records]
    assert len(set(epochs)) > 1
    assert min(epochs) < 25
    for i, epoch in enumerate(epochs):
        short = train([sets[i]], {}, protocol(epochs=epoch, learning_rate=fast))
        np.testing.assert_allclose(model.predict(x)[i], short.predict([x[i]])[0], atol=1e-4)
        assert model.records[i].validation_loss == pytest.approx(short.records[0].validation_loss, abs=1e-4)


def test_records_count_batches_that_lack_a_class(protocol):
    data = fold_of(0, share=0.03)
    record = train([data], {}, protocol(epochs=4)).records[0]
    orders = data.generator(SEED, "batches")
    batches = np.concatenate([draw_epoch(orders, len(data.labels), STEPS, BATCH) for _ in range(4)])
    assert record.batches == len(batches) == 28
    assert record.batches_lacking == tuple((data.labels[batches] != c).all(axis=1).sum() for c in (0, 1))
    assert record.batches_lacking[1] > 0
    assert record.train_rows == len(data.labels)


def test_validation_loss_is_the_cross_entropy(protocol):
    data = fold_of(0)
    model = train([data], {}, protocol())
    (p,) = model.predict([data.validation_features])
    expected = -np.log(p[np.arange(len(p)), data.validation_labels]).mean()
    assert model.records[0].validation_loss == pytest.approx(expected, rel=1e-5)


def test_more_rows_than_one_block_are_predicted_alike(protocol):
    model = train([fold_of(0), fold_of(1)], {}, protocol(epochs=1))
    x = probe(5000)
    whole = model.predict([x, x[:10]])
    np.testing.assert_allclose(whole[0][4000:4100], model.predict([x[4000:4100], x])[0], atol=1e-6)
    assert [len(p) for p in whole] == [5000, 10]


def test_three_classes(protocol):
    sets = [fold_of(i, share=0.4, n_classes=3) for i in range(2)]
    for spec in METHODS.values():
        p = train(sets, spec, protocol(), n_classes=3).predict([probe(9), probe(9)])
        np.testing.assert_allclose(np.sum(p, axis=2), 1, atol=1e-5)


def test_a_loss_that_is_not_a_number_names_the_fold(protocol):
    good, bad = fold_of(0), fold_of(1)
    bad.features[0, 0] = np.nan
    with pytest.raises(
        TrainingError, match=r"t, IR 0.05, repeat 0, fold 1: the loss is nan in epoch 1; lower"
    ):
        train([good, bad], {}, protocol())


def test_a_missing_class_names_the_fold(protocol):
    bad = dataclasses.replace(fold_of(1), labels=np.zeros_like(fold_of(1).labels))
    with pytest.raises(TrainingError, match=r"t, IR 0.05, repeat 0, fold 1: class 1 is missing"):
        train([fold_of(0), bad], {}, protocol())


def test_progress_shows_epoch_loss_and_speed(protocol, caplog):
    with caplog.at_level(logging.INFO, "remix"):
        train([fold_of(0)], {}, protocol(epochs=60))
    lines = [record.message for record in caplog.records]
    assert lines[0].startswith("epoch 1/60  loss 0.")
    assert re.fullmatch(r"all 60 epochs of this cell will take at most about \d+ (s|min)", lines.pop(1))
    assert lines[-1].startswith("epoch 60/60")
    assert all("rows/s" in line for line in lines)
    assert 15 <= len(lines) <= 25


def test_progress_of_several_stacks_is_that_of_the_cell(caplog):
    progress = Progress(epochs=10, stacks=20)
    with caplog.at_level(logging.INFO, "remix"):
        for _ in range(20):
            progress.start(rows_per_epoch=100)
            for epoch in range(1, 11):
                progress.report(epoch, np.array([0.5]), np.array([1e-3]))
    lines = [record.message for record in caplog.records]
    assert lines[0].startswith("stack 1/20, epoch 1/10  loss 0.5")
    assert lines[1].startswith("all 200 epochs of this cell")
    assert lines[-1].startswith("stack 20/20, epoch 10/10")
    assert 15 <= len(lines) <= 25


def test_seeds_of_a_fold_do_not_contain_the_method():
    data = fold_of(0)
    assert (
        data.generator(1, "batches").random() == seeding.generator(1, "batches", "t", "0.05", 0, 0).random()
    )
