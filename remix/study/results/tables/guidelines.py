"""What reporting guidelines ask for beside the paper's metrics: correlation, and calibration in detail."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from remix.metrics import METRICS, Metric
from remix.study.compare import ranking
from remix.study.data.catalogue import KINDS
from remix.study.results import markdown
from remix.study.results.coverage import coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.reading import in_order, scores_of
from remix.study.results.runs import Runs
from remix.study.study import KIND_TITLES, Study

TITLE = "What reporting guidelines ask for"
CATEGORY = "Calibration"
ORDER = 5
READS = {
    "scores": "results/scores.parquet",
    "coverage": "results/tables/coverage.csv",
}

MEANS = ("matthews", "balanced_log_loss", "classwise_ece")
MEDIANS = ("calibration_slope", "calibration_intercept")
COLUMNS = ["kind", "method", "metric", "summary", "value", "n_cells", "n_folds", "folds_without"]


def make(runs: Runs, scores: pd.DataFrame, coverage: pd.DataFrame) -> MadeTable:
    """Make the table from all scores."""
    study = runs.study
    table = guidelines_table(scores_of(scores, study), study)
    return MadeTable(table, guidelines_markdown(table, study, coverage))


def guidelines_table(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Summarise the metrics over the cells of a kind, per method.

    Parameters
    ----------
    scores : DataFrame
        As `remix.study.results.reading.scores_of` gives it.
    study : Study

    Returns
    -------
    DataFrame
        ``kind, method, metric, summary, value, n_cells, n_folds, folds_without``. ``value`` is the ``mean``
        over the cells of the mean over their folds; of slope and intercept, which single folds may have next
        to any of, the ``median`` over all folds. ``folds_without`` counts those that have no slope.

    Raises
    ------
    ResultError
        If a cell lacks a method, folds or a number of a metric that every fold has.
    """
    parts = []
    present = set(scores["metric"])
    for metric in MEANS:
        if metric in present:
            for kind, means in ranking.by_kind(ranking.cell_means(scores, metric)):
                folds = scores[(scores["metric"] == metric) & (scores["kind"] == kind)]
                for method, column in means.items():
                    n_folds = int((folds["method"] == method).sum())
                    parts.append((kind, method, metric, "mean", column.mean(), len(column), n_folds, 0))
    # Every fold of two classes has the intercept.
    every = scores[scores["metric"] == "calibration_intercept"]
    for (kind, method), folds in every.groupby(["kind", "method"], sort=False):
        own = scores[(scores["kind"] == kind) & (scores["method"] == method)]
        n_cells = len(folds[["task", "ir"]].drop_duplicates())
        for metric in MEDIANS:
            values = own.loc[own["metric"] == metric, "value"]
            without = len(folds) - len(values)
            parts.append((kind, method, metric, "median", values.median(), n_cells, len(folds), without))
    table = pd.DataFrame(parts, columns=COLUMNS)
    return in_order(table, kind=KINDS, metric=(*MEANS, *MEDIANS), method=study.methods)


def guidelines_markdown(table: pd.DataFrame, study: Study, coverage: pd.DataFrame) -> str:
    """Write the table for people: a row per method, a column per metric."""
    caption = (
        "What is asked for where a model is to be used. *Matthews correlation* of true and predicted "
        "classes: 1 is best, 0 is chance. *Balanced log loss* counts all classes alike. *Class-wise "
        "calibration error*: distance of probability and share in 15 bins of equal mass, mean over the "
        "classes, under the shares of the data. They are means over the cells of the means over the test "
        "folds. For two classes, of the rarer one: *calibration slope* (below 1: too extreme, above: too "
        "moderate) and *calibration intercept* (below 0: probabilities are too high for the shares of the "
        "data, as those of methods that balance classes are), medians over the folds of all cells; a fold "
        "whose classes are apart has no slope, and such folds are counted in brackets. The best of each "
        f"column is bold. Net benefit is in the figure of decision curves. {study.protocol_note}"
    )
    sections = [
        f"## {KIND_TITLES[kind]} ({part['n_cells'].iloc[0]} cells)\n\n"
        f"{markdown.table(_wide(part, study.methods_on(str(kind))))}"
        for kind, part in table.groupby("kind", sort=False)
    ]
    return markdown.document(TITLE, caption, coverage_note(coverage), *(sections or ["There is no cell."]))


def _wide(part: pd.DataFrame, methods: Mapping[str, str]) -> pd.DataFrame:
    columns: dict[str, list[str]] = {"Method": list(methods.values())}
    for name, of_metric in part.groupby("metric", sort=False):
        metric = METRICS[str(name)]
        rows = of_metric.set_index("method").loc[list(methods)]
        best = _badness(metric, rows["value"]).min()
        columns[f"{metric.title} ({metric.direction})"] = [
            _entry(row, _badness(metric, row["value"]) == best) for _, row in rows.iterrows()
        ]
    return pd.DataFrame(columns)


def _badness(metric: Metric, value: Any) -> Any:
    """Give what is the smaller, the better a value is."""
    return abs(value - metric.best) if metric.best is not None else -metric.sign * value


def _entry(row: pd.Series, best: bool) -> str:
    if pd.isna(row["value"]):
        return markdown.ABSENT
    text = f"{row['value']:.3f}"
    without = f" ({row['folds_without']} of {row['n_folds']})" if row["folds_without"] else ""
    return markdown.bold(text, where=best) + without
