"""What all figures share: one colour per method, and how a figure becomes bytes."""

import io
from collections.abc import Iterable
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.figure import Figure

# The palette of Okabe and Ito, whose colours stay apart for colour-blind readers.
_METHOD_COLOURS = {
    "baseline": "#000000",
    "cost": "#56B4E9",
    "smote": "#E69F00",
    "mixup": "#009E73",
    "remix": "#D55E00",
    "augment": "#CC79A7",
    "remix_aug": "#0072B2",
}
# For lines that are no methods, such as imbalance ratios, in this order.
SERIES_COLOURS = ("#0072B2", "#009E73", "#E69F00", "#D55E00", "#CC79A7", "#000000")
# The two of the palette that are left, two that methods on images have, and two of Paul Tol.
_FURTHER_COLOURS = ("#F0E442", "#999999", "#CC79A7", "#0072B2", "#88CCEE", "#AA4499")
_HATCHES = ("", "//", "xx", "..")
DPI = 200
# Of what is drawn as pixels within an SVG; the report holds them all.
DPI_IN_SVG = 100


class Fill(NamedTuple):
    """How the bars of a method are filled."""

    colour: str
    hatch: str


def fills(methods: Iterable[str]) -> dict[str, Fill]:
    """Give each method a fill that it has in every figure of a study.

    Methods of the paper have fixed colours. Others take further colours in the order given, and hatching once
    these are used up.

    Parameters
    ----------
    methods : iterable of str
        Names of the methods of the study.

    Examples
    --------
    >>> fills(["remix", "mine"])
    {'remix': Fill(colour='#D55E00', hatch=''), 'mine': Fill(colour='#F0E442', hatch='')}
    """
    names = list(methods)
    free = [c for c in _FURTHER_COLOURS if c not in {_METHOD_COLOURS.get(name) for name in names}]
    others = [name for name in names if name not in _METHOD_COLOURS]
    further = {
        name: Fill(free[k % len(free)], _HATCHES[k // len(free) % len(_HATCHES)])
        for k, name in enumerate(others)
    }
    return {name: further.get(name) or Fill(_METHOD_COLOURS[name], "") for name in names}


def render(figure: Figure, form: str) -> bytes:
    """Turn a figure into the bytes of a file; the same figure gives the same bytes."""
    buffer = io.BytesIO()
    # Without these, an SVG has random identifiers and the date in it.
    with mpl.rc_context({"svg.hashsalt": "remix"}):
        metadata = {"Date": None} if form == "svg" else {}
        figure.savefig(buffer, format=form, dpi=DPI if form == "png" else DPI_IN_SVG, metadata=metadata)
    return buffer.getvalue()
