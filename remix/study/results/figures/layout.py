"""What figures share: a caption below the panels, and panels that say why they are empty."""

import textwrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

CHARACTERS_PER_INCH = 15
LINE = 0.16  # inches


def captioned(
    width: float, height: float, caption: str, *, characters: int | None = None, layout: Any = "constrained"
) -> Figure:
    """Make a figure without panels, with a wrapped caption at its lower end.

    Parameters
    ----------
    width, height : float
        In inches; the height is that of the panels, without the caption.
    caption : str
    characters : int, optional
        In a line of the caption; else as many as the width has room for.
    layout : optional
        Matplotlib's layout engine.
    """
    lines = textwrap.wrap(caption, characters or int(CHARACTERS_PER_INCH * width))
    figure = Figure(figsize=(width, height + LINE * len(lines)), layout=layout)
    figure.supxlabel("\n".join(lines), fontsize=8, x=0.01, ha="left")
    return figure


def say_instead(ax: Axes, text: str) -> None:
    """Write, in place of a panel, why there is nothing to draw."""
    ax.spines[:].set_visible(False)
    # Not by taking the ticks away: panels of a row may share them.
    ax.tick_params(left=False, labelleft=False, bottom=False, labelbottom=False)
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color="0.4", fontsize=14)


def empty_figure(text: str, caption: str) -> Figure:
    """Make a small figure that says why there is nothing to draw."""
    figure = captioned(7.4, 2.0, caption)
    say_instead(figure.subplots(), text)
    return figure
