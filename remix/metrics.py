"""Metrics of probabilistic classifiers on imbalanced data, and the register of those that a study reports.

Every metric takes the true labels ``y_true``, of shape (n,), the predicted probabilities ``y_prob`` of shape
(n, K), and the ``labels`` of their columns. Without ``labels`` these are the integers 0..K-1 or, where
``y_true`` holds others, its K labels in sorted order, as scikit-learn has it. The predicted class is the one
with the largest probability; of equal ones the first. A metric is refused, with a `ValueError`, where a class
has no rows: an average over classes says nothing when one of them was not seen.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from remix.errors import InputError, ResultError

# scikit-learn and SciPy take seconds to import and are imported where they compute something: rank tables and
# figures need this module for the direction of the metrics only.

SUM_TOLERANCE = 1e-3
LEAST_PROBABILITY = np.finfo(np.float64).eps
ECE_BINS = 15
# Probabilities of class 1 from which on a row is decided for it, in per cent, where net benefit is computed.
NET_BENEFIT_PERCENT = (1, 2, 5, 10, 15, 20, 30, 40, 50)
# Newton's method for the calibration slope: steps, and the change of an estimate that ends it.
NEWTON_STEPS, NEARNESS = 50, 1e-10
# A slope beyond this is none: rows of the two classes are apart, or next to it, and it would grow for ever.
LARGEST_SLOPE = 100.0


def brier_by_class(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None) -> np.ndarray:
    """Brier score of the rows of each class.

    The score of class j is the mean over its rows i of ½ Σ_c (1[y_i = c] − p_ic)². For two classes that is
    the mean of (y_i − p_i)², as Wallace and Dahabreh (2012) define it.

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels.
    y_prob : array-like of float, shape (n, K)
        Predicted probabilities; every row sums to 1.
    labels : array-like, shape (K,), optional
        Labels of the columns, such as ``classes_`` of a classifier; see above.

    Returns
    -------
    ndarray of float64, shape (K,)
        Scores in [0, 1]; 0 is best.

    Raises
    ------
    ValueError
        If shapes or values are not as above, or a class has no rows.

    Examples
    --------
    >>> brier_by_class([0, 0, 1], [[1.0, 0.0], [0.5, 0.5], [0.8, 0.2]]).round(3)
    array([0.125, 0.64 ])
    """
    classes, probabilities = _checked(y_true, y_prob, labels)
    by_row = _brier_by_row(classes, probabilities)
    return np.bincount(classes, weights=by_row) / np.bincount(classes)


def balanced_brier_score(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None) -> float:
    """Balanced Brier score: the mean of the classes' Brier scores, equation 3 of the ReMix paper.

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels.
    y_prob : array-like of float, shape (n, K)
        Predicted probabilities; every row sums to 1.
    labels : array-like, shape (K,), optional
        Labels of the columns, such as ``classes_`` of a classifier; see above.

    Returns
    -------
    float
        In [0, 1]; 0 is best.

    Raises
    ------
    ValueError
        As `brier_by_class`.

    Examples
    --------
    A model that always says "majority" is wrong about one class of two:

    >>> balanced_brier_score([0, 0, 0, 1], [[1, 0], [1, 0], [1, 0], [1, 0]])
    0.5
    """
    return float(brier_by_class(y_true, y_prob, labels).mean())


def inverted_balanced_brier_score(
    y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None
) -> float:
    """Balanced Brier score as the authors' released code computes it for two classes; else the proper one.

    The rows of class 0 are scored (1 − p)² instead of p², where p is the probability of class 1: a model that
    says "class 1" of every row gets the best score. For the audit of the paper's tables only.

    >>> inverted_balanced_brier_score([0, 0, 0, 1], [[0, 1], [0, 1], [0, 1], [0, 1]])
    0.0
    """
    classes, probabilities = _checked(y_true, y_prob, labels)
    if probabilities.shape[1] > 2:
        return balanced_brier_score(y_true, y_prob, labels)
    by_row = (1.0 - probabilities[:, 1]) ** 2
    return float((np.bincount(classes, weights=by_row) / np.bincount(classes)).mean())


def brier(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None) -> float:
    """Brier score under the natural prior: the mean over all rows of ½ Σ_c (1[y_i = c] − p_ic)².

    The scale is that of `balanced_brier_score`; the two are equal if all classes have as many rows.

    >>> brier([0, 0, 0, 1], [[1, 0], [1, 0], [1, 0], [1, 0]])
    0.25
    """
    return float(_brier_by_row(*_checked(y_true, y_prob, labels)).mean())


def g_mean(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None) -> float:
    """Geometric mean of the K recalls; 0 if one of them is 0.

    This is imbalanced-learn's `geometric_mean_score` in its definition for several classes, which for two is
    the root of true positive rate × true negative rate.

    >>> round(g_mean([0, 0, 1, 1], [[1, 0], [1, 0], [1, 0], [0, 1]]), 4)
    0.7071
    """
    with np.errstate(divide="ignore"):
        return float(np.exp(np.log(recall_by_class(y_true, y_prob, labels)).mean()))


def recall_by_class(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None) -> np.ndarray:
    """Share of the rows of each class that are predicted as such, shape (K,).

    >>> recall_by_class([0, 0, 1, 1], [[1, 0], [1, 0], [1, 0], [0, 1]])
    array([1. , 0.5])
    """
    classes, probabilities = _checked(y_true, y_prob, labels)
    found = probabilities.argmax(axis=1) == classes
    return np.bincount(classes, weights=found) / np.bincount(classes)


def balanced_accuracy(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None) -> float:
    """Arithmetic mean of the K recalls.

    >>> balanced_accuracy([0, 0, 1, 1], [[1, 0], [1, 0], [1, 0], [0, 1]])
    0.75
    """
    return float(recall_by_class(y_true, y_prob, labels).mean())


def f1_macro(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None) -> float:
    """Mean of the classes' F1 scores; a class that is never predicted has 0.

    >>> round(f1_macro([0, 0, 1, 1], [[1, 0], [1, 0], [1, 0], [0, 1]]), 4)
    0.7333
    """
    classes, probabilities = _checked(y_true, y_prob, labels)
    predicted = probabilities.argmax(axis=1)
    n_classes = probabilities.shape[1]
    found = np.bincount(classes, weights=predicted == classes)
    # 2 · true positives / (rows of the class + rows predicted as it): _checked saw to the first of the two.
    return float((2 * found / (np.bincount(classes) + np.bincount(predicted, minlength=n_classes))).mean())


def roc_auc(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None) -> float:
    """Area under the ROC curve of class 1; for several classes the mean over classes, each against the rest.

    >>> roc_auc([0, 0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.6, 0.4], [0.2, 0.8]])
    0.75
    """
    from scipy.stats import rankdata

    classes, probabilities = _checked(y_true, y_prob, labels)
    n_classes = probabilities.shape[1]
    ranks = rankdata(probabilities if n_classes == 2 else _summing_to_one(probabilities), axis=0)[
        np.arange(len(classes)), classes
    ]
    # The share of pairs of a row of the class and one of another that are in order (Mann and Whitney 1947).
    sizes = np.bincount(classes)
    in_order = np.bincount(classes, weights=ranks) - sizes * (sizes + 1) / 2
    areas = in_order / (sizes * (len(classes) - sizes))
    return float(areas[1] if n_classes == 2 else areas.mean())


def average_precision(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None) -> float:
    """Average precision of class 1; for several classes the mean over classes, each against the rest.

    >>> round(average_precision([0, 0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.6, 0.4], [0.2, 0.8]]), 4)
    0.8333
    """
    # SciPy's ranks in place of scikit-learn's function: a study asks for it thousands of times.
    from scipy.stats import rankdata

    classes, probabilities = _checked(y_true, y_prob, labels)
    # The mean, over the rows of a class, of the precision among all rows whose score is not below theirs.
    not_below = rankdata(-probabilities, method="max", axis=0)
    precisions = [
        (rankdata(-probabilities[own, label], method="max") / not_below[own, label]).mean()
        for label, own in enumerate(np.eye(probabilities.shape[1], dtype=bool)[:, classes])
    ]
    return float(precisions[1] if len(precisions) == 2 else np.mean(precisions))


def log_loss(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None) -> float:
    """Mean over all rows of −ln p of the true class, with p not below 2.2e-16.

    >>> round(log_loss([0, 1], [[0.5, 0.5], [0.5, 0.5]]), 4)
    0.6931
    """
    return float(_log_losses(*_checked(y_true, y_prob, labels)).mean())


def expected_calibration_error(
    y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None
) -> float:
    """Expected calibration error of the confidence, the probability of the predicted class.

    The interval (0, 1] is cut into 15 bins of equal width, open at the left. The error is the mean over all
    rows of the distance between share of correct predictions and mean confidence of the row's bin (Guo et al.
    2017, equation 3).

    Two rows with confidence 0.8, of which one is right:

    >>> round(expected_calibration_error([0, 1], [[0.8, 0.2], [0.8, 0.2]]), 4)
    0.3
    """
    classes, probabilities = _checked(y_true, y_prob, labels)
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities[np.arange(len(classes)), predicted]
    inner_edges = np.arange(1, ECE_BINS) / ECE_BINS
    bins = np.digitize(confidence, inner_edges, right=True)
    # |Σ correct − Σ confidence| of a bin is its number of rows times the gap between the two means.
    gaps = np.bincount(bins, weights=(predicted == classes) - confidence, minlength=ECE_BINS)
    return float(np.abs(gaps).sum() / len(classes))


def matthews_correlation(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None) -> float:
    """Matthews' correlation of true and predicted classes (1975; for K classes Gorodkin 2004, R_K).

    With s rows, of which c are right, t_k of class k and p_k predicted as it, it is
    (c s − Σ p_k t_k) / √((s² − Σ p_k²) (s² − Σ t_k²)): 1 if all are right, 0 by chance, and 0 where all rows
    are predicted as one class.

    >>> round(matthews_correlation([0, 0, 1, 1], [[1, 0], [1, 0], [1, 0], [0, 1]]), 4)
    0.5774
    """
    classes, probabilities = _checked(y_true, y_prob, labels)
    decided = probabilities.argmax(axis=1)
    rows, right = float(len(classes)), float((decided == classes).sum())
    true = np.bincount(classes).astype(np.float64)
    predicted = np.bincount(decided, minlength=len(true)).astype(np.float64)
    spread = (rows**2 - predicted @ predicted) * (rows**2 - true @ true)
    return float((right * rows - predicted @ true) / np.sqrt(spread)) if spread > 0 else 0.0


def balanced_log_loss(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None) -> float:
    """Log loss of equally frequent classes: the mean over the classes of the mean −ln p of their rows.

    It is to `log_loss` what the balanced Brier score is to the Brier score.

    >>> round(balanced_log_loss([0, 0, 0, 1], [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5], [0.9, 0.1]]), 4)
    1.4979
    """
    classes, probabilities = _checked(y_true, y_prob, labels)
    return float(
        (np.bincount(classes, weights=_log_losses(classes, probabilities)) / np.bincount(classes)).mean()
    )


def classwise_ece(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None) -> float:
    """Class-wise expected calibration error with bins of equal mass (Kull et al. 2019; Nixon et al. 2019).

    For each class the rows are cut at the 15-quantiles of its probability, equal probabilities together. The
    error of the class is the mean over all rows of the distance between mean probability and share of the
    class in the row's bin; the result is the mean over the classes. Other than in
    `expected_calibration_error` the probabilities of all classes count, and those of a rare class, of which
    most are small, are not all in one bin.

    Two rows with 0.8 for class 0, of which one is of it: both classes are off by 0.3.

    >>> round(classwise_ece([0, 1], [[0.8, 0.2], [0.8, 0.2]]), 4)
    0.3
    """
    classes, probabilities = _checked(y_true, y_prob, labels)
    edges = np.percentile(probabilities, np.linspace(0, 100, ECE_BINS + 1), axis=0)
    errors = 0.0
    for label, p in enumerate(probabilities.T):
        bins = np.searchsorted(edges[1:-1, label], p)
        # |Σ p − Σ 1[y = c]| of a bin is its number of rows times the gap between the two means.
        gaps = np.bincount(bins, weights=p - (classes == label), minlength=ECE_BINS)
        errors += np.abs(gaps).sum() / len(classes)
    return float(errors / probabilities.shape[1])


def calibration_slope(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None) -> float:
    """Slope b of the logistic recalibration logit P(y = 1) = a + b logit p (Cox 1958), for two classes.

    1 is best. Below 1 the probabilities are too extreme, above 1 too moderate. It is a property of the order
    and the spread of the probabilities: exchanging the class prior does not change it.

    Returns
    -------
    float
        NaN where there is none: if a probability tells the classes apart without error, if all are the same,
        or if it is above 100.

    Raises
    ------
    ValueError
        As `brier_by_class`, or if there are more than two classes.

    Examples
    --------
    Odds of 1 to 9 and 9 to 1 are given where those of the rows are 1 to 3 and 3 to 1: log 3 / log 9.

    >>> p = [[0.9, 0.1]] * 4 + [[0.1, 0.9]] * 4
    >>> round(calibration_slope([0, 0, 0, 1, 0, 1, 1, 1], p), 4)
    0.5
    """
    classes, x = _log_odds(y_true, y_prob, labels)
    if x.min() == x.max() or x[classes == 0].max() <= x[classes == 1].min():
        return float("nan")
    if x[classes == 1].max() <= x[classes == 0].min():
        return float("nan")
    slope = _logistic_slope(classes, x)
    return slope if abs(slope) <= LARGEST_SLOPE else float("nan")


def calibration_intercept(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None) -> float:
    """Calibration in the large: a of logit P(y = 1) = a + logit p, for two classes (Van Calster et al. 2019).

    0 is best: then the mean probability of class 1 is its share. Below 0 the probabilities of class 1 are too
    high, as those of a model that was trained on balanced classes are for rows of which few are of class 1.

    Raises
    ------
    ValueError
        As `brier_by_class`, or if there are more than two classes.

    Examples
    --------
    >>> round(calibration_intercept([0, 0, 0, 1], [[0.5, 0.5]] * 4), 4)
    -1.0986
    """
    from scipy.optimize import brentq
    from scipy.special import expit

    classes, x = _log_odds(y_true, y_prob, labels)
    rows = classes.sum()
    # Where the mean probability is the share, which it is between these two.
    middle = np.log(rows / (len(classes) - rows))
    low, high = middle - x.max(), middle - x.min()
    if high - low < NEARNESS:
        return float(low)
    return float(brentq(lambda a: expit(a + x).sum() - rows, low, high, xtol=NEARNESS))


def net_benefit(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None = None) -> np.ndarray:
    """Net benefit of deciding for class 1 from a probability t on (Vickers and Elkin 2006), for two classes.

    Of n rows, (true positives − false positives × t / (1 − t)) / n: the threshold t says how many false
    positives one true positive is worth. Deciding for class 0 always has 0; a model that is no better than
    that, or than deciding for class 1 always, is of no use at this threshold.

    Returns
    -------
    ndarray of float64, shape (9,)
        For the thresholds of 1, 2, 5, 10, 15, 20, 30, 40 and 50 %.

    Raises
    ------
    ValueError
        As `brier_by_class`, or if there are more than two classes.

    Examples
    --------
    At 50 %, one true positive and one false one in four rows:

    >>> net_benefit([0, 0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.6, 0.4], [0.2, 0.8]])[-1]
    np.float64(0.0)
    """
    classes, p = _of_two_classes(y_true, y_prob, labels)
    thresholds = np.array(NET_BENEFIT_PERCENT) / 100
    # Rows of each class with at least this probability.
    found = [
        len(own) - np.searchsorted(np.sort(own), thresholds)
        for own in (p[classes == label] for label in (0, 1))
    ]
    return (found[1] - found[0] * thresholds / (1 - thresholds)) / len(classes)


@dataclass(frozen=True)
class Metric:
    """A metric and what one must know to rank by it.

    Attributes
    ----------
    name : str
        Name in score files; a metric with several values has ``{class}`` or ``{percent}`` in it.
    title : str
        Name for people.
    higher_is_better : bool
        The direction; nothing else in the package knows it.
    function : callable
        ``function(y_true, y_prob, labels=None)``: a number, or an ndarray of numbers if `several`.
    proper : bool
        False for a number that is computed to explain the paper's, and that no model should be chosen by.
    binary : bool
        Whether it is for two classes only.
    best : float or None
        The best value, of a metric that may be too high and too low. It ranks nothing, and a fold may have
        none.
    """

    name: str
    title: str
    higher_is_better: bool
    function: Callable[..., float | np.ndarray]
    proper: bool = True
    binary: bool = False
    best: float | None = None

    @property
    def several(self) -> bool:
        """Whether there is one value per class, or per threshold."""
        return "{" in self.name

    @property
    def compares(self) -> bool:
        """Whether methods are compared by it: it is one number, of which one direction is better."""
        return self.best is None and not self.several

    @property
    def direction(self) -> str:
        """The direction in words, for labels and captions."""
        if self.best is not None:
            return f"{self.best:g} is best"
        return "higher is better" if self.higher_is_better else "lower is better"

    @property
    def sign(self) -> int:
        """1 if higher is better, else -1: value × sign grows with quality."""
        return 1 if self.higher_is_better else -1

    def values(self, y_true: ArrayLike, y_prob: ArrayLike) -> dict[str, float]:
        """Compute the metric, under the name or names that score files have; none where it is not defined.

        >>> METRICS["recall_{class}"].values([0, 1], [[0.9, 0.1], [0.6, 0.4]])
        {'recall_0': 1.0, 'recall_1': 0.0}
        """
        if self.binary and np.shape(y_prob)[1] != 2:
            return {}
        values = np.atleast_1d(self.function(y_true, y_prob))
        if self.best is not None and np.isnan(values[0]):
            return {}
        names = [self.name]
        if self.several:
            labels = NET_BENEFIT_PERCENT if self.binary else range(len(values))
            names = [re.sub(r"{\w+}", str(label), self.name) for label in labels]
        return {name: float(value) for name, value in zip(names, values, strict=True)}


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("g_mean", "G-mean", True, g_mean),
        Metric("balanced_brier", "Balanced Brier score", False, balanced_brier_score),
        Metric("balanced_accuracy", "Balanced accuracy", True, balanced_accuracy),
        Metric("f1_macro", "Macro F1", True, f1_macro),
        Metric("roc_auc", "ROC AUC", True, roc_auc),
        Metric("average_precision", "Average precision", True, average_precision),
        Metric("brier", "Brier score", False, brier),
        Metric("log_loss", "Log loss", False, log_loss),
        Metric("ece", "Expected calibration error", False, expected_calibration_error),
        Metric("recall_{class}", "Recall of class {class}", True, recall_by_class),
        Metric("brier_{class}", "Brier score of class {class}", False, brier_by_class),
        Metric(
            "balanced_brier_inverted",
            "Balanced Brier score, negatives inverted",
            False,
            inverted_balanced_brier_score,
            proper=False,
        ),
        Metric("matthews", "Matthews correlation", True, matthews_correlation),
        Metric("balanced_log_loss", "Balanced log loss", False, balanced_log_loss),
        Metric("classwise_ece", "Class-wise calibration error", False, classwise_ece),
        Metric("calibration_slope", "Calibration slope", True, calibration_slope, binary=True, best=1),
        Metric(
            "calibration_intercept", "Calibration intercept", True, calibration_intercept, binary=True, best=0
        ),
        Metric("net_benefit_{percent}", "Net benefit at {percent} %", True, net_benefit, binary=True),
    )
}


def metric(name: str) -> Metric:
    """Find the metric of a name in a score file.

    Raises
    ------
    ResultError
        If there is none.

    Examples
    --------
    >>> metric("balanced_brier").higher_is_better, metric("recall_3").higher_is_better
    (False, True)
    """
    several = (METRICS.get(re.sub(r"_\d+$", f"_{{{what}}}", name)) for what in ("class", "percent"))
    found = METRICS.get(name) or next(filter(None, several), None)
    if found is None:
        raise ResultError(f"there is no metric '{name}'; there are {', '.join(METRICS)}")
    return found


def score_folds(predictions: pd.DataFrame, metrics: Iterable[str] = tuple(METRICS)) -> pd.DataFrame:
    """Compute metrics on every fold of a prediction file.

    Parameters
    ----------
    predictions : DataFrame
        ``repeat, fold, row, y_true, p_0 … p_{K-1}``, one line per test row of each fold.
    metrics : iterable of str
        Names in `METRICS`; all of them by default.

    Returns
    -------
    DataFrame
        ``repeat, fold, metric, value``; folds in order, metrics in the order given.

    Raises
    ------
    ResultError
        If a column is missing, or a fold cannot be scored; names repeat and fold.
    """
    columns = [f"p_{k}" for k in range(sum(name.startswith("p_") for name in predictions.columns))]
    missing = {"repeat", "fold", "y_true", *(columns or ["p_0"])} - set(predictions.columns)
    if missing:
        raise ResultError(f"the predictions lack the column '{min(missing)}'; make them anew")
    definitions = [METRICS[name] for name in metrics]
    y_true, y_prob = predictions["y_true"].to_numpy(), predictions[columns].to_numpy(np.float64)
    lines = []
    for (repeat, fold), rows in predictions.groupby(["repeat", "fold"], sort=True).indices.items():
        try:
            for definition in definitions:
                for name, value in definition.values(y_true[rows], y_prob[rows]).items():
                    lines.append((repeat, fold, name, value))
        except ValueError as error:
            raise ResultError(f"repeat {repeat}, fold {fold} cannot be scored: {error}") from None
    if not lines:
        raise ResultError("the predictions have no rows; make them anew")
    return pd.DataFrame(lines, columns=["repeat", "fold", "metric", "value"])


def numbered_rows(y_true: ArrayLike, y_prob: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Check rows whose labels are the columns of their probabilities; a class may have no rows.

    Parameters
    ----------
    y_true : array-like of int, shape (n,)
        True labels 0..K-1.
    y_prob : array-like of float, shape (n, K)
        Predicted probabilities; every row sums to 1.

    Returns
    -------
    y_true : ndarray of int64, shape (n,)
    y_prob : ndarray of float64, shape (n, K)

    Raises
    ------
    InputError
        If they are not as above.

    Examples
    --------
    >>> numbered_rows([-1, 1], [[0.9, 0.1], [0.2, 0.8]])
    Traceback (most recent call last):
        ...
    remix.errors.InputError: labels must be whole numbers 0..1, the columns of y_prob
    """
    given, probabilities = _rows(y_true, y_prob)
    classes = _numbered(given, probabilities.shape[1])
    if classes is None:
        raise InputError(
            f"labels must be whole numbers 0..{probabilities.shape[1] - 1}, the columns of y_prob"
        )
    return classes, probabilities


def _checked(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None) -> tuple[np.ndarray, np.ndarray]:
    """Give classes as int64 and probabilities as float64; each class must have rows."""
    given, probabilities = _rows(y_true, y_prob)
    classes, names = _classes(given, probabilities.shape[1], labels)
    absent = np.flatnonzero(np.bincount(classes, minlength=len(names)) == 0)
    if absent.size:
        raise ValueError(f"class {names[absent[0]]} has no rows, so no mean over the classes can be had")
    return classes, probabilities


def _rows(y_true: ArrayLike, y_prob: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Give labels of any kind and their probabilities as float64, or say what is wrong with them."""
    given = np.asarray(y_true)
    probabilities = np.asarray(y_prob, dtype=np.float64)
    if probabilities.ndim != 2 or probabilities.shape[1] < 2:
        raise ValueError(
            f"y_prob must have shape (n, K) with K ≥ 2, it has {probabilities.shape}; "
            "for p of class 1 alone pass numpy.column_stack([1 - p, p])"
        )
    if given.shape != probabilities.shape[:1]:
        raise ValueError(
            f"y_true must have shape ({len(probabilities)},) as y_prob has, it has {given.shape}"
        )
    # In few passes, for a study asks thousands of times. What is NaN is in no interval.
    if not (probabilities.min(initial=0) >= 0 and probabilities.max(initial=0) <= 1 + SUM_TOLERANCE):
        if not np.isfinite(probabilities).all():
            raise ValueError("y_prob has values that are NaN or infinite")
        raise ValueError("y_prob has values outside [0, 1]; pass probabilities, not logits")
    sums = probabilities.sum(axis=1)
    if (np.abs(sums - 1) > SUM_TOLERANCE).any():
        worst = int(np.abs(sums - 1).argmax())
        raise ValueError(f"every row of y_prob must sum to 1, row {worst} sums to {sums[worst]:.6g}")
    return given, probabilities


def _numbered(given: np.ndarray, n_classes: int) -> np.ndarray | None:
    """Give labels that are 0..K-1 as int64; None if they are others."""
    if given.dtype.kind in "iu" and given.size and given.min() >= 0 and given.max() < n_classes:
        return given.astype(np.int64, copy=False)
    if given.dtype.kind in "biuf" and np.isin(given, np.arange(n_classes)).all():
        return given.astype(np.int64)
    return None


def _classes(
    given: np.ndarray, n_classes: int, labels: ArrayLike | None
) -> tuple[np.ndarray, Sequence[Any] | np.ndarray]:
    """Find the column of each label; gives these, and the labels of the columns."""
    if labels is None:
        numbers = _numbered(given, n_classes)
        if numbers is not None:
            return numbers, range(n_classes)
        if given.dtype.kind == "f" and not (given == np.round(given)).all():
            raise ValueError("y_true has fractions; pass labels, and probabilities as y_prob")
        known = np.unique(given)
        if len(known) != n_classes:
            raise ValueError(
                f"y_true holds {len(known)} labels, y_prob has {n_classes} columns; say which labels these "
                "have: labels=model.classes_"
            )
    else:
        known = np.asarray(labels)
        if known.shape != (n_classes,):
            raise ValueError(f"labels: expected one for each of the {n_classes} columns, received {labels}")
    columns = pd.Index(known)
    if columns.has_duplicates:
        raise ValueError(f"labels: {columns[columns.duplicated()][0]} stands twice")
    classes = columns.get_indexer(given)
    if (classes < 0).any():
        raise ValueError(
            f"y_true: {given[classes < 0][0]} is none of {', '.join(map(str, known))}, the labels of the "
            "columns"
        )
    return classes.astype(np.int64), known


def _brier_by_row(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """½ Σ_c (1[y_i = c] − p_ic)² of every row."""
    truth = np.eye(probabilities.shape[1])[labels]
    return ((truth - probabilities) ** 2).sum(axis=1) / 2


def _log_losses(classes: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """−ln p of the true class of every row."""
    true = _summing_to_one(probabilities)[np.arange(len(classes)), classes]
    # As scikit-learn's, whose checks take longer than the arithmetic: a study asks for it thousands of times.
    return -np.log(np.clip(true, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY))


def _of_two_classes(
    y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray]:
    """Give the classes and the probabilities of class 1."""
    classes, probabilities = _checked(y_true, y_prob, labels)
    if probabilities.shape[1] != 2:
        raise ValueError(
            f"this is for two classes, y_prob has {probabilities.shape[1]}; score one against the rest"
        )
    return classes, probabilities[:, 1]


def _log_odds(
    y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray]:
    """Give the classes and the log-odds of class 1; probabilities keep 2.2e-16 away from 0 and 1."""
    classes, p = _of_two_classes(y_true, y_prob, labels)
    p = np.clip(p, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    return classes, np.log(p) - np.log1p(-p)


def _logistic_slope(classes: np.ndarray, x: np.ndarray) -> float:
    """Find the slope of a logistic model of class 1 on x: maximum likelihood, by Newton's method.

    The loss is convex: a step is halved while it leads to where the loss rises more steeply than it fell.
    """
    from scipy.special import expit

    squares = x * x

    def derivatives(found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        p = expit(found[0] + found[1] * x)
        error, weight = p - classes, p * (1 - p)
        mixed = weight @ x
        curvature = np.array([[weight.sum(), mixed], [mixed, weight @ squares]])
        return np.array([error.sum(), error @ x]), curvature

    share = classes.mean()
    found = np.array([np.log(share / (1 - share)), 0.0])
    slope, curvature = derivatives(found)
    for _ in range(NEWTON_STEPS):
        step = np.linalg.lstsq(curvature, slope)[0]
        after, its_curvature = derivatives(found - step)
        while abs(after @ step) > abs(slope @ step) and np.abs(step).max() > NEARNESS:
            step = step / 2
            after, its_curvature = derivatives(found - step)
        found, slope, curvature = found - step, after, its_curvature
        if np.abs(step).max() <= NEARNESS:
            break
    return float(found[1])


def _summing_to_one(probabilities: np.ndarray) -> np.ndarray:
    """Remove the rounding of float32, which scikit-learn warns about or refuses."""
    return probabilities / probabilities.sum(axis=1, keepdims=True)
