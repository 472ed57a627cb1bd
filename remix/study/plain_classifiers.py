"""Fit the classifiers without any remedy on the folds that the networks of a cell have."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from remix import seeding
from remix.calibration import class_shares
from remix.study.fold_rows import fold_rows
from remix.study.plain import PLAIN_TITLES
from remix.study.running.parquet import read_parquet
from remix.study.splits import FoldRows
from remix.study.store import Trained
from remix.study.trainings import Training

logger = logging.getLogger(__name__)

# Steps of logistic regression; with standardised features it takes tens.
MOST_STEPS = 1000


def fit_plain(training: Training, files: Mapping[str, Path], *, threads: int = 1) -> dict[str, Trained]:
    """Fit each classifier on every fold of a cell, and predict the fold's test and validation rows.

    They are fitted on the training parts that networks have, imputed and scaled by what is learnt from these.
    Neither validation rows nor test rows take part.

    Parameters
    ----------
    training : Training
        One of the trainings of the cell, whose folds and rows these are.
    files : mapping of str to Path
        Where its inputs are.
    threads : int
        Threads of this process.

    Returns
    -------
    dict of str to Trained
        By name; the records of the folds have ``class_share_0 … class_share_{K-1}``, the class mix of each
        training part.

    Raises
    ------
    DataError
        If a fold cannot be made; names task, IR, repeat and fold.
    """
    from threadpoolctl import threadpool_limits

    variant = read_parquet(files[training.inputs[0]])
    rows = fold_rows(training, variant, files)
    with threadpool_limits(limits=threads):
        return {name: _cross_validated(name, training, variant, rows) for name in PLAIN_TITLES}


def _cross_validated(name: str, training: Training, variant: pd.DataFrame, rows: FoldRows) -> Trained:
    labels, numbers = variant["label"].to_numpy(), variant["row"].to_numpy()
    n_classes = int(labels.max()) + 1
    tested: list[pd.DataFrame] = []
    validated: list[pd.DataFrame] = []
    records: list[dict[str, Any]] = []
    for fold in rows.folds:
        train, *others = (part.reshape(len(part), -1) for part in rows.of_fold(fold))
        seed = training.definition["seed"]
        state = seeding.random_state(seed, name, training.task, training.ir, *fold.index)
        model = _classifier(name, state).fit(train, labels[fold.train])
        for kept, part, features in zip(
            (validated, tested), (fold.validation, fold.test), others, strict=True
        ):
            probabilities = model.predict_proba(features).astype(np.float32)
            kept.append(_predictions(fold.index, numbers[part], labels[part], probabilities))
        shares = class_shares(labels[fold.train], n_classes)
        records.append({"repeat": fold.repeat, "fold": fold.fold, **_numbered("class_share", shares)})
    logger.info(f"{name}: fitted on {len(rows.folds)} folds, {rows}")
    return Trained(
        pd.concat(tested, ignore_index=True), pd.concat(validated, ignore_index=True), pd.DataFrame(records)
    )


def _classifier(name: str, state: int) -> Any:
    # Imported here: scikit-learn's ensembles take a second.
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    if name == "sklearn.LogisticRegression":
        return LogisticRegression(max_iter=MOST_STEPS)
    # Without early stopping, for which it would set rows of every class aside.
    return HistGradientBoostingClassifier(early_stopping=False, random_state=state)


def _predictions(index: tuple[int, int], rows: np.ndarray, labels: np.ndarray, p: np.ndarray) -> pd.DataFrame:
    repeat, fold = index
    return pd.DataFrame(
        {
            "repeat": repeat,
            "fold": fold,
            "row": rows,
            "y_true": labels,
            **_numbered("p", p.T),
        }
    )


def _numbered(name: str, values: np.ndarray) -> dict[str, Any]:
    return {f"{name}_{k}": value for k, value in enumerate(values)}
