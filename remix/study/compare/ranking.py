"""Comparing methods over cells: ranks, rank sums and gains over the baseline.

All functions take *scores*: a frame with the columns ``kind, task, ir, method, repeat, fold, metric, value``,
where a cell is (task, ir) and ``kind`` is one of `remix.study.data.catalogue.KINDS`. Methods are compared
within a kind only. A method that lacks in a cell where others have scores is an error, since a sum or mean
over different cells would compare nothing; but there are methods for images only, which tables do not lack.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from remix.errors import ResultError
from remix.metrics import metric as metric_named
from remix.study.compare.statistics import bootstrap_interval, ranked
from remix.study.data.catalogue import IMAGE_KINDS, KINDS, ir_value
from remix.study.study import BASELINE, Study

# What the paper judges by.
PAPER_METRICS = ("g_mean", "balanced_brier")
CELL = ["kind", "task", "ir"]
ALL = "All"
GAIN_COLUMNS = [
    "kind", "metric", "ir", "method",
    "gain", "standard_error", "low", "high", "n_tasks", "n_datasets", "n_cells",
]  # fmt: skip


def cell_means(scores: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Mean over the folds of a cell, per method.

    Parameters
    ----------
    scores : DataFrame
        See the module's text.
    metric : str
        Name of the metric.

    Returns
    -------
    DataFrame of float64
        One row per cell, with the index (kind, task, ir); one column per method, NaN on tables for methods
        that only images have.

    Raises
    ------
    ResultError
        If a cell lacks a method, folds or a number.
    """
    metric_named(metric)
    chosen = scores[scores["metric"] == metric]
    if chosen.empty and not scores.empty:
        raise ResultError(f"the scores have no '{metric}'; score the predictions anew")
    doubled = chosen.duplicated([*CELL, "method", "repeat", "fold"])
    if doubled.any():
        raise ResultError(f"{_fold_text(chosen[doubled].iloc[0])} has two values of {metric}; score it anew")
    numberless = ~np.isfinite(chosen["value"].astype(np.float64))
    if numberless.any():
        raise ResultError(f"{_fold_text(chosen[numberless].iloc[0])}: {metric} is no number; score it anew")
    shape = {"index": CELL, "columns": "method", "values": "value", "sort": False}
    _refuse_gaps(chosen.pivot_table(**shape, aggfunc="count"), metric)
    return chosen.pivot_table(**shape, aggfunc="mean")


def by_kind(cells: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Split what `cell_means`, or another function of cells here, gives: each kind with its own methods.

    Parameters
    ----------
    cells : DataFrame
        One row per cell, with the index (kind, task, ir); one column per method.

    Yields
    ------
    kind : str
        Of those with cells, in the order of `remix.study.data.catalogue.KINDS`.
    part : DataFrame
        Its cells, and the methods that these have.
    """
    kinds = cells.index.get_level_values("kind")
    for kind in sorted(kinds.unique(), key=KINDS.index):
        yield kind, cells[kinds == kind].dropna(axis="columns", how="all")


class Cells(NamedTuple):
    """What methods are compared on: the cells of one kind by one metric.

    Attributes
    ----------
    kind, metric : str
    means : DataFrame of float
        One row per cell, one column per method of the kind; see `cell_means`.
    datasets : list of str
        Dataset of each cell.
    """

    kind: str
    metric: str
    means: pd.DataFrame
    datasets: list[str]


def cells_of(scores: pd.DataFrame, metrics: Iterable[str], study: Study) -> list[Cells]:
    """Give the cells of each kind by each metric: by kind as `by_kind`, within it by metric as given.

    Raises
    ------
    ResultError
        As `cell_means`.
    """
    found = [
        Cells(kind, metric, means, study.datasets_of(means.index.get_level_values("task")))
        for metric in metrics
        for kind, means in by_kind(cell_means(scores, metric))
    ]
    return sorted(found, key=lambda cells: KINDS.index(cells.kind))


def cell_ranks(scores: pd.DataFrame, metric: str, ties: Literal["min", "average"] = "min") -> pd.DataFrame:
    """Rank of each method in each cell; 1 is best.

    Parameters
    ----------
    scores : DataFrame
        See the module's text.
    metric : str
        Name of the metric; its direction decides what is best.
    ties : {'min', 'average'}
        Methods with equal means all get the lowest of their ranks, or the mean of them.

    Returns
    -------
    DataFrame of float64
        As `cell_means`.

    Raises
    ------
    ResultError
        As `cell_means`.
    """
    return ranked(cell_means(scores, metric), metric, ties)


def rank_sums(scores: pd.DataFrame, metric: str, ties: Literal["min", "average"] = "min") -> pd.DataFrame:
    """Sum over the cells of a kind of each method's rank.

    Parameters
    ----------
    scores, metric, ties
        As `cell_ranks`.

    Returns
    -------
    DataFrame
        ``kind, metric, method, rank_sum, mean_rank, n_cells``. Rank sums over different numbers of cells are
        not comparable; mean ranks are, as long as the same methods were ranked.

    Raises
    ------
    ResultError
        As `cell_means`.
    """
    ranks = cell_ranks(scores, metric, ties)
    lines = [
        {
            "kind": kind,
            "metric": metric,
            "method": method,
            "rank_sum": float(column.sum()),
            "mean_rank": float(column.mean()),
            "n_cells": len(column),
        }
        for kind, part in by_kind(ranks)
        for method, column in part.items()
    ]
    return pd.DataFrame(lines, columns=["kind", "metric", "method", "rank_sum", "mean_rank", "n_cells"])


def cell_gains(scores: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Improvement of each method over the baseline in each cell; positive is better, whatever the metric.

    Parameters
    ----------
    scores, metric
        As `cell_means`.

    Returns
    -------
    DataFrame of float64
        As `cell_means`, without the baseline's column.

    Raises
    ------
    ResultError
        As `cell_means`, or if the baseline has no scores.
    """
    means = cell_means(scores, metric)
    if BASELINE not in means.columns:
        raise ResultError(f"gains need the method '{BASELINE}', which has no scores; add it to study.methods")
    improvement = means.sub(means[BASELINE], axis=0) * metric_named(metric).sign
    return improvement.drop(columns=BASELINE)


def gains(scores: pd.DataFrame, metric: str, datasets: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Mean gain of each method over the baseline, per imbalance ratio and over all cells of a kind.

    Parameters
    ----------
    scores, metric
        As `cell_gains`.
    datasets : mapping of str to str, optional
        Dataset of each task, the unit of the interval; else each task counts as a dataset of its own.

    Returns
    -------
    DataFrame
        ``kind, metric, ir, method, gain, standard_error, low, high, n_tasks, n_datasets, n_cells``; ``ir`` is
        ``'All'`` for the mean over all cells. The standard error is that between tasks, see
        `between_task_error`; NaN for one task. ``low`` and ``high`` are the 95 % interval that
        `remix.study.compare.statistics.bootstrap_interval` gives; NaN for one dataset.

    Raises
    ------
    ResultError
        As `cell_gains`.
    """
    lines = []
    for kind, part in by_kind(cell_gains(scores, metric)):
        ratios = sorted(part.index.unique("ir"), key=ir_value, reverse=True)
        groups = {ir: part.xs(ir, level="ir", drop_level=False) for ir in ratios} | {ALL: part}
        for ir, group in groups.items():
            tasks = group.index.get_level_values("task")
            units = [task if datasets is None else datasets[task] for task in tasks]
            for method, column in group.items():
                interval = bootstrap_interval(column.to_numpy(), units)
                lines.append(
                    {
                        "kind": kind,
                        "metric": metric,
                        "ir": ir,
                        "method": method,
                        "gain": float(column.mean()),
                        "standard_error": between_task_error(column.to_numpy(), tasks.to_numpy()),
                        "low": interval.low,
                        "high": interval.high,
                        "n_tasks": tasks.nunique(),
                        "n_datasets": len(set(units)),
                        "n_cells": len(column),
                    }
                )
    return pd.DataFrame(lines, columns=GAIN_COLUMNS)


def between_task_error(values: np.ndarray, tasks: np.ndarray) -> float:
    """Standard error of a mean over cells, with the tasks as the independent units.

    The cells of one task share data and are not independent, so their deviations from the mean are added up
    before they are squared (the cluster-robust standard error of a mean). With one cell per task this is the
    usual sample standard deviation over √n.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        One number per cell.
    tasks : ndarray, shape (n,)
        Task of each cell.

    Returns
    -------
    float
        NaN for fewer than two tasks.

    Examples
    --------
    >>> round(between_task_error(np.array([1.0, 2.0, 3.0]), np.array(["a", "b", "c"])), 4)
    0.5774
    """
    names, position = np.unique(tasks, return_inverse=True)
    if len(names) < 2:
        return float("nan")
    deviations = np.bincount(position, weights=values - values.mean())
    return float(np.sqrt((deviations**2).sum() * len(names) / (len(names) - 1)) / len(values))


def _refuse_gaps(folds: pd.DataFrame, metric: str) -> None:
    """Raise unless every method has, in every cell, values of as many folds as the others.

    Methods that tables, or images, have nowhere are not asked of them.
    """
    on_images = folds.index.get_level_values("kind").isin(IMAGE_KINDS)
    for part in (folds[~on_images], folds[on_images]):
        for (_, task, ir), counts in part.dropna(axis="columns", how="all").iterrows():
            absent = [str(method) for method, n in counts.items() if not n > 0]
            if absent:
                raise ResultError(
                    f"{task}, IR {ir} has no {metric} of {', '.join(absent)}; make these scores first"
                )
            if counts.min() < counts.max():
                raise ResultError(
                    f"{task}, IR {ir}: {counts.idxmin()} has {metric} of {int(counts.min())} folds, "
                    f"{counts.idxmax()} of {int(counts.max())}; make these scores anew"
                )


def _fold_text(line: pd.Series) -> str:
    return f"{line['task']}, IR {line['ir']}, {line['method']}, repeat {line['repeat']}, fold {line['fold']}"
