"""What training methods do to probabilities, and what corrections after training make of them."""

from collections.abc import Mapping

import pandas as pd

from remix.corrections import BALANCED_METRICS, CORRECTIONS, NATURAL_METRICS, UNCORRECTED, is_unfitted
from remix.errors import ResultError
from remix.metrics import Metric
from remix.metrics import metric as metric_named
from remix.study.compare import ranking
from remix.study.data.catalogue import KINDS
from remix.study.results import markdown
from remix.study.results.coverage import coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.reading import in_order, scores_of
from remix.study.results.runs import Runs
from remix.study.study import BASELINE, KIND_TITLES, Study
from remix.study.words import counted

TITLE = "Calibration and its remedies"
CATEGORY = "Calibration"
ORDER = 2
READS = {
    "calibration": "results/calibration.parquet",
    "coverage": "results/tables/coverage.csv",
}

METRICS = (*NATURAL_METRICS, *BALANCED_METRICS)
COLUMNS = [
    "kind", "method", "correction", "metric", "mean", "n_cells",
    "n_folds", "median_temperature", "unfitted_folds",
]  # fmt: skip


def make(runs: Runs, calibration: pd.DataFrame, coverage: pd.DataFrame) -> MadeTable:
    """Make the table from every method that is a training, under every correction."""
    study = runs.study.trained()
    table = calibration_table(scores_of(calibration, study), study)
    return MadeTable(table, calibration_markdown(table, study, coverage))


def calibration_table(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Average each metric over the cells of a kind, per method and correction.

    Parameters
    ----------
    scores : DataFrame
        As `remix.study.results.reading.scores_of` gives it from calibration files.
    study : Study

    Returns
    -------
    DataFrame
        ``kind, method, correction, metric, mean, n_cells``: the mean over cells of the mean over folds; and
        ``n_folds`` of all cells, of which ``unfitted_folds`` have no best temperature, with the median of the
        others (<NA> and NaN for corrections without a temperature).

    Raises
    ------
    ResultError
        If a cell lacks a method, a correction, folds or a number.
    """
    if scores.empty:
        return pd.DataFrame(columns=COLUMNS)
    parts = []
    for correction in CORRECTIONS:
        corrected = scores[scores["correction"] == correction]
        for metric in METRICS:
            complete: set[tuple[str, str]] = set()
            for kind, means in ranking.by_kind(ranking.cell_means(corrected, metric)):
                means = means.reindex(columns=list(study.methods_on(kind))).dropna()
                complete |= {(task, ir) for _, task, ir in means.index}
                mean = means.mean().rename("mean").rename_axis("method").reset_index()
                names = {"kind": kind, "correction": correction, "metric": metric}
                parts.append(mean.assign(**names, n_cells=len(means)))
            _refuse_gaps(complete, scores, correction)
    table = pd.concat(parts, ignore_index=True).merge(_temperatures(scores), how="left")
    return in_order(table, kind=KINDS, metric=METRICS, method=study.methods, correction=CORRECTIONS)[COLUMNS]


def calibration_markdown(table: pd.DataFrame, study: Study, coverage: pd.DataFrame) -> str:
    """Write the table for people: what is best at a glance, then methods × corrections for each metric."""
    caption = (
        "What methods do to probabilities, and what can be done about it after training: means over the "
        "cells of the mean over their test folds. *Natural prior* and *balanced prior* exchange the class "
        "mix that a method trained on (after resampling, mixing and loss weights, and with what its loss "
        "adds to the logits in training) for that of the data, or for equal shares, by Bayes' rule; "
        "*temperature* makes all probabilities more or less sharp, by one number per fold, fitted to the log "
        "loss of the validation part (with classes of equal weight for the balanced prior). No correction is "
        "shown a test label, and none trains again. ECE, Brier score and log loss ask for the "
        "probabilities of the data as they come (natural prior), balanced Brier "
        f"score and g-mean for those of equally frequent classes. {study.protocol_note}"
    )
    sections = []
    for kind, of_kind in table.groupby("kind", sort=False):
        n_cells, methods = of_kind["n_cells"].iloc[0], study.methods_on(kind)
        title = f"{KIND_TITLES[kind]} ({counted(n_cells, 'cell')})"
        sections += [f"## {title}: at a glance\n\n{markdown.table(_glance(of_kind, study))}"]
        for prior, metrics in (("natural", NATURAL_METRICS), ("balanced", BALANCED_METRICS)):
            for name in metrics:
                metric = metric_named(name)
                part = of_kind[of_kind["metric"] == name]
                heading = f"### {metric.title} under the {prior} prior ({metric.direction})"
                sections.append(f"{heading}\n\n{markdown.table(_wide(part, metric, methods))}")
        sections.append(f"### Fitted temperatures\n\n{markdown.table(_temperature_lines(of_kind, methods))}")
    reading = (
        "The best of each column is bold: down a column methods are compared under the same correction, "
        "along a row corrections of the same model. A temperature above 1 says that the model was too sure. "
        "Folds in which no temperature is best (all validation rows are predicted right, or the "
        "probabilities say less than none) are counted behind it; they keep their probabilities."
    )
    return markdown.document(
        "Calibration",
        caption,
        coverage_note(coverage),
        reading if sections else "There is no cell.",
        *sections,
    )


def _refuse_gaps(complete: set[tuple[str, str]], scores: pd.DataFrame, correction: str) -> None:
    """Raise unless every cell has the correction, for every method that it is trained with."""
    for task, ir in scores[["task", "ir"]].drop_duplicates().itertuples(index=False):
        if (task, ir) not in complete:
            raise ResultError(f"{task}, IR {ir} lacks the correction '{correction}'; calibrate it anew")


def _temperatures(scores: pd.DataFrame) -> pd.DataFrame:
    """Per kind, method and correction: the number of folds, and what is known of their temperatures."""
    keys = ["kind", "method", "correction"]
    folds = scores.drop_duplicates([*keys, "task", "ir", "repeat", "fold"])
    unfitted = is_unfitted(folds["temperature"])
    folds = folds.assign(unfitted=unfitted, fitted=folds["temperature"].where(~unfitted))
    grouped = folds.groupby(keys, sort=False)
    found = grouped.agg(
        n_folds=("unfitted", "size"),
        unfitted_folds=("unfitted", "sum"),
        median_temperature=("fitted", "median"),
        asked=("temperature", "count"),
    )
    counts = found["unfitted_folds"].astype("Int64").where(found.pop("asked") > 0)
    return found.assign(unfitted_folds=counts).reset_index()


def _glance(of_kind: pd.DataFrame, study: Study) -> pd.DataFrame:
    lines = []
    for name, part in of_kind.groupby("metric", sort=False):
        metric = metric_named(name)
        quality = part["mean"] * metric.sign
        trained = part["correction"] == UNCORRECTED
        plain = part["method"] == BASELINE
        first, last = part.loc[quality[trained].idxmax()], part.loc[quality[trained].idxmin()]
        remedied, best = part.loc[quality[plain].idxmax()], part.loc[quality.idxmax()]
        lines.append(
            {
                "Metric": f"{metric.title} ({metric.direction})",
                "Best as trained": f"{study.methods[first['method']]}: {_number(first['mean'])}",
                "Worst as trained": f"{study.methods[last['method']]}: {_number(last['mean'])}",
                f"{study.methods[BASELINE]} at its best": _remedy(remedied),
                "Best of all": f"{study.methods[best['method']]}, {_remedy(best)}",
            }
        )
    return pd.DataFrame(lines)


def _remedy(line: pd.Series) -> str:
    """Name a correction, with the mean that it gives: ``natural prior: 0.0160``."""
    return f"{CORRECTIONS[line['correction']].title.lower()}: {_number(line['mean'])}"


def _number(value: float) -> str:
    return f"{value:.4f}"


def _wide(part: pd.DataFrame, metric: Metric, methods: Mapping[str, str]) -> pd.DataFrame:
    columns: dict[str, list[str]] = {"Method": list(methods.values())}
    for name, correction in CORRECTIONS.items():
        values = part[part["correction"] == name].set_index("method")["mean"]
        texts = {method: _number(value) for method, value in values.items()}
        best = texts[(values * metric.sign).idxmax()]
        columns[correction.title] = [
            markdown.bold(texts[method], where=texts[method] == best) for method in methods
        ]
    return pd.DataFrame(columns)


def _temperature_lines(of_kind: pd.DataFrame, methods: Mapping[str, str]) -> pd.DataFrame:
    found = of_kind.drop_duplicates(["method", "correction"]).set_index(["method", "correction"])
    columns: dict[str, list[str]] = {"Method": list(methods.values())}
    for name, correction in CORRECTIONS.items():
        if correction.temperature:
            lines = [found.loc[(method, name)] for method in methods]
            columns[f"{correction.title}: median (folds without one)"] = [
                _temperature(line) for line in lines
            ]
    return pd.DataFrame(columns)


def _temperature(line: pd.Series) -> str:
    median = line["median_temperature"]
    text = markdown.ABSENT if pd.isna(median) else f"{median:.2f}"
    return f"{text} ({line['unfitted_folds']} of {line['n_folds']})"
