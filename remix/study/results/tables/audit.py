"""The audit's table: Table 2 under the study's protocol, under each deviation, and as printed."""

from collections.abc import Mapping

import pandas as pd

from remix.study.compare import ranking
from remix.study.compare.ranking import PAPER_METRICS
from remix.study.results import markdown
from remix.study.results.by_protocol import TOGETHER, Run, compared, setting_texts
from remix.study.results.coverage import coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.runs import Runs
from remix.study.results.tables.rank_sums import SHORT_TITLES, cell_count
from remix.study.study import KIND_TITLES, STUDY

TITLE = "Audit: Table 2 under every protocol"
CATEGORY = "Verdict"
ORDER = 3
ONLY = "audit"
READS = {
    "scores": "results/scores.parquet",
    "trainings": "results/trainings.parquet",
    "coverage": "results/tables/coverage.csv",
    "table1": "config/published/table1.csv",
    "table2": "config/published/table2.csv",
}

KEYS = ["protocol", "kind", "metric"]
COLUMNS = [
    "protocol", "setting", "kind", "metric", "method", "title", "rank_sum", "mean_rank", "n_cells",
    "published_rank_sum", "published_mean_rank", "published_n_cells", "lowest", "highest", "contradiction",
]  # fmt: skip
DISTANCES = ["distance", "tau", "total_contradiction"]


def make(
    runs: Runs,
    scores: pd.DataFrame,
    trainings: pd.DataFrame,
    coverage: pd.DataFrame,
    table1: pd.DataFrame,
    table2: pd.DataFrame,
) -> MadeTable:
    """Rank the methods under every protocol that is audited."""
    found = compared(runs, scores, trainings)
    table = audit_table(found.runs, table2, set(table1["task"]))
    return MadeTable(table, audit_markdown(table, coverage, found.note))


def audit_table(runs: Mapping[str, Run], published: pd.DataFrame, tasks: set[str]) -> pd.DataFrame:
    """Rank the methods under every protocol, and measure how far that is from the printed ranks.

    Of the N cells of a printed sum P, n are at hand. The N − n others hold ranks from 1 to M, the number of
    methods; so the sum over the cells at hand lies between P − M (N − n) and P − (N − n), whatever the others
    hold. A sum of ours outside of that contradicts the printed one by the distance to the nearer end.

    Parameters
    ----------
    runs : mapping of str to Run
        By protocol; see `remix.study.config.audit_protocols`.
    published : DataFrame
        config/published/table2.csv.
    tasks : set of str
        Tasks of the paper; others are left out, and so are kinds of which no sums are printed.

    Returns
    -------
    DataFrame
        One row per protocol, kind, metric and printed method; none if the study lacks one of these methods,
        since ranks among others cannot be compared, or has none of the tasks. ``lowest`` and ``highest``
        bound the sums that the printed one allows. Per protocol, kind and metric: ``distance``, the mean over
        the methods of the absolute difference of mean ranks; ``tau``, Kendall's rank correlation (τ-b) of the
        sums; ``total_contradiction``.
    """
    printed = published.rename(
        columns=lambda name: f"published_{name}" if name in ("rank_sum", "n_cells") else name
    )
    methods = list(dict.fromkeys(published["method"]))
    settings = setting_texts(runs)
    parts = []
    for name, run in runs.items():
        wanted = run.scores["task"].isin(tasks) & run.scores["kind"].isin(set(published["kind"]))
        scores = run.scores[wanted & run.scores["method"].isin(methods)]
        if scores.empty or not set(methods) <= set(run.study.methods):
            return pd.DataFrame(columns=[*COLUMNS, *DISTANCES])
        sums = pd.concat([ranking.rank_sums(scores, metric) for metric in PAPER_METRICS])
        parts.append(
            printed.merge(sums, on=["kind", "metric", "method"]).assign(protocol=name, setting=settings[name])
        )
    table = pd.concat(parts, ignore_index=True)
    table["published_mean_rank"] = table["published_rank_sum"] / table["published_n_cells"]
    absent_cells = table["published_n_cells"] - table["n_cells"]
    table["lowest"] = (table["published_rank_sum"] - len(methods) * absent_cells).clip(lower=table["n_cells"])
    table["highest"] = (table["published_rank_sum"] - absent_cells).clip(
        upper=len(methods) * table["n_cells"]
    )
    excess = (table["rank_sum"] - table["highest"]).clip(lower=0)
    table["contradiction"] = excess + (table["lowest"] - table["rank_sum"]).clip(lower=0)
    whole = ["rank_sum", "lowest", "highest", "contradiction"]
    return table[COLUMNS].astype(dict.fromkeys(whole, int)).merge(_distances(table), on=KEYS)


def audit_markdown(table: pd.DataFrame, coverage: pd.DataFrame, note: str = "") -> str:
    """Write the audit for people: mean ranks per protocol, and what the printed sums can tell."""
    caption = (
        "Mean ranks of the methods (1 is best; the best of a row is bold) as printed, under the study's "
        "protocol, and with what the authors' code does differently switched on, alone and all together. "
        "The settings are explained in config/README.md. The rows below the second are over the same folds "
        "as it. **Distance** is the mean absolute difference to the printed mean ranks, **τ** Kendall's rank "
        "correlation with them (1: the same order). **Contradiction** counts by how many ranks the sums "
        "cannot agree with the printed ones, whatever the cells hold that are not here; 0: they may agree."
    )
    if table.empty:
        return markdown.document(
            "Audit of Table 2",
            "Nothing can be compared: the study lacks a printed method, or has none of the printed tasks.",
            coverage_note(coverage),
        )
    sections = [_section(part) for _, part in table.groupby(["kind", "metric"], sort=False)]
    return markdown.document(
        "Audit of Table 2", caption, coverage_note(coverage), note, *sections, _bounds(table)
    )


def _distances(table: pd.DataFrame) -> pd.DataFrame:
    from scipy.stats import kendalltau

    lines = [
        {
            **dict(zip(KEYS, key, strict=True)),
            "distance": (part["mean_rank"] - part["published_mean_rank"]).abs().mean(),
            "tau": kendalltau(part["rank_sum"], part["published_rank_sum"]).statistic,
            "total_contradiction": int(part["contradiction"].sum()),
        }
        for key, part in table.groupby(KEYS, sort=False)
    ]
    return pd.DataFrame(lines, columns=[*KEYS, *DISTANCES])


def _section(part: pd.DataFrame) -> str:
    """One column of Table 2: the printed row, then one per protocol."""
    first = part[part["protocol"] == part["protocol"].iloc[0]]
    lines = [
        {
            "Protocol": "as printed",
            **_ranks(first, "published_mean_rank"),
            "Distance": markdown.ABSENT,
            "τ": markdown.ABSENT,
            "Contradiction": markdown.ABSENT,
        }
    ]
    for _, run in part.groupby("protocol", sort=False):
        lines.append(
            {
                "Protocol": run["setting"].iloc[0],
                **_ranks(run, "mean_rank"),
                "Distance": f"{run['distance'].iloc[0]:.2f}",
                "τ": f"{run['tau'].iloc[0]:.2f}",
                "Contradiction": str(run["total_contradiction"].iloc[0]),
            }
        )
    kind, metric = part["kind"].iloc[0], part["metric"].iloc[0]
    counts = f"{cell_count(part, 'n_cells')} here, {cell_count(part, 'published_n_cells')} in the paper"
    heading = f"## {KIND_TITLES[kind]} {SHORT_TITLES[metric]} ({counts})"
    return f"{heading}\n\n{markdown.table(pd.DataFrame(lines))}"


def _ranks(run: pd.DataFrame, column: str) -> dict[str, str]:
    best = run[column].min()
    return {
        title: markdown.bold(f"{rank:.2f}", where=rank == best)
        for title, rank in zip(run["title"], run[column], strict=True)
    }


def _bounds(table: pd.DataFrame) -> str:
    """What the printed sums allow for the cells at hand, beside ours with no deviation and with all."""
    lines = []
    settings = table.drop_duplicates("protocol").set_index("protocol")["setting"]
    together = [name for name, setting in settings.items() if setting.startswith(TOGETHER)]
    names = [STUDY, *(together or [settings.index[-1]])]
    for (kind, metric, _), part in table.groupby(["kind", "metric", "method"], sort=False):
        by_protocol = part.set_index("protocol")
        first = part.iloc[0]
        line = {
            "Column": f"{KIND_TITLES[kind]} {SHORT_TITLES[metric]}",
            "Method": first["title"],
            "Printed sum": str(first["published_rank_sum"]),
            "Allowed here": f"{first['lowest']} to {first['highest']}",
        }
        for name in (name for name in names if name in by_protocol.index):
            run = by_protocol.loc[name]
            outside = f" ({run['contradiction']} outside)" if run["contradiction"] else ""
            line[run["setting"]] = f"{run['rank_sum']}{outside}"
        lines.append(line)
    text = (
        "The printed sums are over all of the paper's cells. Those that are not here hold ranks from 1 to "
        "the number of methods, which leaves a range for the sum over the cells that are. A sum inside it is "
        "possible, not confirmed; a sum outside contradicts the paper for certain."
    )
    return f"## What the printed sums can tell\n\n{text}\n\n{markdown.table(pd.DataFrame(lines))}"
