"""Reading what earlier steps wrote, with imbalance ratios kept as the text that paths have."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from remix.errors import ResultError
from remix.tables.study import Study

SCORE_COLUMNS = ["task", "ir", "method", "repeat", "fold", "metric", "value"]
CALIBRATION_COLUMNS = [*SCORE_COLUMNS[:3], "correction", "repeat", "fold", "temperature", "metric", "value"]
_TEXT_COLUMNS = {
    "ir",
    "irs",
    "features",
    "origin",
    "source",
    "reasons",
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


def read_scores(
    paths: Iterable[str | os.PathLike[str]], study: Study, expected: Sequence[str] = tuple(SCORE_COLUMNS)
) -> pd.DataFrame:
    """Read score files into one frame.

    Parameters
    ----------
    paths : iterable of path-like
        Files ``{task}/{ir}/{method}.csv``, each of one method on one cell.
    study : Study
        Gives each task's kind.
    expected : sequence of str
        Columns that the files must have: `SCORE_COLUMNS`, or `CALIBRATION_COLUMNS`.

    Returns
    -------
    DataFrame
        ``kind`` and the columns of the files; cells and methods in the study's order.

    Raises
    ------
    ResultError
        If a file has other columns, belongs to no task or method of the study, or a cell of which there are
        scores lacks one of the study's methods.
    """
    columns = ["kind", *expected]
    parts = []
    for path in paths:
        part = pd.read_csv(path, dtype={"ir": str})
        if list(part.columns) != list(expected):
            raise ResultError(f"{path} has the columns {list(part.columns)}, not {list(expected)}; remove it")
        if part.empty:
            raise ResultError(f"{path} has no scores; remove it")
        task, method = part["task"].iloc[0], part["method"].iloc[0]
        if task not in study.tasks or method not in study.methods:
            raise ResultError(f"{path} is of task {task} and method {method}, which the study does not have")
        parts.append(part.assign(kind=study.tasks[task].kind)[columns])
    if not parts:
        return pd.DataFrame(columns=columns)
    scores = pd.concat(parts, ignore_index=True)
    for (task, ir), present in scores.groupby(["task", "ir"])["method"]:
        absent = [name for name in study.methods if name not in set(present)]
        if absent:
            raise ResultError(f"{task}, IR {ir} has no scores of {', '.join(absent)}; make these first")
    order = {cell: position for position, cell in enumerate(study.cells)}
    cells = pd.Series(list(zip(scores["task"], scores["ir"], strict=True)))
    methods = {name: position for position, name in enumerate(study.methods)}
    keys = pd.DataFrame({"cell": cells.map(order), "method": scores["method"].map(methods)})
    return scores.loc[keys.sort_values(["cell", "method"], kind="stable").index].reset_index(drop=True)


def read_curves(paths: Iterable[str | os.PathLike[str]], study: Study) -> pd.DataFrame:
    """Read the reliability curves of several cells into one frame.

    Parameters
    ----------
    paths : iterable of path-like
        Files ``{task}/{ir}.parquet``, each of all methods on one cell.
    study : Study

    Returns
    -------
    DataFrame
        ``kind``, the columns of the files and ``minority``, whether the class is one; cells in the study's
        order.

    Raises
    ------
    ResultError
        If a file is of a cell that the study does not have, or lacks one of its methods.
    """
    parts = {}
    for path in paths:
        part = pd.read_parquet(path)
        task, ir = part["task"].iloc[0], part["ir"].iloc[0]
        absent = [name for name in study.methods if name not in set(part["method"])]
        if (task, ir) not in study.cells or absent:
            why = f"lacks {', '.join(absent)}" if absent else f"is of {task}, IR {ir}"
            raise ResultError(f"{path} {why}, which does not fit the study; remove it")
        minority = part["class"].isin(study.tasks[task].minority_labels)
        part.insert(0, "kind", study.tasks[task].kind)
        parts[task, ir] = part[part["method"].isin(study.methods)].assign(minority=minority)
    ordered = [parts[cell] for cell in study.cells if cell in parts]
    return pd.concat(ordered, ignore_index=True) if ordered else pd.DataFrame(columns=["kind", "method"])


def read_published(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read the paper's printed numbers from config/published."""
    if not Path(path).exists():
        raise ResultError(f"{path}, the paper's printed numbers, is missing; restore it from the repository")
    return read_table(path)
