"""A scikit-learn classifier around another one, whose probabilities it brings to another class prior."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils import Tags, get_tags
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, column_or_1d

from remix.calibration import check_prior_name, estimate_prior, exchange_prior, prior_shares
from remix.errors import InputError

PRIORS = ("natural",)
TRAINED_PRIORS = ("natural", "estimated")


class DecidesByProbability(ABC):
    """What a classifier of scikit-learn says of rows by its `predict_proba` and its `classes_`."""

    classes_: np.ndarray

    @abstractmethod
    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Predict the probability of each class, (n, K)."""

    def decision_function(self, X: ArrayLike) -> np.ndarray:
        """Compute the log-odds of the second class; for more than two, the log-probabilities of all.

        `sklearn.calibration.CalibratedClassifierCV` calibrates them. Its ``method='sigmoid'`` learns ``a``
        and ``b`` of ``a × log-odds + b``: ``b`` exchanges the class prior that a balancing method trained
        under for that of the data, and ``1 / a`` is a temperature (see `remix.calibration`).

        Parameters
        ----------
        X : array-like, DataFrame or sparse matrix, shape (n, d)
            As for `predict_proba`.

        Returns
        -------
        ndarray of float64, shape (n,) for two classes, else (n, K)
        """
        logs = np.log(np.maximum(self.predict_proba(X), np.finfo(np.float64).tiny))
        return logs[:, 1] - logs[:, 0] if len(self.classes_) == 2 else logs

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Predict the most probable class of each row.

        Parameters
        ----------
        X : array-like, DataFrame or sparse matrix, shape (n, d)
            As for `predict_proba`.

        Returns
        -------
        ndarray, shape (n,)
            Labels as in `classes_`; of equally probable ones the first.
        """
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]


class PriorCorrectedClassifier(DecidesByProbability, ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Classifier whose probabilities are brought from the class prior it was trained under to another one.

    A classifier that resamples its rows, or weighs its classes, gives the probabilities of the class mix that
    it was made to see: those of a rare class are too high for the data. By Bayes' rule, which is all that
    this does, they become those of the data, of equally frequent classes, or of any other shares (see
    `remix.calibration.exchange_prior`). Nothing is trained for it.

    Parameters
    ----------
    estimator : classifier
        A classifier of scikit-learn, imbalanced-learn or this package that has `predict_proba`, or a pipeline
        with one. A copy of it is fitted. One that is fitted already is given as
        ``sklearn.frozen.FrozenEstimator(classifier)``, and stays as it is.
    prior : {'natural', 'balanced'}, array-like or mapping, default='natural'
        What the probabilities shall stand for: the shares of the classes in the `y` of `fit`; equal shares;
        or the shares given, in the order of `classes_` or by class. Numbers of rows do as well as shares.
    trained_prior : {'balanced', 'natural', 'estimated'}, array-like or mapping, default=None
        What the probabilities of the estimator stand for.

        - ``'balanced'``: equal shares. So it is by default with the samplers and ensembles of
          imbalanced-learn and with ``class_weight='balanced'``.
        - ``'natural'``: the shares in the `y` of `fit`. So it is with classifiers that do nothing about
          imbalance.
        - ``'estimated'``: what the rows given to `fit` tell; see `remix.calibration.estimate_prior`. It is
          meant for a ``FrozenEstimator`` and rows that it was not fitted on.
        - Shares, as in `prior`.
        - None: what the fitted estimator says itself by an attribute `class_prior_`, as
          `sklearn.naive_bayes.GaussianNB` does; of a pipeline, what its last step says.

    Attributes
    ----------
    estimator_ : classifier
        The fitted estimator.
    classes_ : ndarray, shape (K,)
        Labels of the classes, as the estimator has them.
    class_prior_ : ndarray of float, shape (K,)
        The prior that `predict_proba` stands for.
    trained_prior_ : ndarray of float, shape (K,)
        The prior that the probabilities of `estimator_` stand for.
    n_features_in_ : int
        Number of features, if the estimator knows it.
    feature_names_in_ : ndarray of str, shape (d,)
        Names of the features, if the estimator knows them.

    Notes
    -----
    It is exact where two things hold: the rows of each class are distributed alike under both priors, and the
    estimator gives the probabilities of the prior that `trained_prior` says. What is wrong with them
    otherwise stays; `sklearn.calibration.CalibratedClassifierCV` learns more, and needs more rows for it.

    A model that has learnt its rows by heart, as boosted trees may with few rare rows, gives nearly 0 or 1
    and no longer the balanced prior, whatever its class weights: taking that off makes it worse. Compare the
    log loss of rows held out, and have the prior estimated on such.

    Where classes are balanced within small batches, or up to a ratio (`sampling_strategy`), the estimator's
    prior is between the natural and the balanced one: give it as shares, or have it estimated.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> X, y = make_classification(n_samples=2000, weights=[0.95], class_sep=0.5, random_state=0)
    >>> balanced = LogisticRegression(class_weight="balanced").fit(X, y)
    >>> model = PriorCorrectedClassifier(
    ...     LogisticRegression(class_weight="balanced"), trained_prior="balanced"
    ... ).fit(X, y)
    >>> [f"{mean:.3f}" for mean in (y.mean(), balanced.predict_proba(X)[:, 1].mean())]
    ['0.055', '0.186']
    >>> f"{model.predict_proba(X)[:, 1].mean():.3f}"
    '0.050'
    """

    def __init__(
        self,
        estimator: Any,
        *,
        prior: str | ArrayLike | Mapping[Any, float] = "natural",
        trained_prior: str | ArrayLike | Mapping[Any, float] | None = None,
    ) -> None:
        self.estimator = estimator
        self.prior = prior
        self.trained_prior = trained_prior

    def fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None, **params: Any
    ) -> "PriorCorrectedClassifier":
        """Fit a copy of the estimator, and learn the priors.

        Parameters
        ----------
        X : array-like, DataFrame or sparse matrix, shape (n, d)
            What the estimator takes.
        y : array-like, shape (n,)
            Labels of any kind.
        sample_weight : array-like of float, shape (n,), optional
            Weights of the rows: given to the estimator, and rows count as much in the shares of the classes.
            (Weights that are to balance classes are no shares; give `prior` as shares then.)
        **params : dict
            Further parameters of the estimator's `fit`.

        Returns
        -------
        PriorCorrectedClassifier
            Itself.

        Raises
        ------
        ValueError
            If a prior cannot be read or is not known, `y` has a class that the estimator does not know, or it
            has no `predict_proba`. The model stays as it was.
        """
        name = _name(self.estimator)
        check_prior_name(self.prior, PRIORS)
        check_prior_name(self.trained_prior, TRAINED_PRIORS, name="trained_prior")
        if not hasattr(self.estimator, "predict_proba"):
            raise InputError(
                f"{name} has no predict_proba, and a prior is exchanged in probabilities; give a classifier "
                f"that has it, such as sklearn.calibration.CalibratedClassifierCV({name}())"
            )
        if sample_weight is not None:
            params = {"sample_weight": sample_weight, **params}
        estimator = clone(self.estimator).fit(X, y, **self._routed(params))
        check_classification_targets(y)
        given = column_or_1d(y)
        classes = np.asarray(estimator.classes_)
        labels = _positions(given, classes, name)
        weights = None
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, labels, dtype=np.float64, ensure_non_negative=True)
        counts = np.bincount(labels, weights, len(classes))
        prior = prior_shares(self.prior, classes, {"natural": counts})
        if self.trained_prior is None:
            trained = prior_shares(_own_prior(estimator, name), classes, {}, name=f"class_prior_ of {name}")
        else:
            named = {"natural": counts}
            if isinstance(self.trained_prior, str) and self.trained_prior == "estimated":
                shares = prior_shares("natural", classes, named, name="trained_prior")
                named["estimated"] = estimate_prior(_probabilities(estimator, X, classes), shares, weights)
            trained = prior_shares(self.trained_prior, classes, named, name="trained_prior")
        self.estimator_, self.classes_ = estimator, classes
        self.class_prior_, self.trained_prior_ = prior, trained
        for attribute in ("n_features_in_", "feature_names_in_"):
            self.__dict__.pop(attribute, None)
            if hasattr(estimator, attribute):
                setattr(self, attribute, getattr(estimator, attribute))
        return self

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Predict the probability of each class under `class_prior_`.

        Parameters
        ----------
        X : array-like, DataFrame or sparse matrix, shape (n, d)
            What the estimator takes.

        Returns
        -------
        ndarray of float64, shape (n, K)
            Columns in the order of `classes_`.
        """
        check_is_fitted(self)
        given = _probabilities(self.estimator_, X, self.classes_)
        return exchange_prior(given, self.trained_prior_, self.class_prior_)

    def get_metadata_routing(self) -> MetadataRouter:
        """Tell scikit-learn that `fit` uses sample weights, and what the estimator's `fit` asks for.

        Returns
        -------
        MetadataRouter
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        router = MetadataRouter(owner=self).add_self_request(self)
        return router.add(estimator=self.estimator, method_mapping=mapping)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags = deepcopy(get_tags(self.estimator).input_tags)
        return tags

    def _routed(self, params: dict[str, Any]) -> dict[str, Any]:
        """Choose what the estimator's `fit` is given: all, or what it asks for where scikit-learn routes."""
        if not params or not get_config()["enable_metadata_routing"]:
            return params
        return dict(process_routing(self, "fit", **params).estimator.fit)


def _name(estimator: Any) -> str:
    """Name a classifier in messages."""
    return type(estimator.estimator if isinstance(estimator, FrozenEstimator) else estimator).__name__


def _positions(y: np.ndarray, classes: np.ndarray, name: str) -> np.ndarray:
    """Give the place of each label in `classes`."""
    found, inverse = np.unique(y, return_inverse=True)
    places = {label: place for place, label in enumerate(classes.tolist())}
    for label in found.tolist():
        if label not in places:
            raise InputError(
                f"y has the class {label!r}, which {name} was not fitted with; leave its rows out, or fit "
                "the classifier on rows of all classes"
            )
    return np.array([places[label] for label in found.tolist()])[inverse]


def _probabilities(estimator: Any, X: ArrayLike, classes: np.ndarray) -> np.ndarray:
    """Have the estimator's probabilities, and check that they are some."""
    probabilities = np.asarray(estimator.predict_proba(X), dtype=np.float64)
    name = _name(estimator)
    if probabilities.shape[1:] != classes.shape:
        raise InputError(
            f"{name}.predict_proba gives an array of shape {probabilities.shape} for {len(classes)} classes; "
            "give a classifier of one label a row, that has a column for each of its classes_"
        )
    if not ((probabilities >= 0) & np.isfinite(probabilities)).all() or not probabilities.any(axis=1).all():
        raise InputError(
            f"{name}.predict_proba gives rows that are no probabilities (negative, NaN, infinite, or all 0); "
            "use another classifier"
        )
    return probabilities


def _own_prior(estimator: Any, name: str) -> np.ndarray:
    """Find what a fitted estimator, or the last step of a pipeline, says of its prior."""
    found = estimator
    while not hasattr(found, "class_prior_"):
        if hasattr(found, "steps"):
            found = found.steps[-1][1]
        elif hasattr(found, "best_estimator_"):
            found = found.best_estimator_
        else:
            raise InputError(
                f"{name} does not say which class prior it was trained under (it has no class_prior_); "
                "give trained_prior='balanced' if it resamples or weighs classes to balance them, "
                "'natural' if it does nothing of that kind, 'estimated' to learn it from the rows given to "
                "fit, or shares"
            )
    return np.asarray(found.class_prior_)
