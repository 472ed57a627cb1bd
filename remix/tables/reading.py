"""Reading what earlier steps wrote, with imbalance ratios kept as the text that paths have."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from remix.errors import ResultError
from remix.parquet import read_parquet
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


def read_score_file(
    path: str | os.PathLike[str], expected: Sequence[str] = tuple(SCORE_COLUMNS)
) -> pd.DataFrame:
    """Read a file of scores, in CSV or, of many cells, in parquet.

    Raises
    ------
    ResultError
        If it has other columns than expected, or no scores. Of many cells, there may be none.
    """
    gathered = Path(path).suffix == ".parquet"
    scores = read_parquet(path) if gathered else pd.read_csv(path, dtype={"ir": str, "run": str})
    if list(scores.columns) != list(expected):
        raise ResultError(f"{path} has the columns {list(scores.columns)}, not {list(expected)}; remove it")
    if scores.empty and not gathered:
        raise ResultError(f"{path} has no scores; remove it")
    return scores


def gather_scores(paths: Iterable[str | os.PathLike[str]]) -> pd.DataFrame:
    """Read the scores of all methods on all cells, as their files have them.

    Parameters
    ----------
    paths : iterable of path-like
        Files ``{task}/{ir}.csv``.

    Returns
    -------
    DataFrame
        `SCORE_COLUMNS`, in the order of the files.

    Raises
    ------
    ResultError
        As `read_score_file`.
    """
    parts = [read_score_file(path) for path in paths]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=SCORE_COLUMNS)


def read_scores(
    paths: Iterable[str | os.PathLike[str]], study: Study, expected: Sequence[str] = tuple(SCORE_COLUMNS)
) -> pd.DataFrame:
    """Read score files into one frame, as the study's switches have it.

    With ``binary_bbs: negatives_inverted``, the balanced Brier score of binary tasks is the one that the
    authors' code computes; with ``binary_repeats``, further repeats are left out.

    Parameters
    ----------
    paths : iterable of path-like
        Files ``{task}/{ir}.csv``, each of all methods on one cell, or in parquet what `gather_scores`
        gathered.
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
        If a file has other columns, belongs to no cell or method of the study, or a cell of which there are
        scores lacks one of the study's methods.
    """
    parts, cells = [], set(study.cells)
    for path in paths:
        part = read_score_file(path, expected)
        for (task, ir), present in part.groupby(["task", "ir"], sort=False)["method"]:
            if task not in study.tasks:
                raise ResultError(f"{path} is of task {task}, which the study does not have")
            if (task, ir) not in cells:
                raise ResultError(f"{path} is of task {task} at IR {ir}, which the study does not have")
            strange = set(present) - set(study.methods_of(str(task)))
            if strange:
                raise ResultError(
                    f"{path} is of task {task} and method {min(strange)}, which the study does not have"
                )
        parts.append(part)
    return of_the_study(parts, study, expected)


def of_the_study(parts: Iterable[pd.DataFrame], study: Study, expected: Sequence[str]) -> pd.DataFrame:
    """Put scores together as a study has them.

    Parameters
    ----------
    parts : iterable of DataFrame
        Of cells and methods of the study, with the columns expected.
    study : Study
    expected : sequence of str

    Returns
    -------
    DataFrame
        As `read_scores`.

    Raises
    ------
    ResultError
        If a cell of which there are scores lacks one of the study's methods.
    """
    filled = [part for part in parts if not part.empty]
    if not filled:
        return pd.DataFrame(columns=["kind", *expected])
    scores = pd.concat(filled, ignore_index=True)
    for (task, ir), present in scores.groupby(["task", "ir"])["method"]:
        absent = [name for name in study.methods_of(str(task)) if name not in set(present)]
        if absent:
            raise ResultError(f"{task}, IR {ir} has no scores of {', '.join(absent)}; make these first")
    return _in_the_studys_order(_by_the_switches(scores, study), study)[["kind", *expected]]


def _by_the_switches(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Leave out repeats that a task does not have, exchange scores that the study takes another one for."""
    scores = scores[scores["repeat"] < scores["task"].map(study.repeats)]
    if study.switches["binary_bbs"] == "negatives_inverted":
        binary = scores["task"].map({name: task.binary for name, task in study.tasks.items()})
        inverted = scores["metric"] == "balanced_brier_inverted"
        # Scores after a correction are made for the proper score alone.
        if (binary & inverted).any():
            scores = scores[~(binary & (scores["metric"] == "balanced_brier"))]
            named = scores["metric"].mask(binary & inverted, "balanced_brier")
            scores = scores.assign(metric=named)
    return scores.assign(kind=scores["task"].map({name: task.kind for name, task in study.tasks.items()}))


def _in_the_studys_order(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    cells = {cell: position for position, cell in enumerate(study.cells)}
    methods = {name: position for position, name in enumerate(study.methods)}
    keys = pd.DataFrame(
        {
            "cell": [cells[cell] for cell in zip(scores["task"], scores["ir"], strict=True)],
            "method": scores["method"].map(methods).to_numpy(),
        }
    )
    return scores.iloc[keys.sort_values(["cell", "method"], kind="stable").index].reset_index(drop=True)


def read_fold_sizes(
    training: Iterable[str | os.PathLike[str]], predictions: Iterable[str | os.PathLike[str]]
) -> pd.DataFrame:
    """Read how many rows each fold was trained and tested on.

    Parameters
    ----------
    training : iterable of path-like
        Files ``{task}/{ir}/{method}.csv`` with a line about each fold's training. The folds of a cell are
        the same for all methods, so one method's is enough.
    predictions : iterable of path-like
        Files ``{task}/{ir}/{method}.parquet`` of the same cells, with a line per test row.

    Returns
    -------
    DataFrame
        ``task, ir, repeat, fold, train_rows, test_rows``; ``train_rows`` is without the validation part.

    Raises
    ------
    ResultError
        If a fold has a training record but no predictions, or the reverse.
    """
    keys = ["task", "ir", "repeat", "fold"]
    trained, tested = (
        [pd.DataFrame(columns=[*keys, "train_rows"])],
        [pd.DataFrame(columns=[*keys, "test_rows"])],
    )
    for path in map(Path, training):
        part = pd.read_csv(path, usecols=["repeat", "fold", "train_rows"])
        trained.append(part.assign(task=path.parts[-3], ir=path.parts[-2]))
    for path in map(Path, predictions):
        part = read_parquet(path, columns=["repeat", "fold"]).value_counts(sort=False)
        tested.append(part.rename("test_rows").reset_index().assign(task=path.parts[-3], ir=path.parts[-2]))
    sizes = pd.concat(trained).merge(pd.concat(tested), on=keys, how="outer", sort=False)
    gaps = sizes[sizes[["train_rows", "test_rows"]].isna().any(axis=1)]
    if not gaps.empty:
        line = gaps.iloc[0]
        lacks = "training record" if pd.isna(line["train_rows"]) else "predictions"
        raise ResultError(
            f"{line['task']}, IR {line['ir']}, repeat {line['repeat']}, fold {line['fold']} has no {lacks}; "
            "train it anew"
        )
    return sizes


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
        part = read_parquet(path)
        task, ir = part["task"].iloc[0], part["ir"].iloc[0]
        methods = study.methods_of(task) if (task, ir) in study.cells else {}
        absent = [name for name in methods if name not in set(part["method"])]
        if not methods or absent:
            why = f"lacks {', '.join(absent)}" if absent else f"is of {task}, IR {ir}"
            raise ResultError(f"{path} {why}, which does not fit the study; remove it")
        minority = part["class"].isin(study.tasks[task].minority_labels)
        part.insert(0, "kind", study.tasks[task].kind)
        parts[task, ir] = part[part["method"].isin(methods)].assign(minority=minority)
    ordered = [parts[cell] for cell in study.cells if cell in parts]
    return pd.concat(ordered, ignore_index=True) if ordered else pd.DataFrame(columns=["kind", "method"])


def read_published(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read the paper's printed numbers from config/published."""
    if not Path(path).exists():
        raise ResultError(f"{path}, the paper's printed numbers, is missing; restore it from the repository")
    return read_table(path)
