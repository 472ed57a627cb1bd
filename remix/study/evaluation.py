"""Evaluate the trainings of a cell: scores, calibration, reliability, and what happened in each fold."""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from remix.calibration import assess, unfitted_note
from remix.corrections import UNCORRECTED
from remix.errors import ResultError
from remix.metrics import score_folds
from remix.study.plain import PLAIN
from remix.study.reading import first_repeats, remedied
from remix.study.store import Entry, Trained, Use, path_of, read_training
from remix.study.study import STUDY

logger = logging.getLogger(__name__)

ASSESSED = ("task", "ir", "method", "correction")


class Evaluation(NamedTuple):
    """What is known of the trainings of a cell.

    Attributes
    ----------
    scores : DataFrame
        ``run, task, ir, method, repeat, fold, metric, value``.
    calibration, curves : DataFrame
        ``task, ir, method`` and what `remix.calibration.Assessment` has, of the study's own methods without a
        remedy: those that have one are rows of their base there. Plain classifiers have rows
        as methods have. Empty on a cell that only the audit has.
    folds : DataFrame
        ``run, task, ir, method``, what `remix.study.store.Trained` has of each fold, and ``test_rows``.
    """

    scores: pd.DataFrame
    calibration: pd.DataFrame
    curves: pd.DataFrame
    folds: pd.DataFrame


def evaluate_cell(results: Path, task: str, ir: str, entries: Iterable[Entry]) -> Evaluation:
    """Evaluate what is wanted of a cell, each training once.

    Parameters
    ----------
    results : Path
    task, ir : str
        The cell.
    entries : iterable of Entry
        What is wanted of it.

    Returns
    -------
    Evaluation

    Raises
    ------
    ResultError
        If a training is gone, damaged or cannot be scored; names it.
    """
    scores, calibration, curves, folds = [], [], [], []
    for entry in entries:
        path = path_of(results, task, ir, entry.training)
        trained = read_training(path)
        try:
            scored = _scored(trained, entry.uses)
            # Only the study's own methods are calibrated, and what these are judged beside: what other runs
            # change is judged by their scores.
            own = [use.method for use in entry.uses if use.run in (STUDY, PLAIN) and use.after == UNCORRECTED]
            assessed = assess(*trained) if own else None
        except ResultError as error:
            raise ResultError(f"{task}, IR {ir}, {entry.uses[0].method}, {path}: {error}") from None
        sizes = trained.predictions.value_counts(["repeat", "fold"], sort=False).rename("test_rows")
        happened = trained.folds.join(sizes, on=["repeat", "fold"])
        for use in entry.uses:
            names = {"run": use.run, "task": task, "ir": ir, "method": use.method}
            scores.append(_named(first_repeats(scored[use.after], use.repeats), names))
            folds.append(_named(first_repeats(happened, use.repeats), names))
        if assessed:
            for method in own:
                names = {"task": task, "ir": ir, "method": method}
                calibration.append(_named(assessed.scores, names))
                curves.append(_named(assessed.curves, names))
                logger.info(f"{method}: {unfitted_note(assessed.scores)}")
        for after, values in scored.items():
            means = values.groupby("metric", sort=False)["value"].mean()
            each = ", ".join(f"{name} {value:.4f}" for name, value in means.items())
            wanted = ", ".join(f"{use.method} ({use.run})" for use in entry.uses if use.after == after)
            logger.info(f"{wanted}, means over the folds: {each}")
    return Evaluation(
        _together(scores), _together(calibration, ASSESSED), _together(curves, ASSESSED), _together(folds)
    )


def _scored(trained: Trained, uses: Iterable[Use]) -> dict[str, pd.DataFrame]:
    """Score the folds that are wanted, by what is done to the probabilities after training."""
    repeats: dict[str, int] = {}
    for use in uses:
        repeats[use.after] = max(use.repeats, repeats.get(use.after, 0))
    return {
        after: score_folds(remedied(trained.predictions, trained, most, after))
        for after, most in repeats.items()
    }


def _named(rows: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(names, index=rows.index).join(rows)


def _together(parts: list[pd.DataFrame], columns: Sequence[str] = ()) -> pd.DataFrame:
    """Put frames below each other; where there are none, the columns tell what would have been there."""
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))
