"""One network in NumPy is the network of a stack of one."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from remix.catalogue import METHODS, TABLE_METHODS, stages
from remix.methods import Method
from remix.networks import MLP
from remix.protocol import LearningRateSchedule, Protocol, TableProtocol
from remix.single.trainer import SingleTrainer, trains
from remix.training import StackTrainer, TrainingSet

ROOT = Path(__file__).parents[3]
# The stages and losses of the others are computed by TensorFlow only.
BY_TENSORFLOW = {"smote", "focal", "ldam_drw", "manifold_mixup", "manifold_remix"}
# Whose stages use the weights of rows.
WEIGHTED = {"cost", "remix", "remix_dataset_pool", "remix_chou", "remix_linked", "smote_before"}


def rows(n, seed):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 7 % 3
    return rng.normal(size=(n, 4)).astype(np.float32) + labels[:, None].astype(np.float32), labels


def data(weighted=False):
    (x, y), (own, theirs) = rows(150, 0), rows(60, 1)
    part = TrainingSet(x, y, own, theirs, "t", "0.1", 0, 0)
    weights = np.random.default_rng(2).integers(1, 4, size=210).astype(float)
    if weighted:
        part = dataclasses.replace(part, sample_weight=weights[:150], validation_weight=weights[150:])
    return part


def protocol(**changes):
    settings = {
        "splits": 1, "repeats": 1, "validation_fraction": 0.3, "epochs": 6, "batch_size": 32,
        "learning_rate": LearningRateSchedule(0.01, 0.2, 1, 1e-5, 1e-4), "selection": "last",
        "tables": TableProtocol(5.0, 3, {"binary": 3, "multiclass": 0.75}, 0.0),
    }  # fmt: skip
    return Protocol(**settings | changes)


def run(trainer, method, part, settings, dropout=0.0, patience=None):
    return trainer(
        [part],
        Method.from_spec(method if isinstance(method, dict) else stages(method)),
        settings,
        architecture=MLP((8, 7, 6), dropout),
        n_classes=3,
        batch_size=32,
        seed=5,
    ).run(patience=patience)


@pytest.mark.parametrize(
    ("method", "weighted", "changes"),
    [
        *((method, True, {}) for method in sorted(WEIGHTED)),
        *((method, False, {}) for method in sorted(set(TABLE_METHODS) - BY_TENSORFLOW - WEIGHTED)),
        *(pytest.param(method, False, {}, marks=pytest.mark.slow) for method in sorted(WEIGHTED)),
        ({"loss_weights": {"balanced": {"start": 0.5}}}, False, {"selection": "best_validation"}),
        ({"loss": {"logit_adjusted": {"tau": 0.5}}, "loss_weights": "balanced"}, True, {}),
    ],
)
def test_it_trains_as_the_stack_does(method, weighted, changes):
    """Without dropout, whose masks are drawn by another generator."""
    ours, theirs = (
        run(trainer, method, data(weighted), protocol(**changes), patience=3 if changes else None)
        for trainer in (SingleTrainer, StackTrainer)
    )
    for own, other in zip(ours.weights[0], theirs.weights[0], strict=True):
        np.testing.assert_allclose(own, other, atol=1e-4)
    for name, value in dataclasses.asdict(ours.records[0]).items():
        assert value == pytest.approx(getattr(theirs.records[0], name), abs=1e-4), name


def test_what_it_cannot_train_is_known():
    assert {name for name in TABLE_METHODS if not trains(Method.from_spec(stages(name)))} == BY_TENSORFLOW
    assert not trains(Method.from_spec(stages("augment", images=True)))
    assert set(METHODS) - set(TABLE_METHODS) == {"augment", "remix_aug"}


def test_dropout_drops_a_share_and_keeps_the_level():
    """Of what reaches the second layer: units that are kept are the larger for it."""
    trainer = SingleTrainer(
        [data()],
        Method(),
        protocol(),
        architecture=MLP((400, 400, 6), 0.3),
        n_classes=3,
        batch_size=32,
        seed=0,
    )
    masks = trainer._masks(5)
    assert [mask.shape for mask in masks] == [(5, 32, 400)] * 2
    assert np.unique(masks).tolist() == [0, np.float32(1) / np.float32(0.7)]
    assert np.mean(masks) == pytest.approx(1, abs=0.01)
    weights = [run(SingleTrainer, "baseline", data(), protocol(), dropout).weights for dropout in (0.0, 0.3)]
    assert np.abs(weights[0][0][0] - weights[1][0][0]).max() > 1e-3


def test_it_fits_and_predicts_without_tensorflow():
    code = (
        "import sys, numpy as np\n"
        "from remix import ReMixClassifier\n"
        "X, y = np.random.default_rng(0).normal(size=(90, 3)), np.arange(90) % 2\n"
        "for early in (False, True):\n"
        "    ReMixClassifier(max_iter=2, early_stopping=early).fit(X, y).predict(X)\n"
        "assert 'tensorflow' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(ROOT)})
