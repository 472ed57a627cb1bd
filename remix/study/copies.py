"""Exact copies: test rows that have the features of a row that was trained on."""

import numpy as np
import pandas as pd

from remix.study.data.columns import GROUP, features, may_be_trained
from remix.study.splits import repeated_folds
from remix.study.study import Study


def share_of_copies(variant: pd.DataFrame, study: Study, task: str, ir: str) -> float:
    """Count the test rows of a cell that have a twin in the training part, whatever its label.

    Parameters
    ----------
    variant : DataFrame
        See `remix.study.data.variants.imbalanced_variant`.
    study : Study
    task, ir : str
        The cell.

    Returns
    -------
    float
        Their share, a mean over the study's folds. Validation rows are no part of the training part; missing
        values are equal.
    """
    values = np.array(features(variant).to_numpy(), order="C")
    if values.dtype.kind == "f":
        values[np.isnan(values)] = np.nan  # whatever its bits are
        values += 0.0  # and likewise of -0
    twins, found = pd.factorize(np.array([row.tobytes() for row in values], dtype=object))
    if len(found) == len(values):
        return 0.0
    folds = repeated_folds(
        variant["label"].to_numpy(),
        task=task,
        ir=ir,
        seed=study.seed,
        splits=study.protocol.splits,
        repeats=study.repeats[task],
        validation_fraction=study.protocol.validation_fraction,
        groups=variant[GROUP].to_numpy() if study.by_groups(task) else None,
        trained=may_be_trained(variant),
    )
    return float(np.mean([np.isin(twins[fold.test], twins[fold.train]).mean() for fold in folds]))
