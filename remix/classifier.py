"""A scikit-learn classifier that trains as the study does, on one's own table, by any of its methods."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import train_test_split
from sklearn.utils import Tags, check_random_state, gen_batches
from sklearn.utils._param_validation import Interval
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
from tqdm import tqdm

from remix.batches.lacking import lacking_share, warn_if_lacking
from remix.calibration import exchange_prior, prior_shares
from remix.catalogue import stages
from remix.errors import ConfigError, InputError, TrainingError
from remix.lazy import tf
from remix.methods import Method
from remix.networks import MLP
from remix.preprocessing import weighted_scaler
from remix.prior import DecidesByProbability
from remix.protocol import LearningRateSchedule, Protocol, TableProtocol
from remix.single.trainer import SingleTrainer, trains
from remix.training import StackTrainer, TrainingSet

# The study's: config/config.yaml, which a test holds them against.
HIDDEN_LAYERS, WIDTH_DIVISOR = 3, {"binary": 3, "multiclass": 0.75}
RATE_FACTOR, RATE_PATIENCE, RATE_MINIMUM, RATE_MIN_DELTA = 0.2, 5, 1e-5, 1e-4
# The paper's rule gives 2 units to two features, with which few networks learn; its tasks have 14 or more.
LEAST_WIDTH = 12
# Rows that are predicted at a time; bounds the memory.
PREDICTION_ROWS = 4096
# As in remix.networks.layers.
LEAST_SQUARE = 1e-12
# What can be squared and summed over the rows.
LARGEST = 1e150
# Of the weight of all rows; less is 0 to a network's float32.
LEAST_CLASS_WEIGHT = 1e-30
# Rows per row given, where rows are repeated as often as their weights say.
MOST_REPEATS = 100

# Against mini-batches that lack a class.
REMEDY = (
    "say prior='balanced' or 'natural', which makes up for it, or train on it more often by method='cost', "
    "method='remix_dataset_pool' or a larger batch_size"
)
# Priors that have a name, beside 'balanced'.
PRIORS = ("method", "trained", "natural")

# The process that has trained, once there is one: TensorFlow hangs in what is forked from it.
_trained_in: list[int] = []


class ReMixClassifier(DecidesByProbability, ClassifierMixin, BaseEstimator):
    """Multi-layer perceptron for imbalanced data, trained on balanced, mixed mini-batches.

    The study's trainer, protocol and methods on data of one's own: missing values are replaced by the mean of
    their feature, features are standardised and clipped, the network is trained by Adam, whose learning rate
    falls when the training loss no longer does. Parameters that `sklearn.neural_network.MLPClassifier` has
    too mean the same, but for `alpha`.

    Parameters
    ----------
    method : str or mapping, default='remix'
        What is done to the mini-batches and to the loss: the name of a method of `remix.catalogue.METHODS`
        that is not for images only, or a composition of stages as in methods.yaml, such as
        ``{"resample": "balanced", "mix": {"alpha": 0.2}}``.
    prior : {'method', 'trained', 'natural', 'balanced'}, array-like or mapping, default='method'
        The class prior that probabilities stand for. A method that balances the classes learns their
        probabilities in a world in which all are equally frequent. ``'natural'`` brings them by Bayes' rule
        to the shares of the classes in the rows, ``'balanced'`` to equal shares, and shares, in the order of
        `classes_` or by class, to these. It may be set after `fit`: nothing is trained for it.
        ``'trained'`` leaves probabilities as the networks learnt them. ``'method'`` does so too, but for
        methods that balance mini-batches: these cannot where a mini-batch lacks a class, as most do where one
        row in a hundred is of it. What is left to equal shares is then exchanged. Of the methods that were
        measured from one rare row in 10 to one in 10,000 this is the best (benchmarks/results.md).
    alpha : float, default=None
        Mixing weights are drawn from Beta(α, α). None leaves the method its own, 0.1 for the paper's;
        methods that do not mix ignore it. (MLPClassifier's `alpha` is another thing, the L2 penalty, which
        this classifier does not have.)
    hidden_layer_sizes : int or array-like of int, default=None
        Units of each hidden layer. None follows the paper: three layers of ``int(2 (d + K) / 3)`` units for
        two classes and ``int(2 (d + K) / 0.75)`` for K > 2, where d is the number of features; but of 12
        at least, since the rule leaves a handful of features too few, and of 512 at most, since weights and
        memory grow with its square. `hidden_layer_sizes_` says what was chosen.
    dropout : float, default=0.1
        Share of the units that is dropped in training after every hidden layer but the last.
    clip : float, default=5.0
        Standardised features are cut to ± this many standard deviations.
    batch_size : int, default=64
        Rows per mini-batch. Batches are always full: where there are fewer rows, some are in it twice.
    learning_rate_init : float, default=0.001
        Learning rate of Adam at the start; multiplied by 0.2 after 5 epochs without a better training loss.
    max_iter : int, default=100
        Epochs; with `early_stopping` at most.
    early_stopping : bool, default=False
        Set a stratified `validation_fraction` aside, stop when its cross-entropy has not improved for
        `n_iter_no_change` epochs, and keep the weights of the best epoch. Otherwise all rows are trained on
        for `max_iter` epochs, and the last weights are kept. A method's class weights may begin after a share
        of `max_iter` (``start``): training goes on until then, and only later epochs are compared.
    validation_fraction : float, default=0.1
        Share of the rows, in (0, 1), but at least as many rows as there are classes; only with
        `early_stopping`.
    n_iter_no_change : int, default=10
        Only with `early_stopping`.
    n_models : int, default=1
        Networks whose probabilities are averaged. They differ by their initial weights and their batches. One
        is trained in NumPy, if the method can be; several are trained by TensorFlow, side by side, at little
        more than the cost of one. Training stops early when it may for all of them; each keeps its own best
        weights.
    random_state : int, RandomState instance or None, default=None
        Seed of all random choices. An int gives the same model at each fit.
    verbose : int, default=0
        1 shows a progress bar.

    Attributes
    ----------
    classes_ : ndarray, shape (K,)
        Labels of the classes, sorted.
    class_prior_ : ndarray of float, shape (K,)
        The class prior that `predict_proba` stands for, as `prior` asks for it.
    trained_prior_ : ndarray of float, shape (K,)
        The one that the networks stand for: the mean of ``class_share`` in `records_`. For losses that are no
        proper scores (``focal``, ``ldam``), and weights that begin late, it is an approximation.
    method_prior_ : ndarray of float, shape (K,)
        The one that the method aims at: equal shares if it balances mini-batches, else `trained_prior_`.
    natural_prior_ : ndarray of float, shape (K,)
        Shares of the classes in the rows that were given, by their weights.
    n_features_in_ : int
        Number of features d.
    feature_names_in_ : ndarray of str, shape (d,)
        Names of the features, if `X` had any.
    hidden_layer_sizes_ : tuple of int
        Units of each hidden layer.
    n_iter_ : int
        Epochs that were trained.
    loss_curve_ : list of float, length `n_iter_`
        Mean training loss of each epoch, as the method made and weighted the mini-batches.
    validation_loss_curve_ : list of float or None
        The same of the validation part, with `early_stopping`.
    records_ : list of dict, length `n_models`
        What happened in the training of each network, for example how many mini-batches lacked a class; the
        fields of `remix.training.FoldRecord`.
    scaler_ : sklearn.pipeline.Pipeline
        What is done to features before they reach the networks.
    weights_ : list of list of ndarray
        Kernel and bias of each layer of each network; the last layer has no bias if there is an
        `output_scale_`.
    output_scale_ : float or None
        What the networks' outputs, which are cosines, are multiplied by if the method's loss wants such
        (``ldam``).

    Notes
    -----
    **Sample weights** say how many rows a row stands for: mini-batches are drawn in proportion to them, so
    that every stage of a method knows of them, and a loss is that of the rows drawn. A row of weight 2 is as
    the row twice, one of weight 0 as no row. The stages then work on the batch as drawn: SMOTE interpolates
    between the rows that are there; a method that balances the classes of a batch evens out what weights do
    *between* classes and keeps what they do *within* one. Means, deviations, class weights and the validation
    loss are weighted too. Only the proportions of the weights count, but for how many rows have any: an epoch
    has as many mini-batches as these fill; and but for the loss weights ``class_balanced``, to which their
    sums are numbers of rows. The order of the rows plays no role. Methods that resample rows before training
    need weights that are whole numbers.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> X, y = make_classification(n_samples=300, weights=[0.9], class_sep=2.0, random_state=0)
    >>> model = ReMixClassifier(max_iter=20, random_state=0).fit(X, y)
    >>> model.predict_proba(X).shape
    (300, 2)
    >>> model.score(X, y) > 0.9
    True

    Trained on balanced classes; and as it is in the data, of which one in ten is of class 1:

    >>> model.class_prior_.round(2), model.set_params(prior="natural").class_prior_.round(2)
    (array([0.5, 0.5]), array([0.9, 0.1]))
    """

    _parameter_constraints = {  # noqa: RUF012 - scikit-learn's name and form
        "method": [str, Mapping],
        "prior": [str, Mapping, "array-like"],
        "alpha": [Interval(Real, 0, None, closed="neither"), None],
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left"), None],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "clip": [Interval(Real, 0, None, closed="neither")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "n_models": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        *,
        method: str | Mapping[str, Any] = "remix",
        prior: str | Mapping[Any, float] | ArrayLike = "method",
        alpha: float | None = None,
        hidden_layer_sizes: int | Sequence[int] | None = None,
        dropout: float = 0.1,
        clip: float = 5.0,
        batch_size: int = 64,
        learning_rate_init: float = 0.001,
        max_iter: int = 100,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        n_models: int = 1,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.method = method
        self.prior = prior
        self.alpha = alpha
        self.hidden_layer_sizes = hidden_layer_sizes
        self.dropout = dropout
        self.clip = clip
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.n_models = n_models
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> ReMixClassifier:
        """Train the networks.

        Parameters
        ----------
        X : array-like or DataFrame, shape (n, d)
            Numbers; NaN where a value is missing.
        y : array-like, shape (n,)
            Labels of any kind; at least two classes.
        sample_weight : array-like of float, shape (n,), optional
            How many rows each row stands for; see the notes above.

        Returns
        -------
        ReMixClassifier
            Itself.

        Raises
        ------
        ValueError
            If data or parameters cannot be used; the text says which and why. The model stays as it was.

        Warns
        -----
        UserWarning
            If more than a tenth of the mini-batches will lack a class that the method is to balance, and
            `prior` does not say which shares probabilities shall stand for.
        """
        before = self.__dict__.copy()
        try:
            return self._fit(X, y, sample_weight)
        except BaseException:
            self.__dict__ = before
            raise

    def _fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None) -> ReMixClassifier:
        self._validate_params()
        method = self._method()
        rows = self._rows(X, y, sample_weight)
        self._check_batches(method)
        random = check_random_state(self.random_state)
        if method.before_training is not None:
            rows = rows._replace(weights=_repeats(rows.weights))
        train, validation = self._split(rows.labels, random)
        self.scaler_ = weighted_scaler(rows.features[train], rows.weights[train], self.clip)
        rows = rows._replace(features=self.scaler_.transform(rows.features))
        seed = random.randint(np.iinfo(np.int32).max)
        trainer = self._trainer(method, rows.part(train), rows.part(validation), seed)
        with tqdm(total=self.max_iter, unit="epoch", disable=not self.verbose) as bar:
            curves = _Curves(bar)
            try:
                model = trainer.run(curves, self.n_iter_no_change if self.early_stopping else None)
            except TrainingError:
                raise InputError(
                    f"the loss is not finite after {len(curves.losses)} epochs; "
                    f"lower learning_rate_init, which is {self.learning_rate_init}"
                ) from None
        self.weights_, self.output_scale_ = model.weights, method.loss.output_scale
        self.records_ = [asdict(record) for record in model.records]
        self.trained_prior_ = np.mean([record.class_share for record in model.records], axis=0)
        equal = np.full(len(self.classes_), 1 / len(self.classes_))
        self.method_prior_ = equal if method.resamples_within_batch else self.trained_prior_
        self.loss_curve_, self.n_iter_ = curves.losses, len(curves.losses)
        self.validation_loss_curve_ = curves.validation_losses if self.early_stopping else None
        return self

    @property
    def class_prior_(self) -> np.ndarray:
        """The class prior that `predict_proba` stands for."""
        check_is_fitted(self)
        return prior_shares(
            self.prior, self.classes_, {name: getattr(self, f"{name}_prior_") for name in PRIORS}
        )

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Predict the probability of each class under `class_prior_`.

        Parameters
        ----------
        X : array-like or DataFrame, shape (n, d)
            NaN where a value is missing.

        Returns
        -------
        ndarray of float64, shape (n, K)
            Columns in the order of `classes_`; the mean over the networks.
        """
        check_is_fitted(self)
        values = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        blocks = (self.scaler_.transform(values[part]) for part in gen_batches(len(values), PREDICTION_ROWS))
        trained = np.concatenate(
            [
                np.mean(
                    [_probabilities(network, rows, self.output_scale_) for network in self.weights_], axis=0
                )
                for rows in blocks
            ]
        )
        wanted = self.class_prior_
        if np.allclose(wanted, self.trained_prior_, rtol=1e-12):
            return trained
        return exchange_prior(trained, self.trained_prior_, wanted)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _method(self) -> Method:
        """Build what the parameters `method` and `alpha` ask for."""
        try:
            return Method.from_spec(stages(self.method, self.alpha))
        except ConfigError as error:
            raise InputError(str(error)) from None

    def _rows(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None) -> _Rows:
        """Check the rows and learn the classes; gives the rows that have a weight, sorted."""
        names = list(getattr(X, "columns", ()))
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(f"X: two columns are named {twice!r}; give each a name of its own")
        values, given = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan")
        check_classification_targets(given)
        weights = _check_sample_weight(sample_weight, values, dtype=np.float64, ensure_non_negative=True)
        used = weights > 0
        if not used.any():
            raise InputError("sample_weight is zero for all rows; give rows of at least 2 classes a weight")
        self.classes_, labels = np.unique(given[used], return_inverse=True)
        if len(self.classes_) < 2:
            raise InputError("all rows, or all that have a weight, are of 1 class; at least 2 are needed")
        rows = _Rows(values[used], labels, weights[used])
        self._check_sizes(rows)
        counts = np.bincount(rows.labels, rows.weights)
        self.natural_prior_ = counts / counts.sum()
        prior_shares(self.prior, self.classes_, dict.fromkeys(PRIORS, self.natural_prior_))
        # Equal rows come together, so that one of weight 2 is drawn as two are, in whatever order they came.
        return rows.part(np.lexsort((*rows.features.T, labels)))

    def _check_batches(self, method: Method) -> None:
        """Warn if mini-batches will lack a class that the method is to balance in them.

        Who says which prior probabilities shall stand for has chosen what makes up for it.
        """
        is_chosen = not isinstance(self.prior, str) or self.prior not in ("method", "trained")
        if method.resamples_within_batch and not is_chosen:
            share = lacking_share(self.natural_prior_, self.batch_size)
            warn_if_lacking(share, self.batch_size, REMEDY, stacklevel=4)

    def _check_sizes(self, rows: _Rows) -> None:
        """Refuse numbers that cannot be computed with."""
        with np.errstate(invalid="ignore"):
            too_large = np.flatnonzero((np.abs(rows.features) > LARGEST).any(axis=0))
        if too_large.size:
            names = getattr(self, "feature_names_in_", range(self.n_features_in_))
            raise InputError(
                f"feature {names[too_large[0]]} has a value beyond ±{LARGEST:g}, which cannot be "
                "standardised; if it marks a missing value, write NaN"
            )
        if rows.weights.max() > LARGEST:
            raise InputError(
                f"sample_weight: expected numbers up to {LARGEST:g}; divide them, for only their proportions "
                "count"
            )
        shares = np.bincount(rows.labels, rows.weights) / rows.weights.sum()
        if shares.min() < LEAST_CLASS_WEIGHT:
            raise InputError(
                f"sample_weight: class {self.classes_[shares.argmin()]} has less than "
                f"{LEAST_CLASS_WEIGHT:g} of all weight, too little to be trained on; give it more, or leave "
                "its rows out"
            )

    def _split(self, labels: np.ndarray, random: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
        """Set rows aside for validation, if training may stop early; gives sorted positions."""
        rows = np.arange(len(labels))
        if not self.early_stopping:
            return rows, rows[:0]
        counts = np.bincount(labels)
        if counts.min() < 2:
            raise InputError(
                f"class {self.classes_[counts.argmin()]} has 1 row, early stopping needs 2 of each class, "
                "to train and to validate with; set early_stopping=False"
            )
        # As many rows as there are classes at least: of fewer, none can be stratified.
        size = max(math.ceil(self.validation_fraction * len(rows)), len(counts))
        try:
            train, validation = train_test_split(rows, test_size=size, stratify=labels, random_state=random)
        except ValueError as error:
            raise InputError(
                f"early stopping cannot set validation_fraction={self.validation_fraction} aside: {error}"
            ) from None
        missing = np.setdiff1d(labels, labels[train])
        if len(missing):
            raise InputError(
                f"early stopping leaves no row of class {self.classes_[missing[0]]} to train with; "
                "choose a smaller validation_fraction"
            )
        return np.sort(train), np.sort(validation)

    def _trainer(
        self, method: Method, train: _Rows, validation: _Rows, seed: int
    ) -> SingleTrainer | StackTrainer:
        """Make the study's trainer: of networks on the same rows, which differ by their seeds."""
        self.hidden_layer_sizes_ = self._widths()
        protocol = Protocol(
            splits=1,
            repeats=self.n_models,
            validation_fraction=self.validation_fraction,
            epochs=self.max_iter,
            batch_size=self.batch_size,
            learning_rate=LearningRateSchedule(
                self.learning_rate_init, RATE_FACTOR, RATE_PATIENCE, RATE_MINIMUM, RATE_MIN_DELTA
            ),
            selection="best_validation" if self.early_stopping else "last",
            tables=self._tables(),
        )
        sets = [
            TrainingSet(
                train.features,
                train.labels,
                validation.features,
                validation.labels,
                task="ReMixClassifier",
                ir="",
                repeat=member,
                fold=0,
                sample_weight=train.weights,
                validation_weight=validation.weights,
            )
            for member in range(self.n_models)
        ]
        single = self.n_models == 1 and trains(method)
        if not single:
            _check_process()
        return (SingleTrainer if single else StackTrainer)(
            sets,
            method,
            protocol,
            architecture=MLP(self.hidden_layer_sizes_, self.dropout),
            n_classes=len(self.classes_),
            batch_size=self.batch_size,
            seed=seed,
        )

    def _tables(self) -> TableProtocol:
        return TableProtocol(self.clip, HIDDEN_LAYERS, WIDTH_DIVISOR, self.dropout)

    def _widths(self) -> tuple[int, ...]:
        """Settle the units of each hidden layer."""
        if self.hidden_layer_sizes is None:
            width = self._tables().trained_width(self.n_features_in_, len(self.classes_))
            return (max(LEAST_WIDTH, width),) * HIDDEN_LAYERS
        widths = np.atleast_1d(self.hidden_layer_sizes).tolist()
        if not all(type(width) is int and width >= 1 for width in widths):
            raise InputError(f"hidden_layer_sizes must be whole numbers of at least 1, not {widths}")
        return tuple(widths)


class _Rows(NamedTuple):
    """Rows to train or to validate with."""

    features: np.ndarray  # (n, d)
    labels: np.ndarray  # (n,), classes 0..K-1
    weights: np.ndarray  # (n,), > 0

    def part(self, positions: np.ndarray) -> _Rows:
        """Give the rows at some positions, in their order."""
        return _Rows(*(array[positions] for array in self))


def _check_process() -> None:
    """Refuse to train where TensorFlow would wait for ever, or cannot."""
    if _trained_in and _trained_in != [os.getpid()]:
        raise InputError(
            "this process was forked from one that has trained, and TensorFlow cannot go on in it; start it "
            "by spawn or by joblib's loky, or use threads"
        )
    if tf.distribute.has_strategy() or not tf.executing_eagerly():
        raise InputError(
            "fit cannot run within the scope of a tf.distribute strategy, a tf.Graph or a tf.function; "
            "call it outside"
        )
    _trained_in[:] = [os.getpid()]


def _repeats(weights: np.ndarray) -> np.ndarray:
    """Give how often each row is to be repeated, for a method that resamples rows before training."""
    if (weights % 1).any():
        raise InputError(
            "sample_weight must be whole numbers for a method that resamples rows before training; "
            "for other weights, use one that resamples mini-batches"
        )
    repeats = weights / np.gcd.reduce(weights.astype(np.int64))
    if repeats.sum() > MOST_REPEATS * len(repeats):
        raise InputError(
            f"sample_weight: {len(repeats)} rows would be repeated to {repeats.sum():,.0f} for a method that "
            "resamples rows before training; use one that resamples mini-batches, or coarser weights"
        )
    return repeats


class _Curves:
    """Keeps the losses of the epochs, and moves a progress bar."""

    def __init__(self, bar: tqdm) -> None:
        self.bar = bar
        self.losses: list[float] = []
        self.validation_losses: list[float] = []

    def start(self, rows_per_epoch: int) -> None:
        """Nothing to prepare."""

    def report(
        self, epoch: int, losses: np.ndarray, rates: np.ndarray, validation: np.ndarray | None
    ) -> None:
        """Take note of an epoch."""
        self.losses.append(float(losses.mean()))
        shown = {"loss": self.losses[-1]}
        if validation is not None:
            self.validation_losses.append(float(validation.mean()))
            shown["validation"] = self.validation_losses[-1]
        self.bar.set_postfix(shown, refresh=False)
        self.bar.update()


def _probabilities(weights: Sequence[np.ndarray], X: np.ndarray, output_scale: float | None) -> np.ndarray:
    """Compute the class probabilities of preprocessed rows.

    What `remix.networks.mlp.StackedMLP` computes, in float64: the probabilities of a row hardly depend on
    which rows it is predicted with.
    """
    n_hidden = len(weights) - (2 if output_scale is None else 1)
    hidden, last = weights[:n_hidden], weights[n_hidden:]
    X = X.astype(np.float64)
    for kernel, bias in zip(hidden[::2], hidden[1::2], strict=True):
        X = np.maximum(X @ kernel + bias, 0)
    if output_scale is None:
        kernel, bias = last
        return softmax(X @ kernel + bias, axis=1)
    return softmax(output_scale * _of_length_1(X, axis=1) @ _of_length_1(last[0], axis=0), axis=1)


def _of_length_1(vectors: np.ndarray, axis: int) -> np.ndarray:
    """Scale vectors to length 1, but for those that are next to 0."""
    squares = np.square(vectors, dtype=np.float64).sum(axis=axis, keepdims=True)
    return vectors / np.sqrt(np.maximum(squares, LEAST_SQUARE))
