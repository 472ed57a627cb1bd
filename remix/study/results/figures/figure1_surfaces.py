"""Figure 1: decision surfaces of networks on a minority ring inside a majority ring."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from remix.study.results.figures.demonstration import (
    LABEL_COLOURS,
    LABEL_SCALE,
    class_handles,
    draw_labelled,
    label_bar,
    listed,
    made_up_note,
    panels,
)
from remix.study.results.runs import Runs

TITLE = "Figure 1: decision surfaces"
CATEGORY = "The method in pictures"
ORDER = 1
ONLY = "paper"
READS = {
    "points": "results/demonstrations/rings_points.parquet",
    "surfaces": "results/demonstrations/rings_surfaces.parquet",
    "regions": "results/demonstrations/rings_regions.parquet",
}

WIDTH, HEIGHT = 11.0, 4.3
METHODS = ("baseline", "smote", "remix")
SHOWN = 0  # the network whose surface is drawn
LINES = "white"
SHOWN_LINE: dict[str, Any] = {"linewidth": 2.2, "linestyle": "--"}
OTHER_LINES: dict[str, Any] = {"linewidth": 0.7, "linestyle": "-"}


def make(runs: Runs, points: pd.DataFrame, surfaces: pd.DataFrame, regions: pd.DataFrame) -> Figure:
    """Draw the probability of the minority and the p = 0.5 boundary, one panel per method.

    All panels have the same colour scale. The caption states what was measured.
    """
    titles = runs.pictured
    caption = f"{_reading(regions, titles)} {made_up_note(runs.study.seed)}"
    figure, axes = panels(WIDTH, HEIGHT, caption, 1, len(METHODS), sharey=True)
    for ax, name in zip(axes[0], METHODS, strict=True):
        _surface(ax, surfaces[surfaces["method"] == name])
        draw_labelled(ax, points, "label", size=12)
        ax.set_title(titles[name])
        ax.set_xlabel("$x_1$")
    axes[0, 0].set_ylabel("$x_2$")
    label_bar(figure, axes, "probability of the minority")
    figure.legend(
        handles=[
            *class_handles(),
            Line2D([], [], color=LINES, label="p = 0.5", **SHOWN_LINE),
            Line2D([], [], color=LINES, label="p = 0.5 of the other networks", **OTHER_LINES),
        ],
        loc="outside upper center",
        ncols=4,
        # White lines want a dark ground.
        facecolor="0.4",
        labelcolor="white",
        framealpha=1,
        edgecolor="none",
    )
    return figure


def _surface(ax: Axes, surfaces: pd.DataFrame) -> None:
    for network, own in surfaces.groupby("network"):
        x, y = np.unique(own["x1"]), np.unique(own["x2"])
        p = own.sort_values(["x2", "x1"])["p_minority"].to_numpy().reshape(len(y), len(x))
        if network == SHOWN:
            extent = (x[0], x[-1], y[0], y[-1])
            ax.imshow(
                p,
                origin="lower",
                extent=extent,
                cmap=LABEL_COLOURS,
                norm=LABEL_SCALE,
                interpolation="bilinear",
            )
        style = SHOWN_LINE if network == SHOWN else OTHER_LINES
        if p.min() < 0.5 < p.max():
            ax.contour(
                x,
                y,
                p,
                levels=[0.5],
                colors=LINES,
                linewidths=style["linewidth"],
                linestyles=style["linestyle"],
                zorder=4,
            )


def _reading(regions: pd.DataFrame, titles: Mapping[str, str]) -> str:
    means = regions.groupby("method")[["area", "steepness"]].mean()
    area, steepness = means["area"].sort_values(), means["steepness"].sort_values()
    return (
        f"The surface is that of the first of {regions['network'].nunique()} networks per method, which "
        "differ in their first weights and their mini-batches; the boundaries are those of all. The paper "
        "sees the largest region and the smoothest surface with ReMix. Here the share of the square where "
        "the minority is the more probable class is, from small to large and in the mean over the networks: "
        f"{listed({titles[name]: f'{100 * value:.1f} %' for name, value in area.items()})}. How much the "
        "probability changes per unit of length where it crosses 0.5, from smooth to steep: "
        f"{listed({titles[name]: f'{value:.1f}' for name, value in steepness.items()})}."
    )
