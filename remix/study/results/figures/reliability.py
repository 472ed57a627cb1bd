"""Reliability diagrams: predicted probability against observed frequency, per method, with histograms."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from remix.corrections import PRIORS, UNCORRECTED
from remix.plotting.reliability_diagram import OTHERS_COLOUR, SHADE, draw_diagonal, draw_histogram
from remix.reliability import pooled
from remix.study.results.coverage import coverage_note
from remix.study.results.reading import curves_of
from remix.study.results.runs import Runs
from remix.study.study import Study
from remix.study.words import counted

TITLE = "Reliability, all tasks"
CATEGORY = "Calibration"
ORDER = 1
READS = {
    "curves": "results/reliability.parquet",
    "coverage": "results/tables/coverage.csv",
}

TITLES = {
    "binary": "Binary tasks",
    "multiclass": "Multi-class tasks",
    "binary_images": "Binary tasks on images",
    "multiclass_images": "Multi-class tasks on images",
}
# What is drawn beside the probabilities as trained: the correction that aims at the prior of the panel.
REMEDIES = {"natural": "prior_temperature", "balanced": "balanced_temperature"}
# A point needs this many predictions; with ten repeats, that is some two rows.
MIN_ROWS = 20
COLOURS = {True: "#D55E00", False: "#0072B2"}  # by whether the class is a minority
FEWEST_COLUMNS, MOST_COLUMNS = 4, 7
# In inches. All is placed by hand: with so many panels the layout engine takes seconds, and what it finds
# differs in the last digits from one call to the next.
PANEL, STRIP, GAP = 1.65, 0.55, 0.15
LEFT, LEGEND, HEADING, FOOT = 0.75, 0.6, 0.55, 0.55
LINE = 0.16
CHARACTERS_PER_INCH = 17
READING = (
    "How to read it: of the rows that are given a certain probability of a class, the share that is of the "
    "class. Where the two agree, the curve is on the diagonal; where it is in the shaded half, the "
    "probability promises too much. Under the natural prior all rows count alike, under the balanced "
    "prior all classes do. Each class is looked at against the rest, in ten bins of equal width, with the "
    f"test rows of all folds of a cell together; points of fewer than {MIN_ROWS} predictions are left out. "
    "Dashed: after the class mix of the training was exchanged for the prior of the panel, and a temperature "
    "was fitted on validation rows. Below: how the probability of a minority class is distributed among its "
    "own rows (upwards) and among all others (downwards)."
)
POOLING = "The minority classes of a cell are pooled, then the cells, each with the same weight."


def make(runs: Runs, curves: pd.DataFrame, coverage: pd.DataFrame) -> Figure:
    """Draw the curves of every method over all cells."""
    study = runs.study.trained()
    caption = f"{READING} {POOLING} {study.protocol_note} {coverage_note(coverage)}"
    return reliability_overview(curves_of(curves, study), caption, study.methods)


class _Group(NamedTuple):
    """What the rows of panels under one heading show.

    ``points`` has ``method, correction, prior, minority, predicted, observed`` of the pooled curves,
    ``cells`` the same for each ``task, ir``; ``histograms`` has ``method, bin`` and the shares that the bin
    has of the minority's rows (``rows_of_class``) and of all ``others``.
    """

    title: str
    points: pd.DataFrame
    cells: pd.DataFrame
    histograms: pd.DataFrame
    with_cells: bool


def reliability_overview(curves: pd.DataFrame, caption: str, titles: Mapping[str, str]) -> Figure:
    """Draw the curves of every method, pooled over the cells of a kind, with a thin line for each cell.

    Parameters
    ----------
    curves : DataFrame
        As `remix.study.results.reading.curves_of` gives it.
    caption : str
        Text below the panels; wrapped.
    titles : mapping of str to str
        Titles of the methods, by name, in the order of the columns; a kind shows those that it has.

    Returns
    -------
    matplotlib.figure.Figure
        Methods are columns (wrapped if there are many); for each kind that has cells there is a row of panels
        under the natural prior, one under the balanced prior, and one of histograms.
    """
    groups = []
    for kind, title in TITLES.items():
        part = curves[curves["kind"] == kind]
        if len(part):
            n_tasks, n_cells = part["task"].nunique(), len(part[["task", "ir"]].drop_duplicates())
            heading = f"{title}: {counted(n_tasks, 'task')}, {counted(n_cells, 'cell')}"
            groups.append(_group(heading, part, with_cells=True))
    return _page(groups, caption, titles)


def draw_tasks(curves: pd.DataFrame, study: Study) -> Iterator[tuple[str, Figure]]:
    """Draw the reliability of every method on the cells of each task that has any, one task at a time.

    Parameters
    ----------
    curves : DataFrame
        ``results/reliability.parquet``.
    study : Study
    """
    for task in study.tasks:
        alone = study.trained().only([task])
        own = curves_of(curves, alone)
        if len(own):
            caption = f"{READING} {alone.protocol_note}"
            yield task, reliability_of_task(own, caption, alone.methods)


def reliability_of_task(curves: pd.DataFrame, caption: str, titles: Mapping[str, str]) -> Figure:
    """Draw the curves of every method on each cell of one task.

    Parameters
    ----------
    curves, caption, titles
        As `reliability_overview`, with the cells of one task only.

    Returns
    -------
    matplotlib.figure.Figure
        As `reliability_overview`, with an imbalance ratio in place of a kind.
    """
    cells = curves.groupby(["task", "ir"], sort=False)
    groups = [_group(f"{task}, IR {ir}", part, with_cells=False) for (task, ir), part in cells]
    return _page(groups, caption, titles)


def _group(title: str, curves: pd.DataFrame, *, with_cells: bool) -> _Group:
    """Pool the classes of each cell, then the cells, and leave out what is not to be drawn."""
    own = ["method", "correction", "prior", "minority"]
    if curves["class"].max() == 1:
        # For two classes, the majority's curve is the minority's, turned by half a turn.
        curves = curves[curves["minority"]]
    cells = pooled(curves, ["task", "ir", *own])
    points = pooled(cells, own)
    chosen = cells["minority"] & (cells["correction"] == UNCORRECTED) & (cells["prior"] == "natural")
    rows = cells[chosen].assign(others=cells["rows"] - cells["rows_of_class"])
    sums = rows.groupby(["task", "ir", "method"])[["rows_of_class", "others"]].transform("sum")
    shares = (rows[["rows_of_class", "others"]] / sums).join(rows[["method", "bin"]])
    return _Group(
        title,
        points[points["rows"] >= MIN_ROWS],
        cells[(cells["rows"] >= MIN_ROWS) & (cells["correction"] == UNCORRECTED)],
        shares.groupby(["method", "bin"]).mean().reset_index(),
        with_cells,
    )


def _page(groups: list[_Group], caption: str, titles: Mapping[str, str]) -> Figure:
    blocks = [(group, block) for group in groups for block in _blocks(group, titles)]
    n_columns = max((len(block) for _, block in blocks), default=0)
    width = LEFT + (PANEL + GAP) * max(n_columns, FEWEST_COLUMNS)
    lines = textwrap.wrap(caption, int(CHARACTERS_PER_INCH * width))
    group_height = HEADING + 2 * (PANEL + GAP) + STRIP + FOOT
    height = LEGEND + group_height * len(blocks) + LINE * (len(lines) + 1)
    figure = Figure(figsize=(width, height))
    if groups:
        figure.legend(handles=_handles(groups), loc="upper center", ncols=4, frameon=False, fontsize=8)
    else:
        figure.text(
            0.5, 1 - LEGEND / 2 / height, "no cells", ha="center", va="center", color="0.4", fontsize=14
        )
    top = height - LEGEND
    for k, (group, block) in enumerate(blocks):
        heading = group.title + (" (continued)" if k and blocks[k - 1][0] is group else "")
        figure.text(0.1 / width, top / height, heading, va="top", fontsize=10, fontweight="bold")
        _draw_group(figure, top - HEADING, group, {name: titles[name] for name in block})
        top -= group_height
    figure.text(0.1 / width, top / height, "\n".join(lines), va="top", fontsize=8)
    return figure


def _blocks(group: _Group, titles: Mapping[str, str]) -> list[list[str]]:
    """Split the methods of a group into as many rows of panels as they need."""
    methods = [name for name in titles if name in set(group.histograms["method"])]
    n_columns = -(-len(methods) // max(1, -(-len(methods) // MOST_COLUMNS)))
    return [methods[k : k + n_columns] for k in range(0, len(methods), n_columns)]


def _draw_group(figure: Figure, top: float, group: _Group, titles: Mapping[str, str]) -> None:
    """Draw a group's panels, their tops `top` inches above the bottom of the figure."""
    width, height = figure.get_size_inches()

    def axes(row: int, column: int) -> Axes:
        own = STRIP if row == len(PRIORS) else PANEL
        bottom = top - row * (PANEL + GAP) - own
        left = LEFT + column * (PANEL + GAP)
        ax = figure.add_axes((left / width, bottom / height, PANEL / width, own / height))
        ax.set(xlim=(-0.02, 1.02), xticks=[0, 0.5, 1])
        ax.set_xticklabels(["0", "0.5", "1"])
        ax.tick_params(labelsize=7, length=2, labelbottom=row == len(PRIORS), labelleft=column == 0)
        ax.spines[["top", "right"]].set_visible(False)
        return ax

    for row, prior in enumerate(PRIORS):
        for column, (method, title) in enumerate(titles.items()):
            ax = axes(row, column)
            _panel(ax, group, method, prior)
            if row == 0:
                ax.set_title(title, fontsize=9)
            if column == 0:
                ax.set_ylabel(f"{prior} prior:\nobserved share", fontsize=8)
    for column, method in enumerate(titles):
        ax = axes(len(PRIORS), column)
        draw_histogram(ax, group.histograms[group.histograms["method"] == method], COLOURS[True])
        ax.set_xlabel("predicted probability", fontsize=8)
        if column == 0:
            ax.set_ylabel("share\nof rows", fontsize=8)


def _panel(ax: Axes, group: _Group, method: str, prior: str) -> None:
    """Draw the diagonal, the curves of single cells, and the pooled ones as trained and corrected."""
    draw_diagonal(ax)
    cells, points = (
        frame[(frame["method"] == method) & (frame["prior"] == prior)]
        for frame in (group.cells, group.points)
    )
    if group.with_cells:
        for (_, _, minority), part in cells.groupby(["task", "ir", "minority"], sort=False):
            ax.plot(part["predicted"], part["observed"], color=COLOURS[minority], linewidth=0.5, alpha=0.3)
    for correction, style in ((REMEDIES[prior], "--"), (UNCORRECTED, "-o")):
        for minority, part in points[points["correction"] == correction].groupby("minority"):
            ax.plot(
                part["predicted"],
                part["observed"],
                style,
                color=COLOURS[minority],
                linewidth=1.4,
                markersize=2.8,
            )


def _handles(groups: list[_Group]) -> list[Artist]:
    """Make the legend's entries, of what the groups have."""

    def line(label: str, linestyle: str = "-", **style: Any) -> Line2D:
        chosen: dict[str, Any] = {"color": "0.2", "linewidth": 1.4, "linestyle": linestyle, **style}
        return Line2D([], [], label=label, **chosen)

    handles: list[Artist] = [
        line("as trained", marker="o", markersize=2.8),
        line("prior corrected, then temperature", "--"),
        line("calibrated", ":", color="0.3", linewidth=0.8),
        Patch(color=SHADE, label="promises too much"),
        Patch(color=COLOURS[True], label="minority"),
    ]
    if not all(group.points["minority"].all() for group in groups):
        handles.append(Patch(color=COLOURS[False], label="majority"))
    handles.append(Patch(color=OTHERS_COLOUR, label="all other rows (below)"))
    if any(group.with_cells for group in groups):
        handles.append(line("single cells, as trained", linewidth=0.5, alpha=0.5))
    return handles
