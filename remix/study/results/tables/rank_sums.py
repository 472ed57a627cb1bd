"""Table 2: the sum of each method's ranks over the cells, beside the printed one."""

import pandas as pd

from remix.study.compare import ranking
from remix.study.data.catalogue import IMAGE_KINDS, TABLE_KINDS
from remix.study.results import markdown
from remix.study.results.coverage import coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.reading import scores_of
from remix.study.results.runs import Runs
from remix.study.study import KIND_TITLES, Study
from remix.study.words import counted

TITLE = "Table 2: ranks, ours and the paper's"
CATEGORY = "Verdict"
ORDER = 1
ONLY = "paper"
READS = {
    "scores": "results/scores.parquet",
    "coverage": "results/tables/coverage.csv",
    "table2": "config/published/table2.csv",
}

SHORT_TITLES = {"g_mean": "GM", "balanced_brier": "BBS"}
COLUMNS = [
    "kind", "metric", "method", "title", "rank_sum", "mean_rank", "position", "n_cells",
    "average_rank_sum", "average_mean_rank", "average_position",
    "published_rank_sum", "published_mean_rank", "published_position", "published_n_cells",
]  # fmt: skip


def make(runs: Runs, scores: pd.DataFrame, coverage: pd.DataFrame, table2: pd.DataFrame) -> MadeTable:
    """Make the table from all scores."""
    study = runs.study
    table = rank_sums_table(scores_of(scores, study), study, table2)
    return MadeTable(table, rank_sums_markdown(table, study, coverage))


def rank_sums_table(scores: pd.DataFrame, study: Study, published: pd.DataFrame) -> pd.DataFrame:
    """Rank the methods in every cell, and put the sums beside the printed ones.

    Parameters
    ----------
    scores : DataFrame
        As `remix.study.results.reading.scores_of` gives it.
    study : Study
    published : DataFrame
        config/published/table2.csv.

    Returns
    -------
    DataFrame
        One row per kind, metric and method; methods of the study first, then those that only the paper has.
        The paper's table is on tabular data: images have rows where there are cells, without a printed sum.
        ``position`` is the order by mean rank (equal ones share the lowest). The columns ``average_…`` are
        the same for ranks of which equal methods get the mean, not the lowest. Where one side has no number
        it is <NA>.
    """
    ours = pd.concat(
        [ranking.rank_sums(scores, metric) for metric in ranking.PAPER_METRICS], ignore_index=True
    )
    averaged = pd.concat(
        [ranking.rank_sums(scores, metric, ties="average") for metric in ranking.PAPER_METRICS],
        ignore_index=True,
    )
    printed = published.assign(mean_rank=published["rank_sum"] / published["n_cells"])
    keys = ["kind", "metric", "method"]
    methods = {kind: list(study.methods_on(kind)) for kind in TABLE_KINDS}
    for own in methods.values():
        own += [name for name in published["method"].unique() if name not in own]
    methods |= {kind: list(study.methods_on(kind)) for kind in IMAGE_KINDS if kind in set(ours["kind"])}
    rows = [
        (kind, metric, name)
        for kind, own in methods.items()
        for metric in ranking.PAPER_METRICS
        for name in own
    ]
    index = pd.MultiIndex.from_tuples(rows, names=keys)
    averaged = _with_position(averaged).drop(columns="n_cells").add_prefix("average_")
    table = _with_position(ours).join(averaged)
    table = table.join(_with_position(printed).add_prefix("published_"), how="outer")
    table = table.reindex(index).reset_index()
    titles = dict(zip(published["method"], published["title"], strict=True))
    table["title"] = table["method"].map({**titles, **study.methods})
    whole = ["rank_sum", "position", "n_cells"]
    integers = dict.fromkeys([*whole, "average_position", *(f"published_{name}" for name in whole)], "Int64")
    return table[COLUMNS].astype(integers)


def rank_sums_markdown(table: pd.DataFrame, study: Study, coverage: pd.DataFrame) -> str:
    """Write the table for people: each method's rank sum and mean rank, ours beside the paper's."""
    on_images = table["kind"].isin(IMAGE_KINDS)
    images = ""
    if on_images.any():
        images = (
            "## On images\n\nThe same on images, of which the paper prints no ranks, among all methods "
            "that they have.\n\n" + markdown.table(_wide(table[on_images], {"": ""}))
        )
    caption = (
        "Sum of ranks, with the mean rank in brackets, of the methods by g-mean (GM) and balanced Brier "
        "score (BBS): in each cell methods are ranked by their mean over the folds, 1 is best, equal ones "
        f"get the lowest rank. The best of each column is bold. {study.protocol_note}"
    )
    return markdown.document(
        "Table 2: rank sums",
        caption,
        coverage_note(coverage),
        markdown.table(_wide(table[~on_images], {"": ", ours", "published_": ", paper"})),
        " ".join(comparison_remarks(table, study)),
        ties_remark(table),
        images,
    )


def comparison_remarks(table: pd.DataFrame, study: Study) -> list[str]:
    """Say what must be kept in mind when the two sides are compared."""
    remarks = []
    table = table[table["kind"].isin(TABLE_KINDS)]
    methods = study.methods_on("binary")
    counts = table[["n_cells", "published_n_cells"]].dropna()
    if (counts["n_cells"] != counts["published_n_cells"]).any() or table["n_cells"].isna().any():
        remarks.append("A sum grows with the number of cells: compare the mean ranks, not the sums.")
    printed = set(table.loc[table["published_rank_sum"].notna(), "method"])
    if printed != set(methods):
        remarks.append(
            f"The study ranks {len(methods)} methods and the paper {len(printed)}: even mean ranks "
            "cannot be compared, since a rank counts the methods that are better."
        )
    return remarks


def ties_remark(table: pd.DataFrame) -> str:
    """Say which sums, and which orders of the methods, depend on how equal methods are ranked."""
    sums, orders = [], []
    for (kind, metric), part in table.dropna(subset="rank_sum").groupby(["kind", "metric"], sort=False):
        where = f"{KIND_TITLES[kind]} {SHORT_TITLES[metric]}"
        changed = part[part["rank_sum"] != part["average_rank_sum"]]
        if not changed.empty:
            entries = zip(changed["title"], changed["rank_sum"], changed["average_rank_sum"], strict=True)
            sums.append(f"{where}: " + ", ".join(f"{title} {low} → {mean:g}" for title, low, mean in entries))
        if (part["position"] != part["average_position"]).any():
            orders.append(where)
    if table["rank_sum"].isna().all():
        return ""
    if not sums:
        return "No two methods are equal in any cell, so that the treatment of ties does not matter."
    order = f"changes in {', '.join(orders)}" if orders else "stays the same"
    return (
        "If equal methods share the mean of their ranks instead ('average' ties, columns `average_…` of "
        f"`rank_sums.csv`), these sums rise: {'; '.join(sums)}. The order of the methods {order}."
    )


def cell_count(part: pd.DataFrame, column: str) -> str:
    """Number of cells that a column's sums are over, as text."""
    numbers = part[column].dropna()
    return counted(0 if numbers.empty else int(numbers.iloc[0]), "cell")


def _wide(table: pd.DataFrame, sides: dict[str, str]) -> pd.DataFrame:
    """A row per method, and for each kind and metric a column of ours and, if asked for, of the paper's."""
    columns: dict[str, list[str]] = {"Method": list(table.drop_duplicates("method")["title"])}
    for (kind, metric), part in table.groupby(["kind", "metric"], sort=False):
        for prefix, whose in sides.items():
            cells = cell_count(part, f"{prefix}n_cells")
            columns[f"{KIND_TITLES[kind]} {SHORT_TITLES[metric]}{whose} ({cells})"] = _entries(part, prefix)
    return pd.DataFrame(columns)


def _with_position(sums: pd.DataFrame) -> pd.DataFrame:
    position = sums.groupby(["kind", "metric"])["mean_rank"].rank(method="min")
    columns = ["rank_sum", "mean_rank", "position", "n_cells"]
    return sums.assign(position=position).set_index(["kind", "metric", "method"])[columns]


def _entries(part: pd.DataFrame, prefix: str) -> list[str]:
    texts = []
    for _, line in part.iterrows():
        total, mean = line[f"{prefix}rank_sum"], line[f"{prefix}mean_rank"]
        if pd.isna(total):
            texts.append(markdown.ABSENT)
            continue
        texts.append(f"{markdown.bold(str(total), where=line[f'{prefix}position'] == 1)} ({mean:.2f})")
    return texts
