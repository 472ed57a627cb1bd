"""Repeated stratified folds, each training half with a validation part set aside, and their rows."""

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedGroupKFold, train_test_split

from remix import seeding
from remix.errors import DataError
from remix.preprocessing import scaler
from remix.protocol import Protocol
from remix.study.data.catalogue import Task
from remix.study.data.columns import GROUP, features, may_be_trained

# Into how many parts the training half is cut, by groups, of which some are the validation part.
_PARTS = 10


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
    groups: np.ndarray | None = None,
    trained: np.ndarray | None = None,
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
    groups : ndarray of int, shape (n,), optional
        Group of each row. Given, all rows of a group are in one part of a fold; classes and the share for
        validation are then as even as groups allow.
    trained : ndarray of bool, shape (n,), optional
        Which rows may be in a training half. Given, the others are tested and nothing else, and both kinds of
        each class are shared out evenly.

    Returns
    -------
    list of Fold
        ``splits * repeats`` folds, in the order of repeat and fold.

    Raises
    ------
    DataError
        If a class is too small, or in too few groups, to be in every part; names task, IR, repeat, fold and
        class.
    """
    classes, counts = np.unique(labels if trained is None else labels[trained], return_counts=True)
    if (counts < splits).any():
        small = classes[counts.argmin()]
        raise DataError(
            f"{task}, IR {ir}: class {small} has {counts.min()} rows, {splits}-fold cross-validation "
            f"needs at least {splits}; choose a larger imbalance ratio"
        )
    strata = labels if trained is None else _strata(labels, trained, splits)
    unused, state = np.zeros(len(labels)), seeding.random_state(seed, "folds", task, ir)
    if groups is None:
        repeated = RepeatedStratifiedKFold(n_splits=splits, n_repeats=repeats, random_state=state)
        halves = repeated.split(unused, strata)
    else:
        _refuse_few(groups, splits, f"{task}, IR {ir}")
        # A number from one generator for each repeat, as scikit-learn does it for rows.
        states = np.random.RandomState(state)
        by_groups = [StratifiedGroupKFold(splits, shuffle=True, random_state=states) for _ in range(repeats)]
        halves = (parts for each in by_groups for parts in each.split(unused, strata, groups))
    folds = []
    for i, (half, test) in enumerate(halves):
        repeat, fold = divmod(i, splits)
        where = f"{task}, IR {ir}, repeat {repeat}, fold {fold}"
        half = half if trained is None else half[trained[half]]
        present, in_half = np.unique(labels[half], return_counts=True)
        few = sorted({*classes.tolist()} - {*present.tolist()}) or [*present[in_half < 2]]
        if few:
            raise DataError(
                f"{where}: class {few[0]} has fewer than 2 rows to train and validate with; {_remedy(groups)}"
            )
        state = seeding.random_state(seed, "validation", task, ir, repeat, fold)
        if groups is None:
            train, validation = train_test_split(
                half, test_size=validation_fraction, stratify=labels[half], random_state=state
            )
        else:
            _refuse_few(groups[half], 2, where)
            train, validation = _parted_by_groups(half, labels, groups, validation_fraction, state)
        parts = {"training": train}
        if groups is not None:  # by rows every class is tested, and a small validation part may lack one
            parts |= {"test": test, "validation": validation}
        for part, rows in parts.items():
            if missing := sorted({*classes.tolist()} - {*labels[rows].tolist()}):
                raise DataError(
                    f"{where}: class {missing[0]} is missing from the {part} part; "
                    f"{_remedy(groups, ' or a smaller validation_fraction')}"
                )
        folds.append(Fold(repeat, fold, np.sort(train), np.sort(validation), np.sort(test)))
    return folds


def _strata(labels: np.ndarray, trained: np.ndarray, splits: int) -> np.ndarray:
    """Tell the rows of each class apart by whether they may be trained on, where enough of them may not."""
    strata = 2 * labels + ~trained
    return np.where(np.bincount(strata)[strata] < splits, 2 * labels, strata)


def _parted_by_groups(
    half: np.ndarray, labels: np.ndarray, groups: np.ndarray, fraction: float, state: int
) -> tuple[np.ndarray, np.ndarray]:
    """Set some groups of a training half aside.

    It is cut into as many parts as all classes have groups for, `_PARTS` at most. Those are set aside that
    together come closest to the fraction in every class: groups may be large.
    """
    of_class = [np.unique(groups[half[labels[half] == label]]).size for label in np.unique(labels[half])]
    n_parts = max(2, min(_PARTS, *of_class))
    splitter = StratifiedGroupKFold(n_splits=n_parts, shuffle=True, random_state=state)
    parts = [part for _, part in splitter.split(half, labels[half], groups[half])]
    counts = np.stack([np.bincount(labels[half[part]], minlength=labels.max() + 1) for part in parts])
    shares = counts / np.maximum(counts.sum(axis=0), 1)
    # All ways to choose some of them, but neither none nor all.
    choices = np.array(list(itertools.product([False, True], repeat=n_parts))[1:-1])
    chosen = choices[np.abs(choices @ shares - fraction).max(axis=1).argmin()]
    aside = np.zeros(len(half), bool)
    aside[np.concatenate([part for part, taken in zip(parts, chosen, strict=True) if taken])] = True
    return half[~aside], half[aside]


def _refuse_few(groups: np.ndarray, least: int, where: str) -> None:
    count = np.unique(groups).size
    if count < least:
        raise DataError(
            f"{where}: {count} groups cannot be cut into {least} parts; set switches.splits: rows"
        )


def _remedy(groups: np.ndarray | None, other: str = "") -> str:
    larger = "choose a larger imbalance ratio"
    return larger + other if groups is None else f"its groups are too few: {larger}, or switches.splits: rows"


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
        by_groups: bool = False,
    ) -> "FoldRows":
        """Make the folds of a cell; see `remix.study.experiment.cross_validate` for what is given.

        Of the protocol, splits, repeats, the share for validation and, for tables, the clipping count. By
        groups, no group of the variant's column ``group`` is in two parts of a fold.

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
            groups=variant[GROUP].to_numpy() if by_groups else None,
            trained=may_be_trained(variant),
        )
        values = features(variant)
        if task.image:
            return cls(folds, values.to_numpy(np.uint8).reshape(-1, *task.image), None)
        assert protocol.tables is not None
        filled = values if fill is None else values.fillna(fill)
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


def predictions_of(
    variant: pd.DataFrame, folds: list[Fold], parts: list[np.ndarray], probabilities: list[np.ndarray]
) -> pd.DataFrame:
    """Put the probabilities of each fold's part below each other.

    Parameters
    ----------
    variant : DataFrame
    folds : list of Fold
    parts : list of ndarray of int64
        Of each fold, the positions in the variant.
    probabilities : list of ndarray, shape (n_part, K)

    Returns
    -------
    DataFrame
        ``repeat, fold, row, y_true, p_0 … p_{K-1}``.
    """
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
