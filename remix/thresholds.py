"""Weights of the classes, chosen on validation rows: a decision's threshold, for any number of classes."""

from typing import get_args

import numpy as np
from numpy.typing import ArrayLike

from remix.corrections import Criterion
from remix.errors import InputError
from remix.metrics import numbered_rows

# Stands for a recall of 0 in a product: the fewer classes of which no row is found, the better.
NO_RECALL = 1e-9
# Steps over all classes; each raises the score, and most choices end after two or three.
MOST_STEPS = 50
# Differences of a score that are told from rounding.
ROUNDING = 1e-12


def choose_class_weights(y_true: ArrayLike, y_prob: ArrayLike, criterion: Criterion) -> np.ndarray:
    """Choose the weights of the classes under which decisions on some rows score best.

    Decided is for the class with the largest product of weight and probability. For two classes that is a
    threshold on the probability of class 1, and the best of all is found. For more, one class after the other
    is given the best weight of all while the others keep theirs, until none raises the score any more
    (coordinate ascent; a better choice of several weights at once may exist). Of weights that score alike the
    ones nearest to equal weights are taken, in the middle between the rows that bound them: few rows of a
    rare class leave a wide choice, and equal weights are where the search begins.

    A decision by weights is one under another class prior (see `remix.calibration.exchange_prior`, which is
    how they are applied). With the weights ``1 / share of the class`` instead of chosen ones, it is the
    post-hoc logit adjustment of Menon et al. (2021).

    Parameters
    ----------
    y_true : array-like of int, shape (n,)
        Labels 0..K-1 of the rows. A class without rows has no part in the score and keeps its weight.
    y_prob : array-like of float, shape (n, K)
        Predicted probabilities of the rows, which the model was not trained on.
    criterion : {'g_mean', 'balanced_accuracy'}
        What is to be large: the geometric or the arithmetic mean of the classes' recalls.

    Returns
    -------
    ndarray of float64, shape (K,)
        Positive, with the sum 1.

    Raises
    ------
    InputError
        If there is no such criterion, or rows are not as above.

    Examples
    --------
    The one row of class 1 has 0.2 of it, the others have 0.1 at most: any threshold in between is right.

    >>> weights = choose_class_weights([0, 0, 1], [[0.95, 0.05], [0.9, 0.1], [0.8, 0.2]], "g_mean")
    >>> (weights * [[0.9, 0.1], [0.8, 0.2]]).argmax(axis=1)
    array([0, 1])
    """
    if criterion not in get_args(Criterion):
        raise InputError(
            f"criterion: expected {' or '.join(map(repr, get_args(Criterion)))}, received {criterion!r}"
        )
    labels, probabilities = numbered_rows(y_true, y_prob)
    with np.errstate(divide="ignore"):
        scores = np.log(probabilities)
    n_classes = scores.shape[1]
    sizes = np.bincount(labels, minlength=n_classes)
    # Of two classes only the ratio of the weights counts.
    moved = [label for label in range(n_classes) if sizes[label]] if n_classes > 2 else [1]
    weights = np.zeros(n_classes)
    reached = float(_score(_recalls(labels, (scores + weights).argmax(axis=1), sizes), criterion))
    for _ in range(MOST_STEPS if (sizes > 0).sum() > 1 else 0):
        before = reached
        for label in moved:
            weight, score = _best_weight(label, labels, scores, weights, sizes, criterion)
            if score > reached + ROUNDING:
                weights[label] = weight
                reached = score
        if len(moved) == 1 or reached == before:
            break
    chosen = np.exp(weights - weights.max())
    return chosen / chosen.sum()


def _best_weight(
    label: int,
    labels: np.ndarray,
    scores: np.ndarray,
    weights: np.ndarray,
    sizes: np.ndarray,
    criterion: Criterion,
) -> tuple[float, float]:
    """Find the logarithm of the best weight of a class, the others' being fixed, and the score that it gives.

    Decisions change only where the weight passes one of n values, one for each row.
    """
    others = scores + weights
    others[:, label] = -np.inf
    second = others.argmax(axis=1)
    rows = np.arange(len(labels))
    # Above this a row is decided for the class; minus infinity where it has all of the probability.
    bounds = others[rows, second] - scores[:, label]
    edges = np.unique(bounds[np.isfinite(bounds)])
    if not len(edges):
        return float(weights[label]), -np.inf
    choices = np.concatenate([[edges[0] - 1], (edges[:-1] + edges[1:]) / 2, [edges[-1] + 1]])
    recalls = np.empty((len(choices), len(sizes)))
    for each in range(len(sizes)):
        # Right are rows of the class itself that are above their bounds, and rows of another one that are
        # below theirs and would be decided for their own class.
        right = labels == each if each == label else (labels == each) & (second == each)
        above = np.searchsorted(np.sort(bounds[right]), choices)
        recalls[:, each] = above if each == label else right.sum() - above
    found = _score(recalls / np.maximum(sizes, 1), criterion, sizes > 0)
    best = np.flatnonzero(found >= found.max() - ROUNDING)
    nearest = best[np.abs(choices[best]).argmin()]
    return float(choices[nearest]), float(found[nearest])


def _recalls(labels: np.ndarray, decided: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    right = np.bincount(labels[decided == labels], minlength=len(sizes))
    return (right / np.maximum(sizes, 1))[sizes > 0]


def _score(
    recalls: np.ndarray, criterion: Criterion, present: np.ndarray | slice = slice(None)
) -> np.ndarray:
    """Score recalls of the classes, on the last axis; of the g-mean the logarithm, which stays finite."""
    own = recalls[..., present]
    if criterion == "balanced_accuracy":
        return own.mean(axis=-1)
    return np.log(np.maximum(own, NO_RECALL)).mean(axis=-1)
