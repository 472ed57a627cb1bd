"""The three panels: cost against folds, rows and features."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from remix.plotting.style import SERIES_COLOURS

PANELS = {
    "folds": "folds in a stack",
    "rows": "rows of each fold's training part",
    "features": "features, and hidden units with them",
}


def in_proportion(points: pd.DataFrame) -> np.ndarray:
    """Give what each size would cost in proportion to the arithmetic of the largest one."""
    work = points["gflop"]
    return (points["seconds"].iloc[-1] * work / work.iloc[-1]).to_numpy()


def draw(measured: pd.DataFrame) -> Figure:
    """Draw the measured series, each beside what proportion to the largest size would give.

    Parameters
    ----------
    measured : DataFrame
        ``series``, ``value``, ``seconds``, ``gflop``; sizes of a series in rising order.
    """
    figure = Figure(figsize=(13, 4), layout="constrained")
    axes = figure.subplots(1, 3)
    for axis, (series, label) in zip(axes, PANELS.items(), strict=True):
        points = measured[measured["series"] == series]
        axis.plot(
            points["value"],
            1000 * in_proportion(points),
            color="#999999",
            linestyle="--",
            label="in proportion to the arithmetic",
        )
        axis.plot(
            points["value"], 1000 * points["seconds"], color=SERIES_COLOURS[0], marker="o", label="measured"
        )
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xticks(points["value"], [f"{value:g}" for value in points["value"]])
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.yaxis.set_major_formatter("{x:g}")
        axis.minorticks_off()
        axis.set(xlabel=label, ylabel="ms per epoch")
        axis.grid(alpha=0.3)
        axis.legend(frameon=False)
    return figure
