"""Which rows a long tail may be trained on, and a digest of them, so that others can check theirs."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from remix.study.data.columns import LABEL, ROW, TRAINED
from remix.study.results import markdown
from remix.study.results.made import MadeTable
from remix.study.results.runs import Runs
from remix.study.running.parquet import read_parquet
from remix.study.study import Study

TITLE = "Rows of the long tails"
CATEGORY = "Data and coverage"
ORDER = 3
READS = {"variants": "resources/variants/{task}/{ir}.parquet"}
ONLY = "long_tails"

COLUMNS = ["task", "ir", "rows", "rows_by_class", "sha256", "row_numbers"]


def make(runs: Runs, variants: Mapping[tuple[str, str], Path]) -> MadeTable:
    """Make the table from the variants of the long tails."""
    study = runs.study
    tails = {
        cell: read_parquet(path, columns=[ROW, LABEL, TRAINED])
        for cell, path in variants.items()
        if study.tasks[cell[0]].profile
    }
    table = row_lists(tails, study)
    return MadeTable(table, row_lists_markdown(table))


def row_lists(tails: Mapping[tuple[str, str], pd.DataFrame], study: Study) -> pd.DataFrame:
    """List the rows that each long tail may be trained on.

    Parameters
    ----------
    tails : mapping of (str, str) to DataFrame
        ``row, label, trained`` of each cell's variant.
    study : Study

    Returns
    -------
    DataFrame
        One row per cell: how many ``rows``, ``rows_by_class`` in the order of the classes, ``row_numbers``,
        the positions in the dataset, which count from 0, in ascending order with a blank between them, and
        ``sha256``, the SHA-256 of this text in ASCII.
    """
    lines = []
    for task, ir in study.cells:
        if (task, ir) not in tails:
            continue
        chosen = tails[task, ir][tails[task, ir][TRAINED]]
        sizes = np.bincount(chosen[LABEL], minlength=study.tasks[task].n_classes)
        numbers = " ".join(map(str, sorted(chosen[ROW].tolist())))
        digest = hashlib.sha256(numbers.encode("ascii")).hexdigest()
        lines.append([task, ir, len(chosen), " ".join(map(str, sizes)), digest, numbers])
    return pd.DataFrame(lines, columns=COLUMNS)


def row_lists_markdown(table: pd.DataFrame) -> str:
    """Write the table for people, without the rows themselves."""
    shown = table.drop(columns="row_numbers").rename(
        columns={
            "task": "Task",
            "ir": "IR",
            "rows": "Rows",
            "rows_by_class": "Rows of each class",
            "sha256": "SHA-256",
        }
    )
    caption = (
        "The rows that each long tail may be trained on, of which the folds take their training parts. The "
        "imbalance factor is 1 / IR. The column `row_numbers` of the table for machines has the rows: "
        "positions in the dataset as it is read, counted from 0, ascending, with a blank between them. The "
        "SHA-256 is that of this text."
    )
    return markdown.document(TITLE, caption, markdown.table(shown.astype(str)))
