"""Predictions of the study by name."""

import os
from pathlib import Path

import pandas as pd

from remix.calibration import corrected
from remix.corrections import REMEDIES, UNCORRECTED
from remix.errors import ResultError
from remix.study.running.parquet import read_parquet
from remix.study.store import Trained, path_of, read_training
from remix.study.study import STUDY

# What `workflow/rules/evaluate.smk` gathers of all cells.
INDEX = "trainings.parquet"


def predictions(
    task: str, ir: str, method: str, run: str = STUDY, folder: str | os.PathLike[str] = "results"
) -> pd.DataFrame:
    """Read the predictions of a method's test rows on one cell, after its remedy if it has one.

    Parameters
    ----------
    task, ir : str
        The cell; the imbalance ratio as written in YAML, such as ``"0.05"``.
    method : str
        Name of the method in that run.
    run : str
        ``study``, ``sweep/0.4``, ``audit/authors`` …: as in the column ``run`` of ``results/scores.parquet``.
    folder : path-like
        The folder of the results.

    Returns
    -------
    DataFrame
        ``repeat, fold, row, y_true, p_0 … p_{K-1}``: one line per test row of each fold, probabilities as
        float32 (after a remedy float64), in label order.

    Raises
    ------
    ResultError
        If there is no such training, or if it is gone or damaged; one line that says what to do.
    """
    trained, wanted = _trained(task, ir, method, run, folder)
    return remedied(trained.predictions, trained, int(wanted["repeats"]), wanted["after"])


def validation(
    task: str, ir: str, method: str, run: str = STUDY, folder: str | os.PathLike[str] = "results"
) -> pd.DataFrame:
    """Read the predictions of the validation rows, which were not trained on; as `predictions`."""
    trained, wanted = _trained(task, ir, method, run, folder)
    return remedied(trained.validation, trained, int(wanted["repeats"]), wanted["after"])


def _trained(
    task: str, ir: str, method: str, run: str, folder: str | os.PathLike[str]
) -> tuple[Trained, pd.Series]:
    results = Path(folder)
    if not (results / INDEX).is_file():
        raise ResultError(f"{results / INDEX} is not there; run the study first, or name another folder")
    index = read_parquet(results / INDEX)
    wanted = {"run": run, "task": task, "ir": str(ir), "method": method}
    for column, value in wanted.items():
        if value not in set(index[column]):
            known = ", ".join(sorted(set(index[column]))) or "none"
            raise ResultError(f"{results} has no {column} {value!r} with these settings; there is: {known}")
        index = index[index[column] == value]
    line = index.iloc[0]
    return read_training(path_of(results, task, str(ir), line["training"])), line


def remedied(rows: pd.DataFrame, trained: Trained, repeats: int, after: str) -> pd.DataFrame:
    """Give predictions of the first repeats of a training as a use of it has them.

    Parameters
    ----------
    rows : DataFrame
        Predictions or validation rows of the training.
    trained : Trained
    repeats : int
    after : str
        What is done to the probabilities, a name in `remix.corrections.REMEDIES`.
    """
    first = first_repeats(rows, repeats)
    if after == UNCORRECTED:
        return first
    return corrected(first, trained.validation, trained.folds, REMEDIES[after])[0]


def first_repeats(rows: pd.DataFrame, repeats: int) -> pd.DataFrame:
    """Choose the rows of the first repeats."""
    return rows[rows["repeat"] < repeats].reset_index(drop=True)
