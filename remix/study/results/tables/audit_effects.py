"""What each deviation changes in the scores of each method, on the same folds."""

from collections.abc import Mapping

import pandas as pd

from remix.metrics import metric as metric_named
from remix.study.compare import ranking
from remix.study.compare.ranking import ALL, PAPER_METRICS
from remix.study.results import markdown
from remix.study.results.by_protocol import STUDY_ALIKE, Run, compared, setting_texts
from remix.study.results.coverage import coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.runs import Runs
from remix.study.results.tables.rank_sums import SHORT_TITLES
from remix.study.study import KIND_TITLES, STUDY, sorted_irs

TITLE = "Audit: what each deviation changes"
CATEGORY = "Verdict"
ORDER = 6
ONLY = "audit"
READS = {
    "scores": "results/scores.parquet",
    "trainings": "results/trainings.parquet",
    "coverage": "results/tables/coverage.csv",
}

COLUMNS = [
    "protocol", "setting", "kind", "metric", "method", "title", "ir", "task",
    "change", "lowest", "highest", "n_cells",
]  # fmt: skip
# Smaller mean changes are left out of the table for people.
SHOWN_FROM = 0.0005


def make(runs: Runs, scores: pd.DataFrame, trainings: pd.DataFrame, coverage: pd.DataFrame) -> MadeTable:
    """Measure what every protocol that is audited changes."""
    found = compared(runs, scores, trainings)
    table = audit_effects(found.runs)
    return MadeTable(table, audit_effects_markdown(table, coverage, found.note))


def audit_effects(runs: Mapping[str, Run]) -> pd.DataFrame:
    """Compare the mean scores of each cell under a protocol with those of the study on the same folds.

    Parameters
    ----------
    runs : mapping of str to Run
        By protocol; `STUDY_ALIKE` is what the others are compared with. Cells that one of two protocols does
        not have take no part.

    Returns
    -------
    DataFrame
        Per protocol, kind, metric and method one row for each imbalance ratio (``task`` is ``'All'``), one
        for each task (``ir`` is ``'All'``) and one for all cells (both are): ``change``, the mean over the
        cells, positive where the deviation makes the method better; ``lowest`` and ``highest``, the extremes
        of the cells.
    """
    reference, settings = runs[STUDY_ALIKE], setting_texts(runs)
    lines = []
    for name, run in runs.items():
        if name in (STUDY, STUDY_ALIKE):
            continue
        for metric in PAPER_METRICS:
            before, after = (ranking.cell_means(r.scores, metric) for r in (reference, run))
            change = ((after - before) * metric_named(metric).sign).dropna(how="all")
            for kind, part in ranking.by_kind(change):
                irs = sorted_irs(list(part.index.unique("ir")))
                groups = {(ir, ALL): part.xs(ir, level="ir") for ir in irs}
                groups |= {(ALL, task): part.xs(task, level="task") for task in part.index.unique("task")}
                groups[ALL, ALL] = part
                for (ir, task), group in groups.items():
                    for method, column in group.items():
                        lines.append(
                            {
                                "protocol": name,
                                "setting": settings[name],
                                "kind": kind,
                                "metric": metric,
                                "method": method,
                                "title": run.study.methods[method],
                                "ir": ir,
                                "task": task,
                                "change": column.mean(),
                                "lowest": column.min(),
                                "highest": column.max(),
                                "n_cells": len(column),
                            }
                        )
    return pd.DataFrame(lines, columns=COLUMNS)


def audit_effects_markdown(table: pd.DataFrame, coverage: pd.DataFrame, note: str = "") -> str:
    """Write, for people, the changes that are not zero: tables per kind and metric, by ratio and by task."""
    caption = (
        "Mean change of each method's score over the cells, against the study on the same folds; positive is "
        "better. In brackets, for all cells together, the least and the greatest change of a cell. Methods "
        f"that a deviation changes by less than {SHOWN_FROM} everywhere are left out. Changes by "
        "`binary_bbs` are changes of the yardstick, not of the models."
    )
    sections = []
    for (kind, metric), part in table.groupby(["kind", "metric"], sort=False):
        irs = sorted_irs([ir for ir in part["ir"].unique() if ir != ALL])
        tasks = [task for task in part["task"].unique() if task != ALL]
        changed = [
            rows
            for _, rows in part.groupby(["protocol", "method"], sort=False)
            if rows["change"].abs().max() >= SHOWN_FROM
        ]
        sections.append(f"## {KIND_TITLES[kind]} {SHORT_TITLES[metric]}")
        if not changed:
            sections.append("No deviation changes anything.")
            continue
        by_ir = [_line(rows, {f"IR {ir}": (ir, ALL) for ir in irs} | {"All": (ALL, ALL)}) for rows in changed]
        by_task = [_line(rows, {task: (ALL, task) for task in tasks}) for rows in changed]
        sections += [markdown.table(pd.DataFrame(lines)) for lines in (by_ir, by_task)]
    return markdown.document("What each deviation changes", caption, coverage_note(coverage), note, *sections)


def _line(rows: pd.DataFrame, columns: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Write the changes of a method under a protocol: in each column those of a ratio and a task."""
    by_cells = rows.set_index(["ir", "task"])
    line = {"Protocol": rows["setting"].iloc[0], "Method": rows["title"].iloc[0]}
    for heading, cells in columns.items():
        if cells not in by_cells.index:
            line[heading] = markdown.ABSENT
            continue
        row = by_cells.loc[cells]
        spread = f" ({row['lowest']:+.3f} to {row['highest']:+.3f})" if cells == (ALL, ALL) else ""
        line[heading] = f"{row['change']:+.3f}{spread}"
    return line
