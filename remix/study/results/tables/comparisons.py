"""Every pair of methods compared over the cells: Friedman, Nemenyi, Wilcoxon with Holm's correction."""

import pandas as pd

from remix.metrics import METRICS, Metric
from remix.study.compare import ranking, statistics
from remix.study.compare.ranking import PAPER_METRICS
from remix.study.results import markdown
from remix.study.results.coverage import coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.reading import scores_of
from remix.study.results.runs import Runs
from remix.study.results.tables.gains import ERROR_NOTE, gain_text
from remix.study.results.tables.rank_sums import SHORT_TITLES
from remix.study.study import KIND_TITLES, Part, Study

TITLE = "Comparisons of methods over cells"
CATEGORY = "Gains and statistics"
ORDER = 7
ONLY = "paper"
READS = {
    "scores": "results/scores.parquet",
    "coverage": "results/tables/coverage.csv",
}

COLUMNS = [
    "kind", "metric", *statistics.COMPARISON_COLUMNS,
    "friedman", "friedman_p", "critical_difference",
]  # fmt: skip


def make(runs: Runs, scores: pd.DataFrame, coverage: pd.DataFrame) -> MadeTable:
    """Compare every pair of methods over the cells."""
    study = runs.study
    table = comparisons_table(scores_of(scores, study), study)
    return MadeTable(table, comparisons_markdown(table, study, coverage))


def comparisons_table(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Compare every pair of methods, per kind and metric.

    The kinds stay apart: differences of a metric have another scale with more classes, and a signed-rank test
    would order one kind's differences among the other's; two tasks on one dataset would count twice.

    Parameters
    ----------
    scores : DataFrame
        As `remix.study.results.reading.scores_of` gives it.
    study : Study
        Gives each task's dataset.

    Returns
    -------
    DataFrame
        One row per kind, metric and pair, for all metrics in the scores that methods are compared by: the
        columns of `remix.study.compare.statistics.compare_methods` and, the same for all pairs of a kind and
        metric, Friedman's χ² and p and Nemenyi's critical difference of mean ranks.

    Raises
    ------
    ResultError
        If a cell lacks a method, folds or a number.
    """
    parts = []
    present = set(scores["metric"])
    metrics = [name for name, metric in METRICS.items() if metric.compares and name in present]
    for kind, metric, means, datasets in ranking.cells_of(scores, metrics, study):
        friedman = statistics.friedman_test(means)
        parts.append(
            statistics.compare_methods(means, metric, datasets).assign(
                kind=kind,
                metric=metric,
                friedman=friedman.statistic,
                friedman_p=friedman.p,
                critical_difference=statistics.critical_difference(means.shape[1], len(means)),
            )
        )
    return pd.concat(parts or [pd.DataFrame(columns=COLUMNS)], ignore_index=True)[COLUMNS]


def comparisons_markdown(table: pd.DataFrame, study: Study, coverage: pd.DataFrame) -> str:
    """Write the comparisons for people: mean ranks first, then the pairs in the metrics of the paper."""
    caption = (
        "Do the methods differ over the cells? Friedman's test asks whether any of them does; two whose mean "
        "ranks (1 is best, equal ones share the mean) lie further apart than Nemenyi's critical difference "
        "(CD) differ at the 5 % level; Wilcoxon's signed-rank test compares each pair by itself, with Holm's "
        "correction for all pairs of a column; a cell in which two methods are equal counts half for each. "
        "The cells of one dataset share rows, and the tests take them for independent: every p here tends "
        f"to be too small. The intervals do not share this. {ERROR_NOTE} {study.protocol_note}"
    )
    parts = study.parts(table["kind"])
    sections = [_ranks_section(table, part) for part in parts]
    for kind, pairs in table[table["metric"].isin(PAPER_METRICS)].groupby("kind", sort=False):
        sections.append(_pairs_section(kind, pairs, study))
    sections += [_further_section(table, part) for part in parts]
    if table.empty:
        sections = ["There are fewer than two methods, or no cell."]
    return markdown.document(
        "Comparisons of methods over the cells", caption, coverage_note(coverage), *sections
    )


def _ranks_section(table: pd.DataFrame, part: Part) -> str:
    """The mean ranks by the two metrics of the paper, with both tests of all methods together."""
    columns = {"": [*part.study.methods.values(), "Friedman χ²", "Friedman p", "CD", "Cells", "Datasets"]}
    chosen = table[table["metric"].isin(PAPER_METRICS) & table["kind"].isin(part.kinds)]
    for (kind, metric), pairs in chosen.groupby(["kind", "metric"], sort=False):
        columns[f"{KIND_TITLES[kind]} {SHORT_TITLES[metric]}"] = _rank_texts(pairs, part.study)
    if len(columns) == 1:
        return ""
    return f"## Mean ranks{part.suffix}\n\n{markdown.table(pd.DataFrame(columns))}"


def _rank_texts(pairs: pd.DataFrame, study: Study) -> list[str]:
    ranks, line = statistics.ranks_in(pairs), pairs.iloc[0]
    texts = [markdown.bold(f"{ranks[name]:.2f}", where=ranks[name] == ranks.min()) for name in study.methods]
    return [
        *texts,
        _number(line["friedman"], ".1f"),
        markdown.p_value(line["friedman_p"]),
        _number(line["critical_difference"], ".2f"),
        str(line["n_cells"]),
        str(line["n_datasets"]),
    ]


def _pairs_section(kind: str, of_kind: pd.DataFrame, study: Study) -> str:
    """Pairs in rows, the two metrics of the paper side by side."""
    columns: dict[str, list[str]] = {}
    for metric, part in of_kind.groupby("metric", sort=False):
        short = SHORT_TITLES[metric]
        told = part["holm_p"] < statistics.ALPHA
        columns.setdefault("Pair", [_pair(line, study) for _, line in part.iterrows()])
        columns[f"{short} difference"] = [
            markdown.bold(gain_text(*entry), where=bold)
            for *entry, bold in zip(part["mean_difference"], part["low"], part["high"], told, strict=True)
        ]
        columns[f"{short} Wilcoxon p (Holm)"] = [markdown.p_value(p) for p in part["holm_p"]]
        columns[f"{short} Nemenyi p"] = [markdown.p_value(p) for p in part["nemenyi_p"]]
    note = (
        "Mean difference over the cells, with its interval over datasets; positive where the first of a pair "
        "is better, in either metric; bold where Wilcoxon's p is below 0.05 after Holm's correction."
    )
    n_cells, n_pairs = int(of_kind["n_cells"].iloc[0]), len(columns["Pair"])
    least = statistics.least_wilcoxon_p(n_cells, n_pairs)
    if n_cells < 2:
        note += " One cell is not enough for any of these tests."
    elif least >= statistics.ALPHA:
        note += (
            f" With {n_cells} cells and {n_pairs} pairs that cannot happen: the smallest possible p is "
            f"{markdown.p_value(least)}, however large the differences."
        )
    return f"## {KIND_TITLES[kind]}: pairs of methods\n\n{note}\n\n{markdown.table(pd.DataFrame(columns))}"


def _further_section(table: pd.DataFrame, part: Part) -> str:
    """The other metrics, a line each; their pairs are in the CSV."""
    lines = []
    chosen = table[~table["metric"].isin(PAPER_METRICS) & table["kind"].isin(part.kinds)]
    for (kind, metric), pairs in chosen.groupby(["kind", "metric"], sort=False):
        definition: Metric = METRICS[metric]
        texts = _rank_texts(pairs, part.study)
        names = [*part.study.methods.values(), "Friedman χ²", "Friedman p", "CD"]
        line = {"Kind": KIND_TITLES[kind], "Metric": f"{definition.title} ({definition.direction})"}
        lines.append(line | dict(zip(names, texts, strict=False)))
    if not lines:
        return ""
    note = "Mean ranks by the other metrics; their pairs are in `comparisons.csv`."
    return f"## Other metrics{part.suffix}\n\n{note}\n\n{markdown.table(pd.DataFrame(lines))}"


def _pair(line: pd.Series, study: Study) -> str:
    return f"{study.methods[line['first']]} – {study.methods[line['second']]}"


def _number(value: float, form: str) -> str:
    return markdown.ABSENT if pd.isna(value) else format(value, form)
