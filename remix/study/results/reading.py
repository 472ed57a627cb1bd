"""Reading what earlier steps wrote, with imbalance ratios kept as the text that paths have."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from remix.errors import ResultError
from remix.study.running.parquet import read_parquet
from remix.study.study import Study, sorted_irs

SCORE_COLUMNS = ["task", "ir", "method", "repeat", "fold", "metric", "value"]
CALIBRATION_COLUMNS = [*SCORE_COLUMNS[:3], "correction", "repeat", "fold", "temperature", "metric", "value"]
_TEXT_COLUMNS = {
    "ir",
    "irs",
    "features",
    "origin",
    "source",
    "reasons",
    "notes",
    "note",
    "published",
    "ours",
    "remark",
}
_TEXT_SUFFIX = "_remark"


def read_table(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a table in CSV; ratios and remarks are text, empty where there is none."""
    columns = pd.read_csv(path, nrows=0).columns
    texts = [name for name in columns if name in _TEXT_COLUMNS or name.endswith(_TEXT_SUFFIX)]
    frame = pd.read_csv(path, dtype=dict.fromkeys(texts, str))
    return frame.assign(**{name: frame[name].fillna("") for name in texts})


def gather(paths: Iterable[str | os.PathLike[str]]) -> pd.DataFrame:
    """Read what the evaluation of each cell wrote, as CSV or parquet, into one frame, in their order."""
    parts = [
        read_parquet(path) if Path(path).suffix == ".parquet" else pd.read_csv(path, dtype={"ir": str})
        for path in paths
    ]
    filled = [part for part in parts if not part.empty]
    return pd.concat(filled or parts[:1], ignore_index=True) if parts else pd.DataFrame()


def scores_of(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Choose the scores of a run, as the run's switches have them.

    With ``binary_bbs: negatives_inverted``, the balanced Brier score of binary tasks is the one that the
    authors' code computes; with ``binary_repeats``, further repeats are left out.

    Parameters
    ----------
    scores : DataFrame
        ``results/scores.parquet`` or ``results/calibration.parquet``, or the scores of one cell.
    study : Study
        The run: its cells, its methods, and each task's kind.

    Returns
    -------
    DataFrame
        ``kind`` and the columns of the frame but ``run``; cells and methods in the study's order.

    Raises
    ------
    ResultError
        If a cell of which there are scores lacks one of the study's methods.
    """
    own = _of_run(scores, study)
    if own.empty:
        return pd.DataFrame(columns=["kind", *CALIBRATION_COLUMNS])
    _refuse_gaps(own, study, "scores")
    return _in_the_studys_order(_by_the_switches(own, study), study)[["kind", *own.columns]]


def scores_of_sweep(scores: pd.DataFrame, runs: Mapping[str, Study]) -> pd.DataFrame:
    """Choose the scores of the sweep over α.

    Parameters
    ----------
    scores : DataFrame
        ``results/scores.parquet``.
    runs : mapping of str to Study
        By α: the swept tasks with the swept method.

    Returns
    -------
    DataFrame
        As `scores_of`, with the further column ``alpha``; by α in the order given.
    """
    parts = [scores_of(scores, run).assign(alpha=float(alpha)) for alpha, run in runs.items()]
    filled = [part for part in parts if not part.empty]
    if not filled:
        return pd.DataFrame(columns=["kind", *SCORE_COLUMNS, "alpha"])
    return pd.concat(filled, ignore_index=True)


def folds_of(folds: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Choose what happened in each fold of a run's trainings.

    Parameters
    ----------
    folds : DataFrame
        ``results/folds.parquet``.
    study : Study

    Returns
    -------
    DataFrame
        ``task, ir, method, repeat, fold``, the fields of `remix.training.FoldRecord` and ``test_rows``; in
        the study's order.

    Raises
    ------
    ResultError
        If a cell lacks one of the study's methods.
    """
    own = _of_run(folds, study)
    if own.empty:
        return pd.DataFrame(columns=["task", "ir", "method"])
    _refuse_gaps(own, study, "training record")
    return _in_the_studys_order(own, study)


def fold_sizes_of(folds: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Choose how many rows each fold was trained and tested on; all methods have the same folds of a cell.

    Returns
    -------
    DataFrame
        ``task, ir, repeat, fold, train_rows, test_rows``; ``train_rows`` is without the validation part.
    """
    columns = ["task", "ir", "repeat", "fold", "train_rows", "test_rows"]
    own = folds_of(folds, study)
    if own.empty:
        return pd.DataFrame(columns=columns)
    # Some methods change the training part; the first, the baseline, does not.
    return own.drop_duplicates(["task", "ir", "repeat", "fold"])[columns].reset_index(drop=True)


def _by_the_switches(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Leave out repeats that a task does not have, exchange scores that the study takes another one for."""
    scores = scores[scores["repeat"] < scores["task"].map(study.repeats)]
    if study.switches.binary_bbs == "negatives_inverted":
        binary = scores["task"].map({name: task.binary for name, task in study.tasks.items()})
        inverted = scores["metric"] == "balanced_brier_inverted"
        # Scores after a correction are made for the proper score alone.
        if (binary & inverted).any():
            scores = scores[~(binary & (scores["metric"] == "balanced_brier"))]
            named = scores["metric"].mask(binary & inverted, "balanced_brier")
            scores = scores.assign(metric=named)
    return scores.assign(kind=scores["task"].map({name: task.kind for name, task in study.tasks.items()}))


def in_order(rows: pd.DataFrame, **orders: Iterable[Any]) -> pd.DataFrame:
    """Sort rows by some columns, the values of each in the order given; rows that are equal in all stay.

    >>> in_order(pd.DataFrame({"metric": ["b", "a", "b"], "n": [1, 2, 3]}), metric=["b", "a"])["n"].tolist()
    [1, 3, 2]
    """
    places = {name: {value: k for k, value in enumerate(order)} for name, order in orders.items()}
    return rows.sort_values(
        list(places), key=lambda column: column.map(places[column.name]), kind="stable", ignore_index=True
    )


def _in_the_studys_order(rows: pd.DataFrame, study: Study) -> pd.DataFrame:
    irs = sorted_irs(list(rows["ir"].unique()))
    return in_order(rows, task=study.tasks, ir=irs, method=study.methods)


def curves_of(curves: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Choose the reliability curves of the study's cells.

    Parameters
    ----------
    curves : DataFrame
        ``results/reliability.parquet``.
    study : Study

    Returns
    -------
    DataFrame
        The columns of the frame, ``kind`` and ``minority``, whether the class is one; in the study's order.

    Raises
    ------
    ResultError
        If a cell lacks one of the study's methods.
    """
    curves = _of_run(curves, study)
    if curves.empty:
        return pd.DataFrame(columns=["kind", "method"])
    _refuse_gaps(curves, study, "curves")
    rare = {(name, label) for name, task in study.tasks.items() for label in task.minority_labels}
    curves = curves.assign(
        kind=curves["task"].map({name: task.kind for name, task in study.tasks.items()}),
        minority=[each in rare for each in zip(curves["task"], curves["class"], strict=True)],
    )
    return _in_the_studys_order(curves, study)


def _of_run(rows: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Choose the rows of a run's own cells and methods, of a file that may hold several runs."""
    if rows.empty:
        return rows
    cells = {f"{task}/{ir}" for task, ir in study.cells}
    chosen = (rows["task"] + "/" + rows["ir"]).isin(cells) & rows["method"].isin(list(study.methods))
    if "run" in rows:
        chosen &= rows["run"] == study.run
        rows = rows.drop(columns="run")
    return rows[chosen].reset_index(drop=True)


def _refuse_gaps(rows: pd.DataFrame, study: Study, what: str) -> None:
    """Raise where a cell of which there are rows lacks one of the study's methods."""
    for (task, ir), present in rows.groupby(["task", "ir"])["method"].unique().items():
        absent = [name for name in study.methods_of(str(task)) if name not in present]
        if absent:
            raise ResultError(f"{task}, IR {ir} has no {what} of {', '.join(absent)}; make these first")
