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
    "protocol",
    "setting",
    "kind",
    "metric",
    "method",
    "title",
    "ir",
    "change",
    "lowest",
    "highest",
    "n_cells",
]
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
        One row per protocol, kind, metric, method and imbalance ratio, and one for all cells (``ir`` is
        ``'All'``): ``change``, the mean over the cells, positive where the deviation makes the method better;
        ``lowest`` and ``highest``, the extremes of the cells.
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
                groups = {ir: part.xs(ir, level="ir") for ir in irs} | {ALL: part}
                for ir, group in groups.items():
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
                                "change": column.mean(),
                                "lowest": column.min(),
                                "highest": column.max(),
                                "n_cells": len(column),
                            }
                        )
    return pd.DataFrame(lines, columns=COLUMNS)


def audit_effects_markdown(table: pd.DataFrame, coverage: pd.DataFrame, note: str = "") -> str:
    """Write, for people, the changes that are not zero: a table per kind and metric, a column per ratio."""
    caption = (
        "Mean change of each method's score over the cells, against the study on the same folds; positive is "
        "better. In brackets, for all ratios together, the least and the greatest change of a cell. Methods "
        f"that a deviation changes by less than {SHOWN_FROM} at every ratio are left out. Changes by "
        "`binary_bbs` are changes of the yardstick, not of the models."
    )
    sections = []
    for (kind, metric), part in table.groupby(["kind", "metric"], sort=False):
        irs = [*sorted_irs([ir for ir in part["ir"].unique() if ir != ALL]), ALL]
        lines = [
            _line(rows, irs)
            for _, rows in part.groupby(["protocol", "method"], sort=False)
            if rows["change"].abs().max() >= SHOWN_FROM
        ]
        shown = markdown.table(pd.DataFrame(lines)) if lines else "No deviation changes anything."
        sections.append(f"## {KIND_TITLES[kind]} {SHORT_TITLES[metric]}\n\n{shown}")
    return markdown.document("What each deviation changes", caption, coverage_note(coverage), note, *sections)


def _line(rows: pd.DataFrame, irs: list[str]) -> dict[str, str]:
    by_ir = rows.set_index("ir")
    line = {"Protocol": rows["setting"].iloc[0], "Method": rows["title"].iloc[0]}
    for ir in irs:
        heading = "All" if ir == ALL else f"IR {ir}"
        if ir not in by_ir.index:
            line[heading] = markdown.ABSENT
            continue
        row = by_ir.loc[ir]
        spread = f" ({row['lowest']:+.3f} to {row['highest']:+.3f})" if ir == ALL else ""
        line[heading] = f"{row['change']:+.3f}{spread}"
    return line
