"""What mini-batches were made of: how often they lack the minority, and the class mix trained on."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from remix.plotting.style import fills
from remix.study.results.coverage import coverage_note
from remix.study.results.figures.layout import captioned, say_instead
from remix.study.results.runs import Runs
from remix.study.study import KIND_TITLES, shown_kinds, sorted_irs

TITLE = "How many mini-batches lack the minority"
CATEGORY = "Calibration"
ORDER = 4
READS = {
    "batches": "results/tables/batches.csv",
    "coverage": "results/tables/coverage.csv",
}

# The palette of Okabe and Ito; markers tell the tasks apart as well.
TASK_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999")
MARKERS = "osD^vP*X"
WIDTH = 10.0
MOST_LEVEL_LABELS = 6
READING = (
    "Above: of all mini-batches, before resampling, the share without a row of the minority class (for "
    "several minority classes, the mean of the shares of each); bars mark what rows drawn at random give. "
    "Below: the share of a minority class in what each method trained on, after resampling, mixing and loss "
    "weights, and with what its loss adds to the logits in training, over the share that it has if classes "
    "are balanced; mean over the tasks. Methods that train on the same mix lie on each other."
)


def make(runs: Runs, batches: pd.DataFrame, coverage: pd.DataFrame) -> Figure:
    """Draw the figure from the table of mini-batches."""
    study = runs.study
    n_classes = {name: task.n_classes for name, task in study.tasks.items()}
    caption = f"{READING} {study.protocol_note} {coverage_note(coverage)}"
    return batch_figure(batches, n_classes, caption, study.methods)


def batch_figure(
    table: pd.DataFrame, n_classes: Mapping[str, int], caption: str, titles: Mapping[str, str]
) -> Figure:
    """Draw how often mini-batches lack the minority, and below it the class mix trained on, by ratio.

    Parameters
    ----------
    table : DataFrame
        As `remix.study.results.tables.batches.batches_table` gives it.
    n_classes : mapping of str to int
        Number of classes of each task.
    caption : str
        Text below the panels; wrapped.
    titles : mapping of str to str
        Titles of the methods, by name.

    Returns
    -------
    matplotlib.figure.Figure
        Binary tasks left, multi-class tasks right; a kind that has no cells says so. Images, if there are
        any, have two further rows.
    """
    pairs = shown_kinds(table["kind"])
    figure = captioned(WIDTH, 7.2 * len(pairs), caption)
    axes = figure.subplots(2 * len(pairs), 2, squeeze=False, sharey="row")
    classes = table["task"].map(n_classes).astype(float)
    table = table.assign(of_balanced=table["trained_share"].astype(float) * classes)
    for k, kinds in enumerate(pairs):
        _rows(axes[2 * k : 2 * k + 2], table[table["kind"].isin(kinds)], kinds, titles)
    return figure


def _rows(axes: np.ndarray, table: pd.DataFrame, kinds: Sequence[str], titles: Mapping[str, str]) -> None:
    """Draw two rows of panels, with a column for each of the kinds."""
    titles = {name: title for name, title in titles.items() if name in set(table["method"])}
    for column, kind in enumerate(kinds):
        part = table[table["kind"] == kind]
        axes[0, column].set_title(KIND_TITLES[kind])
        if part.empty:
            for ax in axes[:, column]:
                say_instead(ax, "no cells")
            continue
        ratios = sorted_irs(list(part["ir"].unique()))
        _lacking(axes[0, column], part, ratios)
        _mix(axes[1, column], part, ratios, titles)
        for ax in axes[:, column]:
            crowded = len(ratios) > MOST_LEVEL_LABELS
            ax.set_xticks(range(len(ratios)), [f"IR {ir}" for ir in ratios], rotation=90 if crowded else 0)
            ax.set_xlim(-0.3, len(ratios) - 0.7)
            ax.grid(axis="y", color="0.88", linewidth=0.6)
            ax.spines[["top", "right"]].set_visible(False)
            ax.yaxis.set_tick_params(labelleft=True)
    handles = next((ax.get_legend_handles_labels() for ax in axes[1] if ax.lines), None)
    if handles:
        axes[1, -1].legend(*handles, loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, fontsize=8)
    axes[0, 0].set_ylabel("share of mini-batches\nwithout a minority row")
    axes[0, 0].set_ylim(-0.02, 1.02)
    axes[1, 0].set_ylabel("share of a minority class trained on\n(1: as large as the others')")
    axes[1, 0].set_ylim(-0.02, max(1.1, axes[1, 0].get_ylim()[1]))


def _lacking(ax: Axes, part: pd.DataFrame, ratios: list[str]) -> None:
    for k, (task, own) in enumerate(part.groupby("task", sort=False)):
        means = own.groupby("ir")[["lacking", "lacking_by_chance"]].mean()
        places = [ratios.index(ir) for ir in ratios if ir in means.index]
        means = means.loc[[ratios[place] for place in places]]
        colour = TASK_COLOURS[k % len(TASK_COLOURS)]
        marker = MARKERS[k % len(MARKERS)]
        ax.plot(places, means["lacking"], color=colour, marker=marker, markersize=5, linewidth=1, label=task)
        ax.plot(places, means["lacking_by_chance"], color="0.3", marker="_", markersize=16, linestyle="")
    ax.plot([], [], color="0.3", marker="_", markersize=12, linestyle="", label="by chance")
    ax.legend(frameon=False, fontsize=8, loc="upper left")  # where no line is: the shares rise


def _mix(ax: Axes, part: pd.DataFrame, ratios: list[str], titles: Mapping[str, str]) -> None:
    styles = fills(titles)
    markers = dict(zip(titles, MARKERS * (1 + len(titles) // len(MARKERS)), strict=False))
    by_task = part.groupby(["method", "ir", "task"])["of_balanced"].mean()
    means = by_task.groupby(["method", "ir"]).mean()
    # Later ones are smaller, so that methods with the same mix are all seen.
    for size, (method, title) in zip(np.linspace(10, 3.5, len(titles)), titles.items(), strict=True):
        values = means[method].reindex(ratios)
        ax.plot(
            range(len(ratios)),
            values,
            color=styles[method].colour,
            marker=markers[method],
            markersize=size,
            linewidth=1,
            label=title,
        )
    ax.axhline(1, color="0.3", linewidth=0.8, linestyle=":")
