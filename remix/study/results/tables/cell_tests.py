"""Methods against the baseline and ReMix on the folds of each cell, by the corrected resampled t-test."""

from collections.abc import Collection
from itertools import combinations

import pandas as pd

from remix.errors import ResultError
from remix.metrics import METRICS
from remix.metrics import metric as metric_named
from remix.study.compare import ranking, statistics
from remix.study.compare.ranking import PAPER_METRICS
from remix.study.results import markdown
from remix.study.results.coverage import coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.reading import fold_sizes_of, scores_of
from remix.study.results.runs import Runs
from remix.study.results.tables.gains import gain_text
from remix.study.study import BASELINE, Study

TITLE = "Tests in each cell"
CATEGORY = "Gains and statistics"
ORDER = 8
READS = {
    "scores": "results/scores.parquet",
    "folds": "results/folds.parquet",
    "coverage": "results/tables/coverage.csv",
}

# Not all pairs: of 36 methods there are 630, and a table of every cell and metric has no room for them.
COMPARED_WITH = (BASELINE, "remix")
COLUMNS = [
    "kind", "task", "ir", "metric", "first", "second",
    "mean_difference", "low", "high", "t", "p", "n_folds", "n_train", "n_test",
]  # fmt: skip


def make(runs: Runs, scores: pd.DataFrame, folds: pd.DataFrame, coverage: pd.DataFrame) -> MadeTable:
    """Compare each method with the baseline and with ReMix on the folds of each cell."""
    study = runs.study
    table = cell_tests_table(scores_of(scores, study), fold_sizes_of(folds, study), COMPARED_WITH)
    return MadeTable(table, cell_tests_markdown(table, study, coverage))


def cell_tests_table(
    scores: pd.DataFrame, sizes: pd.DataFrame, compared_with: Collection[str] = ()
) -> pd.DataFrame:
    """Compare pairs of methods in every cell.

    Parameters
    ----------
    scores : DataFrame
        As `remix.study.results.reading.scores_of` gives it.
    sizes : DataFrame
        As `remix.study.results.reading.fold_sizes_of` gives it.
    compared_with : collection of str
        Methods of which one is in each pair; all pairs if there are none.

    Returns
    -------
    DataFrame
        One row per cell, metric that methods are compared by, and pair. ``mean_difference`` over the folds is
        positive where ``first`` is better; ``low`` and ``high`` are its 95 % interval; ``t`` and ``p`` are of
        `remix.study.compare.statistics.corrected_t_test`, and p is not adjusted for the number of tests.
        ``n_train`` and ``n_test`` are mean rows per fold.

    Raises
    ------
    ResultError
        If a cell lacks a method, a fold, a number, or the sizes of its folds.
    """
    metrics = [name for name, definition in METRICS.items() if definition.compares]
    by_cell = {
        cell: part.set_index(["repeat", "fold"])[["train_rows", "test_rows"]].astype(float)
        for cell, part in sizes.groupby(["task", "ir"])
    }
    lines = []
    for metric in metrics:
        chosen = scores[scores["metric"] == metric]
        if chosen.empty:
            continue
        ranking.cell_means(chosen, metric)  # refuses gaps
        by_fold = chosen.pivot_table(
            index=[*ranking.CELL, "repeat", "fold"], columns="method", values="value", sort=False
        )
        parts = dict(list(by_fold.groupby(level=ranking.CELL)))
        for cell in chosen[ranking.CELL].drop_duplicates().itertuples(index=False, name=None):
            if cell[1:] not in by_cell:
                raise ResultError(f"{cell[1]}, IR {cell[2]} has no records of its folds; train it anew")
            folds = parts[cell].droplevel(ranking.CELL).dropna(axis="columns", how="all")
            lines += _cell_lines(cell, metric, folds, by_cell[cell[1:]], compared_with or folds.columns)
    return pd.DataFrame(lines, columns=COLUMNS)


def cell_tests_markdown(table: pd.DataFrame, study: Study, coverage: pd.DataFrame) -> str:
    """Write each method against the baseline and against ReMix for people, in the metrics of the paper."""
    caption = (
        "Mean difference over the folds of a cell and its 95 % interval, by the corrected resampled t-test "
        "of Nadeau and Bengio (2003). It allows for the overlap of the folds' training sets: the more rows "
        "are tested on against those trained on, the wider the interval. Positive means that the first of a "
        "pair is better, whatever the metric. Bold: the interval excludes zero. Nothing is adjusted for the "
        "number of tests: of methods that are all equal, up to one entry in twenty would be bold. The last "
        f"line counts the cells where the first is better / undecided / worse. {study.protocol_note}"
    )
    shown = table[table["metric"].isin(PAPER_METRICS)]
    sections = [
        _section(f"{METRICS[metric].title}{part.suffix}: {heading}", pairs, tests, study)
        for part in study.parts(table["kind"])
        for heading, pairs in _pairs(part.study).items()
        for metric, tests in shown[shown["kind"].isin(part.kinds)].groupby("metric", sort=False)
    ]
    note = "The other metrics are in `cell_tests.csv`."
    if not sections:
        note = "There are fewer than two methods, or no cell."
    return markdown.document(
        "Comparisons of methods in each cell", caption, coverage_note(coverage), note, *sections
    )


def _cell_lines(
    cell: tuple[str, str, str],
    metric: str,
    folds: pd.DataFrame,
    sizes: pd.DataFrame,
    compared_with: Collection[str],
) -> list[dict[str, object]]:
    """Compare the pairs of methods in one cell of which one is among those given."""
    absent = [fold for fold in folds.index if fold not in sizes.index]
    if absent:
        raise ResultError(
            f"{cell[1]}, IR {cell[2]}, repeat {absent[0][0]}, fold {absent[0][1]} has no record of its size; "
            "train it anew"
        )
    trained, tested = sizes.loc[folds.index].mean()
    values, sign = folds.to_numpy(), metric_named(metric).sign
    lines = []
    for (j, second), (i, first) in combinations(enumerate(folds.columns), 2):
        if first not in compared_with and second not in compared_with:
            continue
        test = statistics.corrected_t_test((values[:, i] - values[:, j]) * sign, trained, tested)
        lines.append(
            dict(zip(ranking.CELL, cell, strict=True))
            | {"metric": metric, "first": first, "second": second, "mean_difference": test.mean}
            | {"low": test.low, "high": test.high, "t": test.t, "p": test.p, "n_folds": test.n_folds}
            | {"n_train": trained, "n_test": tested}
        )
    return lines


def _pairs(study: Study) -> dict[str, list[tuple[str, str]]]:
    """The pairs that are shown to people, by heading: (first, second)."""
    baseline, remix = ((name, study.methods.get(name)) for name in COMPARED_WITH)
    chosen = {}
    if baseline[1]:
        chosen[f"each method against {baseline[1]}"] = [
            (name, BASELINE) for name in study.methods if name != BASELINE
        ]
    if remix[1]:
        chosen[f"{remix[1]} against each other method"] = [
            ("remix", name) for name in study.methods if name not in ("remix", BASELINE)
        ]
    return {heading: pairs for heading, pairs in chosen.items() if pairs}


def _section(heading: str, pairs: list[tuple[str, str]], tests: pd.DataFrame, study: Study) -> str:
    """A line per cell and a column per pair, of one metric."""
    cells = tests[["task", "ir"]].drop_duplicates()
    columns = {"Task": [*cells["task"], "better / undecided / worse"], "IR": [*cells["ir"], ""]}
    for first, second in pairs:
        texts, counts = [], dict.fromkeys(("better", "undecided", "worse"), 0)
        for _, test in _oriented(tests, first, second).iterrows():
            verdict = "better" if test["low"] > 0 else "worse" if test["high"] < 0 else "undecided"
            counts[verdict] += 1
            text = gain_text(test["mean_difference"], test["low"], test["high"])
            texts.append(markdown.bold(text, where=verdict != "undecided"))
        title = f"{study.methods[first]} – {study.methods[second]}"
        columns[title] = [*texts, " / ".join(map(str, counts.values()))]
    return f"## {heading}\n\n{markdown.table(pd.DataFrame(columns))}"


def _oriented(tests: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """The tests of a pair in the order of the cells; turned, so that positive is better for the first."""
    straight = tests[(tests["first"] == first) & (tests["second"] == second)]
    turned = tests[(tests["first"] == second) & (tests["second"] == first)]
    turned = turned.assign(
        mean_difference=-turned["mean_difference"], low=-turned["high"], high=-turned["low"]
    )
    return pd.concat([straight, turned]).sort_index()
