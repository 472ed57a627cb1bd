"""The trainer against a plain Keras loop, and the invariances that DESIGN promises."""

import dataclasses
import itertools
import logging
import re
from functools import cache

import keras
import numpy as np
import pytest
from scipy.special import softmax

from remix.batches.drawing import draw_epoch
from remix.batches.mixing import Mixing
from remix.errors import TrainingError
from remix.methods import LOSSES, Method
from remix.networks import MLP, ResNet
from remix.training import Progress, StackTrainer, TrainingSet, can_share

METHODS = {
    "baseline": {},
    "smote, cost": {"resample": "smote", "loss_weights": "balanced"},
    "remix": {"resample": "balanced", "mix": {"alpha": 0.1}},
    "smote before, balanced_mixup": {
        "before_training": "smote",
        "mix": {"alpha": 0.1, "partners": "balanced", "labels": "minority"},
    },
    "ldam_drw, whole dataset": {
        "resample": {"balanced": {"pool": "dataset"}},
        "loss": "ldam",
        "loss_weights": {"class_balanced": {"start": 0.5}},
    },
    "manifold_remix": {
        "resample": "balanced",
        "mix": {"alpha": 0.1, "layers": "hidden", "partners": "linked_classes", "weights": "row"},
    },
}
STEPS, BATCH, SEED = 7, 16, 3
FAST = {"initial": 0.01, "factor": 0.2, "patience": 50, "minimum": 1e-5, "min_delta": 1e-4}


SIZES = {"blocks": 2, "width": 8, "hidden_factor": 1.5, "dropout": 0.1, "residual_dropout": 0.1}
NETWORKS = {"mlp": {}, "resnet": {"network": "resnet", "resnet": SIZES}}


def network(protocol):
    if (sizes := protocol.tables.resnet) is not None:
        return ResNet(sizes.blocks, sizes.width, sizes.hidden, sizes.dropout, sizes.residual_dropout)
    return MLP((8, 8, 8), protocol.tables.dropout)


def fold_of(i, n=100, share=0.15, n_classes=2):
    rng = np.random.default_rng(i)
    n += i  # folds differ in size, as in a real cell
    labels = np.where(rng.random(n) < share, rng.integers(1, n_classes, n), 0)
    x = (rng.normal(size=(n, 4)) + 1.5 * labels[:, None]).astype(np.float32)
    part = int(0.7 * n)
    return TrainingSet(x[:part], labels[:part], x[part:], labels[part:], "t", "0.05", i // 2, i % 2)


def trainer_of(sets, spec, protocol, n_classes=2, **options):
    return StackTrainer(
        sets,
        Method.from_spec(spec),
        protocol,
        architecture=network(protocol),
        n_classes=n_classes,
        batch_size=BATCH,
        seed=SEED,
        **options,
    )


def train(sets, spec, protocol, n_classes=2):
    return trainer_of(sets, spec, protocol, n_classes, steps=STEPS).run()


def probe(n, d=4):
    return np.random.default_rng(99).normal(size=(n, d)).astype(np.float32)


SETS, ROWS = [fold_of(0), fold_of(1)], [probe(30), probe(31)]


@pytest.fixture(scope="module")
def together(protocol):
    """What each method gives of two folds that are trained together, with an epoch's mini-batches at once."""
    return cache(lambda name: train(SETS, METHODS[name], protocol()))


# All that methods of one stack may differ by.
SHARED = {
    "baseline": {},
    "smote, deferred cost": {"resample": "smote", "loss_weights": {"class_balanced": {"start": 0.5}}},
    "remix by rows": {"resample": "balanced", "mix": {"alpha": 0.1, "weights": "row"}},
    "mixup, linked": {"mix": {"alpha": 0.1, "partners": "linked_classes"}},
    "whole dataset, logit adjusted": {
        "resample": {"balanced": {"pool": "dataset"}},
        "loss": "logit_adjusted",
    },
}


@pytest.mark.parametrize(
    ("kind", "selection"), [("mlp", "last"), ("mlp", "best_validation"), ("resnet", "best_validation")]
)
def test_a_method_in_the_stack_of_its_cell_is_as_alone(kind, selection, protocol):
    """A fold alone, in its method's stack, and in that of all methods of the cell: the same to 1e-5."""
    settings = protocol(epochs=4, selection=selection, learning_rate=FAST | {"patience": 1}, **NETWORKS[kind])
    methods = [Method.from_spec(spec) for spec in SHARED.values()]
    assert len(set(map(can_share, methods))) == 1
    cell = StackTrainer(
        SETS,
        methods,
        settings,
        architecture=network(settings),
        n_classes=2,
        batch_size=BATCH,
        seed=SEED,
        steps=STEPS,
    ).run()
    predicted = cell.predict(ROWS)
    for i, spec in enumerate(SHARED.values()):
        stack = train(SETS, spec, settings)
        (alone,) = train(SETS[1:], spec, settings).predict(ROWS[1:])
        np.testing.assert_allclose(alone, predicted[2 * i + 1], atol=1e-5)
        for theirs, ours in zip(stack.predict(ROWS), predicted[2 * i : 2 * i + 2], strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-5)
        for theirs, ours in zip(stack.records, cell.records[2 * i : 2 * i + 2], strict=True):
            for name, value in dataclasses.asdict(theirs).items():
                assert getattr(ours, name) == pytest.approx(value, abs=1e-5, nan_ok=True), name


def test_methods_on_other_rows_or_networks_share_no_stack(protocol):
    specs = [{}, {"before_training": "smote"}, {"loss": "ldam"}, METHODS["manifold_remix"]]
    assert len({can_share(Method.from_spec(spec)) for spec in specs}) == len(specs)
    with pytest.raises(ValueError, match="cannot share"):
        StackTrainer(
            SETS,
            [Method.from_spec(spec) for spec in specs[:2]],
            protocol(),
            architecture=network(protocol()),
            n_classes=2,
            batch_size=BATCH,
            seed=SEED,
        )


A_STEP = 4 * BATCH * (SETS[0].features.shape[1] + 2)


# The others have every stage that these two have.
@pytest.mark.parametrize("name", sorted(set(METHODS) - {"baseline", "remix"}))
def test_a_fold_alone_is_as_in_a_stack(name, together, protocol, monkeypatch):
    """Also if its mini-batches are made one by one."""
    expected = together(name).predict(ROWS)[1]
    monkeypatch.setattr("remix.training.BLOCK_BYTES", A_STEP)
    (alone,) = train(SETS[1:], METHODS[name], protocol()).predict(ROWS[1:])
    np.testing.assert_allclose(alone, expected, atol=1e-5)


@pytest.mark.parametrize("name", ["smote, cost", "manifold_remix"])
def test_same_seed_same_bytes_in_blocks_of_any_size(name, together, protocol, monkeypatch):
    """In two blocks, of which the second is shorter, too."""
    whole = together(name)
    monkeypatch.setattr("remix.training.BLOCK_BYTES", (STEPS - 1) * len(SETS) * A_STEP)
    again = train(SETS, METHODS[name], protocol())
    np.testing.assert_array_equal(again.weights[1][0], whole.weights[1][0])
    assert again.records == whole.records


def keras_mlp():
    return keras.Sequential(
        [keras.Input((4,))]
        + [keras.layers.Dense(8, activation="relu") for _ in range(3)]
        + [keras.layers.Dense(2, activation="softmax")]
    )


def keras_resnet():
    def normalised(x):
        return keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)

    inputs = keras.Input((4,))
    x = keras.layers.Dense(8, use_bias=False)(inputs)
    for _ in range(2):
        h = keras.layers.Dense(12, activation="relu")(normalised(x))
        x = keras.layers.Add()([x, keras.layers.Dense(8, use_bias=False)(h)])
    x = keras.layers.Dense(2, activation="softmax")(keras.layers.ReLU()(normalised(x)))
    return keras.Model(inputs, x)


def keras_model(data, protocol):
    """Keras' model with the weights that the trainer starts from."""
    model = keras_resnet() if protocol.tables.resnet else keras_mlp()
    weights = network(protocol).weights(data.generator(SEED, "weights"), (4,), 2)
    for variable, weight in zip(model.trainable_variables, weights, strict=True):
        variable.assign(weight.reshape(variable.shape))
    model.compile(keras.optimizers.Adam(1e-3), keras.losses.SparseCategoricalCrossentropy())
    return model


WITHOUT_DROPOUT = {"dropout": 0.0, "resnet": SIZES | {"dropout": 0.0, "residual_dropout": 0.0}}


@pytest.mark.parametrize("kind", NETWORKS)
def test_as_keras_would_train_it(kind, protocol):
    """Without dropout, the same batches through Keras' model, loss, Adam and class weights end alike."""
    data, protocol = fold_of(2), protocol(**NETWORKS[kind] | WITHOUT_DROPOUT, epochs=4)
    spec = {"loss_weights": {"balanced": {"start": 0.5}}}
    (ours,) = train([data], spec, protocol).predict([probe(50)])

    model = keras_model(data, protocol)
    counts = np.bincount(data.labels)
    orders = data.generator(SEED, "batches")
    for epoch in range(4):
        weights = np.ones(2) if epoch < 2 else counts.sum() / (2 * counts)
        row_weights = weights[data.labels]
        for rows in draw_epoch(orders, len(data.labels), STEPS, BATCH):
            model.train_on_batch(data.features[rows], data.labels[rows], sample_weight=row_weights[rows])
    np.testing.assert_allclose(ours, model(probe(50)).numpy(), atol=2e-5)


def test_a_partial_last_batch_is_what_keras_trains_on(protocol):
    """Keras' `fit`, unshuffled, ends each epoch with the rows that are left over."""
    data, size = fold_of(2), BATCH
    rows = len(data.labels)
    assert rows % size
    settings = protocol(dropout=0.0, epochs=3)
    trainer = trainer_of([data], {}, settings, last_batch="partial")
    (ours,) = trainer.run().predict([probe(50)])

    model = keras_model(data, settings)
    orders = data.generator(SEED, "batches")
    for _ in range(3):
        order = draw_epoch(orders, rows, -(-rows // size), size).ravel()[:rows]
        model.fit(data.features[order], data.labels[order], batch_size=size, shuffle=False, verbose=0)
    np.testing.assert_allclose(ours, model(probe(50)).numpy(), atol=2e-5)


def test_every_stage_makes_a_difference(together):
    """Methods share folds, weights, batches and dropout masks, and differ only by their stages."""
    predictions = {name: together(name).predict(ROWS)[0] for name in METHODS}
    for a, b in itertools.combinations(METHODS, 2):
        assert np.abs(predictions[a] - predictions[b]).max() > 1e-3, (a, b)


def test_hidden_mixing_in_the_input_layer_is_mixing(protocol, monkeypatch):
    own = Mixing.draw

    def draw(self, *arguments):
        drawn = own(self, *arguments)
        return drawn | {"layer": np.zeros_like(drawn["layer"])} if "layer" in drawn else drawn

    monkeypatch.setattr(Mixing, "draw", draw)
    specs = ({"mix": {"alpha": 1.0, "layers": layers}} for layers in ("input", "hidden"))
    # In later epochs the draws differ: the layers are drawn by the same generator.
    a, b = (train(SETS[:1], spec, protocol(epochs=1)).predict(ROWS[:1]) for spec in specs)
    np.testing.assert_allclose(a, b, atol=1e-6)


def test_classes_are_linked_and_labelled_by_the_weights_of_their_rows(protocol):
    """Rows of weight 2 count and place a class as the same rows twice do."""
    data = fold_of(0, share=0.4, n_classes=3)
    weights = np.where(data.labels == 1, 2.0, 1.0)
    twice = np.repeat(np.arange(len(data.labels)), weights.astype(int))
    heavy = dataclasses.replace(data, sample_weight=weights)
    long = dataclasses.replace(data, features=data.features[twice], labels=data.labels[twice])
    spec = {"mix": {"alpha": 1, "partners": "linked_classes"}}
    pools = [trainer_of([part], spec, protocol(), n_classes=3).pool for part in (heavy, long)]
    for name in ("class_counts", "links"):
        np.testing.assert_array_equal(*(getattr(pool, name) for pool in pools))


# Losses of their own, and weights that begin later


def test_weights_weigh_from_where_they_begin(protocol):
    """In the last of four epochs, and in its share of the classes; before, nothing differs."""
    data = fold_of(0, share=0.1)
    specs = ({}, {"loss_weights": {"balanced": {"start": 0.75}}})
    trainers = [trainer_of([data], spec, protocol(epochs=4), steps=STEPS) for spec in specs]
    curves = [Losses(), Losses()]
    _, model = (trainer.run(curve) for trainer, curve in zip(trainers, curves, strict=True))
    plain, deferred = (np.array(curve.losses) for curve in curves)
    np.testing.assert_array_equal(plain[:3], deferred[:3])
    assert np.abs(plain[3] - deferred[3]).max() > 1e-3
    assert trainers[1].train_block.experimental_get_tracing_count() == 1

    orders = data.generator(SEED, "batches")
    drawn = np.stack([draw_epoch(orders, len(data.labels), STEPS, BATCH) for _ in range(4)])
    counts = np.array([(data.labels[drawn] == label).sum(axis=(1, 2)) for label in (0, 1)]).T
    weights = len(data.labels) / (2 * np.bincount(data.labels))
    mass = counts[:3].sum(axis=0) + counts[3] * weights
    np.testing.assert_allclose(model.records[0].class_share, mass / mass.sum(), rtol=1e-5)


def test_the_prior_of_the_predictions_is_told_where_the_loss_shifts_it(protocol):
    data = fold_of(0, share=0.1)
    plain, adjusted, half = (
        np.array(train([data], spec, protocol()).records[0].class_share)
        for spec in ({}, {"loss": "logit_adjusted"}, {"loss": {"logit_adjusted": {"tau": 0.5}}})
    )
    pi = np.bincount(data.labels) / len(data.labels)
    np.testing.assert_allclose(adjusted, plain / pi / (plain / pi).sum(), rtol=1e-6)
    np.testing.assert_allclose(half, plain / pi**0.5 / (plain / pi**0.5).sum(), rtol=1e-6)
    assert adjusted == pytest.approx([0.5, 0.5], abs=0.05)


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
    patient = protocol(epochs=10, dropout=0.0, learning_rate=FAST | {"patience": 4})
    spec = {"loss_weights": {"balanced": {"start": 0.5}}}
    curve = Losses()
    trainer_of([fold_of(0, n=400, share=0.06)], spec, patient).run(curve)
    losses = np.array(curve.losses)[:, 0]
    assert losses[5:9].min() > losses[:5].min()
    assert (np.array(curve.rates) == np.float32(0.01)).all()


def test_the_best_epoch_is_one_with_weights(protocol):
    spec = {"loss_weights": {"balanced": {"start": 0.75}}}
    sets = [fold_of(i, share=0.08) for i in range(3)]
    curve = Losses()
    trainer = trainer_of(sets, spec, protocol(epochs=8, selection="best_validation", learning_rate=FAST))
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
    model = train(sets, {"loss": {"ldam": {"scale": 12}}}, protocol(epochs=3, dropout=0.0))
    predicted = model.predict([data.validation_features for data in sets])
    for data, weights, p, record in zip(sets, model.weights, predicted, model.records, strict=True):
        assert [w.shape for w in weights[-2:]] == [(1, 8), (8, 2)]
        x = data.validation_features
        np.testing.assert_allclose(p, softmax(normalised_network(weights, x, 12), axis=1), atol=1e-5)
        cross_entropy = -np.log(p[np.arange(len(x)), data.validation_labels]).mean()
        assert record.validation_loss == pytest.approx(cross_entropy, rel=1e-4)


def test_validation_loss_is_the_cross_entropy(protocol):
    """Of the plain logits, whatever was trained with."""
    data = fold_of(0)
    model = train([data], {"loss": "logit_adjusted"}, protocol(epochs=2))
    (p,) = model.predict([data.validation_features])
    expected = -np.log(p[np.arange(len(p)), data.validation_labels]).mean()
    assert model.records[0].validation_loss == pytest.approx(expected, rel=1e-5)


def test_losses_for_imbalance_predict_more_of_the_minority(protocol):
    sets, x = [fold_of(0, n=300, share=0.05)], [probe(400)]
    specs = (
        {},
        {"loss": "logit_adjusted"},
        {"loss": "ldam", "loss_weights": {"class_balanced": {"start": 0.5}}},
    )
    plain, *others = (
        train(sets, spec, protocol(epochs=20, learning_rate=FAST)).predict(x)[0].argmax(axis=1).mean()
        for spec in specs
    )
    assert min(others) > plain + 0.03


def test_every_loss_goes_with_every_other_stage(protocol):
    """Mixed labels, other classes, weights: what the loss is given is all the same to it."""
    for loss in LOSSES:
        spec = METHODS["remix"] | {"loss": loss, "loss_weights": {"balanced": {"start": 0.5}}}
        (p,) = train([fold_of(0, n_classes=3, share=0.4)], spec, protocol(epochs=2), 3).predict([probe(9)])
        np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("kind", NETWORKS)
def test_best_validation_keeps_each_fold_at_its_own_best_epoch(kind, protocol):
    sets, x = [fold_of(i, n=60) for i in range(3)], [probe(20)] * 3
    fast = FAST | {"initial": 0.03}
    settings = {"learning_rate": fast, **NETWORKS[kind]}
    model = train(sets, {}, protocol(epochs=25, selection="best_validation", **settings))
    epochs = [record.best_epoch for record in model.records]
    assert len(set(epochs)) > 1
    assert min(epochs) < 25
    first = int(np.argmin(epochs))
    short = train([sets[first]], {}, protocol(epochs=epochs[first], **settings))
    np.testing.assert_allclose(model.predict(x)[first], short.predict([x[first]])[0], atol=1e-4)
    (record,) = short.records
    assert model.records[first].validation_loss == pytest.approx(record.validation_loss, abs=1e-4)


def test_records_count_batches_that_lack_a_class(protocol):
    data = fold_of(0, share=0.03)
    record = train([data], {}, protocol(epochs=2)).records[0]
    orders = data.generator(SEED, "batches")
    batches = np.concatenate([draw_epoch(orders, len(data.labels), STEPS, BATCH) for _ in range(2)])
    assert record.batches == len(batches) == 14
    assert record.batches_lacking == tuple((data.labels[batches] != c).all(axis=1).sum() for c in (0, 1))
    assert record.batches_lacking[1] > 0
    assert record.train_rows == len(data.labels)


def test_more_rows_than_one_block_are_predicted_alike(together):
    model = together("baseline")
    x = probe(5000)
    whole = model.predict([x, x[:10]])
    np.testing.assert_allclose(whole[0][4000:4100], model.predict([x[4000:4100], x])[0], atol=1e-6)
    assert [len(p) for p in whole] == [5000, 10]


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
