"""Cross-validation of methods on one cell: variant + methods → predictions."""

import dataclasses
import itertools
import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from remix.batches.drawing import LastBatch, epoch_steps
from remix.methods import Method
from remix.networks import CNN, MLP, Architecture, ResNet
from remix.protocol import Protocol
from remix.study.data.catalogue import Task
from remix.study.splits import Fold, FoldRows, predictions_of
from remix.training import FoldRecord, Progress, StackTrainer, TrainingSet

logger = logging.getLogger(__name__)


class CrossValidation(NamedTuple):
    """What is known of a method on a cell after it was trained on every fold.

    Attributes
    ----------
    predictions : DataFrame
        ``repeat, fold, row, y_true, p_0 … p_{K-1}``: one line per test row of each fold, p as float32.
    validation : DataFrame
        The same of each fold's validation rows, from which a calibration may be learnt.
    records : DataFrame
        One line per fold: ``repeat``, ``fold`` and the fields of `remix.training.FoldRecord`.
    step_seconds : float
        How long the training steps of all folds took; of methods that were trained at once, each one's share.
    xla : bool
        Whether XLA compiled them.
    """

    predictions: pd.DataFrame
    validation: pd.DataFrame
    records: pd.DataFrame
    step_seconds: float
    xla: bool


def cross_validate(
    variant: pd.DataFrame,
    task: Task,
    ir: str,
    methods: Sequence[Method],
    protocol: Protocol,
    *,
    seed: int,
    last_batch: LastBatch = "filled",
    fill: pd.Series | None = None,
    stack: int | None = None,
    rows: FoldRows | None = None,
) -> list[CrossValidation]:
    """Train methods on every fold of a cell, at once, and predict every fold's test and validation rows.

    A method is given the training part of a fold and nothing else: test rows take no part in imputation,
    scaling, resampling, training or the choice of weights.

    Parameters
    ----------
    variant : DataFrame
        ``row``, features, ``label``; see `remix.study.data.variants.imbalanced_variant`.
    task : Task
        The task that the variant belongs to.
    ir : str
        Imbalance ratio as written.
    methods : sequence of Method
        Of several, `remix.training.can_share` is the same.
    protocol : Protocol
    seed : int
        The study's seed.
    last_batch : {'filled', 'partial', 'dropped'}
        What becomes of an epoch's last rows where they are fewer than a batch.
    fill : Series of float, optional
        By feature, the value that stands for a missing one. By default the mean over each training part is
        learnt; a value that comes from more rows than these lets the model know of its test rows. Images
        have none.
    stack : int, optional
        Networks that are trained at once, one for each method and fold; by default all. Changes no result: it
        bounds the memory.
    rows : FoldRows, optional
        The folds of the cell and their rows, as `remix.study.splits.FoldRows.of_cell` makes them of the same
        arguments. Given, they serve all methods of a cell.

    Returns
    -------
    list of CrossValidation
        One for each method.

    Raises
    ------
    DataError, TrainingError
        If a fold cannot be made or trained; names task, IR, repeat and fold.
    """
    if rows is None:
        rows = FoldRows.of_cell(variant, task, ir, protocol, seed=seed, fill=fill)
    folds, y = rows.folds, variant["label"].to_numpy()
    architecture = architecture_of(task, protocol, rows.shape)
    # As many as all folds need, so that a fold is trained alike in any stack.
    counts = np.stack([np.bincount(y[fold.train], minlength=task.n_classes) for fold in folds])
    steps = epoch_steps(methods[0].training_rows(counts).tolist(), protocol.batch_size, last_batch)
    stack = stack or len(methods) * len(folds)
    of_methods = _parts(range(len(methods)), max(1, stack // len(folds)))
    of_folds = _parts(folds, max(1, stack // len(of_methods[0])))
    logger.info(
        f"{task.name}, IR {ir}: {len(folds)} folds of {len(folds[0].train)} training rows, "
        f"{len(of_folds[0])} at once; {rows}, {task.n_classes} classes; {architecture}; "
        f"{steps} steps of {protocol.batch_size} rows per epoch"
    )
    progress = Progress(protocol.epochs, len(of_methods) * len(of_folds))
    found = [_Found() for _ in methods]
    for at_once, part in itertools.product(of_methods, of_folds):
        inputs = [rows.of_fold(fold) for fold in part]
        sets = [
            TrainingSet(train, y[fold.train], validation, y[fold.validation], task.name, ir, *fold.index)
            for fold, (train, validation, _) in zip(part, inputs, strict=True)
        ]
        trainer = StackTrainer(
            sets,
            [methods[i] for i in at_once],
            protocol,
            architecture=architecture,
            n_classes=task.n_classes,
            batch_size=protocol.batch_size,
            seed=seed,
            last_batch=last_batch,
            steps=steps,
        )
        model = trainer.run(progress)
        tested = model.predict([test for *_, test in inputs])
        validated = model.predict([validation for _, validation, _ in inputs])
        for n, i in enumerate(at_once):
            own = slice(n * len(part), (n + 1) * len(part))
            found[i].tested += tested[own]
            found[i].validated += validated[own]
            found[i].records += model.records[own]
            found[i].step_seconds += model.step_seconds / len(at_once)
    return [
        CrossValidation(
            predictions_of(variant, folds, [fold.test for fold in folds], of_method.tested),
            predictions_of(variant, folds, [fold.validation for fold in folds], of_method.validated),
            _records(folds, of_method.records),
            of_method.step_seconds,
            trainer.xla,
        )
        for of_method in found
    ]


@dataclasses.dataclass
class _Found:
    """What is known of a method so far, fold by fold."""

    tested: list[np.ndarray] = dataclasses.field(default_factory=list)
    validated: list[np.ndarray] = dataclasses.field(default_factory=list)
    records: list[FoldRecord] = dataclasses.field(default_factory=list)
    step_seconds: float = 0.0


def _parts(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def architecture_of(task: Task, protocol: Protocol, shape: tuple[int, ...]) -> Architecture:
    """Choose the networks for rows of a shape: of tables those that the protocol says, of images CNNs."""
    if task.image:
        assert protocol.images is not None
        return CNN(protocol.images.filters, protocol.images.dense, protocol.images.precision)
    assert protocol.tables is not None
    if (sizes := protocol.tables.resnet) is not None:
        return ResNet(sizes.blocks, sizes.width, sizes.hidden, sizes.dropout, sizes.residual_dropout)
    width = protocol.tables.trained_width(shape[0], task.n_classes)
    return MLP((width,) * protocol.tables.hidden_layers, protocol.tables.dropout)


def _records(folds: list[Fold], records: list[FoldRecord]) -> pd.DataFrame:
    lines = []
    for fold, record in zip(folds, records, strict=True):
        line = dataclasses.asdict(record)
        lacking, share, resampling = (
            line.pop(name) for name in ("batches_lacking", "class_share", "resampling")
        )
        lines.append(
            {
                "repeat": fold.repeat,
                "fold": fold.fold,
                **line,
                **{f"batches_lacking_{label}": n for label, n in enumerate(lacking)},
                **{f"class_share_{label}": value for label, value in enumerate(share)},
                **resampling,
            }
        )
    return pd.DataFrame(lines)
