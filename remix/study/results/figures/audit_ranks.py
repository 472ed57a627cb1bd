"""The audit's picture: mean ranks of the methods under every protocol, above them the printed ones."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from remix.metrics import metric as metric_named
from remix.plotting.style import fills
from remix.study.results.coverage import coverage_note
from remix.study.results.figures.layout import captioned, empty_figure
from remix.study.results.runs import Runs
from remix.study.study import KIND_TITLES

TITLE = "Audit: mean ranks under every protocol"
CATEGORY = "Verdict"
ORDER = 4
ONLY = "audit"
READS = {
    "audit": "results/tables/audit.csv",
    "coverage": "results/tables/coverage.csv",
}

# Told apart by shape too, where colours cannot be.
MARKERS = ("o", "s", "^", "D", "P", "v", "X")
ROW_INCHES = 0.3
# Methods of equal rank are drawn beside each other, this many rows apart.
APART = 0.22


def make(runs: Runs, audit: pd.DataFrame, coverage: pd.DataFrame) -> Figure:
    """Draw the figure from the audit's table."""
    caption = (
        "Mean ranks as printed (over all cells of the paper), and over the cells at hand under the "
        "study's protocol and with each deviation of the authors' code that changes a score here, alone "
        "and all together. All rows below the one of the first repeats are over the same folds as it. "
        f"{coverage_note(coverage)}"
    )
    return audit_ranks(audit, caption, runs.study.methods)


def audit_ranks(table: pd.DataFrame, caption: str, titles: Mapping[str, str]) -> Figure:
    """Draw one panel per column of Table 2, one row per protocol and one marker per method.

    Parameters
    ----------
    table : DataFrame
        As `remix.study.results.tables.audit.audit_table` gives it.
    caption : str
        Text below the panels; wrapped.
    titles : mapping of str to str
        Titles of the methods, by name.

    Returns
    -------
    matplotlib.figure.Figure
        An empty table gives a figure that says so.
    """
    if table.empty:
        return empty_figure("nothing to compare", caption)
    names = list(dict.fromkeys(table["setting"]))
    figure = captioned(11.0, 2.4 + 2 * ROW_INCHES * (len(names) + 1), caption, characters=190)
    axes = figure.subplots(2, 2, squeeze=False, sharex=True, sharey=True)
    columns = list(table.groupby(["kind", "metric"], sort=False))
    for ax in axes.flat[len(columns) :]:
        ax.set_axis_off()
    for ax, ((kind, metric), part) in zip(axes.flat, columns, strict=False):
        _panel(ax, part, names, titles)
        of = f"({part['n_cells'].max()} of {part['published_n_cells'].iloc[0]} cells)"
        ax.set_title(f"{KIND_TITLES[kind]}: {metric_named(metric).title} {of}", fontsize=10)
    for ax in axes[1]:
        ax.set_xlabel("mean rank (1 is best)")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=5, frameon=False)
    return figure


def _panel(ax: Axes, part: pd.DataFrame, names: list[str], titles: Mapping[str, str]) -> None:
    rows = ["as printed", *names]
    methods = part.drop_duplicates("method").set_index("method")
    styles = fills(methods.index)
    ranks = pd.concat(
        [
            methods["published_mean_rank"].rename("as printed"),
            *(run.set_index("method")["mean_rank"].rename(name) for name, run in part.groupby("setting")),
        ],
        axis=1,
    )[rows]
    for marker, method in zip(MARKERS, methods.index, strict=False):
        ax.plot(
            ranks.loc[method],
            [y + APART * _beside(ranks[name], method) for y, name in enumerate(rows)],
            marker,
            color=styles[method].colour,
            markeredgecolor="white",
            markeredgewidth=0.5,
            markersize=8,
            label=titles[method],
        )
    ax.axhline(0.5, color="0.6", linewidth=0.8)
    ax.set_yticks(range(len(rows)), rows)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(0.8, len(methods) + 0.2)
    ax.grid(color="0.92", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(axis="y", length=0, labelsize=8)


def _beside(ranks: pd.Series, method: str) -> float:
    """Give the place of a method among those that would hide each other, in rows from their middle."""
    near = [name for name in ranks.index if abs(ranks[name] - ranks[method]) < 0.08]
    return near.index(method) - (len(near) - 1) / 2
