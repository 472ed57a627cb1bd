"""Table 1: the tasks, how many rows each variant has, and what the paper prints about them."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from remix.study.data.catalogue import Task, ir_value
from remix.study.data.columns import LABEL, TRAINED, feature_names, may_be_trained
from remix.study.results import markdown
from remix.study.results.coverage import coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.runs import Runs
from remix.study.running.parquet import parquet_columns, read_parquet
from remix.study.study import KIND_TITLES, Study, sorted_irs

TITLE = "Table 1: datasets"
CATEGORY = "Data and coverage"
ORDER = 2
READS = {
    "prepared": "resources/prepared/{dataset}.parquet",
    "variants": "resources/variants/{task}/{ir}.parquet",
    "coverage": "results/tables/coverage.csv",
    "table1": "config/published/table1.csv",
}

COLUMNS = [
    "task", "title", "kind", "classes", "features", "rows", "rows_used", "ir",
    "minority_rows", "majority_rows", "copies", "published_features", "published_rows", "published_irs",
    "note",
]  # fmt: skip


# The note of a task of which the paper prints nothing.
NOT_PRINTED = "not in the paper"
# Columns of the document for people that show what the paper prints.
PAPERS = ["Paper's Dim", "Paper's Inst", "Paper's IRs"]


def make(
    runs: Runs,
    prepared: Mapping[str, Path],
    variants: Mapping[tuple[str, str], Path],
    coverage: pd.DataFrame,
    table1: pd.DataFrame,
) -> MadeTable:
    """Make the table from the prepared datasets and their variants."""
    study = runs.study
    shapes = {
        dataset: (len(read_parquet(path, columns=["label"])), len(feature_names(parquet_columns(path))))
        for dataset, path in prepared.items()
    }
    counts = {
        (task, ir): label_counts(path, study.tasks[task].n_classes) for (task, ir), path in variants.items()
    }
    copies = coverage.set_index(["task", "ir"])["copies"]
    table = datasets_table(study, shapes, counts, copies, table1)
    return MadeTable(table, datasets_markdown(table, study, coverage))


def label_counts(variant: Path, n_classes: int) -> np.ndarray:
    """Count the rows of each label in a variant that may be trained on: an array of int, shape (K,)."""
    columns = [name for name in (LABEL, TRAINED) if name in parquet_columns(variant)]
    rows = read_parquet(variant, columns=columns)
    trained = may_be_trained(rows)
    return np.bincount(rows[LABEL] if trained is None else rows[LABEL][trained], minlength=n_classes)


def datasets_table(
    study: Study,
    shapes: Mapping[str, tuple[int, int]],
    label_counts: Mapping[tuple[str, str], np.ndarray],
    copies: Mapping[tuple[str, str], float],
    published: pd.DataFrame,
) -> pd.DataFrame:
    """List every cell of the study with its sizes, beside the printed Table 1.

    Parameters
    ----------
    study : Study
    shapes : mapping of str to (int, int)
        Rows and features of each prepared dataset.
    label_counts : mapping of (str, str) to ndarray of int, shape (K,)
        Rows of each label in the variant of each cell.
    copies : mapping of (str, str) to float
        Share of the test rows of each cell that are copies; see `remix.study.copies.share_of_copies`.
    published : DataFrame
        config/published/table1.csv.

    Returns
    -------
    DataFrame
        One row per cell. ``rows`` are those of the data, of which variants are cut from ``rows_used``;
        ``features`` of an image are its pixels, times its channels. ``minority_rows`` is the number per
        minority class, ``majority_rows`` that of all other classes together; of a long tail, of the rows that
        may be trained on, those of the rarest class and of the first. What is not known, as the data is
        missing, is <NA>.
    """
    printed = published.set_index("task")
    lines = []
    for task, ir in study.cells:
        definition = study.tasks[task]
        rows, features = shapes.get(definition.dataset, (pd.NA, pd.NA))
        if definition.image is not None and definition.dataset in shapes:
            features = math.prod(definition.image)
        counts = label_counts.get((task, ir))
        minority = list(definition.minority_labels)
        line = {
            "task": task,
            "title": study.titles[task],
            "kind": definition.kind,
            "classes": _classes_text(definition),
            "features": features,
            "rows": rows,
            "rows_used": _used(rows, definition, study),
            "ir": ir,
            "minority_rows": pd.NA if counts is None else int(counts[minority].min()),
            "majority_rows": pd.NA if counts is None else int(counts.sum() - counts[minority].sum()),
            "copies": copies.get((task, ir), np.nan),
        }
        entry, note = pd.Series({"features": "", "rows": pd.NA, "irs": ""}), NOT_PRINTED
        if task in printed.index:
            entry = printed.loc[task]
            note = _note(line, definition, entry)
        line |= {f"published_{name}": entry[name] for name in ("features", "rows", "irs")}
        lines.append(line | {"note": "; ".join(filter(None, [note, study.texts.get(task)]))})
    integers = dict.fromkeys(
        ["features", "rows", "rows_used", "minority_rows", "majority_rows", "published_rows"], "Int64"
    )
    return pd.DataFrame(lines, columns=COLUMNS).astype(integers)


def datasets_markdown(table: pd.DataFrame, study: Study, coverage: pd.DataFrame) -> str:
    """Write the table for people, one row per task."""
    printed = table["published_rows"].notna().any()
    lines = []
    for task, part in table.groupby("task", sort=False):
        first = part.iloc[0]
        lines.append(
            {
                "Task": task,
                "Dataset": first["title"],
                "Kind": KIND_TITLES[first["kind"]],
                "Classes": first["classes"],
                "Features": dimension(study.tasks[task], first["features"]) or markdown.ABSENT,
                "Paper's Dim": _printed(first["published_features"]),
                "Rows": rows_text(first),
                "Paper's Inst": _count(first["published_rows"]),
                "IR: minority rows": ", ".join(
                    f"{ir}: {_count(n)}" for ir, n in zip(part["ir"], part["minority_rows"], strict=True)
                ),
                "Majority rows": _count(part["majority_rows"].max()),
                "Copies": markdown.ABSENT if part["copies"].isna().all() else f"{part['copies'].max():.1%}",
                "Paper's IRs": _printed(first["published_irs"]),
            }
        )
    own = {} if printed else {f"^{NOT_PRINTED}(; )?": ""}
    notes = [
        f"{task}: {note}."
        for task, note in table.drop_duplicates("task")[["task", "note"]]
        .replace({"note": own}, regex=True)
        .to_numpy()
        if note
    ]
    shown = pd.DataFrame(lines)
    beside, inverse = (
        (", beside the paper's Table 1", "; the paper's formula has the inverse") if printed else ("", "")
    )
    caption = (
        f"The tasks and the variants made from them{beside}. IR is the number of rows of a minority class "
        "over that of the merged majority (binary) or of the largest class of the data "
        f"(multi-class){inverse}. Minority rows are per minority class; majority "
        f"rows are those of all other classes. Half of a variant's rows are tested in each fold, and "
        f"{study.protocol.validation_fraction:.0%} of the rest are set aside for validation. Copies are test "
        "rows with the same features as a row that was trained on, as a mean over the folds: the largest "
        "share of any IR."
    )
    if any(task.profile for task in study.tasks.values()):
        caption += (
            " A long tail is cut for training: all rows are tested in turn, and minority and majority rows "
            "are those of its rarest and of its first class that may be trained on."
        )
    return markdown.document(
        "Table 1: datasets" if printed else "Datasets",
        caption,
        coverage_note(coverage),
        markdown.table(shown if printed else shown.drop(columns=PAPERS)),
        f"{'Where this differs from the paper' if printed else 'Notes'}:\n\n{markdown.listing(notes)}"
        if notes
        else "",
    )


def _classes_text(task: Task) -> str:
    if task.profile:
        return f"{task.classes[0]} to {task.classes[-1]}, a long tail"
    others = [name for name in task.classes if name not in task.minority]
    rest = "rest" if len(others) > 3 else ", ".join(others)
    return f"{', '.join(task.minority)} vs {rest}{' (merged)' if task.merged and len(others) > 1 else ''}"


def dimension(task: Task, features: Any) -> str:
    """Write the size of a row: the number of features, or an image's height, width and channels.

    Nothing for what is missing.
    """
    if pd.isna(features) or features == "":
        return ""
    return f"{int(features):,}" if task.image is None else " × ".join(map(str, task.image))


def printed_dimension(task: Task, features: Any) -> str:
    """Write the size of a row as the paper does, which leaves the channels of an image out."""
    if pd.isna(features) or features == "":
        return ""
    return str(int(features)) if task.image is None else "×".join(map(str, task.image[:2]))


def rows_text(line: pd.Series) -> str:
    """Write the number of rows, and of those used where not all are: ``8,000 of 50,000``."""
    rows = _count(line["rows"])
    if pd.isna(line["rows_used"]) or line["rows_used"] == line["rows"]:
        return rows
    return f"{_count(line['rows_used'])} of {rows}"


def _used(rows: Any, task: Task, study: Study) -> Any:
    limit = study.rows(task.name)
    return rows if limit == "all" or pd.isna(rows) else min(rows, int(limit))


def _note(line: Mapping[str, Any], task: Task, printed: pd.Series) -> str:
    """Say where our numbers differ from the printed ones."""
    differences = []
    features = printed_dimension(task, line["features"])
    if features and features != printed["features"]:
        differences.append((f"{features} features, printed {printed['features']}", "features_remark"))
    if pd.notna(line["rows"]) and line["rows"] != printed["rows"]:
        differences.append((f"{line['rows']:,} rows, printed {printed['rows']:,}", "rows_remark"))
    if {ir_value(ir) for ir in task.irs} != {float(ir) for ir in printed["irs"].split(",")}:
        differences.append((f"IRs {', '.join(sorted_irs(task.irs))}, printed {printed['irs']}", "irs_remark"))
    texts = [f"{text} ({printed[why]})" if printed[why] else text for text, why in differences]
    if pd.notna(line["rows"]) and line["rows_used"] != line["rows"]:
        texts.append(f"only {line['rows_used']:,} rows used (protocol.images.rows)")
    return "; ".join(texts)


def _count(value: Any) -> str:
    return markdown.ABSENT if pd.isna(value) else f"{int(value):,}"


def _printed(value: str) -> str:
    return value or markdown.ABSENT
