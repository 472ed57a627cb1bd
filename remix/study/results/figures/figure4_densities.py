"""Figure 4: kernel densities of what ReMix trains on, for several α."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from remix.study.results.figures.demonstration import CLASS_NAMES, made_up_note, panels
from remix.study.results.runs import Runs

TITLE = "Figure 4: densities by α"
CATEGORY = "The method in pictures"
ORDER = 4
ONLY = "paper"
READS = {
    "points": "results/demonstrations/densities_points.parquet",
    "curves": "results/demonstrations/densities_curves.parquet",
    "between": "results/demonstrations/densities_between.parquet",
}

WIDTH, HEIGHT = 11.0, 4.6
# What the axis of each quantity says.
PANELS = {"feature": "feature $x$", "label": "minority's share of the label"}
TITLES = {"feature": "Data", "label": "Labels"}
GREENS = mpl.colormaps["Greens"]
SOFT = (0.15, 0.85)  # what is drawn enlarged
LIGHTEST, DARKEST = 0.4, 1.0
# Majority blue and minority orange, from the palette of Okabe and Ito.
CLASS_COLOURS = ("#0072B2", "#E69F00")


def make(runs: Runs, points: pd.DataFrame, curves: pd.DataFrame, between: pd.DataFrame) -> Figure:
    """Draw the densities of the feature (left) and of the label (right), light to dark with growing α.

    Grey: the density of the training rows, whose classes are marked at the bottom.
    """
    caption = f"{_reading(points, between)} {made_up_note(runs.study.seed)}"
    figure, axes = panels(WIDTH, HEIGHT, caption, 1, len(PANELS))
    for ax, (quantity, label) in zip(axes[0], PANELS.items(), strict=True):
        own = curves[curves["quantity"] == quantity]
        _curves(ax, own)
        _marks(ax, points.drop_duplicates(quantity), quantity, top=own["density"].max())
        ax.set(title=TITLES[quantity], xlabel=label, ylabel="density")
        ax.spines[["top", "right"]].set_visible(False)
    _enlarged(axes[0, 1], curves[curves["quantity"] == "label"])
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
    return figure


def _curves(ax: Axes, curves: pd.DataFrame) -> None:
    original = curves[curves["alpha"].isna()]
    ax.fill_between(original["at"], original["density"], color="0.88", linewidth=0)
    ax.plot(original["at"], original["density"], color="0.55", linewidth=1.5, label="training rows")
    alphas = sorted(curves["alpha"].dropna().unique())
    for alpha, shade in zip(alphas, np.linspace(LIGHTEST, DARKEST, len(alphas)), strict=True):
        own = curves[curves["alpha"] == alpha]
        ax.plot(own["at"], own["density"], color=GREENS(shade), linewidth=1.6, label=f"α = {alpha:g}")


def _enlarged(ax: Axes, curves: pd.DataFrame) -> None:
    """Show the soft labels again, without the peaks of the hard ones."""
    middle = curves[(curves["at"] > SOFT[0]) & (curves["at"] < SOFT[1])]
    inset = ax.inset_axes((0.26, 0.42, 0.58, 0.48))
    # Beyond its edges, which would else lie between two points of a curve.
    _curves(inset, curves[curves["at"].between(SOFT[0] - 0.02, SOFT[1] + 0.02)])
    inset.set(xlim=SOFT, ylim=(0, 1.1 * middle["density"].max()))
    inset.set_title("the middle, enlarged", fontsize=9)
    inset.tick_params(labelsize=8)
    ax.indicate_inset_zoom(inset, edgecolor="0.4")


def _marks(ax: Axes, points: pd.DataFrame, quantity: str, top: float) -> None:
    """Mark the training rows below the axis's zero, a line of marks for each class."""
    for label, name in enumerate(CLASS_NAMES):
        values = points.loc[points["label"] == label, quantity].to_numpy()
        # One line with gaps: a mark of its own for each row makes an SVG large.
        at = np.repeat(values, 3)
        height = np.tile([-top * (0.02 + 0.05 * label), -top * (0.06 + 0.05 * label), np.nan], len(values))
        ax.plot(at, height, color=CLASS_COLOURS[label], linewidth=0.8)
        ax.plot([], [], "|", color=CLASS_COLOURS[label], markersize=10, label=f"{name} rows")
    ax.set_ylim(-top * 0.13, top * 1.04)


def _reading(points: pd.DataFrame, between: pd.DataFrame) -> str:
    shares = {
        quantity: f"{', '.join(f'{100 * share:.1f}' for share in own.sort_values('alpha')['share'])} %"
        for quantity, own in between.dropna().groupby("quantity")
    }
    alphas = ", ".join(f"{alpha:g}" for alpha in sorted(between["alpha"].dropna().unique()))
    rows = points["label"].value_counts()
    return (
        f"{rows[0]} majority and {rows[1]} minority rows of two Gaussians with one feature. For α = {alphas} "
        f"there lie {shares['feature']} of ReMix's rows in the middle third of the way between the class "
        f"means, and {shares['label']} of their labels in the middle third between 0 and 1. All curves of a "
        "panel have the same kernel width, so the labels, which end at 0 and 1, seem to go beyond."
    )
