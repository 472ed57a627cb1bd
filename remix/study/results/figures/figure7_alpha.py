"""Figure 7: g-mean and balanced Brier score of one method as a function of α."""

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from remix.metrics import metric as metric_named
from remix.plotting.style import SERIES_COLOURS
from remix.study.compare.ranking import PAPER_METRICS
from remix.study.results.coverage import coverage_note
from remix.study.results.figures.layout import captioned
from remix.study.results.runs import Runs
from remix.study.results.tables.alpha_sweep import sweep_note
from remix.study.study import sorted_irs

TITLE = "Figure 7: sensitivity to α"
CATEGORY = "Gains and statistics"
ORDER = 4
ONLY = "paper"
READS = {
    "alpha_sweep": "results/tables/alpha_sweep.csv",
    "coverage": "results/tables/coverage.csv",
}

# Imbalance ratios are told apart by shape too.
MARKERS = ("o", "s", "^", "D", "v", "P")
INCHES_PER_TASK = 3.7  # and at least 7.4 inches in all
TITLE_CHARACTERS = 36  # in a line above a column
INCHES_PER_ENTRY = 1.35  # of the legend
# The axis is that of √α, on which the paper's values lie about evenly; ratios are drawn so far apart on it.
APART = 0.008


def make(runs: Runs, alpha_sweep: pd.DataFrame, coverage: pd.DataFrame) -> Figure:
    """Draw the figure from the table of the sweep."""
    study, sweep = runs.study, runs.sweep
    caption = f"{sweep_note(sweep, study, coverage)} {study.protocol_note} {coverage_note(coverage)}"
    return figure7(alpha_sweep, caption, sweep.title(study), study.titles)


def figure7(table: pd.DataFrame, caption: str, method: str, titles: Mapping[str, str]) -> Figure:
    """Draw one column per task, g-mean above and balanced Brier score below, one line per imbalance ratio.

    Parameters
    ----------
    table : DataFrame
        As `remix.study.results.tables.alpha_sweep.alpha_sweep_table` gives it.
    caption : str
        Text below the panels, after that on how to read them; wrapped.
    method : str
        Title of the method whose α is varied.
    titles : mapping of str to str
        Title of each task's dataset.

    Returns
    -------
    matplotlib.figure.Figure
        An empty table gives a figure that says so.
    """
    if table.empty:
        figure = captioned(7.4, 2.0, caption)
        figure.text(0.5, 0.75, "nothing was swept", ha="center", va="center", color="0.4", fontsize=14)
        return figure
    tasks = list(dict.fromkeys(table["task"]))
    figure = captioned(max(7.4, INCHES_PER_TASK * len(tasks)), 6.4, f"{_reading(method)} {caption}")
    axes = figure.subplots(len(PAPER_METRICS), len(tasks), squeeze=False, sharex="col")
    irs = sorted_irs(list(dict.fromkeys(table["ir"])))
    for row, metric in enumerate(PAPER_METRICS):
        for column, task in enumerate(tasks):
            part = table[(table["metric"] == metric) & (table["task"] == task)]
            _panel(axes[row, column], part, irs)
        definition = metric_named(metric)
        axes[row, 0].set_ylabel(f"{definition.title}\n({definition.direction})")
    for column, task in enumerate(tasks):
        _x_axis(axes[-1, column], table[table["task"] == task])
        title = textwrap.fill(titles[task], TITLE_CHARACTERS)
        axes[0, column].set_title(f"{title}\n{task}", fontsize=10)
    figure.align_ylabels(axes[:, 0])
    _legend(figure, axes)
    return figure


def _reading(method: str) -> str:
    return (
        f"{method} trained with each α, the parameter of Beta(α, α), on the same folds; mean over the folds. "
        "Bars: 95 % interval of the difference to the study's α (dotted line), by the corrected resampled "
        "t-test; a bar that does not reach the mean at the study's α tells that the two differ. Dashed: the "
        "baseline. Ratios are drawn a little beside each other; the scales of the panels differ."
    )


def _panel(ax: Axes, part: pd.DataFrame, irs: list[str]) -> None:
    """Draw one metric on one task."""
    present = [ir for ir in irs if ir in set(part["ir"])]
    for k, ir in enumerate(present):
        style = irs.index(ir)
        colour = SERIES_COLOURS[style % len(SERIES_COLOURS)]
        points = part[part["ir"] == ir].sort_values("alpha")
        shift = APART * (k - (len(present) - 1) / 2)
        ax.errorbar(
            (np.sqrt(points["alpha"]) + shift) ** 2,
            points["mean"],
            # The interval of a difference lies symmetrically around it; the study's α has none.
            yerr=(points["high"] - points["low"]).fillna(0.0) / 2,
            color=colour,
            marker=MARKERS[style % len(MARKERS)],
            markersize=5,
            linewidth=1.4,
            elinewidth=0.9,
            capsize=2,
            label=f"IR {ir}",
        )
        ax.axhline(points["baseline"].iloc[0], color=colour, linewidth=0.8, linestyle=(0, (5, 3)))
    ax.axvline(part.loc[part["of_study"], "alpha"].iloc[0], color="0.4", linewidth=0.9, linestyle=":")
    ax.grid(axis="y", color="0.9", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)


def _x_axis(ax: Axes, part: pd.DataFrame) -> None:
    alphas = sorted(part["alpha"].unique())
    ax.set_xscale("function", functions=(lambda x: np.sqrt(np.maximum(x, 0)), np.square))
    ax.set_xticks(alphas, [f"{alpha:g}" for alpha in alphas], fontsize=8)
    ax.set_xticks([], minor=True)
    least, most = np.sqrt(alphas[0]), np.sqrt(alphas[-1])
    margin = 2 * APART + 0.03 * (most - least)
    ax.set_xlim(max(least - margin, 0) ** 2, (most + margin) ** 2)
    ax.set_xlabel("α (square-root scale)")


def _legend(figure: Figure, axes: np.ndarray) -> None:
    entries: dict[str, Any] = {}
    for ax in axes.flat:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    ordered = [f"IR {ir}" for ir in sorted_irs([label.removeprefix("IR ") for label in entries])]
    (dotted,) = [line for line in axes[0, 0].lines if line.get_linestyle() == ":"]
    dashed = axes[0, 0].plot([], [], color="0.3", linewidth=0.8, linestyle=(0, (5, 3)))[0]
    figure.legend(
        handles=[*(entries[label] for label in ordered), dashed, dotted],
        labels=[*ordered, "baseline", "study's α"],
        loc="outside upper center",
        ncols=min(len(ordered) + 2, int(figure.get_figwidth() / INCHES_PER_ENTRY)),
        frameon=False,
    )
