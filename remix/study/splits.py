"""Repeated stratified folds, each training half with a validation part set aside."""

from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split

from remix import seeding
from remix.errors import DataError


@dataclass(frozen=True)
class Fold:
    """Positions of one fold's rows in the variant; the three parts share no row.

    Attributes
    ----------
    repeat, fold : int
        Which of the repeats, and which fold in it; both count from 0.
    train, validation, test : ndarray of int64, shape (n_part,)
        Sorted positions 0..n-1 in the variant.
    """

    repeat: int
    fold: int
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray

    @property
    def index(self) -> tuple[int, int]:
        """Repeat and fold."""
        return self.repeat, self.fold


def repeated_folds(
    labels: np.ndarray,
    *,
    task: str,
    ir: str,
    seed: int,
    splits: int = 2,
    repeats: int = 10,
    validation_fraction: float = 0.3,
) -> list[Fold]:
    """Cut a variant into repeated stratified folds (the paper's 10×2-fold cross-validation).

    The draw depends on the study's seed, the task, the imbalance ratio, the repeat and the fold, never on
    the method. More repeats extend the list and leave its start as it is.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Class 0..K-1 of each row.
    task, ir : str
        The cell, for the seeds and for messages.
    seed : int
        The study's seed.
    splits, repeats : int
        Folds per repeat, and number of repeats.
    validation_fraction : float
        Share of each training half, stratified, that is set aside for validation.

    Returns
    -------
    list of Fold
        ``splits * repeats`` folds, in the order of repeat and fold.

    Raises
    ------
    DataError
        If a class is too small to be in every part; names task, IR, repeat, fold and class.
    """
    classes, counts = np.unique(labels, return_counts=True)
    if (counts < splits).any():
        small = classes[counts.argmin()]
        raise DataError(
            f"{task}, IR {ir}: class {small} has {counts.min()} rows, {splits}-fold cross-validation "
            f"needs at least {splits}; choose a larger imbalance ratio"
        )
    splitter = RepeatedStratifiedKFold(
        n_splits=splits, n_repeats=repeats, random_state=seeding.random_state(seed, "folds", task, ir)
    )
    folds = []
    for i, (half, test) in enumerate(splitter.split(np.zeros(len(labels)), labels)):
        repeat, fold = divmod(i, splits)
        where = f"{task}, IR {ir}, repeat {repeat}, fold {fold}"
        present, in_half = np.unique(labels[half], return_counts=True)
        if len(present) < len(classes) or in_half.min() < 2:
            few = present[in_half.argmin()] if len(present) == len(classes) else set(classes) - set(present)
            raise DataError(
                f"{where}: class {few} has fewer than 2 rows to train and validate with; "
                "choose a larger imbalance ratio"
            )
        train, validation = train_test_split(
            half,
            test_size=validation_fraction,
            stratify=labels[half],
            random_state=seeding.random_state(seed, "validation", task, ir, repeat, fold),
        )
        missing = set(classes.tolist()) - set(labels[train].tolist())
        if missing:
            raise DataError(
                f"{where}: class {sorted(missing)[0]} is missing from the training part; "
                "choose a larger imbalance ratio or a smaller validation_fraction"
            )
        folds.append(Fold(repeat, fold, np.sort(train), np.sort(validation), np.sort(test)))
    return folds
