"""Tests and intervals for comparisons of methods: over cells, over the folds of one cell, over datasets.

Three questions need three units. *Do methods differ over the cells of a study?* — Friedman's test, Nemenyi's
critical difference and Wilcoxon's signed-rank tests with Holm's correction, as Demšar (2006, JMLR 7) sets
them out. *Do two methods differ in one cell?* — the corrected resampled t-test, which knows that the training
sets of the folds overlap. *How large is a mean gain?* — a bootstrap interval that draws datasets.

Functions over cells take *means*: one row per cell, one column per method, as
`remix.study.compare.ranking.cell_means` gives them for one kind of task. A gap in them is an error. Tests
are two-sided and know no direction; what has a sign takes the metric's name and is positive where the first
of two methods is better.

Cells are not independent: those of one dataset share rows. The tests over cells take them as if they were, as
the field does, and so state more certainty than there is; the bootstrap interval over datasets does not.
"""

import functools
from collections.abc import Sequence
from itertools import combinations
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from remix.errors import ResultError
from remix.metrics import metric as metric_named

# SciPy's statistics and scikit-posthocs take seconds to import and are imported where they compute something:
# tables and figures need the names of this module only.

ALPHA = 0.05
CONFIDENCE = 0.95
BOOTSTRAP_SEED = 20261124
RESAMPLES = 9999
COMPARISON_COLUMNS = [
    "first", "second", "mean_difference", "low", "high", "first_mean_rank", "second_mean_rank",
    "wilcoxon_p", "holm_p", "nemenyi_p", "n_datasets", "n_cells",
]  # fmt: skip


class FriedmanTest(NamedTuple):
    """Result of Friedman's test: χ² with one degree of freedom less than there are methods, and its p."""

    statistic: float
    p: float


class Interval(NamedTuple):
    """Ends of an interval; both NaN where none can be had."""

    low: float
    high: float


class FoldTest(NamedTuple):
    """Result of the corrected resampled t-test: mean difference, interval, t, p, number of folds."""

    mean: float
    low: float
    high: float
    t: float
    p: float
    n_folds: int


def friedman_test(means: pd.DataFrame) -> FriedmanTest:
    """Test whether any method ranks differently from the others over the cells.

    Parameters
    ----------
    means : DataFrame of float
        One row per cell, one column per method.

    Returns
    -------
    FriedmanTest
        Statistic and p are NaN for fewer than three methods or two cells, where the test does not exist. If
        all methods are equal in every cell, the statistic is 0 and p is 1. The χ² distribution that p comes
        from is an approximation, conservative for few cells.

    Raises
    ------
    ResultError
        If a number is missing or infinite.

    Examples
    --------
    Three methods in the same order in all of four cells, χ² = 8:

    >>> round(friedman_test(pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 3, 4, 5], "c": [3, 4, 5, 6]})).p, 4)
    0.0183
    """
    from scipy import stats

    values = _complete(means)
    n_cells, n_methods = values.shape
    if n_methods < 3 or n_cells < 2:
        return FriedmanTest(np.nan, np.nan)
    if (values == values[:, :1]).all():
        return FriedmanTest(0.0, 1.0)
    result = stats.friedmanchisquare(*values.T)
    return FriedmanTest(float(result.statistic), float(result.pvalue))


def ranked(means: pd.DataFrame, metric: str, ties: Literal["min", "average"] = "min") -> pd.DataFrame:
    """Rank the methods of each row; see `remix.study.compare.ranking.cell_ranks`."""
    return means.rank(axis=1, method=ties, ascending=not metric_named(metric).higher_is_better)


def mean_ranks(means: pd.DataFrame, metric: str) -> pd.Series:
    """Mean over the cells of each method's rank; 1 is best, equal methods share the mean of their ranks.

    Parameters
    ----------
    means : DataFrame of float
        One row per cell, one column per method.
    metric : str
        Name of the metric; its direction decides what is best.

    Returns
    -------
    Series of float64
        By method. These are the ranks that Friedman's and Nemenyi's tests are made of.

    Raises
    ------
    ResultError
        As `friedman_test`.
    """
    _complete(means)
    return ranked(means, metric, "average").mean()


@functools.cache  # A quantile takes a third of a second, and all metrics of a kind ask for the same one.
def critical_difference(n_methods: int, n_cells: int) -> float:
    """Give Nemenyi's critical difference: mean ranks that lie further apart differ at the level `ALPHA`.

    The level is that of all pairs together.

    Parameters
    ----------
    n_methods, n_cells : int
        Number of methods that are ranked, and of cells in which they are.

    Returns
    -------
    float
        NaN for fewer than two methods or two cells.

    Examples
    --------
    Demšar (2006) has 2.728 × √(5 · 6 / (6 · 30)) for five methods on thirty datasets:

    >>> round(critical_difference(5, 30), 2)
    1.11
    """
    from scipy import stats

    if n_methods < 2 or n_cells < 2:
        return float("nan")
    q = stats.studentized_range.ppf(1 - ALPHA, n_methods, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(n_methods * (n_methods + 1) / (6 * n_cells)))


def nemenyi_p(means: pd.DataFrame) -> pd.DataFrame:
    """Nemenyi's test of all pairs of methods, by the difference of their mean ranks.

    Parameters
    ----------
    means : DataFrame of float
        One row per cell, one column per method.

    Returns
    -------
    DataFrame of float64
        Symmetric, methods by methods, 1 on the diagonal; p below `ALPHA` is a difference of mean ranks above
        `critical_difference`. NaN off the diagonal for fewer than two cells.

    Raises
    ------
    ResultError
        As `friedman_test`.
    """
    values = _complete(means)
    n_cells, n_methods = values.shape
    if n_methods < 2 or n_cells < 2:
        matrix = np.where(np.eye(n_methods) == 1, 1.0, np.nan)
    else:
        from scikit_posthocs import posthoc_nemenyi_friedman

        matrix = posthoc_nemenyi_friedman(values).to_numpy()
    return pd.DataFrame(matrix, index=means.columns, columns=means.columns)


def wilcoxon_p(differences: ArrayLike) -> float:
    """Wilcoxon's signed-rank test of paired differences, two-sided.

    Zero differences are ranked like the others, and their ranks split evenly between the two sides
    ('zsplit'), as Demšar (2006) has it for comparisons of classifiers. Tied differences share the mean of
    their ranks. p is exact without zeros or ties up to 50 differences, and with them up to 13 (zeros then
    have no sign that chance could turn); else it is from the normal approximation.

    Parameters
    ----------
    differences : array-like of float, shape (n,)
        One number per cell.

    Returns
    -------
    float
        1 if all differences are zero; NaN for fewer than two. See `least_wilcoxon_p` for how small it can be.

    Raises
    ------
    ResultError
        If a number is missing or infinite.

    Examples
    --------
    >>> wilcoxon_p([0.1, 0.2, 0.3, 0.4, 0.5]), wilcoxon_p([0, 0, 0, 0, 0])
    (0.0625, 1.0)
    """
    from scipy import stats

    values = _finite(differences, "differences")
    if len(values) < 2:
        return float("nan")
    if not values.any():
        return 1.0
    return float(stats.wilcoxon(values, zero_method="zsplit").pvalue)


def least_wilcoxon_p(n_cells: int, n_pairs: int = 1) -> float:
    """Smallest p that Wilcoxon's test can give for so many cells, after Holm's correction for so many pairs.

    Below six cells no p is below 0.05, whatever the differences, and with ten pairs none below nine cells.

    >>> least_wilcoxon_p(5), least_wilcoxon_p(6), least_wilcoxon_p(8, n_pairs=10)
    (0.0625, 0.03125, 0.078125)
    """
    return min(1.0, 2.0 ** (1 - n_cells) * n_pairs)


def holm(p_values: ArrayLike) -> np.ndarray:
    """Correct p values for their number by Holm's step-down method.

    Parameters
    ----------
    p_values : array-like of float, shape (n,)
        A family of tests. NaN stands for a test that could not be made, and is not counted.

    Returns
    -------
    ndarray of float64, shape (n,)

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(2)
    array([0.03, 0.06, 0.06])
    """
    # Not by statsmodels, which collects garbage in each call: tables call this a hundred times.
    given = np.asarray(p_values, dtype=np.float64)
    made = np.flatnonzero(~np.isnan(given))
    ordered = made[np.argsort(given[made])]
    raised = given[ordered] * np.arange(len(ordered), 0, -1)
    corrected = np.full(given.shape, np.nan)
    corrected[ordered] = np.minimum(np.maximum.accumulate(raised), 1)
    return corrected


def differences(means: pd.DataFrame, metric: str, first: str, second: str) -> pd.Series:
    """Difference of two methods in each cell; positive where the first is better, whatever the metric.

    Parameters
    ----------
    means : DataFrame of float
        One row per cell, one column per method.
    metric : str
        Name of the metric; its direction decides the sign.
    first, second : str
        Names of the methods.

    Returns
    -------
    Series of float64
        With the index of `means`.

    Raises
    ------
    ResultError
        If a number or a method is missing.
    """
    _complete(means)
    absent = [name for name in (first, second) if name not in means.columns]
    if absent:
        raise ResultError(f"the comparison needs the method '{absent[0]}', which has no scores")
    return (means[first] - means[second]) * metric_named(metric).sign


def compare_methods(means: pd.DataFrame, metric: str, units: Sequence[str] | None = None) -> pd.DataFrame:
    """Compare every pair of methods over the cells.

    Parameters
    ----------
    means : DataFrame of float
        One row per cell of one kind, one column per method.
    metric : str
        Name of the metric; its direction decides signs and ranks.
    units : sequence of str, optional
        Dataset of each cell, the unit of the intervals; else each cell counts as a dataset of its own.

    Returns
    -------
    DataFrame
        ``first, second, mean_difference, low, high, first_mean_rank, second_mean_rank, wilcoxon_p, holm_p,
        nemenyi_p, n_datasets, n_cells``, one row per pair; ``first`` is the method that comes later in
        `means`, so that methods are compared with the baseline and not the reverse. ``mean_difference`` is
        positive where the first is better, ``low`` and ``high`` are its `bootstrap_interval`. Holm's
        correction is for all rows.

    Raises
    ------
    ResultError
        As `friedman_test`, or if there are not as many units as cells.
    """
    units = [str(cell) for cell in range(len(means))] if units is None else list(units)
    ranks, nemenyi = mean_ranks(means, metric), nemenyi_p(means)
    lines = []
    for second, first in combinations(means.columns, 2):
        by_cell = differences(means, metric, first, second)
        interval = bootstrap_interval(by_cell, units)
        lines.append(
            {
                "first": first,
                "second": second,
                "mean_difference": float(by_cell.mean()),
                "low": interval.low,
                "high": interval.high,
                "first_mean_rank": ranks[first],
                "second_mean_rank": ranks[second],
                "wilcoxon_p": wilcoxon_p(by_cell),
                "nemenyi_p": nemenyi.loc[first, second],
                "n_datasets": len(set(units)),
                "n_cells": len(by_cell),
            }
        )
    table = pd.DataFrame(lines, columns=[name for name in COMPARISON_COLUMNS if name != "holm_p"])
    return table.assign(holm_p=holm(table["wilcoxon_p"]))[COMPARISON_COLUMNS]


def ranks_in(comparisons: pd.DataFrame) -> pd.Series:
    """Mean rank of each method in the pairs that `compare_methods` gives, best first."""
    ends = [
        comparisons[[name, f"{name}_mean_rank"]].set_axis(["method", "mean_rank"], axis=1)
        for name in ("second", "first")
    ]
    ranks = pd.concat(ends).drop_duplicates("method").set_index("method")["mean_rank"]
    return ranks.sort_values(kind="stable")


def corrected_t_test(differences: ArrayLike, n_train: ArrayLike, n_test: ArrayLike) -> FoldTest:
    """Corrected resampled t-test of Nadeau and Bengio (2003) on the folds of one cell.

    The training sets of the folds overlap, so that their differences are correlated and the ordinary t-test
    finds far too much. The variance of the mean is taken as s² (1/n + n_test/n_train) in place of s²/n.

    Parameters
    ----------
    differences : array-like of float, shape (n,)
        Difference of two methods on each fold; the same folds for both.
    n_train, n_test : array-like of float
        Rows that a fold is trained on (without the validation part) and tested on; a number, or one per
        fold, of which the mean counts.

    Returns
    -------
    FoldTest
        With an interval of 95 %. For fewer than two folds all but the mean is NaN. If all folds have the same
        difference, the interval is that number, and p is 1 if it is zero, else 0: the limits that a vanishing
        variance gives.

    Raises
    ------
    ResultError
        If a number is missing or infinite, or a fold has no rows.

    Examples
    --------
    >>> test = corrected_t_test([0.1, 0.2, 0.3, 0.2], n_train=70, n_test=100)
    >>> round(test.mean, 3), round(test.t, 3), round(test.p, 3)
    (0.2, 1.891, 0.155)
    """
    # What `scipy.stats.t` computes too, with ten times the calls around it.
    from scipy.special import stdtr, stdtrit

    values = _finite(differences, "differences")
    trained, tested = _finite(n_train, "n_train"), _finite(n_test, "n_test")
    if (trained <= 0).any() or (tested < 0).any():
        raise ResultError("n_train must be positive and n_test not negative; make the training records anew")
    n = len(values)
    if n < 2:
        return FoldTest(float(values.sum()) if n else np.nan, np.nan, np.nan, np.nan, np.nan, n)
    spread = values.std(ddof=1)
    if spread == 0 or (values == values[0]).all():
        # Not values.mean(), which may differ from equal numbers by rounding.
        mean = float(values[0])
        t, p = (0.0, 1.0) if mean == 0 else (float(np.copysign(np.inf, mean)), 0.0)
        return FoldTest(mean, mean, mean, t, p, n)
    mean = float(values.mean())
    error = spread * np.sqrt(1 / n + tested.mean() / trained.mean())
    distance = float(stdtrit(n - 1, (1 + CONFIDENCE) / 2) * error)
    t = float(mean / error)
    p = float(2 * stdtr(n - 1, -abs(t)))
    return FoldTest(mean, mean - distance, mean + distance, t, p, n)


def bootstrap_interval(values: ArrayLike, units: Sequence[Any] | np.ndarray) -> Interval:
    """Bootstrap interval of a mean over cells, with datasets as what is drawn.

    A study's cells are no sample of anything: the datasets are. All cells of a drawn dataset come along, and
    the mean of a draw is the sum over its cells divided by their number. The interval holds the middle
    95 % of the means of 9,999 draws (the percentile interval), from a fixed seed. Percentiles, and
    not BCa, because BCa estimates its two corrections from the units, of which a study has a handful: for
    equal units it does not exist, and for few it is as noisy as what it corrects.

    Few units make any bootstrap interval too short. With two or three units it is no more than the range of
    their means, and in simulations with normal units the 95 % interval covered the truth in 46 % of
    cases for 2 units, 76 % for 3, 82 % for 4, 85 % for 6 and 91 % for 10.

    Parameters
    ----------
    values : array-like of float, shape (n,)
        One number per cell.
    units : sequence, shape (n,)
        Dataset of each cell.

    Returns
    -------
    Interval
        NaN for fewer than two datasets.

    Raises
    ------
    ResultError
        If a number is missing or infinite, or there are not as many units as values.

    Examples
    --------
    >>> bootstrap_interval([0.1, 0.3, 0.5], ["musk", "musk", "ozone"])
    Interval(low=0.2, high=0.5)
    """
    numbers = _finite(values, "values")
    if len(units) != len(numbers):
        raise ResultError(
            f"there are {len(numbers)} values and {len(units)} units; give each value its dataset"
        )
    names, position = np.unique(np.asarray(units), return_inverse=True)
    if len(names) < 2:
        return Interval(np.nan, np.nan)
    from scipy import stats

    draws = _draws(len(names), RESAMPLES)
    sums, counts = np.bincount(position, weights=numbers), np.bincount(position)
    means = sums[draws].sum(axis=1) / counts[draws].sum(axis=1)
    outside = (1 - CONFIDENCE) / 2
    low, high = stats.quantile(means, [outside, 1 - outside])
    return Interval(float(low), float(high))


def first_shares(means: pd.DataFrame, metric: str, units: Sequence[Any]) -> pd.Series:
    """How often each method has the best mean rank when datasets are drawn anew.

    As many datasets as there are are drawn with replacement, 9,999 times, from a fixed seed; all cells of a
    drawn dataset come along. The draws are those of `bootstrap_interval`.

    Parameters
    ----------
    means : DataFrame of float
        One row per cell, one column per method.
    metric : str
        Name of the metric; its direction decides what is best.
    units : sequence, shape (n,)
        Dataset of each cell.

    Returns
    -------
    Series of float64
        By method, with the sum 1: methods that share the first place of a draw have equal parts of it. With
        one dataset there is one draw.

    Raises
    ------
    ResultError
        As `friedman_test`, or if there are not as many units as cells.

    Examples
    --------
    Each of two methods is first on one dataset: both first where either is drawn twice, and where both are.

    >>> first_shares(pd.DataFrame({"a": [1, 0], "b": [0, 1]}), "g_mean", ["musk", "ozone"]).round(1).to_dict()
    {'a': 0.5, 'b': 0.5}
    """
    _complete(means)
    if len(units) != len(means):
        raise ResultError(f"there are {len(means)} cells and {len(units)} units; give each cell its dataset")
    # Ranks are halves of whole numbers: their sums are exact, and equal ones are found.
    sums = ranked(means, metric, "average").groupby(np.asarray(units)).sum().to_numpy()
    draws = _draws(len(sums), RESAMPLES)
    counts = np.stack([np.bincount(draw, minlength=len(sums)) for draw in draws])
    drawn = counts @ sums
    first = drawn == drawn.min(axis=1, keepdims=True)
    return pd.Series((first / first.sum(axis=1, keepdims=True)).mean(axis=0), index=means.columns)


@functools.cache
def _draws(n_units: int, n_draws: int) -> np.ndarray:
    """Draw so many times as many units as there are; the same units in every interval."""
    return np.random.default_rng(BOOTSTRAP_SEED).integers(0, n_units, (n_draws, n_units))


def _complete(means: pd.DataFrame) -> np.ndarray:
    """Values of a frame without gaps."""
    values = means.to_numpy(dtype=np.float64)
    gaps = np.argwhere(~np.isfinite(values))
    if len(gaps):
        row, column = gaps[0]
        raise ResultError(
            f"{means.index[row]} has no number for {means.columns[column]}; make its scores first"
        )
    return values


def _finite(values: ArrayLike, name: str) -> np.ndarray:
    numbers = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if not np.isfinite(numbers).all():
        raise ResultError(f"{name} has a number that is missing or infinite; make the scores anew")
    return numbers
