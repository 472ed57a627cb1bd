"""Figure 3: single mini-batches as they were drawn, after SMOTE, and after ReMix."""

import pandas as pd
from matplotlib.figure import Figure

from remix.study.results.figures.demonstration import (
    class_handles,
    draw_labelled,
    label_bar,
    made_up_note,
    panels,
)
from remix.study.results.runs import Runs

TITLE = "Figure 3: mini-batches"
CATEGORY = "The method in pictures"
ORDER = 3
ONLY = "paper"
READS = {
    "points": "results/demonstrations/samples_points.parquet",
    "batches": "results/demonstrations/samples_batches.parquet",
}

WIDTH, HEIGHT = 11.0, 6.6
# The baseline trains on mini-batches as they were drawn.
METHODS = ("baseline", "smote", "remix")
HARDLY = 0.05


def make(runs: Runs, points: pd.DataFrame, batches: pd.DataFrame) -> Figure:
    """Draw two mini-batches: the first (top) and the one that ReMix mixes most (bottom).

    Panels of one row are made from the same drawn rows. The caption states how typical they are.
    """
    titles = runs.pictured
    mixing = batches[batches["method"] == "remix"].drop_duplicates("batch").set_index("batch")["weight"]
    share = mixing.where(mixing <= 0.5, 1 - mixing)  # of the row that has less
    shown = [share.index[0], share.idxmax()]
    caption = f"{_reading(share)} {made_up_note(runs.study.seed)}"
    figure, axes = panels(WIDTH, HEIGHT, caption, len(shown), len(METHODS), sharex=True, sharey=True)
    for row, batch in zip(axes, shown, strict=True):
        for ax, name in zip(row, METHODS, strict=True):
            ax.scatter(points["x1"], points["x2"], color="0.85", s=7, linewidths=0, rasterized=True)
            own = batches[(batches["method"] == name) & (batches["batch"] == batch)]
            draw_labelled(ax, own, "p_minority", size=30)
            title = titles[name] + (", as drawn" if name == "baseline" else "")
            if name == "remix":
                title += f", λ = {mixing[batch]:.3f}"
            ax.set_title(f"{title}: {(own['p_minority'] >= 0.5).sum()} of {len(own)} minority", fontsize=10)
        row[0].set_ylabel(f"mini-batch {batch + 1}\n$x_2$")
    for ax in axes[-1]:
        ax.set_xlabel("$x_1$")
    label_bar(figure, axes, "minority's share of the label")
    handles = class_handles(("label mostly majority", "label mostly minority"))
    figure.legend(handles=handles, loc="outside upper center", ncols=2, frameon=False)
    return figure


def _reading(share: pd.Series) -> str:
    hardly = (share < HARDLY).sum()
    return (
        f"Top: the first of {len(share)} mini-batches; bottom: the one that is mixed most. Light grey: all "
        "training rows. λ is drawn once per mini-batch, so that all rows of one are mixed to the same "
        f"degree; in {hardly} of the {len(share)} the seed with the smaller share has less than "
        f"{100 * HARDLY:g} % of a row. Where ReMix does not mix them, it repeats the few minority rows of "
        "the mini-batch; SMOTE moves them towards each other."
    )
