"""Decision curves: the net benefit of deciding by each method's probabilities, over the threshold."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from remix.metrics import NET_BENEFIT_PERCENT
from remix.plotting.style import fills
from remix.study.data.catalogue import NATURAL
from remix.study.results.coverage import coverage_note
from remix.study.results.figures.layout import captioned, empty_figure
from remix.study.results.reading import scores_of
from remix.study.results.runs import Runs
from remix.study.study import sorted_irs
from remix.study.words import counted

TITLE = "Decision curves"
CATEGORY = "Calibration"
ORDER = 6
ONLY = "paper"
READS = {
    "scores": "results/scores.parquet",
    "coverage": "results/tables/coverage.csv",
}

LINES = ("-", "--", ":", "-.")
MOST_COLUMNS = 3
PANEL_WIDTH, PANEL_HEIGHT = 4.6, 3.2  # inches
# Imbalance ratios of a single task are drawn together where there are more ratios than this.
MOST_RATIOS = 6
READING = (
    "Who looks for the rare class, and decides for it from a probability on, weighs false alarms against "
    "rows that are found: a threshold of 10 % says that one row found is worth nine false alarms. Net "
    "benefit is the share of rows that are found, less the false alarms so weighed; mean over the cells. A "
    "model is of use where its curve is above both grey ones: all rows are decided for the class, or none "
    "(zero). The probabilities are as each method gives them, and have to be those of the data: of methods "
    "that balance classes they are too high for these thresholds, which `after: {prior: natural}` mends."
)


def make(runs: Runs, scores: pd.DataFrame, coverage: pd.DataFrame) -> Figure:
    """Draw the curves from all scores."""
    study = runs.study
    caption = f"{READING} {study.protocol_note} {coverage_note(coverage)}"
    return decision_curves(scores_of(scores, study), caption, study.methods)


def decision_curves(scores: pd.DataFrame, caption: str, titles: Mapping[str, str]) -> Figure:
    """Draw one panel per imbalance ratio of the binary tasks, with a curve for each method.

    Parameters
    ----------
    scores : DataFrame
        As `remix.study.results.reading.scores_of` gives it.
    caption : str
        Text below the panels; wrapped.
    titles : mapping of str to str
        Titles of the methods, by name.

    Returns
    -------
    matplotlib.figure.Figure
        Where tasks have ratios of their own, those of a single task have no panel; all cells together have
        one. Without a binary task the figure says so.
    """
    names = {f"net_benefit_{percent}": percent for percent in NET_BENEFIT_PERCENT}
    curves = scores[scores["metric"].isin(names)]
    if curves.empty:
        return empty_figure("no binary task", caption)
    curves = curves.assign(percent=curves["metric"].map(names))
    # Every cell counts alike, however many folds it has.
    cells = curves.groupby(["task", "ir", "method", "percent"], sort=False)["value"].mean().reset_index()
    tasks = cells.groupby("ir")["task"].nunique()
    ratios = [ir for ir in sorted_irs(list(tasks.index)) if len(tasks) <= MOST_RATIOS or tasks[ir] > 1]
    panels = {f"IR {ir}": cells[cells["ir"] == ir] for ir in ratios}
    if len(tasks) > 1:
        panels["All"] = cells
    columns = min(len(panels), MOST_COLUMNS)
    rows = -(-len(panels) // columns)
    figure = captioned(max(PANEL_WIDTH * columns, 9.0), PANEL_HEIGHT * rows + 0.5, caption)
    axes = figure.subplots(rows, columns, squeeze=False)
    styles = fills(titles)
    for ax in axes.flat[len(panels) :]:
        ax.set_axis_off()
    for ax, (title, part) in zip(axes.flat, panels.items(), strict=False):
        for place, (method, name) in enumerate(titles.items()):
            means = part[part["method"] == method].groupby("percent")["value"].mean()
            if len(means):
                ax.plot(
                    means.index,
                    means,
                    LINES[place // 7 % len(LINES)],
                    color=styles[method].colour,
                    marker="o",
                    markersize=2.5,
                    linewidth=1.3,
                    label=name,
                )
        everyone = _for_all(part)
        ax.plot(
            everyone.index, everyone, color="0.6", linewidth=1.0, linestyle="--", label="all decided for it"
        )
        ax.axhline(0, color="0.6", linewidth=1.0, label="none")
        highest = part.groupby(["method", "percent"])["value"].mean().max()
        # What is far below zero is of no use, however far.
        ax.set_ylim(-1.2 * highest, 1.15 * highest)
        ax.set_title(f"{title}: {counted(part['task'].nunique(), 'task')}", fontsize=10)
        ax.set_xscale("log")
        ax.set_xticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
        ax.set_xticks([], minor=True)
        ax.set_xlabel("threshold (%)")
        ax.grid(color="0.92", linewidth=0.6)
        ax.set_axisbelow(True)
        ax.spines[["top", "right"]].set_visible(False)
    for ax in axes[:, 0]:
        ax.set_ylabel("net benefit")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=min(len(labels), 7), frameon=False)
    return figure


def _for_all(part: pd.DataFrame) -> pd.Series:
    """Net benefit of deciding for the class always, mean over the cells, from their imbalance ratios.

    Not a number where a cell has the ratio of its data, which is not said here.
    """
    cells = part[["task", "ir"]].drop_duplicates()
    # An imbalance ratio is that of the rare class to all others together, which are one class here.
    ratios = cells["ir"].replace(NATURAL, np.nan).astype(float)
    share = (ratios / (1 + ratios)).mean(skipna=False)
    percent = np.array(NET_BENEFIT_PERCENT)
    return pd.Series(share - (1 - share) * percent / (100 - percent), index=percent)
