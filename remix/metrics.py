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

from remix.errors import ResultError

# scikit-learn and SciPy take seconds to import and are imported where they compute something: rank tables and
# figures need this module for the direction of the metrics only.

SUM_TOLERANCE = 1e-3
LEAST_PROBABILITY = np.finfo(np.float64).eps
ECE_BINS = 15


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
    classes, probabilities = _checked(y_true, y_prob, labels)
    true = _summing_to_one(probabilities)[np.arange(len(classes)), classes]
    # As scikit-learn's, whose checks take longer than the arithmetic: a study asks for it thousands of times.
    return float(-np.log(np.clip(true, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)).mean())


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


@dataclass(frozen=True)
class Metric:
    """A metric and what one must know to rank by it.

    Attributes
    ----------
    name : str
        Name in score files; a metric with one value per class has ``{class}`` in it.
    title : str
        Name for people.
    higher_is_better : bool
        The direction; nothing else in the package knows it.
    function : callable
        ``function(y_true, y_prob, labels=None)``: a number, or an ndarray of K numbers if `per_class`.
    proper : bool
        False for a number that is computed to explain the paper's, and that no model should be chosen by.
    """

    name: str
    title: str
    higher_is_better: bool
    function: Callable[..., float | np.ndarray]
    proper: bool = True

    @property
    def per_class(self) -> bool:
        """Whether there is one value per class."""
        return "{class}" in self.name

    @property
    def direction(self) -> str:
        """The direction in words, for labels and captions."""
        return "higher is better" if self.higher_is_better else "lower is better"

    @property
    def sign(self) -> int:
        """1 if higher is better, else -1: value × sign grows with quality."""
        return 1 if self.higher_is_better else -1

    def values(self, y_true: ArrayLike, y_prob: ArrayLike) -> dict[str, float]:
        """Compute the metric, under the name or names that score files have.

        >>> METRICS["recall_{class}"].values([0, 1], [[0.9, 0.1], [0.6, 0.4]])
        {'recall_0': 1.0, 'recall_1': 0.0}
        """
        values = np.atleast_1d(self.function(y_true, y_prob))
        if not self.per_class:
            return {self.name: float(values[0])}
        return {self.name.replace("{class}", str(label)): float(v) for label, v in enumerate(values)}


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
    found = METRICS.get(name) or METRICS.get(re.sub(r"_\d+$", "_{class}", name))
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
    y_true, y_prob = predictions["y_true"].to_numpy(), predictions[columns].to_numpy()
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


def _checked(y_true: ArrayLike, y_prob: ArrayLike, labels: ArrayLike | None) -> tuple[np.ndarray, np.ndarray]:
    """Give classes as int64 and probabilities as float64, or raise a ValueError that says what is wrong."""
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
    if not np.isfinite(probabilities).all():
        raise ValueError("y_prob has values that are NaN or infinite")
    if (probabilities < 0).any() or (probabilities > 1 + SUM_TOLERANCE).any():
        raise ValueError("y_prob has values outside [0, 1]; pass probabilities, not logits")
    sums = probabilities.sum(axis=1)
    if (np.abs(sums - 1) > SUM_TOLERANCE).any():
        worst = int(np.abs(sums - 1).argmax())
        raise ValueError(f"every row of y_prob must sum to 1, row {worst} sums to {sums[worst]:.6g}")
    classes, names = _classes(given, probabilities.shape[1], labels)
    absent = np.flatnonzero(np.bincount(classes, minlength=len(names)) == 0)
    if absent.size:
        raise ValueError(f"class {names[absent[0]]} has no rows, so no mean over the classes can be had")
    return classes, probabilities


def _classes(
    given: np.ndarray, n_classes: int, labels: ArrayLike | None
) -> tuple[np.ndarray, Sequence[Any] | np.ndarray]:
    """Find the column of each label; gives these, and the labels of the columns."""
    if labels is None:
        if given.dtype.kind in "biuf" and np.isin(given, np.arange(n_classes)).all():
            return given.astype(np.int64), range(n_classes)
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


def _summing_to_one(probabilities: np.ndarray) -> np.ndarray:
    """Remove the rounding of float32, which scikit-learn warns about or refuses."""
    return probabilities / probabilities.sum(axis=1, keepdims=True)
