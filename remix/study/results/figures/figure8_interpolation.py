"""Figure 8: a row mixed from two classes that lies in a third."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from remix.study.results.figures.demonstration import made_up_note, panels
from remix.study.results.figures.layout import say_instead
from remix.study.results.runs import Runs

TITLE = "Figure 8: a harmful interpolation"
CATEGORY = "The method in pictures"
ORDER = 5
ONLY = "paper"
READS = {
    "points": "results/demonstrations/interpolation_points.parquet",
    "samples": "results/demonstrations/interpolation_samples.parquet",
    "hull": "results/demonstrations/interpolation_hull.parquet",
    "around": "results/demonstrations/interpolation_around.parquet",
}

WIDTH, HEIGHT = 11.0, 4.3
# Colours of Okabe and Ito; the paper's classes are red circles and blue squares.
CLASS_COLOURS = ("#D55E00", "#0072B2", "#009E73")
CLASS_MARKERS = ("o", "s", "^")
SAMPLE_COLOUR = "#F0E442"
HULL: dict[str, Any] = {"facecolor": "#009E73", "alpha": 0.12, "linewidth": 0}
CLASS_NAMES = ("class A", "class B", "class C")


def make(
    runs: Runs, points: pd.DataFrame, samples: pd.DataFrame, hull: pd.DataFrame, around: pd.DataFrame
) -> Figure:
    """Draw a harmful sample with its two seeds (left), and its label beside what lies around it (right).

    Where no sample is harmful, the panels say so.
    """
    caption = f"{_reading(samples, around)} {made_up_note(runs.study.seed)}"
    figure, axes = panels(WIDTH, HEIGHT, caption, 1, 2, width_ratios=(2, 1))
    plane, bars = axes[0]
    for label, own in points.groupby("label"):
        plane.scatter(
            own["x1"],
            own["x2"],
            color=CLASS_COLOURS[label],
            marker=CLASS_MARKERS[label],
            s=26,
            edgecolors="white",
            linewidths=0.5,
            label=CLASS_NAMES[label],
        )
    plane.add_patch(Polygon(hull[["x1", "x2"]].to_numpy(), zorder=0, label="hull of class C", **HULL))
    plane.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
    example = samples[samples["example"]]
    if example.empty:
        say_instead(bars, "no harmful sample")
    else:
        _example(plane, example.iloc[0])
        _bars(bars, around)
    plane.legend(loc="upper left", frameon=False, labelspacing=0.8)
    return figure


def _example(ax: Axes, example: pd.Series) -> None:
    seeds = [(example[f"{which}_x1"], example[f"{which}_x2"]) for which in ("seed", "partner")]
    ax.plot(*zip(*seeds, strict=True), color="black", linewidth=1.2, linestyle="--", zorder=2)
    ax.plot(
        *zip(*seeds, strict=True),
        linestyle="",
        marker="o",
        markersize=13,
        markerfacecolor="none",
        markeredgecolor="black",
        markeredgewidth=1.5,
        label="its two seeds",
    )
    ax.plot(
        example["x1"],
        example["x2"],
        linestyle="",
        marker="*",
        markersize=20,
        markerfacecolor=SAMPLE_COLOUR,
        markeredgecolor="black",
        label="mixed sample",
        zorder=5,
    )


def _bars(ax: Axes, around: pd.DataFrame) -> None:
    shares: dict[str, tuple[pd.Series, float, dict[str, Any]]] = {
        "its label": (around["own"], -0.2, {"color": SAMPLE_COLOUR}),
        "training rows around it": (
            around["neighbours"] / around["neighbours"].sum(),
            0.2,
            {"color": "0.6", "hatch": "//"},
        ),
    }
    for name, (share, place, look) in shares.items():
        bars = ax.bar(around["label"] + place, share, 0.38, edgecolor="black", label=name, **look)
        ax.bar_label(bars, [f"{100 * height:.0f} %" for height in share], fontsize=9)
    ax.set_xticks(around["label"], [CLASS_NAMES[label] for label in around["label"]])
    for tick, label in zip(ax.get_xticklabels(), around["label"], strict=True):
        tick.set_color(CLASS_COLOURS[label])
    ax.set(ylabel="share", ylim=(0, 1.25), yticks=[0, 0.25, 0.5, 0.75, 1])
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(loc="upper left", frameon=False)


def _reading(samples: pd.DataFrame, around: pd.DataFrame) -> str:
    batches, alpha = samples["batch"].nunique(), samples["alpha"].iloc[0]
    found = (
        f"In {batches} mini-batches of ReMix with α = {alpha:g}, {100 * samples['harmful'].mean():.1f} % of "
        "the rows are such that the class of the nearest training row has no part in the label."
    )
    example = samples[samples["example"]]
    if example.empty:
        return found
    row = example.iloc[0]
    label = ", ".join(f"{100 * row[f'p_{k}']:.0f} % {name}" for k, name in enumerate(CLASS_NAMES))
    return (
        f"{found} The one shown has λ = {row['weight']:.2f} and the label {label}; it lies within the hull "
        f"of {CLASS_NAMES[row['nearest_label']]}. Right: its label, and the classes of its "
        f"{around['neighbours'].sum()} nearest training rows. A soft label does not help: it says of which "
        "classes the seeds were, not of which class the place is."
    )
