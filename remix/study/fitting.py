"""Cross-validation of a classifier that is no network: folds of a cell → predictions."""

import logging
import time
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from remix import seeding
from remix.errors import TrainingError, one_line
from remix.study.estimators import class_name, load, made
from remix.study.splits import FoldRows, predictions_of
from remix.study.store import Trained

logger = logging.getLogger(__name__)


def fit_folds(
    variant: pd.DataFrame,
    task: str,
    ir: str,
    spec: Mapping[str, Any],
    rows: FoldRows,
    *,
    seed: int,
    threads: int = 1,
) -> tuple[Trained, float]:
    """Fit a classifier on every fold of a cell, and predict every fold's test and validation rows.

    It is fitted on the training part that networks have, imputed and scaled by what is learnt from this part.
    Neither test rows nor validation rows take part: what follows a training is chosen on the latter.

    Parameters
    ----------
    variant : DataFrame
        ``row``, features, ``label``; see `remix.study.data.variants.imbalanced_variant`.
    task, ir : str
        The cell, for seeds and messages.
    spec : mapping
        See `remix.study.estimators.made`; ``trained_prior``, by default ``'natural'``, or ``'balanced'``.
    rows : FoldRows
        The folds of the cell and their rows, which are no images.
    seed : int
        The study's seed. From it, the cell and the fold derives what the classifier draws from.
    threads : int
        Threads of this process.

    Returns
    -------
    trained : Trained
        Probabilities as float32; of each fold ``repeat, fold, train_rows`` and ``class_share_0 …
        class_share_{K-1}``, the class prior that the probabilities stand for: the class mix of its training
        part, or equal shares.
    seconds : float
        How long the classifier was fitted.

    Raises
    ------
    TrainingError
        If a fold cannot be fitted, or gives no probabilities; names task, IR, repeat and fold.
    """
    from threadpoolctl import threadpool_limits

    # Before the limit, which holds for libraries that are loaded.
    load(spec["estimator"])
    folds, y = rows.folds, variant["label"].to_numpy()
    n_classes = int(y.max()) + 1
    logger.info(f"{task}, IR {ir}: {len(folds)} folds of {len(folds[0].train)} training rows; {rows}; {spec}")
    validated: list[np.ndarray] = []
    tested: list[np.ndarray] = []
    records, seconds = [], 0.0
    with threadpool_limits(limits=threads):
        for fold in folds:
            train, *others = rows.of_fold(fold)
            state = seeding.random_state(seed, "estimator", task, ir, *fold.index)
            begun = time.monotonic()
            try:
                model = _fitted(made(spec, state), train, y[fold.train])
                validation, test = (np.asarray(model.predict_proba(part)) for part in others)
            except Exception as error:
                where = f"{task}, IR {ir}, repeat {fold.repeat}, fold {fold.fold}"
                raise TrainingError(
                    f"{where}: {class_name(spec['estimator'])} cannot be fitted: {one_line(error)}"
                ) from None
            seconds += time.monotonic() - begun
            for kept, probabilities in ((validated, validation), (tested, test)):
                _refuse_none(probabilities, n_classes, f"{task}, IR {ir}: {spec['estimator']}")
                kept.append(probabilities.astype(np.float32))
            shares = np.bincount(y[fold.train], minlength=n_classes) / len(fold.train)
            if spec.get("trained_prior") == "balanced":
                shares = np.full(n_classes, 1 / n_classes)
            records.append(
                {
                    "repeat": fold.repeat,
                    "fold": fold.fold,
                    "train_rows": len(fold.train),
                    **{f"class_share_{k}": share for k, share in enumerate(shares)},
                }
            )
    return Trained(
        predictions_of(variant, folds, [fold.test for fold in folds], tested),
        predictions_of(variant, folds, [fold.validation for fold in folds], validated),
        pd.DataFrame(records),
    ), seconds


def _fitted(model: Any, train: np.ndarray, labels: np.ndarray) -> Any:
    """Fit a classifier; what it warns of goes to the log, each once."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        model.fit(train, labels)
    for text in dict.fromkeys(one_line(each.message) for each in told):
        logger.info(f"warning: {text}")
    return model


def _refuse_none(probabilities: np.ndarray, n_classes: int, what: str) -> None:
    if probabilities.shape[1:] != (n_classes,) or not np.isfinite(probabilities).all():
        raise TrainingError(f"{what} gives no probability of each of the {n_classes} classes; name another")
