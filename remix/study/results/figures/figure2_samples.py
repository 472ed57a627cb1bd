"""Figure 2: where the rows that SMOTE and ReMix train on lie, seen from the hull of the minority."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from remix.study.results.figures.demonstration import (
    class_handles,
    draw_labelled,
    label_bar,
    listed,
    made_up_note,
    panels,
)
from remix.study.results.runs import Runs

TITLE = "Figure 2: samples of SMOTE and ReMix"
CATEGORY = "The method in pictures"
ORDER = 2
ONLY = "paper"
READS = {
    "hull": "results/demonstrations/samples_hull.parquet",
    "batches": "results/demonstrations/samples_batches.parquet",
    "spread": "results/demonstrations/samples_spread.parquet",
}

WIDTH, HEIGHT = 10.0, 4.1
METHODS = ("smote", "remix")
OUTLINE: dict[str, Any] = {"color": "#D55E00", "linewidth": 2.0, "linestyle": "--"}


def make(runs: Runs, hull: pd.DataFrame, batches: pd.DataFrame, spread: pd.DataFrame) -> Figure:
    """Draw all rows of all mini-batches by SMOTE (left) and by ReMix (right), and the minority's convex hull.

    The caption states what was counted.
    """
    titles = runs.pictured
    caption = f"{_reading(batches, spread, titles)} {made_up_note(runs.study.seed)}"
    figure, axes = panels(WIDTH, HEIGHT, caption, 1, len(METHODS), sharex=True, sharey=True)
    for ax, name in zip(axes[0], METHODS, strict=True):
        draw_labelled(ax, batches[batches["method"] == name], "p_minority", size=11, pixels=True)
        ax.add_patch(Polygon(hull[["x1", "x2"]].to_numpy(), zorder=4, fill=False, **OUTLINE))
        ax.set(title=titles[name], xlabel="$x_1$", aspect="equal")
    axes[0, 0].set_ylabel("$x_2$")
    label_bar(figure, axes, "minority's share of the label")
    line = Line2D([], [], label="convex hull of the minority's training rows", **OUTLINE)
    handles = class_handles(("label mostly majority", "label mostly minority"))
    figure.legend(handles=[*handles, line], loc="outside upper center", ncols=3, frameon=False)
    return figure


def _reading(batches: pd.DataFrame, spread: pd.DataFrame, titles: Mapping[str, str]) -> str:
    by_method = spread.set_index("method").loc[list(METHODS)].rename(index=titles)
    outside = {name: f"{100 * value:.1f} %" for name, value in by_method["minority_outside"].items()}
    soft = {name: f"{100 * value:.1f} %" for name, value in by_method["soft"].items()}
    alpha = batches.loc[batches["method"] == "remix", "alpha"].iloc[0]
    return (
        f"{batches['batch'].nunique()} mini-batches of each method, made from the same drawn rows; "
        f"{titles['remix']} with α = {alpha:g}. Of the samples whose label is at least half minority, these "
        f"lie outside the hull: {listed(outside)}. Of all samples, these have a soft label, further than "
        f"0.01 from 0 and 1: {listed(soft)}. Samples that lie on each other look like one: the "
        "resampling repeats rows, and most λ are so near 0 or 1 that a mixed row all but repeats one "
        "of its two seeds."
    )
