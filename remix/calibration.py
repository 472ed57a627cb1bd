"""What can be done to a model's probabilities after training: another prior, another temperature.

A method that resamples or weights its rows learns the probabilities of the class mix that it trained on. Two
remedies leave the model as it is. *Prior correction* exchanges that mix for another prior by Bayes' rule
(Saerens, Latinne and Decaestecker 2002; Elkan 2001, theorem 2). *Temperature scaling* makes all probabilities
of a model more or less sharp, by one number that is learnt from validation rows (Guo et al. 2017). A
*threshold* is a prior too, chosen on validation rows (`remix.thresholds`).

Where the class mix that a model trained on is not known, `estimate_prior` learns it from rows with labels.
`remix.PriorCorrectedClassifier` does the first of them to any classifier of scikit-learn.

In the study nothing here is shown the label of a test row: priors, temperatures and thresholds come from the
validation part of the same fold, the class mix from the record of its training.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import logsumexp, softmax

from remix.corrections import (
    BALANCED_METRICS,
    CORRECTIONS,
    NATURAL_METRICS,
    PRIORS,
    UNCORRECTED,
    Correction,
    is_unfitted,
)
from remix.errors import InputError, ResultError
from remix.metrics import numbered_rows, score_folds
from remix.reliability import reliability
from remix.thresholds import choose_class_weights

# Smaller probabilities count as this much where a temperature is fitted or applied: one row that is given
# next to none of its own class does not decide over all others.
FLOOR = 1e-12
# A slope of the log loss, as a share of the largest one that there could be, that is not told from 0.
ROUNDING = 1e-12
# An estimated prior: steps of Newton's method, halvings of each, and how near the mean probability of a class
# comes to its share, as a part of it.
NEWTON_STEPS, HALVINGS, NEARNESS = 100, 40, 1e-9
SCORE_COLUMNS = ["correction", "repeat", "fold", "temperature", "metric", "value"]


def class_shares(labels: ArrayLike, n_classes: int) -> np.ndarray:
    """Share of each class among labels, to be used as a prior.

    A class without rows counts as half a row: a stratified part that is too small to show a class does not
    say that there is none.

    >>> class_shares([0, 0, 0, 1], 2)
    array([0.75, 0.25])
    >>> class_shares([0, 0, 1], 3)
    array([0.57142857, 0.28571429, 0.14285714])
    """
    counts = np.maximum(np.bincount(np.asarray(labels), minlength=n_classes), 0.5)
    return counts / counts.sum()


def prior_shares(
    prior: Any, classes: ArrayLike, named: Mapping[str, ArrayLike], *, name: str = "prior"
) -> np.ndarray:
    """Read a class prior as a user gives it.

    Parameters
    ----------
    prior : str, mapping or array-like
        ``'balanced'``, a name in `named`, the share of each class in the order of `classes`, or the shares by
        class, as a mapping or a Series such as ``y.value_counts()``. Numbers of rows do as well as shares.
    classes : array-like, shape (K,)
        Labels of the classes.
    named : mapping of str to array-like of float, shape (K,)
        Priors that have a name here, such as ``'natural'``.
    name : str
        What the prior is called in messages.

    Returns
    -------
    ndarray of float64, shape (K,)
        Shares in the order of `classes`; they sum to 1.

    Raises
    ------
    InputError
        If there is no such name, or there is not one positive, finite number for each class.

    Examples
    --------
    >>> prior_shares({"yes": 1, "no": 3}, ["no", "yes"], {})
    array([0.75, 0.25])
    >>> prior_shares("natural", ["no", "yes"], {"natural": [90, 10]})
    array([0.9, 0.1])
    """
    labels = np.asarray(classes).tolist()
    if isinstance(prior, str):
        check_prior_name(prior, named, name=name)
        given = named.get(prior, np.ones(len(labels)))
    elif hasattr(prior, "keys"):  # a mapping, or a Series, whose order may be any
        by_class = dict(prior.items())
        for unknown in [label for label in by_class if label not in labels]:
            raise InputError(f"{name}: {unknown!r} is no class; the classes are {_listed(labels)}")
        for absent in [label for label in labels if label not in by_class]:
            raise InputError(f"{name}: the class {absent!r} has no share; give one to each class")
        given = [by_class[label] for label in labels]
    else:
        given = prior
    try:
        shares = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        shares = np.empty(0)
    if shares.shape != (len(labels),):
        raise InputError(
            f"{name}: expected a share for each of the {len(labels)} classes {_listed(labels)}, "
            f"received {given!r}"
        )
    for label, share in zip(labels, shares, strict=True):
        if not 0 < share < np.inf:
            remedy = "; give shares" if isinstance(prior, str) else ""
            raise InputError(
                f"{name}: expected a share above 0 for each class, {label!r} has {share:g}{remedy}"
            )
    return shares / shares.sum()


def check_prior_name(prior: Any, names: Collection[str], *, name: str = "prior") -> None:
    """Refuse a word that names no prior; whether shares can be one, `prior_shares` says.

    Parameters
    ----------
    prior : object
        What a user gave.
    names : collection of str
        Words that are known beside ``'balanced'``.
    name : str
        What the prior is called in the message.

    Raises
    ------
    InputError
    """
    if isinstance(prior, str) and prior not in ("balanced", *names):
        known = ", ".join(map(repr, ("balanced", *names)))
        raise InputError(f"{name}: expected {known} or the shares of the classes, received {prior!r}")


def estimate_prior(y_prob: ArrayLike, shares: ArrayLike, weights: ArrayLike | None = None) -> np.ndarray:
    """Estimate the class prior that probabilities stand for, from rows whose class shares are known.

    It is the prior from which `exchange_prior` brings the probabilities to the shares of the rows, in such a
    way that the mean probability of each class is its share. If no probability is 0, these are the
    maximum-likelihood intercepts of a multinomial logistic model of the labels, with the logarithms of the
    probabilities as offset. The rows must be ones that the model was not fitted on: of those that it was, its
    probabilities are too good.

    Parameters
    ----------
    y_prob : array-like of float, shape (n, K)
        Predicted probabilities of the rows.
    shares : array-like of float > 0, shape (K,)
        Shares of the classes among the rows, by their weights if they have any.
    weights : array-like of float, shape (n,), optional
        Weights of the rows; else all count alike.

    Returns
    -------
    ndarray of float64, shape (K,)
        Shares that sum to 1.

    Raises
    ------
    InputError
        If no prior brings the means to the shares, or any does: too many probabilities are 0 or 1, which no
        prior changes.

    Examples
    --------
    Half of the rows are given 0.8 of the second class, half 0.2. If one in ten has it, they promise too much:

    >>> prior = estimate_prior([[0.2, 0.8], [0.8, 0.2]], [0.9, 0.1])
    >>> exchange_prior([[0.2, 0.8], [0.8, 0.2]], prior, [0.9, 0.1]).mean(axis=0).round(6)
    array([0.9, 0.1])
    """
    target, probabilities = _shares(shares), np.asarray(y_prob, dtype=np.float64)
    weight = np.ones(len(probabilities)) if weights is None else np.asarray(weights, dtype=np.float64)
    weight = weight / weight.sum()
    with np.errstate(divide="ignore"):
        logs = np.log(probabilities)
        shift = np.log(target) - np.log(weight @ probabilities)

    def value(shift: np.ndarray) -> float:
        """Give the mean log-likelihood but for a constant; it is concave."""
        return float(target @ shift - weight @ logsumexp(logs + shift, axis=1))

    for _ in range(NEWTON_STEPS if np.isfinite(shift).all() else 0):
        shifted = softmax(logs + shift, axis=1)
        mean = weight @ shifted
        slope = target - mean
        curvature = np.diag(mean) - (shifted.T * weight) @ shifted
        # Where it has no curve but for raising all shifts alike, probabilities are the same under any prior.
        if np.linalg.matrix_rank(curvature, ROUNDING, hermitian=True) < len(target) - 1:
            break
        if (np.abs(slope) <= NEARNESS * target).all():
            # What brings the prior p to the shares s by Bayes' rule are the factors s / p.
            return softmax(np.log(target) - shift)
        # Singular, since all shifts may be raised alike: this is the shortest of the steps.
        step = np.linalg.lstsq(curvature, slope)[0]
        before = value(shift)
        for _ in range(HALVINGS):
            if value(shift + step) >= before - ROUNDING:
                break
            step = step / 2
        shift = shift + step
    raise InputError(
        "no prior can be estimated, for too many probabilities are 0 or 1, which no prior changes; use a "
        "classifier that is less sure, or give the prior as shares"
    )


def exchange_prior(y_prob: ArrayLike, old: ArrayLike, new: ArrayLike) -> np.ndarray:
    """Bring probabilities from one prior to another: p_c × new_c / old_c, made to sum to 1.

    Exact for the posterior of a class mix `old`, as long as the rows of each class are distributed alike
    under both priors.

    Parameters
    ----------
    y_prob : array-like of float, shape (n, K)
        Probabilities under the prior `old`.
    old, new : array-like of float > 0, shape (K,)
        Shares of the classes; each is divided by its sum.

    Returns
    -------
    ndarray of float64, shape (n, K)

    Raises
    ------
    ValueError
        If a share is not a positive number, or there are not as many as columns of probabilities. A model
        that has never seen a class knows nothing to correct.

    Examples
    --------
    A model trained on balanced classes, of which the second has in truth a share of one in ten:

    >>> exchange_prior([[0.5, 0.5], [0.1, 0.9]], old=[0.5, 0.5], new=[0.9, 0.1])
    array([[0.9, 0.1],
           [0.5, 0.5]])
    """
    before, after = _shares(old), _shares(new)
    probabilities = np.asarray(y_prob, dtype=np.float64)
    if probabilities.ndim != 2:
        raise InputError(f"y_prob must have shape (n, K), it has {probabilities.shape}")
    if not probabilities.shape[1] == len(before) == len(after):
        raise ValueError(
            f"{probabilities.shape[1]} columns of probabilities need as many shares; there are {len(before)} "
            f"of the old prior and {len(after)} of the new"
        )
    weighted = probabilities * (after / before)
    return weighted / weighted.sum(axis=1, keepdims=True)


def scale_temperature(y_prob: ArrayLike, temperature: float) -> np.ndarray:
    """Raise probabilities to the power 1 / temperature, made to sum to 1.

    Above 1 they become less sure, below 1 more; the order of the classes stays.

    Parameters
    ----------
    y_prob : array-like of float, shape (n, K)
        Predicted probabilities.
    temperature : float
        A positive, finite number.

    Returns
    -------
    ndarray of float64, shape (n, K)

    Raises
    ------
    ValueError
        If the temperature is not a positive, finite number.

    Examples
    --------
    >>> scale_temperature([[0.9, 0.1]], 2.0)
    array([[0.75, 0.25]])
    """
    if not 0 < temperature < np.inf:
        raise ValueError(f"a temperature must be positive and finite, it is {temperature}")
    return softmax(_log(y_prob) / temperature, axis=1)


def fit_temperature(y_true: ArrayLike, y_prob: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Find the temperature under which probabilities have the lowest log loss.

    The log loss is convex in 1 / temperature, and has no minimum in two cases: where every row is predicted
    right, the loss falls towards temperature 0 without end; where the probabilities say less than none, it
    falls towards an infinite temperature. This is what scikit-learn's ``CalibratedClassifierCV`` fits with
    ``method="temperature"``, which however refuses rows that lack a class, as small validation parts may.

    Parameters
    ----------
    y_true : array-like of int, shape (n,)
        True labels 0..K-1.
    y_prob : array-like of float, shape (n, K)
        Predicted probabilities.
    weights : array-like of float, shape (n,), optional
        Weights of the rows; else all count alike.

    Returns
    -------
    float
        The temperature; 0 or infinity where there is no best one.

    Raises
    ------
    ValueError
        If labels and probabilities are not as above.

    Examples
    --------
    Always sure, and right three times out of four: log(0.9 / 0.1) / T is to be log(0.75 / 0.25).

    >>> round(fit_temperature([0, 0, 0, 1], [[0.9, 0.1]] * 4), 4)
    2.0
    >>> fit_temperature([0, 1], [[0.9, 0.1], [0.4, 0.6]])
    0.0
    """
    labels, probabilities = numbered_rows(y_true, y_prob)
    logits = _log(probabilities)
    weight = np.ones(len(labels)) if weights is None else np.asarray(weights, dtype=np.float64)
    true = logits[np.arange(len(labels)), labels]

    def slope(sharpness: float) -> float:
        """Give the slope of the log loss at 1 / temperature."""
        mean = (softmax(sharpness * logits, axis=1) * logits).sum(axis=1)
        return float(weight @ (mean - true))

    if weight @ (logits.max(axis=1) - true) <= 0:  # the slope at temperature 0
        return 0.0
    # Of probabilities that say nothing the slope is 0, and what is computed may lie on either side of it.
    if slope(0.0) >= -ROUNDING * weight @ np.abs(logits).max(axis=1):
        return float("inf")
    upper = 1.0
    while slope(upper) < 0:
        upper *= 2
    sharpness = brentq(slope, 0.0, upper)
    return float(1 / sharpness) if sharpness > 0 else float("inf")


class Assessment(NamedTuple):
    """What corrections do to one method on one cell.

    Attributes
    ----------
    scores : DataFrame
        ``correction, repeat, fold, temperature, metric, value``.
    curves : DataFrame
        ``correction`` and the columns of `remix.reliability.reliability`, of the rows of all test folds
        together, under both priors.
    """

    scores: pd.DataFrame
    curves: pd.DataFrame


class CorrectedFold(NamedTuple):
    """Test probabilities of a fold after a correction.

    Attributes
    ----------
    y_prob : ndarray of float64, shape (n, K)
    temperature : float
        As `fit_temperature` found it, NaN if none was asked for. Where there is no best one (0 or infinity)
        the probabilities are those at temperature 1.
    """

    y_prob: np.ndarray
    temperature: float


def correct_fold(
    y_prob: np.ndarray,
    validation_labels: np.ndarray,
    validation_prob: np.ndarray,
    trained_shares: ArrayLike,
    correction: Correction,
) -> CorrectedFold:
    """Correct the test probabilities of one fold by what its training and validation rows tell.

    Parameters
    ----------
    y_prob : ndarray of float, shape (n, K)
        Predicted probabilities of the test rows.
    validation_labels : ndarray of int, shape (m,)
        Labels of the validation rows. Their shares are the natural prior: the validation part is a stratified
        share of the same rows as the training part, so its class mix is that of the training part but for one
        row's rounding.
    validation_prob : ndarray of float, shape (m, K)
        Predicted probabilities of the validation rows.
    trained_shares : array-like of float > 0, shape (K,)
        Share of each class in what the model was trained on.
    correction : Correction
        With a threshold, the probabilities are brought to equal shares, and from there to the prior under
        which decisions on the validation rows score best, see `remix.thresholds.choose_class_weights`. So
        where these rows do not speak for another one, the prior is the balanced one.

    Returns
    -------
    CorrectedFold
    """
    n_classes = y_prob.shape[1]
    if correction.threshold is not None:
        equal = np.full(n_classes, 1 / n_classes)
        balanced = exchange_prior(validation_prob, trained_shares, equal)
        prior = choose_class_weights(validation_labels, balanced, correction.threshold)
        return CorrectedFold(exchange_prior(y_prob, trained_shares, prior), float("nan"))
    natural = class_shares(validation_labels, n_classes)
    if correction.prior is not None:
        target = natural if correction.prior == "natural" else np.full(n_classes, 1 / n_classes)
        y_prob = exchange_prior(y_prob, trained_shares, target)
        validation_prob = exchange_prior(validation_prob, trained_shares, target)
    if not correction.temperature:
        return CorrectedFold(y_prob, float("nan"))
    weights = 1 / natural[validation_labels] if correction.prior == "balanced" else None
    temperature = fit_temperature(validation_labels, validation_prob, weights)
    if 0 < temperature < np.inf:
        y_prob = scale_temperature(y_prob, temperature)
    return CorrectedFold(y_prob, temperature)


def corrected(
    predictions: pd.DataFrame, validation: pd.DataFrame, records: pd.DataFrame, correction: Correction
) -> tuple[pd.DataFrame, pd.Series]:
    """Apply one correction to the predictions of one method on one cell; as `correct_predictions`."""
    ((_, changed, temperatures),) = correct_predictions(predictions, validation, records, [correction])
    return changed, temperatures


def correct_predictions(
    predictions: pd.DataFrame,
    validation: pd.DataFrame,
    records: pd.DataFrame,
    corrections: Iterable[Correction] = tuple(CORRECTIONS.values()),
) -> Iterator[tuple[Correction, pd.DataFrame, pd.Series]]:
    """Apply corrections to the predictions of one method on one cell, fold by fold.

    Parameters
    ----------
    predictions, validation : DataFrame
        ``repeat, fold, row, y_true, p_0 … p_{K-1}`` of the test and of the validation rows.
    records : DataFrame
        One line per fold: ``repeat, fold, class_share_0 … class_share_{K-1}``.
    corrections : iterable of Correction
        By default those of the table ``calibration``.

    Yields
    ------
    correction : Correction
    changed : DataFrame
        The predictions with other p; for ``none`` they are the same.
    temperatures : Series of float
        By (repeat, fold); see `CorrectedFold`.

    Raises
    ------
    ResultError
        If a fold lacks validation rows or its record, or was trained without a class.
    """
    columns = [name for name in predictions.columns if name.startswith("p_")]
    shares = _by_fold(records, [name.replace("p_", "class_share_") for name in columns])
    held_out = _by_fold(validation, ["y_true", *columns])
    folds = predictions.groupby(["repeat", "fold"]).indices
    for fold in folds:
        for name, parts in {"validation rows": held_out, "training record": shares}.items():
            if fold not in parts:
                raise ResultError(f"repeat {fold[0]}, fold {fold[1]} has no {name}; train it anew")
    y_prob = predictions[columns].to_numpy()
    for correction in corrections:
        found = np.array(y_prob, dtype=y_prob.dtype if correction.name == UNCORRECTED else np.float64)
        temperatures = {}
        for fold, rows in folds.items():
            own = held_out[fold]
            try:
                result = correct_fold(
                    y_prob[rows], own[:, 0].astype(np.int64), own[:, 1:], shares[fold][0], correction
                )
            except ValueError as error:
                raise ResultError(f"repeat {fold[0]}, fold {fold[1]} cannot be corrected: {error}") from None
            found[rows], temperatures[fold] = result
        yield (
            correction,
            predictions.assign(**dict(zip(columns, found.T, strict=True))),
            pd.Series(temperatures, name="temperature").rename_axis(["repeat", "fold"]),
        )


def assess(predictions: pd.DataFrame, validation: pd.DataFrame, records: pd.DataFrame) -> Assessment:
    """Apply every correction to one method on one cell, and score what comes out.

    Parameters
    ----------
    predictions, validation, records : DataFrame
        See `correct_predictions`.

    Returns
    -------
    Assessment

    Raises
    ------
    ResultError
        As `correct_predictions` and `remix.metrics.score_folds`.
    """
    scores, curves = [], []
    for correction, changed, temperatures in correct_predictions(predictions, validation, records):
        values = score_folds(changed, (*NATURAL_METRICS, *BALANCED_METRICS))
        values = values.join(temperatures, on=["repeat", "fold"])
        scores.append(values.assign(correction=correction.name)[SCORE_COLUMNS])
        labels = changed["y_true"].to_numpy()
        probabilities = changed.filter(regex=r"^p_\d+$").to_numpy()
        for prior in PRIORS:
            curve = reliability(labels, probabilities, prior)
            curve.insert(0, "correction", correction.name)
            curves.append(curve)
    return Assessment(pd.concat(scores, ignore_index=True), pd.concat(curves, ignore_index=True))


def unfitted_note(scores: pd.DataFrame) -> str:
    """Say for how many folds each correction found no best temperature.

    Parameters
    ----------
    scores : DataFrame
        See `Assessment`.
    """
    folds = scores.drop_duplicates(["correction", "repeat", "fold"])
    fitted = folds[folds["temperature"].notna()]
    counts = [
        f"{name} {int(is_unfitted(part['temperature']).sum())} of {len(part)}"
        for name, part in fitted.groupby("correction", sort=False)
    ]
    return f"folds without a best temperature: {', '.join(counts)}"


def _by_fold(frame: pd.DataFrame, columns: list[str]) -> Mapping[tuple[int, int], np.ndarray]:
    absent = set(columns) - set(frame.columns)
    if absent:
        raise ResultError(f"the column '{min(absent)}' is missing; train the method anew")
    values = frame[columns].to_numpy(np.float64)
    return {fold: values[rows] for fold, rows in frame.groupby(["repeat", "fold"]).indices.items()}


def _shares(given: ArrayLike) -> np.ndarray:
    shares = np.asarray(given, dtype=np.float64)
    if not (np.isfinite(shares) & (shares > 0)).all():
        raise ValueError(f"class {int((~(shares > 0)).argmax())} has a share of {shares.min():g}")
    return shares / shares.sum()


def _listed(labels: Sequence[Any]) -> str:
    """Write the first of some labels.

    >>> _listed([1, 2]), _listed(range(9))
    ('1, 2', '0, 1, 2, 3, 4 …')
    """
    return ", ".join(map(repr, labels[:5])) + (" …" if len(labels) > 5 else "")


def _log(y_prob: ArrayLike) -> np.ndarray:
    probabilities = np.asarray(y_prob, dtype=np.float64)
    if not np.isfinite(probabilities).all():
        raise ValueError("y_prob has values that are NaN or infinite")
    return np.log(np.maximum(probabilities, FLOOR))
