"""Figures 5 and 6: mean gains over the baseline, by imbalance ratio and over all cells."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from remix.metrics import metric as metric_named
from remix.plotting.style import Fill, fills
from remix.study.compare.ranking import ALL, PAPER_METRICS
from remix.study.results.figures.layout import captioned, say_instead
from remix.study.study import KIND_TITLES
from remix.study.words import counted

# Where tasks have ratios of their own, groups of a single dataset would hide the others.
MOST_RATIOS = 6
LEFT_OUT = "Imbalance ratios of a single dataset have no bars of their own."
GROUP_WIDTH = 0.8
WIDEST_BAR = 0.3
# More methods are rows, with their gain over all cells only: so many bars would be lines.
MOST_BARS = 14
INCHES_PER_ROW, INCHES_PER_COLUMN = 0.2, 4.0
ROWS_NOTE = "Gains over all cells."
INCHES_PER_GROUP = 1.9  # or more if there are many methods; and at least 10 inches in all
INCHES_PER_BAR = 0.16
# Of the legend, whose letters are larger; each entry has a patch and a gap of some characters.
LEGEND_CHARACTERS_PER_INCH, ENTRY_CHARACTERS, MOST_COLUMNS = 11, 7, 6


def gains_figure(
    gains: pd.DataFrame, kinds: Sequence[str], caption: str, titles: Mapping[str, str]
) -> Figure:
    """Draw the gains in g-mean (top) and balanced Brier score (bottom), with a column for each kind.

    Parameters
    ----------
    gains : DataFrame
        As `remix.study.compare.ranking.gains` gives it, for both metrics.
    kinds : sequence of str
        What is drawn, of `remix.study.data.catalogue.KINDS`; all must have the same methods.
    caption : str
        Text below the panels; wrapped.
    titles : mapping of str to str
        Titles of the methods, by name, in the order of the bars; those without gains have none.

    Returns
    -------
    matplotlib.figure.Figure
        A panel of a kind that has no cells says so. Of a kind with many imbalance ratios only those that
        several datasets have are drawn, beside all; the caption says so. Of more than `MOST_BARS` methods
        each is a row, for all cells together.
    """
    gains = gains[gains["kind"].isin(kinds)]
    if gains["method"].nunique() > MOST_BARS:
        return _in_rows(gains[gains["ir"] == ALL], kinds, f"{ROWS_NOTE} {caption}", titles)
    ratios = gains["kind"].map(gains[gains["ir"] != ALL].groupby("kind")["ir"].nunique())
    crowded = (ratios > MOST_RATIOS) & (gains["n_datasets"] == 1) & (gains["ir"] != ALL)
    if crowded.any():
        gains, caption = gains[~crowded], f"{LEFT_OUT} {caption}"
    titles = {name: title for name, title in titles.items() if name in set(gains["method"])}
    styles = fills(titles)
    groups = gains.groupby("kind")["ir"].nunique().max() if len(gains) else 0
    width = max(10.0, max(INCHES_PER_GROUP, INCHES_PER_BAR * len(titles) * len(kinds)) * groups)
    longest = max(map(len, titles.values()), default=0) + ENTRY_CHARACTERS
    columns = max(1, min(len(titles), MOST_COLUMNS, int(LEGEND_CHARACTERS_PER_INCH * width / longest)))
    legend_rows = -(-len(titles) // columns)
    figure = captioned(width, 7.0 + 0.2 * legend_rows, caption)
    axes = figure.subplots(len(PAPER_METRICS), len(kinds), squeeze=False, sharey="row")
    for row, metric in enumerate(PAPER_METRICS):
        for column, kind in enumerate(kinds):
            part = gains[(gains["metric"] == metric) & (gains["kind"] == kind)]
            _panel(axes[row, column], part, titles, styles)
        axes[row, 0].set_ylabel(_change(metric))
    for column, kind in enumerate(kinds):
        axes[0, column].set_title(KIND_TITLES[kind])
    handles = next((ax.get_legend_handles_labels() for ax in axes.flat if ax.containers), None)
    if handles:
        figure.legend(*handles, loc="outside upper center", ncols=columns, frameon=False)
    return figure


def _in_rows(gains: pd.DataFrame, kinds: Sequence[str], caption: str, titles: Mapping[str, str]) -> Figure:
    """Draw a row for each method, best of the first panel on top, and a panel for each kind and metric."""
    first = gains[(gains["kind"] == gains["kind"].iloc[0]) & (gains["metric"] == PAPER_METRICS[0])]
    methods = list(first.sort_values("gain", kind="stable")["method"])
    panels = [(kind, metric) for kind in kinds for metric in PAPER_METRICS]
    height = 2.0 + INCHES_PER_ROW * len(methods)
    figure = captioned(INCHES_PER_COLUMN * len(panels), height, caption)
    axes = figure.subplots(1, len(panels), sharey=True)
    for ax, (kind, metric) in zip(axes, panels, strict=True):
        ax.spines[["top", "right"]].set_visible(False)
        ax.set_title(KIND_TITLES[kind])
        ax.set_xlabel(_change(metric))
        part = gains[(gains["kind"] == kind) & (gains["metric"] == metric)]
        if part.empty:
            say_instead(ax, "no cells")
            continue
        part = part.set_index("method").loc[methods]
        places = np.arange(len(methods))
        ax.hlines(places, part["low"], part["high"], color="black", linewidth=0.9)
        ax.plot(part["gain"], places, "o", color="black", markersize=4)
        ax.axvline(0, color="black", linewidth=0.9)
        ax.grid(color="0.88", linewidth=0.6)
        ax.set_axisbelow(True)
    axes[0].set_yticks(np.arange(len(methods)), [titles[method] for method in methods], fontsize=8)
    axes[0].set_ylim(-0.7, len(methods) - 0.3)
    return figure


def _change(metric: str) -> str:
    definition = metric_named(metric)
    change = "increase" if definition.higher_is_better else "reduction"
    return f"{definition.title}: {change}\nagainst the baseline (higher is better)"


def _panel(ax: Axes, part: pd.DataFrame, titles: Mapping[str, str], styles: Mapping[str, Fill]) -> None:
    ax.spines[["top", "right"]].set_visible(False)
    if part.empty:
        say_instead(ax, "no cells")
        return
    groups = part.drop_duplicates("ir").set_index("ir")
    positions = np.arange(len(groups))
    width = min(GROUP_WIDTH / len(titles), WIDEST_BAR)
    by_method = part.set_index("ir").groupby("method")
    for k, (method, title) in enumerate(titles.items()):
        values = by_method.get_group(method).reindex(groups.index)
        places = positions + (k - (len(titles) - 1) / 2) * width
        ax.bar(
            places,
            values["gain"],
            width,
            label=title,
            edgecolor="black",
            linewidth=0.5,
            color=styles[method].colour,
            hatch=styles[method].hatch,
        )
        # The interval need not lie symmetrically around the gain, so it is drawn around its own middle.
        ax.errorbar(
            places,
            (values["low"] + values["high"]) / 2,
            yerr=(values["high"] - values["low"]) / 2,
            fmt="none",
            ecolor="black",
            elinewidth=0.9,
            capsize=2.5,
        )
    ax.axhline(0, color="black", linewidth=0.9)
    ax.grid(axis="y", color="0.88", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.yaxis.set_tick_params(labelleft=True)
    if ALL in groups.index:
        ax.axvline(groups.index.get_loc(ALL) - 0.5, color="0.7", linewidth=0.8, linestyle=":")
    ax.set_xticks(positions, [_group_text(ir, group) for ir, group in groups.iterrows()])


def _group_text(ir: str, group: pd.Series) -> str:
    datasets = counted(group["n_datasets"], "dataset")
    return f"{ALL}\n{datasets}\n{counted(group['n_cells'], 'cell')}" if ir == ALL else f"IR {ir}\n{datasets}"
