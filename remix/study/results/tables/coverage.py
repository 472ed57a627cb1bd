"""Which data was there: every cell with its source, what failed, and how many test rows are copies."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from remix.study.copies import share_of_copies
from remix.study.results import markdown
from remix.study.results.coverage import PRESENT, notes_of, reasons_of
from remix.study.results.made import MadeTable
from remix.study.results.runs import Runs
from remix.study.running.parquet import read_parquet

TITLE = "Which data was there"
CATEGORY = "Data and coverage"
ORDER = 1
READS = {
    "coverage": "resources/raw/coverage.csv",
    "variants": "resources/variants/{task}/{ir}.parquet",
}


def make(runs: Runs, coverage: pd.DataFrame, variants: Mapping[tuple[str, str], Path]) -> MadeTable:
    """Show what fetching has found.

    The table for machines has the further column ``copies``, see `remix.study.copies.share_of_copies`; it is
    here since every caption reads this table.
    """
    copies = {
        cell: share_of_copies(read_parquet(variants[cell]), runs.study, *cell)
        for cell in runs.study.cells
        if cell in variants
    }
    cells = zip(coverage["task"], coverage["ir"], strict=True)
    table = coverage.assign(copies=pd.Series([copies.get(cell) for cell in cells], dtype="float64"))
    return MadeTable(table, coverage_markdown(coverage))


def coverage_markdown(coverage: pd.DataFrame) -> str:
    """Write the coverage table for people."""
    shown = coverage[["task", "ir", "state", "source"]].rename(
        columns={"task": "Task", "ir": "IR", "state": "Data", "source": "Source used"}
    )
    present = coverage["state"] == PRESENT
    caption = (
        "Which cells (task and imbalance ratio, IR) of the study have data: "
        f"{present.sum()} of {len(coverage)}. No table or figure averages "
        "over a missing cell; each says what it lacks. The next run tries the missing ones again."
    )
    return markdown.document(
        "Coverage",
        caption,
        markdown.table(shown.replace("", markdown.ABSENT)),
        _reasons_section("Missing, and why", coverage[~present], remedy=True),
        _reasons_section("Sources that failed before one served", coverage[present], remedy=False),
        _notes_section(coverage[present]),
    )


def _notes_section(cells: pd.DataFrame) -> str:
    by_dataset = cells.groupby("dataset", sort=False)
    items = [f"{dataset}: {note}" for dataset, part in by_dataset for note in notes_of(part)]
    return f"## Suspicious in the data\n\n{markdown.listing(items)}" if items else ""


def _reasons_section(title: str, cells: pd.DataFrame, *, remedy: bool) -> str:
    items = []
    for dataset, part in cells.groupby("dataset", sort=False):
        reasons = reasons_of(part)
        if not reasons and not remedy:
            continue
        # Of cells that are out of reach the data is there.
        supply = remedy and (part["source"] == "").any()
        items.append(
            f"{dataset}: "
            + "; ".join(f"`{source}`: {why}" for source, why in reasons)
            + (f". To supply it, place the file in `data_dir/{dataset}/`." if supply else "")
        )
    return f"## {title}\n\n{markdown.listing(items)}" if items else ""
