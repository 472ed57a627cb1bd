"""What mini-batches were made of: classes that they lack, the class mix trained on, what SMOTE lacked."""

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

from remix.study.results import markdown
from remix.study.results.coverage import coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.reading import folds_of
from remix.study.results.runs import Runs
from remix.study.study import KIND_TITLES, Study, sorted_irs
from remix.study.words import percent

TITLE = "What the mini-batches held"
CATEGORY = "Calibration"
ORDER = 3
READS = {
    "folds": "results/folds.parquet",
    "datasets": "results/tables/datasets.csv",
    "coverage": "results/tables/coverage.csv",
}

COLUMNS = [
    "kind", "task", "ir", "method", "class", "n_folds", "batch_size",
    "lacking", "lacking_worst_fold", "lacking_by_chance", "natural_share", "trained_share",
    "smote_limited", "smote_repeated",
]  # fmt: skip


def make(runs: Runs, folds: pd.DataFrame, datasets: pd.DataFrame, coverage: pd.DataFrame) -> MadeTable:
    """Make the table from what happened in each fold."""
    study = runs.study.trained().networks()
    table = batches_table(folds_of(folds, study), study, datasets)
    return MadeTable(table, batches_markdown(table, study, coverage))


def batches_table(records: pd.DataFrame, study: Study, datasets: pd.DataFrame) -> pd.DataFrame:
    """Summarise the mini-batches of each cell and method, for every minority class.

    Parameters
    ----------
    records : DataFrame
        As `remix.study.results.reading.folds_of` gives it.
    study : Study
    datasets : DataFrame
        The study's table of this name: how many rows each cell has of each minority class and of the others.

    Returns
    -------
    DataFrame
        ``kind, task, ir, method, class, n_folds, batch_size``; ``lacking``, the share of mini-batches without
        a row of the class before resampling, over all folds, ``lacking_worst_fold``, and
        ``lacking_by_chance``, what rows drawn at random would give; ``natural_share`` of the class in the
        cell and ``trained_share`` after resampling, mixing and loss weights, and with what the loss adds to
        the logits in training; for SMOTE the shares of mini-batches in which it had fewer neighbours than
        asked for (``smote_limited``) or had to repeat rows (``smote_repeated``), else NaN.
    """
    lines = []
    sizes = datasets.set_index(["task", "ir"])
    for (task, ir, method), folds in records.groupby(["task", "ir", "method"], sort=False):
        definition = study.tasks[task]
        batch_size = definition.batch_size or study.protocol.batch_size
        labels, size = definition.minority_labels, sizes.loc[(task, ir)]
        minority = size["minority_rows"] / (size["minority_rows"] * len(labels) + size["majority_rows"])
        shares = dict.fromkeys(labels, minority)
        if definition.profile:
            tail = np.array(definition.tail(ir))
            shares = dict(enumerate(tail / tail.sum()))
        batches = folds["batches"].sum()
        train_rows = round(folds["train_rows"].mean())
        drawn = min(batch_size, train_rows)
        resampling = {
            name: folds[name].sum() / batches if folds.get(name, pd.Series(np.nan)).notna().all() else np.nan
            for name in ("smote_limited", "smote_repeated")
        }
        for label in labels:
            lacking, natural = folds[f"batches_lacking_{label}"], shares[label]
            by_chance = hypergeom.pmf(0, train_rows, round(natural * train_rows), drawn)
            lines.append(
                {
                    "kind": definition.kind,
                    "task": task,
                    "ir": ir,
                    "method": method,
                    "class": label,
                    "n_folds": len(folds),
                    "batch_size": batch_size,
                    "lacking": lacking.sum() / batches,
                    "lacking_worst_fold": (lacking / folds["batches"]).max(),
                    "lacking_by_chance": float(by_chance),
                    "natural_share": float(natural),
                    "trained_share": folds[f"class_share_{label}"].mean(),
                    **resampling,
                }
            )
    return pd.DataFrame(lines, columns=COLUMNS)


def batches_markdown(table: pd.DataFrame, study: Study, coverage: pd.DataFrame) -> str:
    """Write the table for people: an answer per imbalance ratio, then one row per cell."""
    caption = (
        "What the mini-batches of training were made of, over all epochs and folds of a cell. *No minority "
        "row* is the share of mini-batches, before resampling, without a row of the minority class; methods "
        "that balance each mini-batch by itself (ReMix and SMOTE do) can do nothing there. Where there are "
        "several minority classes each is counted alone, and the number is their mean. *By chance* is "
        "what rows drawn at random give (hypergeometric distribution). *Trained on* is the share of a "
        "minority class after resampling, mixing and loss weights, and with what the loss adds to the "
        f"logits in training. {study.protocol_note}"
    )
    if table.empty:
        return markdown.document("Mini-batches", caption, coverage_note(coverage), "There is no cell.")
    sections = []
    for suffix, kinds, _ in study.parts(table["kind"]):
        part = table[table["kind"].isin(kinds)]
        sections += [
            f"## Means over the tasks{suffix}\n\n{markdown.table(_glance(part, study))}",
            f"## Mini-batches without a minority row{suffix}\n\n{markdown.table(_lacking(part))}",
            f"## Share of a minority class{suffix}\n\n{markdown.table(_shares(part, study))}",
        ]
    return markdown.document(
        "Mini-batches", caption, coverage_note(coverage), *sections, _resampling(table, study)
    )


def _glance(table: pd.DataFrame, study: Study) -> pd.DataFrame:
    """One line per kind and ratio: every cell counts alike, and in it every class."""
    lines = []
    for kind, of_kind in table.groupby("kind", sort=False):
        for ir in sorted_irs(list(of_kind["ir"].unique())):
            part = of_kind[of_kind["ir"] == ir]
            lacking = part.groupby("task")["lacking"].mean()
            lines.append(
                {
                    "Kind": KIND_TITLES[kind],
                    "IR": ir,
                    "Tasks": str(len(lacking)),
                    "No minority row": markdown.bold(_percent(lacking.mean())),
                    "Lowest – highest task": f"{_percent(lacking.min())} – {_percent(lacking.max())}",
                    **_mixes(part, study),
                }
            )
    return pd.DataFrame(lines)


def _mixes(part: pd.DataFrame, study: Study) -> dict[str, str]:
    """Share of a minority class in the data and in what each method trained on."""
    by_task = part.groupby(["method", "task"], sort=False)[["natural_share", "trained_share"]].mean()
    means = by_task.groupby("method", sort=False).mean()
    trained = {
        f"Trained on: {study.methods[name]}": _percent(value)
        for name, value in means["trained_share"].items()
    }
    return {"In the data": _percent(means["natural_share"].mean()), **trained}


def _lacking(table: pd.DataFrame) -> pd.DataFrame:
    lines = []
    for (task, ir), cell in table.groupby(["task", "ir"], sort=False):
        by_class = cell.groupby("class")["lacking"].mean()
        several = len(by_class) > 1
        lines.append(
            {
                "Task": task,
                "IR": ir,
                "Rows per mini-batch": str(cell["batch_size"].iloc[0]),
                "No minority row": _percent(by_class.mean()),
                "Worst class": _percent(by_class.max()) if several else markdown.ABSENT,
                "Worst fold": _percent(cell["lacking_worst_fold"].max()),
                "By chance": _percent(cell["lacking_by_chance"].mean()),
            }
        )
    return pd.DataFrame(lines)


def _shares(table: pd.DataFrame, study: Study) -> pd.DataFrame:
    lines = [
        {"Task": task, "IR": ir, **_mixes(cell, study)}
        for (task, ir), cell in table.groupby(["task", "ir"], sort=False)
    ]
    return pd.DataFrame(lines).rename(columns=lambda name: name.removeprefix("Trained on: "))


def _resampling(table: pd.DataFrame, study: Study) -> str:
    with_smote = table[table["smote_limited"].notna()].drop_duplicates(["task", "ir", "method"])
    if with_smote.empty:
        return ""
    lines = [
        {
            "Task": line.task,
            "IR": line.ir,
            "Method": study.methods[line.method],
            "Fewer neighbours than asked for": _percent(line.smote_limited),
            "Rows repeated": _percent(line.smote_repeated),
        }
        for line in with_smote.itertuples()
    ]
    text = (
        "Shares of all mini-batches in which a class to be raised had too few rows for the neighbours asked "
        "for, and in which it had a single row, which was repeated, or was below the smallest number of rows "
        "to interpolate between. Mini-batches without a row of the class do not count as either."
    )
    return f"## Where SMOTE lacked rows\n\n{text}\n\n{markdown.table(pd.DataFrame(lines))}"


def _percent(share: float) -> str:
    """Write a share in per cent, with a decimal where that matters.

    >>> _percent(0.5234), _percent(0.0234), _percent(0.00004)
    ('52 %', '2.3 %', '0.0 %')
    """
    return percent(share, 0 if share >= 0.0995 else 1)
