"""Repeated stratified folds, each training half with a validation part set aside, and their rows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split

from remix import seeding
from remix.errors import DataError
from remix.preprocessing import scaler
from remix.protocol import Protocol
from remix.study.data.catalogue import Task


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


class FoldRows:
    """The folds of a cell, and the rows that the networks of each are given.

    Rows of tables are scaled by what is learnt from each training part. They are kept, for the next method.
    Images are bytes of which nothing is learnt; the rows of a fold are copied when they are asked for.

    Attributes
    ----------
    folds : list of Fold
    shape : tuple of int
        Of a row: features, or height, width and channels.
    """

    def __init__(self, folds: list[Fold], values: np.ndarray, clip: float | None) -> None:
        self.folds, self.shape = folds, values.shape[1:]
        self._values, self._clip = values, clip
        self._kept: dict[tuple[int, int], list[np.ndarray]] = {}

    @classmethod
    def of_cell(
        cls,
        variant: pd.DataFrame,
        task: Task,
        ir: str,
        protocol: Protocol,
        *,
        seed: int,
        fill: pd.Series | None = None,
    ) -> "FoldRows":
        """Make the folds of a cell; see `remix.study.experiment.cross_validate` for what is given.

        Of the protocol, splits, repeats, the share for validation and, for tables, the clipping count.

        Raises
        ------
        DataError
            If a fold cannot be made; names task, IR, repeat and fold.
        """
        folds = repeated_folds(
            variant["label"].to_numpy(),
            task=task.name,
            ir=ir,
            seed=seed,
            splits=protocol.splits,
            repeats=protocol.repeats,
            validation_fraction=protocol.validation_fraction,
        )
        features = variant.drop(columns=["row", "label"])
        if task.image:
            return cls(folds, features.to_numpy(np.uint8).reshape(-1, *task.image), None)
        assert protocol.tables is not None
        filled = features if fill is None else features.fillna(fill)
        return cls(folds, filled.to_numpy(np.float64), protocol.tables.clip)

    def of_fold(self, fold: Fold) -> list[np.ndarray]:
        """Give the training, validation and test rows of a fold."""
        parts = (fold.train, fold.validation, fold.test)
        if self._clip is None:
            return [self._values[part] for part in parts]
        if fold.index not in self._kept:
            transform = scaler(self._clip).fit(self._values[fold.train])
            self._kept[fold.index] = [transform.transform(self._values[part]) for part in parts]
        return self._kept[fold.index]

    def __str__(self) -> str:
        shape = " × ".join(map(str, self.shape))
        return f"images of {shape}" if self._clip is None else f"{shape} features"
