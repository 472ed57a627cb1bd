"""XLA compiles every method of the catalogue, and trains the networks that TensorFlow's kernels train."""

import dataclasses
import re

import numpy as np
import pytest
import tensorflow as tf

from remix import catalogue
from remix.methods import Method
from remix.networks import CNN, MLP, ResNet
from remix.protocol import LearningRateSchedule, Protocol
from remix.study.runtime import allow_tf32
from remix.training import StackTrainer, TrainingSet, can_share

BATCH, CLASSES, EPOCHS = 16, 3, 5
TABLE, IMAGE = (6,), (10, 10, 2)
PROTOCOL = Protocol(
    splits=2,
    repeats=1,
    validation_fraction=0.3,
    epochs=EPOCHS,
    batch_size=BATCH,
    learning_rate=LearningRateSchedule(initial=0.001, factor=0.2, patience=5, minimum=1e-5, min_delta=1e-4),
    selection="last",
)
# What is compiled otherwise than TensorFlow computes it: SMOTE, augmentation, dropout.
QUICK = {("smote", False)}
CASES = [
    pytest.param(
        name,
        images,
        id=f"{name}, {'images' if images else 'table'}",
        marks=() if (name, images) in QUICK else pytest.mark.xla,
    )
    for name in catalogue.METHODS
    for images in (False, True)
    if images or name in catalogue.TABLE_METHODS
]


def fold_of(fold, shape):
    """Rows of three classes, of which two are rare; the folds differ in their number of rows."""
    rng = np.random.default_rng(fold)
    labels = np.repeat(np.arange(CLASSES), [50 + fold, 13, 7])
    x = rng.normal(size=(len(labels), *shape)) + labels.reshape(-1, *[1] * len(shape))
    x = x.astype(np.float32) if len(shape) == 1 else (60 + 30 * x).clip(0, 255).astype(np.uint8)
    return TrainingSet(x, labels, x[::4], labels[::4], "t", "0.1", 0, fold)


# So many units that none of the networks is dead: LDAM would divide rounding by lengths of 0.
TABLE_NETWORK, IMAGE_NETWORK = MLP((8, 8, 8), 0.1), CNN((8, 12), 16)


def trainer_of(names, images, protocol=PROTOCOL, architecture=None, **options):
    shape = IMAGE if images else TABLE
    return StackTrainer(
        [fold_of(fold, shape) for fold in range(2)],
        [Method.from_spec(catalogue.stages(name, images=images)) for name in names],
        protocol,
        architecture=architecture or (IMAGE_NETWORK if images else TABLE_NETWORK),
        n_classes=CLASSES,
        batch_size=BATCH,
        seed=3,
        **options,
    )


class Losses:
    """A watcher that keeps the losses that it is told."""

    def __init__(self):
        self.of_epochs = []

    def start(self, rows_per_epoch):
        pass

    def report(self, epoch, losses, rates, validation):
        self.of_epochs.append(np.asarray(losses))


def trained(trainer):
    losses = Losses()
    model = trainer.run(losses)
    return np.array(losses.of_epochs), [np.stack(layer) for layer in zip(*model.weights, strict=True)]


@pytest.mark.parametrize(("name", "images"), CASES)
def test_a_method_trains_alike_by_xla(name, images, monkeypatch):
    """Losses and weights, in blocks of which the last one is filled up."""
    expected_losses, expected = trained(trainer_of([name], images))
    row = 4 * 2 * BATCH * (np.prod(IMAGE if images else TABLE) + CLASSES)
    monkeypatch.setattr("remix.training.XLA_BLOCK_BYTES", 3 * row)
    trainer = trainer_of([name], images, xla=True)
    # Undersampled, an epoch has two.
    assert trainer.block < trainer.steps or trainer.steps == 2
    losses, weights = trained(trainer)
    assert trainer.compiled_block.function_def.attr["_XlaMustCompile"].b
    np.testing.assert_allclose(losses, expected_losses, atol=1e-5)
    for ours, theirs in zip(weights, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_residual_networks_train_alike_by_xla():
    """Losses, weights and what is kept of mini-batches, of rows that are mixed within, in a filled block."""
    found = []
    for xla in (False, True):
        trainer = trainer_of(
            ["manifold_remix"], False, architecture=ResNet(2, 8, 12, 0.1, 0.1), xla=xla, last_batch="partial"
        )
        losses, weights = trained(trainer)
        found.append([losses, *weights, *(kept.numpy() for kept in trainer.network.statistics)])
    for theirs, ours in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def cells(images):
    """Methods of the catalogue that share a stack, in stacks of more than one."""
    found = {}
    for name in catalogue.METHODS if images else catalogue.TABLE_METHODS:
        found.setdefault(can_share(Method.from_spec(catalogue.stages(name, images=images))), []).append(name)
    return [names for names in found.values() if len(names) > 1]


STACKS = [
    (["baseline", "smote"], False),
    *((names, images) for images in (False, True) for names in cells(images)),
]


@pytest.mark.parametrize(
    ("names", "images"),
    [
        pytest.param(
            names,
            images,
            id=f"{names[0]} and {len(names) - 1} others, {'images' if images else 'table'}",
            marks=() if len(names) == 2 else pytest.mark.xla,
        )
        for names, images in STACKS
    ],
)
def test_methods_of_a_cell_train_alike_in_one_stack(names, images):
    """Weights that were best for the validation part, of all methods at once and of each by itself."""
    protocol = dataclasses.replace(PROTOCOL, selection="best_validation", epochs=3)
    together = trainer_of(names, images, protocol, xla=True).run()
    for i, name in enumerate(names):
        alone = trainer_of([name], images, protocol).run()
        for n, weights in enumerate(alone.weights):
            for ours, theirs in zip(together.weights[2 * i + n], weights, strict=True):
                np.testing.assert_allclose(ours, theirs, atol=1e-5)
            assert together.records[2 * i + n].best_epoch == alone.records[n].best_epoch
            assert together.records[2 * i + n].validation_loss == pytest.approx(
                alone.records[n].validation_loss, abs=1e-5
            )


@pytest.fixture
def tf32():
    """Whether numbers may be rounded to TF32 is a setting of the process."""
    yield allow_tf32
    allow_tf32(True)


@pytest.mark.parametrize(
    "images", [False, pytest.param(True, marks=pytest.mark.xla)], ids=["table", "images"]
)
def test_products_are_rounded_to_tf32_only_where_that_is_allowed(images, tf32):
    """Said in the program itself, of every product and convolution."""
    # TensorFlow finds out what the device is by drawing a number.
    tf.random.set_seed(0)
    said = {}
    for allowed in (False, True):
        tf32(allowed)
        trainer = trainer_of(["smote"], images, xla=True)
        losses, mass = np.zeros(2, np.float32), np.zeros((2, CLASSES), np.float32)
        drawn = trainer.draw_epoch()
        (block,) = trainer.blocks(drawn.rows, drawn.draws)
        inputs = (*block, losses, mass, losses, mass)
        program = trainer.train_block.experimental_get_compiler_ir(*inputs)(stage="hlo")
        products = re.findall(r" (?:dot|convolution)\(.*", program)
        assert len(products) > 8
        said[allowed] = {"operand_precision={highest,highest}" in product for product in products}
    assert said == {False: {True}, True: {False}}
