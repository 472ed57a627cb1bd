"""Imbalanced variants: the rows of a dataset that make a task at one imbalance ratio."""

import math
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from remix import seeding
from remix.errors import DataError
from remix.study.data.catalogue import NATURAL, Task
from remix.study.data.columns import LABEL, ROW, TRAINED


def encode_labels(labels: pd.Series, task: Task) -> np.ndarray:
    """Turn class names into a task's labels.

    Parameters
    ----------
    labels : Series of str, length n
        Class names, as in the catalogue.
    task : Task
        Merged: the minority class is 1, all others 0. Kept: the position in ``task.classes``.

    Returns
    -------
    ndarray of int64, shape (n,)

    Raises
    ------
    DataError
        If a class of the task is not in the data, or one of the data not in the catalogue.
    """
    found, expected = set(labels.unique()), set(task.classes)
    if found != expected:
        raise DataError(
            f"{task.name}: the data has classes {sorted(found)}, the catalogue has {sorted(expected)}; "
            f"correct datasets.{task.dataset}.classes"
        )
    if task.merged:
        return (labels == task.minority[0]).to_numpy().astype(np.int64)
    position = {name: i for i, name in enumerate(task.classes)}
    return labels.map(position).to_numpy().astype(np.int64)


def minority_size(counts: np.ndarray, task: Task, ir: str) -> int:
    """Number of rows that each minority class keeps at an imbalance ratio.

    Binary: IR × rows of the merged majority. Multi-class: IR × rows of the largest class of the data.
    Rounded down, with the ratio taken exactly as written (0.29 × 100 is 29, in floating point 28).

    Parameters
    ----------
    counts : ndarray of int, shape (K,)
        Rows of each label in the whole dataset.
    task : Task
        The task that the labels belong to.
    ir : str
        Imbalance ratio as written, in (0, 1].

    Raises
    ------
    DataError
        If a minority class has fewer rows than that, or if no row would be kept.
    """
    reference = counts[0] if task.merged else counts.max()
    size = math.floor(Fraction(ir) * int(reference))
    if size < 1:
        raise DataError(
            f"{task.name}, IR {ir}: no minority row would be left of {reference} × {ir}; choose a larger IR"
        )
    for label in task.minority_labels:
        if counts[label] < size:
            name = task.minority[0] if task.merged else task.classes[label]
            raise DataError(
                f"{task.name}, IR {ir}: class {name} needs {size} rows ({ir} × {reference}) and has "
                f"{counts[label]}; the largest IR it can reach is {_largest(counts[label], reference)}; "
                f"'{NATURAL}' keeps all rows"
            )
    return size


def tail_sizes(counts: np.ndarray, task: Task, ir: str) -> list[int]:
    """Count the rows of each class that a long tail may be trained on: n_0 · IR^(k / (K - 1)) of class k.

    Class 0 keeps its n_0 rows, the last class IR times as many: the imbalance factor is 1 / IR. Rounded down,
    with the ratio taken exactly as written.

    Parameters
    ----------
    counts : ndarray of int, shape (K,)
        Rows of each label in the whole dataset.
    task : Task
        One with the profile 'exponential'.
    ir : str
        Imbalance ratio as written, in (0, 1].

    Raises
    ------
    DataError
        If a class has fewer rows than that, or if no row would be kept.

    References
    ----------
    Y. Cui, M. Jia, T.-Y. Lin, Y. Song and S. Belongie: Class-Balanced Loss Based on Effective Number of
    Samples. CVPR 2019, arXiv:1901.05555, which has long-tailed CIFAR.
    """
    last, sizes = task.n_classes - 1, []
    for k, share in enumerate(task.tail(ir)):
        exact = Fraction(int(counts[0])) ** last * Fraction(ir) ** k
        nearest = round(int(counts[0]) * share)
        size = nearest if nearest**last <= exact else nearest - 1
        needed = f"{task.name}, IR {ir}: class {task.classes[k]} needs {max(size, 1)} rows"
        if size < 1:
            raise DataError(f"{needed} and is left none of; choose a larger IR")
        if counts[k] < size:
            raise DataError(
                f"{needed} beside {counts[0]} of class {task.classes[0]}, and has {counts[k]}; choose a "
                f"smaller IR, or list a class first that has fewer rows; '{NATURAL}' keeps all rows"
            )
        sizes.append(size)
    return sizes


def _largest(rows: int, reference: int) -> str:
    """Write a ratio, with as few digits as can be, of which this many rows are left."""
    ratio, decimals = Decimal(int(rows)) / Decimal(int(reference)), 4
    while True:
        written = format(ratio.quantize(Decimal((0, (1,), -decimals)), ROUND_CEILING), "f")
        if math.floor(Fraction(written) * int(reference)) == rows:
            return written
        decimals += 1


def select_rows(labels: np.ndarray, task: Task, ir: str, *, seed: int) -> np.ndarray:
    """Choose the rows of a variant; those of a smaller IR are among those of a larger one.

    Each minority class is shuffled once per task, whatever the IR, and its first rows are kept. Of a long
    tail they are those that may be trained on; all others are tested all the same.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Labels 0..K-1 of the whole dataset; see `encode_labels`.
    task : Task
        Which labels are minority classes.
    ir : str
        Imbalance ratio as written; `NATURAL` keeps all rows.
    seed : int
        The study's seed.

    Returns
    -------
    ndarray of int64, shape (n_variant,)
        Sorted positions in the dataset.

    Raises
    ------
    DataError
        As `minority_size`, and of a long tail as `tail_sizes`.
    """
    if ir == NATURAL:
        return np.arange(len(labels))
    counts = np.bincount(labels, minlength=task.n_classes)
    if task.profile is None:
        sizes = dict.fromkeys(task.minority_labels, minority_size(counts, task, ir))
    else:
        sizes = {label: size for label, size in enumerate(tail_sizes(counts, task, ir)) if label}
    keep = ~np.isin(labels, task.minority_labels)
    for label, size in sizes.items():
        rows = np.flatnonzero(labels == label)
        shuffled = seeding.generator(seed, "variant", task.name, int(label)).permutation(rows)
        keep[shuffled[:size]] = True
    return np.flatnonzero(keep)


def draw_subset(labels: pd.Series, dataset: str, rows: int, *, seed: int) -> np.ndarray:
    """Draw some rows of a dataset, with the shares of its classes; the same for all tasks on it.

    Shares are rounded down; the classes that lose most by that get one more, so that they add up to `rows`.

    Parameters
    ----------
    labels : Series of str, length n
        Class names.
    dataset : str
        Its name.
    rows : int
        How many; all, if there are no more.
    seed : int
        The study's seed.

    Returns
    -------
    ndarray of int64, shape (min(rows, n),)
        Sorted positions in the dataset.

    Raises
    ------
    DataError
        If a class would have no row.
    """
    if rows >= len(labels):
        return np.arange(len(labels))
    classes, of_row, counts = np.unique(labels.to_numpy(str), return_inverse=True, return_counts=True)
    sizes, lost = np.divmod(counts * rows, len(labels))
    sizes[np.argsort(-lost, kind="stable")[: rows - sizes.sum()]] += 1
    if not sizes.all():
        raise DataError(f"{rows} rows of {dataset} hold none of class {classes[sizes.argmin()]}; choose more")
    chosen = []
    for name, position, size in zip(classes, range(len(classes)), sizes, strict=True):
        draw = seeding.generator(seed, "subset", dataset, str(name))
        chosen.append(draw.permutation(np.flatnonzero(of_row == position))[:size])
    return np.sort(np.concatenate(chosen))


def imbalanced_variant(
    prepared: pd.DataFrame, task: Task, ir: str, *, seed: int, rows: str | int = "all"
) -> pd.DataFrame:
    """Build the variant of one cell from a prepared dataset.

    Parameters
    ----------
    prepared : DataFrame
        Feature columns and a string column ``label``.
    task, ir, seed
        As `select_rows`.
    rows : 'all' or int
        How many rows of the dataset to draw before the variant is cut; see `draw_subset`.

    Returns
    -------
    DataFrame
        ``row`` (position in `prepared`), the features, and ``label`` (int64, 0..K-1). Of a long tail it has
        all rows, and ``trained`` (bool) says which of them may be trained on.

    Raises
    ------
    DataError
        As `encode_labels`, `draw_subset`, `minority_size` and `tail_sizes`.
    """
    labels = encode_labels(prepared["label"], task)
    subset = np.arange(len(labels))
    if rows != "all":
        subset = draw_subset(prepared["label"], task.dataset, int(rows), seed=seed)
    chosen = select_rows(labels[subset], task, ir, seed=seed)
    kept = subset if task.profile else subset[chosen]
    variant = prepared.iloc[kept].reset_index(drop=True)
    variant["label"] = labels[kept]
    if task.profile:
        variant.insert(variant.columns.get_loc(LABEL) + 1, TRAINED, np.isin(np.arange(len(kept)), chosen))
    variant.insert(0, ROW, kept)
    return variant
