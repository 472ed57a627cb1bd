"""What the pictures of the method share: how classes and soft labels look, and where data comes from."""

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from remix.study.results.figures.layout import captioned

# From the majority (0) to the minority (1); made for colour-blind readers, and in order of brightness.
LABEL_COLOURS = mpl.colormaps["cividis"]
LABEL_SCALE = mpl.colors.Normalize(0, 1)
CLASS_NAMES = ("majority", "minority")
CLASS_MARKERS = ("o", "^")


def made_up_note(seed: int) -> str:
    """Say where the data of a picture comes from; every caption ends with it."""
    return f"Made-up data, seed {seed}; nothing here depends on the datasets of the study."


def panels(
    width: float, height: float, caption: str, rows: int, columns: int, **options: Any
) -> tuple[Figure, np.ndarray]:
    """Make a figure with a grid of panels above a wrapped caption.

    Parameters
    ----------
    width, height : float
        In inches; the height is that of the panels, without the caption.
    caption : str
    rows, columns : int
    **options
        For `matplotlib.figure.Figure.subplots`.

    Returns
    -------
    figure : matplotlib.figure.Figure
    axes : ndarray of Axes, shape (rows, columns)
    """
    figure = captioned(width, height, caption)
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def draw_labelled(ax: Axes, rows: pd.DataFrame, column: str, size: float, *, pixels: bool = False) -> None:
    """Draw rows at ``x1, x2`` in the colour of their label; those that are mostly minority as triangles.

    ``pixels`` keeps an SVG of thousands of rows small.
    """
    minority = rows[column] >= 0.5
    for marker, part in zip(CLASS_MARKERS, (rows[~minority], rows[minority]), strict=True):
        ax.scatter(
            part["x1"],
            part["x2"],
            c=part[column],
            cmap=LABEL_COLOURS,
            norm=LABEL_SCALE,
            marker=marker,
            s=size,
            edgecolors="white" if marker == CLASS_MARKERS[0] else "black",
            linewidths=0.4,
            rasterized=pixels,
            zorder=3,
        )


def label_bar(figure: Figure, axes: np.ndarray, text: str) -> None:
    """Draw the scale of the label's colours beside the panels."""
    bar = figure.colorbar(mpl.cm.ScalarMappable(LABEL_SCALE, LABEL_COLOURS), ax=axes, aspect=30, pad=0.01)
    bar.set_label(text)


def class_handles(names: tuple[str, ...] = CLASS_NAMES) -> list[Line2D]:
    """Give the entries of a legend that name the classes."""
    edges = ("white", "black")
    return [
        Line2D(
            [],
            [],
            linestyle="",
            marker=marker,
            markersize=7,
            markerfacecolor=LABEL_COLOURS(LABEL_SCALE(k)),
            markeredgecolor=edge,
            markeredgewidth=0.5,
            label=name,
        )
        for k, (name, marker, edge) in enumerate(zip(names, CLASS_MARKERS, edges, strict=True))
    ]


def listed(values: Mapping[str, str]) -> str:
    """Write named values in a row.

    >>> listed({"SMOTE": "2 %", "ReMix": "3 %"})
    'SMOTE 2 %, ReMix 3 %'
    """
    return ", ".join(f"{name} {value}" for name, value in values.items())
