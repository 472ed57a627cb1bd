"""Cross-validation of one method on one cell: variant + method → predictions."""

import dataclasses
import logging
from typing import NamedTuple

import numpy as np
import pandas as pd

from remix.batches.drawing import LastBatch
from remix.data.catalogue import Task
from remix.methods import Method
from remix.preprocessing import scaler
from remix.protocol import Protocol
from remix.splits import Fold, repeated_folds
from remix.training import StackedModel, StackTrainer, TrainingSet

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
    """

    predictions: pd.DataFrame
    validation: pd.DataFrame
    records: pd.DataFrame


def cross_validate(
    variant: pd.DataFrame,
    task: Task,
    ir: str,
    method: Method,
    protocol: Protocol,
    *,
    seed: int,
    last_batch: LastBatch = "filled",
    fill: pd.Series | None = None,
) -> CrossValidation:
    """Train a method on every fold of a cell and predict every fold's test and validation rows.

    A method is given the training part of a fold and nothing else: test rows take no part in imputation,
    scaling, resampling, training or the choice of weights.

    Parameters
    ----------
    variant : DataFrame
        ``row``, features, ``label``; see `remix.data.variants.imbalanced_variant`.
    task : Task
        The task that the variant belongs to.
    ir : str
        Imbalance ratio as written.
    method : Method
    protocol : Protocol
    seed : int
        The study's seed.
    last_batch : {'filled', 'partial', 'dropped'}
        What becomes of an epoch's last rows where they are fewer than a batch.
    fill : Series of float, optional
        By feature, the value that stands for a missing one. By default the mean over each training part is
        learnt; a value that comes from more rows than these lets the model know of its test rows.

    Returns
    -------
    CrossValidation

    Raises
    ------
    DataError, TrainingError
        If a fold cannot be made or trained; names task, IR, repeat and fold.
    """
    features = variant.drop(columns=["row", "label"])
    if fill is not None:
        features = features.fillna(fill)
    X = features.to_numpy(np.float64)
    y = variant["label"].to_numpy()
    folds = repeated_folds(
        y,
        task=task.name,
        ir=ir,
        seed=seed,
        splits=protocol.splits,
        repeats=protocol.repeats,
        validation_fraction=protocol.validation_fraction,
    )
    sets, test_features = [], []
    for fold in folds:
        transform = scaler(protocol.clip).fit(X[fold.train])
        sets.append(
            TrainingSet(
                features=transform.transform(X[fold.train]),
                labels=y[fold.train],
                validation_features=transform.transform(X[fold.validation]),
                validation_labels=y[fold.validation],
                task=task.name,
                ir=ir,
                repeat=fold.repeat,
                fold=fold.fold,
            )
        )
        test_features.append(transform.transform(X[fold.test]))
    width = protocol.tables.hidden_width(X.shape[1], task.n_classes)
    trainer = StackTrainer(
        sets,
        method,
        protocol,
        n_classes=task.n_classes,
        hidden_width=width,
        batch_size=protocol.batch_size,
        seed=seed,
        last_batch=last_batch,
    )
    logger.info(
        f"{task.name}, IR {ir}: {len(folds)} folds of {len(sets[0].labels)} training rows, "
        f"{X.shape[1]} features, {task.n_classes} classes; "
        f"{protocol.hidden_layers} hidden layers of {width}; "
        f"{trainer.steps} steps of {protocol.batch_size} rows per epoch"
    )
    model = trainer.run()
    return CrossValidation(
        _predictions(variant, folds, [fold.test for fold in folds], model.predict(test_features)),
        _predictions(
            variant,
            folds,
            [fold.validation for fold in folds],
            model.predict([data.validation_features for data in sets]),
        ),
        _records(folds, model),
    )


def _predictions(
    variant: pd.DataFrame, folds: list[Fold], parts: list[np.ndarray], probabilities: list[np.ndarray]
) -> pd.DataFrame:
    """Put the probabilities of each fold's part, given by positions in the variant, below each other."""
    rows, labels = variant["row"].to_numpy(), variant["label"].to_numpy()
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "repeat": fold.repeat,
                    "fold": fold.fold,
                    "row": rows[part],
                    "y_true": labels[part],
                    **{f"p_{k}": p[:, k] for k in range(p.shape[1])},
                }
            )
            for fold, part, p in zip(folds, parts, probabilities, strict=True)
        ],
        ignore_index=True,
    )


def _records(folds: list[Fold], model: StackedModel) -> pd.DataFrame:
    lines = []
    for fold, record in zip(folds, model.records, strict=True):
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
