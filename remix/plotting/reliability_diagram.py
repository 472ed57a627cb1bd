"""A reliability diagram of one's own models: the numbers and the look of the study's, for one class."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import ArrayLike
from sklearn.utils import check_array, check_consistent_length, column_or_1d

from remix.errors import InputError
from remix.metrics import SUM_TOLERANCE
from remix.plotting.style import SERIES_COLOURS
from remix.reliability import N_BINS, observed_intervals, reliability

MARKERS = ("o", "s", "^", "D", "v", "P")
CONFIDENCE = 0.95
OTHERS_COLOUR, SHADE = "0.6", "0.94"
# In inches.
WIDTH, PANEL, STRIP, MARGIN = 4.8, 4.0, 0.85, 0.9


def reliability_diagram(
    y_true: ArrayLike,
    y_prob: ArrayLike | Mapping[str, ArrayLike],
    *,
    classes: Sequence[Hashable] | np.ndarray | None = None,
    label: Hashable | None = None,
    n_bins: int = N_BINS,
) -> Figure:
    """Draw how often a class occurs among the rows that are given a certain probability of it.

    Where a model is calibrated its curve is on the diagonal; in the shaded half its probabilities promise too
    much. Bars at the points are 95 % intervals (Wilson's) of the observed share: a point of few rows says
    little. Below, for each model, is how the probability is distributed among the rows of the class (upwards)
    and among all others (downwards), each as a share of them.

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels of rows that the model was not trained on, of any kind.
    y_prob : array-like of float, shape (n, K), or mapping of str to such
        Predicted probabilities, as `predict_proba` gives them; or those of several models, by a name for the
        legend.
    classes : array-like, shape (K,), optional
        Labels of the columns: `classes_` of a classifier of scikit-learn. By default the labels in `y_true`,
        sorted, which is the same unless a class has no row there.
    label : optional
        The class to look at, against all others. By default the one with the fewest rows in `y_true`.
    n_bins : int, default=10
        Bins of equal width into which the probabilities are cut.

    Returns
    -------
    matplotlib.figure.Figure
        To be shown by a notebook, or kept by its method `savefig`.

    Raises
    ------
    InputError
        If labels, classes and probabilities do not fit each other.

    Examples
    --------
    >>> from remix import reliability_diagram
    >>> figure = reliability_diagram(["no", "no", "yes"], [[0.9, 0.1], [0.6, 0.4], [0.3, 0.7]])
    >>> figure.axes[0].get_xlabel()
    'predicted probability of yes'
    """
    models = y_prob if isinstance(y_prob, Mapping) else {"model": y_prob}
    if not models:
        raise InputError("y_prob: expected the probabilities of a model at least, received an empty mapping")
    given = column_or_1d(y_true)
    known = pd.Index(np.unique(given) if classes is None else np.asarray(classes))
    if known.has_duplicates:
        raise InputError(f"classes: {known[known.duplicated()][0]} stands twice; name each class once")
    labels = known.get_indexer(given)
    if (labels < 0).any():
        raise InputError(
            f"y_true: expected one of {known.tolist()}, received {given[labels < 0].tolist()[0]!r}"
        )
    shown = _position(label, known, labels)
    curves = {}
    for name, values in models.items():
        curve = reliability(labels, _checked(name, values, labels, known), "natural", n_bins)
        curves[name] = curve[curve["class"] == shown]
    return _figure(curves, str(known[shown]))


def _position(label: Hashable | None, classes: pd.Index, labels: np.ndarray) -> int:
    """Give the column of the class to look at."""
    counts = np.bincount(labels, minlength=len(classes))
    if label is None:
        return int(np.where(counts > 0, counts, len(labels) + 1).argmin())
    if label not in classes:
        raise InputError(f"label: expected one of {classes.tolist()}, received {label!r}")
    return int(classes.get_loc(label))


def _checked(name: str, given: ArrayLike, labels: np.ndarray, classes: pd.Index) -> np.ndarray:
    """Refuse what are no probabilities of these rows and classes."""
    try:
        values: np.ndarray = check_array(given, dtype=np.float64, input_name=f"y_prob of {name}")
        check_consistent_length(values, labels)
    except ValueError as error:
        raise InputError(" ".join(str(error).split())) from None
    if values.shape[1] != len(classes):
        raise InputError(
            f"y_prob of {name}: expected {len(classes)} columns, one for each of {classes.tolist()}, "
            f"received {values.shape[1]}; say which classes they are of: classes=model.classes_"
        )
    if values.min() < 0 or values.max() > 1 + SUM_TOLERANCE:
        raise InputError(f"y_prob of {name}: expected numbers in [0, 1], as predict_proba gives them")
    return values


def _figure(curves: Mapping[str, pd.DataFrame], label: str) -> Figure:
    """Draw the curves in one panel, and below it a histogram for each."""
    figure = Figure(figsize=(WIDTH, PANEL + STRIP * len(curves) + MARGIN), layout="constrained")
    heights = [PANEL, *[STRIP] * len(curves)]
    panel, *strips = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    draw_diagonal(panel)
    handles: list[Any] = []
    for k, ((name, curve), strip) in enumerate(zip(curves.items(), strips, strict=True)):
        colour, marker = SERIES_COLOURS[k % len(SERIES_COLOURS)], MARKERS[k % len(MARKERS)]
        _curve(panel, curve, colour, marker)
        handles.append(Line2D([], [], color=colour, marker=marker, markersize=4, label=name))
        _histogram(strip, curve, colour)
        if len(curves) > 1:
            strip.set_title(name, fontsize=8, loc="left", pad=2)
    handles += [
        Line2D([], [], color="0.3", linewidth=0.9, label=f"{CONFIDENCE:.0%} interval"),
        Line2D([], [], color="0.3", linewidth=0.8, linestyle=":", label="calibrated"),
        Patch(color=SHADE, label="promises too much"),
        Patch(color=OTHERS_COLOUR, label="all other rows (below)"),
    ]
    panel.set(xlim=(-0.02, 1.02), xticks=[0, 0.5, 1], ylabel=f"observed share of {label}")
    panel.set_xticklabels(["0", "0.5", "1"])
    panel.tick_params(labelbottom=True)
    panel.set_xlabel(f"predicted probability of {label}")
    rows, of_class = (int(curve[name].sum()) for name in ("rows", "rows_of_class"))
    panel.set_title(f"{rows:,} rows, {of_class:,} of {label}", fontsize=9)
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    for ax in (panel, *strips):
        ax.spines[["top", "right"]].set_visible(False)
    return figure


def _curve(ax: Axes, curve: pd.DataFrame, colour: str, marker: str) -> None:
    """Draw the points of the bins that have rows, with their intervals."""
    points = curve[curve["rows"] > 0]
    low, high = observed_intervals(points, CONFIDENCE)
    ax.vlines(points["predicted"], low, high, color=colour, linewidth=0.9, alpha=0.6)
    ax.plot(points["predicted"], points["observed"], color=colour, marker=marker, linewidth=1.4, markersize=4)


def _histogram(ax: Axes, curve: pd.DataFrame, colour: str) -> None:
    counts = curve.assign(others=curve["rows"] - curve["rows_of_class"])[["rows_of_class", "others"]]
    draw_histogram(ax, (counts / counts.sum().clip(lower=1)).assign(bin=curve["bin"]), colour)
    ax.set_ylabel("share\nof rows", fontsize=8)
    ax.tick_params(labelsize=8)


def draw_diagonal(ax: Axes) -> None:
    """Draw what curves are read against: the diagonal, and the half where probabilities promise too much."""
    ax.fill_between([0, 1], [0, 1], color=SHADE, linewidth=0)
    ax.plot([0, 1], [0, 1], color="0.3", linewidth=0.8, linestyle=":")
    ax.set(ylim=(-0.02, 1.02), yticks=[0, 0.5, 1])
    ax.set_yticklabels(["0", "0.5", "1"])


def draw_histogram(ax: Axes, shares: pd.DataFrame, colour: str) -> None:
    """Draw how the probability of a class is distributed: its rows upwards, all others downwards.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    shares : DataFrame
        Of every ``bin``, from 0: the shares that it has of the rows of the class (``rows_of_class``) and of
        all ``others``.
    colour : str
        Of the rows of the class.
    """
    n_bins = shares["bin"].max() + 1
    places = (shares["bin"] + 0.5) / n_bins
    ax.bar(places, shares["rows_of_class"], 0.9 / n_bins, color=colour)
    ax.bar(places, -shares["others"], 0.9 / n_bins, color=OTHERS_COLOUR)
    ax.axhline(0, color="black", linewidth=0.5)
    ax.set(ylim=(-1.02, 1.02), yticks=[-1, 0, 1])
    ax.set_yticklabels(["1", "0", "1"])
