"""Cross-validation of one method on one cell: variant + method → predictions."""

import dataclasses
import logging
import math

import numpy as np
import pandas as pd

from remix.data.catalogue import Task
from remix.methods import Method
from remix.preprocessing import scaler
from remix.protocol import Protocol
from remix.splits import Fold, repeated_folds
from remix.training import StackedModel, TrainingSet, train_stack

logger = logging.getLogger(__name__)


def cross_validate(
    variant: pd.DataFrame,
    task: Task,
    ir: str,
    method: Method,
    protocol: Protocol,
    *,
    batch_size: int,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train a method on every fold of a cell and predict every fold's test rows.

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
    batch_size : int
        Rows per mini-batch.
    seed : int
        The study's seed.

    Returns
    -------
    predictions : DataFrame
        ``repeat, fold, row, y_true, p_0 … p_{K-1}``: one line per test row of each fold, p as float32.
    records : DataFrame
        One line per fold: ``repeat``, ``fold`` and the fields of `remix.training.FoldRecord`.

    Raises
    ------
    DataError, TrainingError
        If a fold cannot be made or trained; names task, IR, repeat and fold.
    """
    X = variant.drop(columns=["row", "label"]).to_numpy(np.float64)
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
    width = protocol.hidden_width(task.kind, X.shape[1], task.n_classes)
    steps = math.ceil(max(len(data.labels) for data in sets) / batch_size)
    logger.info(
        f"{task.name}, IR {ir}: {len(folds)} folds of {len(sets[0].labels)} training rows, "
        f"{X.shape[1]} features, {task.n_classes} classes; "
        f"{protocol.hidden_layers} hidden layers of {width}; {steps} steps of {batch_size} rows per epoch"
    )
    model = train_stack(
        sets,
        method,
        protocol,
        n_classes=task.n_classes,
        hidden_width=width,
        batch_size=batch_size,
        steps=steps,
        seed=seed,
    )
    probabilities = model.predict(test_features)
    return _predictions(variant, folds, probabilities), _records(folds, model)


def _predictions(variant: pd.DataFrame, folds: list[Fold], probabilities: list[np.ndarray]) -> pd.DataFrame:
    rows, labels = variant["row"].to_numpy(), variant["label"].to_numpy()
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "repeat": fold.repeat,
                    "fold": fold.fold,
                    "row": rows[fold.test],
                    "y_true": labels[fold.test],
                    **{f"p_{k}": p[:, k] for k in range(p.shape[1])},
                }
            )
            for fold, p in zip(folds, probabilities, strict=True)
        ],
        ignore_index=True,
    )


def _records(folds: list[Fold], model: StackedModel) -> pd.DataFrame:
    lines = []
    for fold, record in zip(folds, model.records, strict=True):
        line = dataclasses.asdict(record)
        lacking = line.pop("batches_lacking")
        lines.append(
            {
                "repeat": fold.repeat,
                "fold": fold.fold,
                **line,
                **{f"batches_lacking_{label}": n for label, n in enumerate(lacking)},
            }
        )
    return pd.DataFrame(lines)
