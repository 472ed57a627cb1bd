"""The numbers of Figure 7: the scores of one method at each α, compared with those at the study's α."""

import dataclasses
from collections.abc import Mapping

import pandas as pd

from remix.metrics import metric as metric_named
from remix.study.compare.ranking import PAPER_METRICS
from remix.study.results import markdown
from remix.study.results.coverage import MISSING, PRESENT, coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.reading import fold_sizes_of, in_order, scores_of, scores_of_sweep
from remix.study.results.runs import Runs
from remix.study.results.tables.cell_tests import cell_tests_table
from remix.study.results.tables.scores import scores_table
from remix.study.study import BASELINE, Study, sorted_irs
from remix.study.sweep import Sweep

TITLE = "Scores at each α"
CATEGORY = "Gains and statistics"
ORDER = 5
ONLY = "paper"
READS = {
    "scores": "results/scores.parquet",
    "folds": "results/folds.parquet",
    "coverage": "results/tables/coverage.csv",
}

CELL = ["kind", "task", "ir", "metric"]
COLUMNS = [
    *CELL, "method", "alpha", "of_study", "mean", "std", "n_folds",
    "difference", "low", "high", "p", "baseline",
]  # fmt: skip


def make(runs: Runs, scores: pd.DataFrame, folds: pd.DataFrame, coverage: pd.DataFrame) -> MadeTable:
    """Compare the scores of one method at each α of the sweep with those at the study's α."""
    study, sweep = runs.study, runs.sweep
    own = sweep.own(study)
    of_baseline = dataclasses.replace(study.only(own), entries={BASELINE: study.entries[BASELINE]})
    table = alpha_sweep_table(
        scores_of_sweep(scores, runs.swept),
        scores_of(scores, of_baseline),
        fold_sizes_of(folds, of_baseline),
        own,
    )
    return MadeTable(table, alpha_sweep_markdown(table, sweep, study, coverage))


def alpha_sweep_table(
    scores: pd.DataFrame, baseline: pd.DataFrame, sizes: pd.DataFrame, own: Mapping[str, float]
) -> pd.DataFrame:
    """Summarise the folds at each α, and compare them with the same folds at the study's α.

    Parameters
    ----------
    scores : DataFrame
        As `remix.study.results.reading.scores_of_sweep` gives it.
    baseline : DataFrame
        As `remix.study.results.reading.scores_of` gives it, of the baseline on the same cells.
    sizes : DataFrame
        As `remix.study.results.reading.fold_sizes_of` gives it.
    own : mapping of str to float
        The study's α, by task.

    Returns
    -------
    DataFrame
        One row per cell, metric of Figure 7 and α. ``mean, std, n_folds`` are of the folds; ``of_study``
        tells the study's α. ``difference`` to it, with ``low``, ``high`` and ``p`` of
        `remix.study.compare.statistics.corrected_t_test`, is positive where this α is better, whatever the
        metric; NaN for the study's α itself. ``baseline`` is the baseline's mean in the cell.

    Raises
    ------
    ResultError
        If a cell lacks an α, a fold, a number, or the sizes of its folds.
    """
    parts = []
    for task, of_task in scores[scores["metric"].isin(PAPER_METRICS)].groupby("task", sort=False):
        # With α in the place of the method, what compares methods compares values of α. Each is compared with
        # those before it, so the study's comes first.
        method, of_study = of_task["method"].iloc[0], of_task["alpha"] == own[str(task)]
        by_alpha = pd.concat([of_task[of_study], of_task[~of_study]])
        by_alpha = by_alpha.assign(method=by_alpha["alpha"])
        tests = cell_tests_table(by_alpha, sizes).rename(
            columns={"first": "method", "mean_difference": "difference"}
        )
        tests = tests[tests["second"] == own[str(task)]]
        summary = scores_table(by_alpha).merge(
            tests[[*CELL, "method", "difference", "low", "high", "p"]], on=[*CELL, "method"], how="left"
        )
        parts.append(summary.rename(columns={"method": "alpha"}).assign(method=method))
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat(parts, ignore_index=True)
    levels = scores_table(baseline).rename(columns={"mean": BASELINE})
    table = table.merge(levels[[*CELL, BASELINE]], on=CELL, how="left")
    irs, alphas = sorted_irs(list(table["ir"].unique())), sorted(table["alpha"].unique())
    table = in_order(table, metric=PAPER_METRICS, task=table["task"].unique(), ir=irs, alpha=alphas)
    return table.assign(of_study=table["alpha"] == table["task"].map(own))[COLUMNS]


def alpha_sweep_markdown(table: pd.DataFrame, sweep: Sweep, study: Study, coverage: pd.DataFrame) -> str:
    """Write the means for people: one table per metric, a row per cell, a column per α."""
    title = sweep.title(study)
    caption = (
        f"Mean over the folds of each cell of {title} trained with each α, the parameter of the distribution "
        "Beta(α, α) of the mixing weights; everything else is as in the study. In brackets the difference to "
        "the study's own α (marked *) on the same folds, positive where this α is better, whatever the "
        "metric. Bold: the 95 % interval of the difference excludes zero, by the corrected resampled t-test "
        "of Nadeau and Bengio (2003); nothing is adjusted for the number of tests. Intervals and standard "
        f"deviations are in `alpha_sweep.csv`. {sweep_note(sweep, study, coverage)} {study.protocol_note}"
    )
    sections = []
    for metric, part in table.groupby("metric", sort=False):
        definition = metric_named(str(metric))
        lines = [_line(of_cell) for _, of_cell in part.groupby(["task", "ir"], sort=False)]
        alphas = [_heading(alpha) for alpha in sorted(part["alpha"].unique())]
        wide = pd.DataFrame(lines, columns=["Task", "IR", "Baseline", *alphas]).fillna(markdown.ABSENT)
        sections.append(f"## {definition.title} ({definition.direction})\n\n{markdown.table(wide)}")
    return markdown.document(
        "Sensitivity to α", caption, coverage_note(coverage), *(sections or ["Nothing was swept."])
    )


def sweep_note(sweep: Sweep, study: Study, coverage: pd.DataFrame) -> str:
    """Say in a few sentences which tasks were swept, and which were not and why."""
    if not sweep.tasks:
        return "The study varies no α."
    if sweep.method not in study.methods:
        return f"The study does not train {sweep.method}, whose α would be varied."
    states, own = coverage.drop_duplicates("task").set_index("task")["state"], sweep.own(study)
    by_state = {state: [task for task in own if states.get(task) == state] for state in (PRESENT, MISSING)}
    texts = {
        "Swept": [f"{task} (study's α {own[task]:g})" for task in by_state[PRESENT]],
        "Missing, for their data could not be had": by_state[MISSING],
        "Not in this study": [task for task in sweep.tasks if task not in own],
    }
    return " ".join(f"{text}: {', '.join(tasks)}." for text, tasks in texts.items() if tasks)


def _line(of_cell: pd.DataFrame) -> dict[str, str]:
    first = of_cell.iloc[0]
    baseline = markdown.ABSENT if pd.isna(first[BASELINE]) else f"{first[BASELINE]:.3f}"
    line = {"Task": first["task"], "IR": first["ir"], "Baseline": baseline}
    for _, entry in of_cell.iterrows():
        line[_heading(entry["alpha"])] = _entry(entry)
    return line


def _heading(alpha: float) -> str:
    return f"α {alpha:g}"


def _entry(entry: pd.Series) -> str:
    if entry["of_study"]:
        return f"{entry['mean']:.3f} *"
    text = f"{entry['mean']:.3f} ({entry['difference']:+.3f})"
    return markdown.bold(text, where=entry["low"] > 0 or entry["high"] < 0)
