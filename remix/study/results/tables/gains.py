"""The numbers of Figures 5 and 6: mean gain of each method over the baseline."""

import pandas as pd

from remix.metrics import metric as metric_named
from remix.study.compare import ranking
from remix.study.compare.ranking import PAPER_METRICS
from remix.study.results import markdown
from remix.study.results.coverage import coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.reading import scores_of
from remix.study.results.runs import Runs
from remix.study.study import BASELINE, KIND_TITLES, Study

TITLE = "Gains over the baseline"
CATEGORY = "Gains and statistics"
ORDER = 3
ONLY = "paper"
READS = {
    "scores": "results/scores.parquet",
    "coverage": "results/tables/coverage.csv",
}

ERROR_NOTE = (
    "Intervals (brackets, error bars) are 95 % bootstrap intervals of the mean that draw datasets, not cells "
    "or folds. With few datasets they are too short, with two or three they are only the range of the "
    "datasets' means, and a single one has none. Where intervals of two methods overlap, one may still be "
    "better on every dataset."
)


def make(runs: Runs, scores: pd.DataFrame, coverage: pd.DataFrame) -> MadeTable:
    """Make the table from all scores."""
    study = runs.study
    table = gains_table(scores_of(scores, study), study)
    return MadeTable(table, gains_markdown(table, study, coverage))


def gains_table(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Compute the gains in the metrics of Figures 5 and 6.

    Parameters
    ----------
    scores : DataFrame
        As `remix.study.results.reading.scores_of` gives it.
    study : Study
        Gives each task's dataset.

    Returns
    -------
    DataFrame
        As `remix.study.compare.ranking.gains`, without rows if there are no scores.
    """
    if scores.empty:
        return pd.DataFrame(columns=ranking.GAIN_COLUMNS)
    datasets = {name: task.dataset for name, task in study.tasks.items()}
    parts = [ranking.gains(scores, metric, datasets) for metric in PAPER_METRICS]
    return pd.concat(parts, ignore_index=True)


def gains_markdown(table: pd.DataFrame, study: Study, coverage: pd.DataFrame) -> str:
    """Write the gains for people: one table per kind and metric, the largest gain of each row in bold."""
    caption = (
        f"Mean gain over {study.methods[BASELINE]}, per imbalance ratio and over all cells: positive is "
        f"better. For a metric of which lower is better the gain is the reduction. "
        f"{ERROR_NOTE} {study.protocol_note}"
    )
    sections = []
    for (kind, metric), part in table.groupby(["kind", "metric"], sort=False):
        title = metric_named(metric).title
        sections.append(f"## {KIND_TITLES[kind]}: gain in {title}\n\n{markdown.table(_wide(part, study))}")
    empty = ["There is no method beside the baseline, or no cell."]
    return markdown.document(TITLE, caption, coverage_note(coverage), *(sections or empty))


def gain_text(gain: float, low: float, high: float) -> str:
    """Write a gain with its sign, and its interval if there is one.

    >>> gain_text(0.1234, -0.02, 0.2), gain_text(-0.1234, float("nan"), float("nan"))
    ('+0.123 [-0.020, +0.200]', '-0.123')
    """
    return f"{gain:+.3f}" + ("" if pd.isna(low) else f" [{low:+.3f}, {high:+.3f}]")


def _wide(part: pd.DataFrame, study: Study) -> pd.DataFrame:
    lines = []
    for ir, group in part.groupby("ir", sort=False):
        first, best = group.iloc[0], group["gain"].max()
        line = {"IR": ir, "Datasets": str(first["n_datasets"]), "Cells": str(first["n_cells"])}
        for _, value in group.iterrows():
            text = gain_text(value["gain"], value["low"], value["high"])
            line[study.methods[value["method"]]] = markdown.bold(text, where=value["gain"] == best)
        lines.append(line)
    return pd.DataFrame(lines)
