"""The supplement's table: mean and standard deviation over the folds, per task, IR and method."""

import pandas as pd

from remix.metrics import METRICS, Metric
from remix.study.results import markdown
from remix.study.results.coverage import MISSING, coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.reading import scores_of
from remix.study.results.runs import Runs
from remix.study.study import Study

TITLE = "Scores per task, IR and method"
CATEGORY = "Gains and statistics"
ORDER = 9
READS = {
    "scores": "results/scores.parquet",
    "coverage": "results/tables/coverage.csv",
}

# Decimals that are printed of a mean.
DIGITS = 3
COLUMNS = ["kind", "task", "ir", "method", "metric", "mean", "std", "n_folds"]


def make(runs: Runs, scores: pd.DataFrame, coverage: pd.DataFrame) -> MadeTable:
    """Make the table from all scores."""
    table = scores_table(scores_of(scores, runs.study))
    return MadeTable(table, scores_markdown(table, runs.study, coverage))


def scores_table(scores: pd.DataFrame) -> pd.DataFrame:
    """Summarise the folds of each cell, method and metric.

    Parameters
    ----------
    scores : DataFrame
        As `remix.study.results.reading.scores_of` gives it.

    Returns
    -------
    DataFrame
        ``kind, task, ir, method, metric, mean, std, n_folds``; ``std`` is the sample standard deviation
        (n − 1), NaN for one fold.
    """
    grouped = scores.groupby(COLUMNS[:5], sort=False, observed=True)["value"]
    return grouped.agg(mean="mean", std="std", n_folds="size").reset_index()[COLUMNS]


def scores_markdown(table: pd.DataFrame, study: Study, coverage: pd.DataFrame) -> str:
    """Write one wide table per metric for people; the best mean of each row is bold.

    Missing cells are rows of dashes. Metrics with several values, or that rank nothing, are left out.
    """
    shown = [metric for metric in METRICS.values() if metric.proper and metric.compares]
    counts = sorted({repeats * study.protocol.splits for repeats in study.repeats.values()})
    folds = " or ".join(map(str, counts))
    caption = (
        f"Mean ± standard deviation over the {folds} test folds of each cell; the best mean of a row is "
        f"bold. {study.protocol_note} The folds are the same for all methods and their training sets "
        "overlap: the standard deviation describes the spread and is no error of the mean. "
        "The other metrics are in `scores.csv`."
    )
    sections = [
        f"## {metric.title}{part.suffix} ({metric.direction})\n\n"
        + markdown.table(scores_wide(metric, table, part.study, coverage))
        for part in study.parts(table["kind"])
        for metric in shown
    ]
    return markdown.document(TITLE, caption, coverage_note(coverage), *sections)


def scores_wide(metric: Metric, table: pd.DataFrame, study: Study, coverage: pd.DataFrame) -> pd.DataFrame:
    """Lay out one metric for people: a row per cell, a column per method, the best mean in bold.

    The tasks of the study must have the same methods, see `remix.study.study.Study.parts`.
    """
    chosen = table[table["metric"] == metric.name].set_index(["task", "ir", "method"])
    missing = set(zip(*coverage.loc[coverage["state"] == MISSING, ["task", "ir"]].to_numpy().T, strict=True))
    lines = []
    for task, ir in study.cells:
        line = {"Task": task, "IR": ir}
        cell = {
            name: chosen.loc[(task, ir, name)] for name in study.methods if (task, ir, name) in chosen.index
        }
        if not cell and (task, ir) not in missing:
            continue
        best = max((metric.sign * values["mean"] for values in cell.values()), default=None)
        for name, title in study.methods.items():
            values = cell.get(name)
            line[title] = (
                markdown.ABSENT if values is None else _entry(values, metric.sign * values["mean"] == best)
            )
        lines.append(line)
    return pd.DataFrame(lines)


def _entry(values: pd.Series, best: bool) -> str:
    mean = f"{values['mean']:.{DIGITS}f}"
    spread = "" if pd.isna(values["std"]) else f" ± {values['std']:.{DIGITS}f}"
    return markdown.bold(mean, where=best) + spread
