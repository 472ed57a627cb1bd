"""Scores of runs that share trainings: the audit's protocols, and the values of α of the sweep."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from remix.errors import ResultError
from remix.tables.reading import SCORE_COLUMNS, of_the_study, read_score_file
from remix.tables.study import Study

# The run that is the study itself.
STUDY = "study"
RUN_SCORE_COLUMNS = ["run", *SCORE_COLUMNS]


class Trainings:
    """Scores of single trainings, by what was trained: in which run, and there which method on which cell.

    Runs of the audit, and of the sweep over α, do not train what another run has trained alike: they take
    it over.

    Parameters
    ----------
    paths : iterable of path-like
        Files ``{task}/{ir}.csv`` with `RUN_SCORE_COLUMNS`, or in parquet what `gather_scores` gathered of the
        study itself.

    Raises
    ------
    ResultError
        As `read_score_file`.
    """

    def __init__(self, paths: Iterable[str | os.PathLike[str]]) -> None:
        self._parts: dict[tuple[str, ...], pd.DataFrame] = {}
        for path in paths:
            if Path(path).suffix == ".parquet":
                scores = read_score_file(path).assign(run=STUDY)
            else:
                scores = read_score_file(path, RUN_SCORE_COLUMNS)
            for key, part in scores.groupby(RUN_SCORE_COLUMNS[:4], sort=False):
                self._parts[key] = part[SCORE_COLUMNS]

    def of_run(self, sources: Iterable[Sequence[str]], study: Study) -> pd.DataFrame:
        """Give the scores of a run, those that it takes over among them.

        Parameters
        ----------
        sources : iterable of sequence of str
            Of each method on each cell: task, IR, method, and in which run it is trained, as which method.
        study : Study
            The study as this run has it.

        Returns
        -------
        DataFrame
            As `read_scores`.

        Raises
        ------
        ResultError
            If something was not scored, or a cell lacks one of the study's methods.
        """
        parts = []
        for task, ir, method, run, trained in sources:
            if (run, task, ir, trained) not in self._parts:
                raise ResultError(f"{task}, IR {ir} has no scores of {trained} in {run}; make these first")
            parts.append(self._parts[run, task, ir, trained].assign(method=method))
        return of_the_study(parts, study, SCORE_COLUMNS)


def read_sweep(trainings: Trainings, runs: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Read the scores of the sweep over α into one frame.

    Parameters
    ----------
    trainings : Trainings
        What the sweep has scored.
    runs : mapping of str to mapping
        By α: ``study``, see `remix.tables.study.Study.from_mapping`, with the swept tasks and method;
        ``sources``, see `Trainings.of_run`.

    Returns
    -------
    DataFrame
        As `read_scores`, with the further column ``alpha``; by α in the order given.

    Raises
    ------
    ResultError
        As `Trainings.of_run`.
    """
    parts = [
        trainings.of_run(run["sources"], Study.from_mapping(run["study"])).assign(alpha=float(alpha))
        for alpha, run in runs.items()
    ]
    filled = [part for part in parts if not part.empty]
    return (
        pd.concat(filled, ignore_index=True)
        if filled
        else pd.DataFrame(columns=["kind", *SCORE_COLUMNS, "alpha"])
    )
