"""Every number that the paper prints, and the claims it makes where it prints none, beside ours."""

from typing import Any

import pandas as pd

from remix.study.compare.claims import CIFAR
from remix.study.compare.ranking import ALL, PAPER_METRICS
from remix.study.data.catalogue import IMAGE_KINDS, TABLE_KINDS
from remix.study.results import markdown
from remix.study.results.coverage import coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.runs import Runs
from remix.study.results.tables.datasets import printed_dimension
from remix.study.results.tables.gains import gain_text
from remix.study.results.tables.rank_sums import SHORT_TITLES, comparison_remarks
from remix.study.study import KIND_TITLES, Study, sorted_irs

TITLE = "Every printed number beside ours"
CATEGORY = "Verdict"
ORDER = 10
ONLY = "paper"
READS = {
    "datasets": "results/tables/datasets.csv",
    "rank_sums": "results/tables/rank_sums.csv",
    "gains": "results/tables/gains.csv",
    "coverage": "results/tables/coverage.csv",
    "table1": "config/published/table1.csv",
}

COLUMNS = ["item", "subject", "quantity", "published", "ours", "remark"]
Line = tuple[str, str, str, str, str, str]
NO_NUMBERS = "no number printed"


def make(
    runs: Runs,
    datasets: pd.DataFrame,
    rank_sums: pd.DataFrame,
    gains: pd.DataFrame,
    coverage: pd.DataFrame,
    table1: pd.DataFrame,
) -> MadeTable:
    """Make the comparison from the study's other tables."""
    table = paper_comparison_table(runs.study, datasets, rank_sums, gains, table1)
    return MadeTable(table, paper_comparison_markdown(table, rank_sums, runs.study, coverage))


def paper_comparison_table(
    study: Study,
    datasets: pd.DataFrame,
    rank_sums: pd.DataFrame,
    gains: pd.DataFrame,
    published: pd.DataFrame,
) -> pd.DataFrame:
    """Put ours beside each printed number or claim.

    Parameters
    ----------
    study : Study
    datasets, rank_sums, gains : DataFrame
        The study's tables of these names.
    published : DataFrame
        config/published/table1.csv; also names the rows that the study does not have.

    Returns
    -------
    DataFrame of str
        ``item, subject, quantity, published, ours, remark``; ``ours`` is empty where there is none.
    """
    lines = [
        *_table1(study, datasets, published),
        *_table2(rank_sums),
        *_figure5(study, gains),
        *_figure6(study, gains, set(datasets.dropna(subset="rows")["task"])),
        ("Supplement", "every task, IR and method", "mean and std of GM, BBS", NO_NUMBERS, "scores table",
         "the paper refers to a supplement that does not come with its text"),
    ]  # fmt: skip
    return pd.DataFrame(lines, columns=COLUMNS)


def paper_comparison_markdown(
    table: pd.DataFrame, rank_sums: pd.DataFrame, study: Study, coverage: pd.DataFrame
) -> str:
    """Write the comparison for people, one section per table or figure of the paper."""
    caption = (
        "What the paper prints, beside the same from this study. Nothing here judges whether a claim holds. "
        + study.protocol_note
    )
    sections = []
    for item, part in table.groupby("item", sort=False):
        shown = part.drop(columns="item").replace("", markdown.ABSENT)
        shown.columns = [name.capitalize() for name in shown.columns]
        remarks = " ".join(comparison_remarks(rank_sums, study)) if item == "Table 2" else ""
        sections.append("\n\n".join(filter(None, [f"## {item}", markdown.table(shown), remarks])))
    return markdown.document("The paper's numbers beside ours", caption, coverage_note(coverage), *sections)


def _table1(study: Study, datasets: pd.DataFrame, published: pd.DataFrame) -> list[Line]:
    ours = datasets.drop_duplicates("task").set_index("task")
    lines = []
    for _, printed in published.iterrows():
        task = printed["task"]
        values, remark = dict.fromkeys(["features", "rows", "irs"], ""), "not in this study"
        if task in ours.index:
            entry = ours.loc[task]
            values = {
                "features": printed_dimension(study.tasks[task], entry["features"]),
                "rows": _integer(entry["rows"]),
                "irs": ", ".join(sorted_irs(study.tasks[task].irs)),
            }
            remark = "" if values["rows"] else "data missing"
        for key, title in (("features", "Dim"), ("rows", "Inst"), ("irs", "IRs")):
            shown = str(printed[key])
            if key == "irs":
                shown = ", ".join(sorted_irs([ir.strip() for ir in shown.split(",")]))
            differs = bool(values[key]) and values[key] != shown
            note = f"differs: {printed[f'{key}_remark']}".removesuffix(": ") if differs else remark
            lines.append(("Table 1", f"{printed['title']} ({task})", title, shown, values[key], note))
    return lines


def _table2(rank_sums: pd.DataFrame) -> list[Line]:
    lines = []
    on_tables = rank_sums[rank_sums["kind"].isin(TABLE_KINDS)]
    for (kind, metric), part in on_tables.groupby(["kind", "metric"], sort=False):
        where = f"{KIND_TITLES[kind]} {SHORT_TITLES[metric]}"
        for _, line in part[part["published_rank_sum"].notna()].iterrows():
            cells = (
                f"{_integer(line['published_n_cells'])} cells printed, {_integer(line['n_cells']) or 0} here"
            )
            for quantity in ("rank_sum", "mean_rank", "position"):
                write = "{:.2f}".format if quantity == "mean_rank" else _integer
                ours = line[quantity]
                lines.append(
                    (
                        "Table 2",
                        f"{where}, {line['title']}",
                        quantity.replace("_", " "),
                        write(line[f"published_{quantity}"]),
                        "" if pd.isna(ours) else write(ours),
                        cells if quantity == "rank_sum" else "",
                    )
                )
        printed, ours = _order(part, "published_"), _order(part, "")
        lines.append(("Table 2", where, "order of the methods", printed, ours, "best first"))
    return lines


def _figure5(study: Study, gains: pd.DataFrame) -> list[Line]:
    """The paper shows these as bars without numbers, and says some things about them."""
    lines: list[Line] = []
    for kind in TABLE_KINDS:
        irs = gains.loc[(gains["kind"] == kind) & (gains["ir"] != ALL), "ir"].unique()
        remark = "the text on Figure 5; Table 1 prints 0.25, 0.1, 0.05, which this study follows"
        lines.append(
            (
                "Figure 5",
                KIND_TITLES[kind],
                "IRs",
                "0.05, 0.025, 0.01",
                ", ".join(irs),
                remark if kind == "multiclass" else "",
            )
        )
        lines += _gain_lines("Figure 5", kind, "claimed: ReMix", study, gains)
    for method in ("smote", "remix"):
        part = gains[
            (gains["metric"] == "g_mean")
            & (gains["kind"] == "binary")
            & (gains["method"] == method)
            & (gains["ir"] != ALL)
        ]
        trend = ", ".join(f"{gain:+.3f} at {ir}" for ir, gain in zip(part["ir"], part["gain"], strict=True))
        title = study.methods.get(method, method)
        lines.append(
            (
                "Figure 5",
                f"Binary GM gain, {title}",
                "by IR",
                "claimed: declines with more extreme imbalance",
                trend,
                "the tasks may differ between the IRs",
            )
        )
    return lines


def _order(part: pd.DataFrame, prefix: str) -> str:
    ranked = part.dropna(subset=[f"{prefix}mean_rank"]).sort_values(f"{prefix}mean_rank", kind="stable")
    groups = ranked.groupby(f"{prefix}mean_rank", sort=True)["title"]
    return ", ".join(" = ".join(titles) for _, titles in groups)


def _figure6(study: Study, gains: pd.DataFrame, present: set[str]) -> list[Line]:
    """The same on images, where there are any: the paper's are CIFAR-10."""
    first, second = (study.methods.get(name, name) for name in ("remix_aug", "augment"))
    claimed = {"binary_images": f"{first}, then {second}", "multiclass_images": f"{second}, then {first}"}
    lines: list[Line] = []
    for kind in (kind for kind in IMAGE_KINDS if (gains["kind"] == kind).any()):
        tasks = [name for name in study.tasks if name in present and study.tasks[name].kind == kind]
        others = any(study.tasks[name].dataset != CIFAR for name in tasks)
        remark = f"on {', '.join(tasks)}; the paper's is on CIFAR-10 alone" if others else ""
        lines += _gain_lines("Figure 6", kind, f"claimed: {claimed[kind]}", study, gains, remark)
    return lines


def _gain_lines(
    item: str, kind: str, claimed: str, study: Study, gains: pd.DataFrame, remark: str = ""
) -> list[Line]:
    """Mean gains over all cells of a kind, and whose is the largest."""
    lines: list[Line] = []
    for metric in PAPER_METRICS:
        where = f"{KIND_TITLES[kind]} {SHORT_TITLES[metric]} gain"
        part = gains[(gains["kind"] == kind) & (gains["metric"] == metric)]
        overall = part[part["ir"] == ALL]
        for _, line in overall.iterrows():
            lines.append(
                (
                    item,
                    f"{where}, {study.methods[line['method']]}",
                    "mean over all cells",
                    NO_NUMBERS,
                    gain_text(line["gain"], line["low"], line["high"]),
                    f"{line['n_cells']} cells of {line['n_tasks']} tasks",
                )
            )
        largest = ""
        if not overall.empty:
            best = overall.loc[overall["gain"].idxmax()]
            largest = f"{study.methods[best['method']]} ({best['gain']:+.3f})"
        lines.append((item, where, "largest mean gain", claimed, largest, remark))
    return lines


def _integer(value: Any) -> str:
    """Whole numbers as such; texts, such as 32×32, as they are; nothing for what is missing."""
    if isinstance(value, str):
        return value
    return "" if pd.isna(value) else str(int(value))
