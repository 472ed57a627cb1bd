"""Reliability: how often a class occurs among the rows that are given a certain probability of it.

Each class is looked at against all others. Its probabilities are cut into ten bins of equal width; a model is
calibrated if in each bin the observed share of the class equals the mean probability. Bins of equal width are
the same for every method and cell, so that curves can be pooled and compared. Bins of equal counts would not
serve: where one row in a hundred is of the minority, nearly all bins would lie below a probability of 0.01.
"""

from collections.abc import Sequence
from numbers import Integral

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from remix.corrections import Prior
from remix.errors import InputError
from remix.metrics import numbered_rows

N_BINS = 10
COLUMNS = ["class", "prior", "bin", "rows", "rows_of_class", "weight", "predicted", "observed"]


def reliability(y_true: ArrayLike, y_prob: ArrayLike, prior: Prior, n_bins: int = N_BINS) -> pd.DataFrame:
    """Compute every class's reliability curve and the histograms of its probability.

    Parameters
    ----------
    y_true : array-like of int, shape (n,)
        True labels 0..K-1.
    y_prob : array-like of float, shape (n, K)
        Predicted probabilities. To pool the test folds of a cell, pass the rows of all of them.
    prior : {'natural', 'balanced'}
        All rows count alike, or rows count so that each class has the same weight.
    n_bins : int
        Bins of equal width; they are open at the left, but for the first, which has the 0.

    Returns
    -------
    DataFrame
        One line per class and bin: ``class, prior, bin`` (from 0), ``rows`` in the bin, ``rows_of_class``
        among them, their ``weight`` (over all bins it sums to 1), and the weighted means ``predicted``
        (probability) and ``observed`` (share of the class), NaN for an empty bin.

    Raises
    ------
    ValueError
        If rows are not as above, there are none, or a class has none and is to have a weight; if `n_bins` is
        not a whole number of at least 1.
    """
    if not isinstance(n_bins, Integral) or n_bins < 1:
        raise InputError(f"n_bins: expected a whole number of at least 1, received {n_bins!r}")
    labels, probabilities = numbered_rows(y_true, y_prob)
    if not len(labels):
        raise InputError("y_true: expected at least one row, received none")
    n_classes = probabilities.shape[1]
    counts = np.bincount(labels, minlength=n_classes)
    if prior == "balanced" and not counts.all():
        raise ValueError(f"class {int(counts.argmin())} has no rows to be given a weight")
    row_weights = 1 / (n_classes * counts[labels]) if prior == "balanced" else np.full(len(labels), 1.0)
    row_weights = row_weights / row_weights.sum()
    inner_edges = np.arange(1, n_bins) / n_bins
    parts = []
    for label in range(n_classes):
        probability, is_class = probabilities[:, label], labels == label
        bins = np.digitize(probability, inner_edges, right=True)

        def total(values: np.ndarray, bins: np.ndarray = bins) -> np.ndarray:
            return np.bincount(bins, weights=values, minlength=n_bins)

        weight = total(row_weights)
        with np.errstate(invalid="ignore"):
            parts.append(
                pd.DataFrame(
                    {
                        "class": label,
                        "prior": prior,
                        "bin": np.arange(n_bins),
                        "rows": np.bincount(bins, minlength=n_bins),
                        "rows_of_class": np.bincount(bins[is_class], minlength=n_bins),
                        "weight": weight,
                        "predicted": total(row_weights * probability) / weight,
                        "observed": total(row_weights * is_class) / weight,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def observed_intervals(curve: pd.DataFrame, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Give the interval of each bin's observed share under the natural prior (Wilson 1927).

    Parameters
    ----------
    curve : DataFrame
        ``rows`` and ``rows_of_class`` of bins that have rows, as `reliability` counts them.
    confidence : float
        Nominal coverage, in (0, 1).

    Returns
    -------
    low, high : ndarray of float64
        Ends of the intervals, in [0, 1].

    Examples
    --------
    >>> low, high = observed_intervals(pd.DataFrame({"rows": [10], "rows_of_class": [0]}), 0.95)
    >>> low.tolist(), high.round(4).tolist()
    ([0.0], [0.2775])
    """
    from scipy.stats import binomtest

    intervals = [
        binomtest(of_class, rows).proportion_ci(confidence, method="wilson")
        for rows, of_class in zip(curve["rows"].tolist(), curve["rows_of_class"].tolist(), strict=True)
    ]
    return np.array([each.low for each in intervals]), np.array([each.high for each in intervals])


def pooled(curves: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Pool curves, each with the same weight: those of a cell's minority classes, or of several cells.

    Parameters
    ----------
    curves : DataFrame
        Curves as `reliability` gives them, with the columns `by`.
    by : sequence of str
        Columns whose values stay apart; curves that agree in all of them are pooled.

    Returns
    -------
    DataFrame
        The columns `by`, ``bin``, and the numbers of `reliability`. Numbers of rows are added up. The means
        are those of a curve drawn at random and a row drawn from it: no curve counts more for having more
        rows, and in each bin a curve counts by the weight that it has there.
    """
    numbers = curves.assign(
        predicted=(curves["predicted"] * curves["weight"]).fillna(0.0),
        observed=(curves["observed"] * curves["weight"]).fillna(0.0),
    )
    keys = [*by, "bin"]
    sums = numbers.groupby(keys, sort=False, observed=True)[COLUMNS[3:]].sum()
    weight = sums["weight"].where(sums["weight"] > 0)
    n_curves = sums.groupby(list(by), sort=False, observed=True)["weight"].transform("sum")
    return sums.assign(
        predicted=sums["predicted"] / weight,
        observed=sums["observed"] / weight,
        weight=sums["weight"] / n_curves,
    ).reset_index()
