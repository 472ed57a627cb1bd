"""How often each method is first when datasets are drawn anew."""

import pandas as pd

from remix.study.compare import ranking, statistics
from remix.study.compare.ranking import PAPER_METRICS
from remix.study.results import markdown
from remix.study.results.coverage import coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.reading import scores_of
from remix.study.results.runs import Runs
from remix.study.results.tables.rank_sums import SHORT_TITLES
from remix.study.study import KIND_TITLES, Study
from remix.study.words import percent

TITLE = "How often each method is first"
CATEGORY = "Gains and statistics"
ORDER = 12
ONLY = "paper"
READS = {
    "scores": "results/scores.parquet",
    "coverage": "results/tables/coverage.csv",
}

COLUMNS = ["kind", "metric", "method", "mean_rank", "first", "n_datasets", "n_cells"]


def make(runs: Runs, scores: pd.DataFrame, coverage: pd.DataFrame) -> MadeTable:
    """Make the table from all scores."""
    study = runs.study
    table = first_places_table(scores_of(scores, study), study)
    return MadeTable(table, first_places_markdown(table, study, coverage))


def first_places_table(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Draw datasets anew, and count in how many draws each method has the best mean rank.

    Parameters
    ----------
    scores : DataFrame
        As `remix.study.results.reading.scores_of` gives it.
    study : Study
        Gives each task's dataset.

    Returns
    -------
    DataFrame
        ``kind, metric, method, mean_rank, first, n_datasets, n_cells``; see
        `remix.study.compare.statistics.first_shares`.
    """
    parts = []
    for kind, metric, means, datasets in ranking.cells_of(scores, PAPER_METRICS, study):
        found = pd.DataFrame(
            {
                "mean_rank": statistics.mean_ranks(means, metric),
                "first": statistics.first_shares(means, metric, datasets),
            }
        )
        own = {"kind": kind, "metric": metric, "n_datasets": len(set(datasets)), "n_cells": len(means)}
        parts.append(found.rename_axis("method").reset_index().assign(**own))
    return pd.concat(parts or [pd.DataFrame(columns=COLUMNS)], ignore_index=True)[COLUMNS]


def first_places_markdown(table: pd.DataFrame, study: Study, coverage: pd.DataFrame) -> str:
    """Write the table for people: methods in rows, kinds and metrics in columns."""
    caption = (
        "Had other datasets been taken, would the same method be first? As many datasets as there are were "
        "drawn from these, with replacement, 9,999 times; all cells of a drawn dataset come along. The share "
        "of the draws in which a method has the best mean rank, several that are equal having equal parts of "
        "it; in brackets the mean rank over all cells. With few datasets the draws are much alike, and the "
        f"shares say more than these datasets know. {study.protocol_note}"
    )
    sections = []
    for part in study.parts(table["kind"]):
        columns: dict[str, list[str]] = {"Method": list(part.study.methods.values())}
        chosen = table[table["kind"].isin(part.kinds)]
        for (kind, metric), rows in chosen.groupby(["kind", "metric"], sort=False):
            datasets = rows["n_datasets"].iloc[0]
            by_method, best = rows.set_index("method"), rows["first"].max()
            columns[f"{KIND_TITLES[kind]} {SHORT_TITLES[metric]} ({datasets} datasets)"] = [
                _entry(by_method.loc[name], best) for name in part.study.methods
            ]
        if len(columns) > 1:
            sections.append(markdown.table(pd.DataFrame(columns)))
    return markdown.document(TITLE, caption, coverage_note(coverage), *(sections or ["There is no cell."]))


def _entry(row: pd.Series, best: float) -> str:
    return f"{markdown.bold(percent(row['first']), where=row['first'] == best)} ({row['mean_rank']:.2f})"
