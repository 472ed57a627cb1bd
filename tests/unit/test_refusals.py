"""What users give the library by mistake: it is refused in one line, or given its right meaning.

The cases follow public reports about scikit-learn's, imbalanced-learn's and Keras' own tools.
"""

import multiprocessing
import warnings

import numpy as np
import pandas as pd
import pytest
import sklearn
import tensorflow as tf
from scipy import sparse

from remix import ReMixClassifier
from remix.batches.augmentation import ImageAugmentation
from remix.batches.balanced import BalancedResampling
from remix.batches.inverse_partners import InversePartners
from remix.batches.margin_labels import MarginLabels
from remix.batches.mixing import Mixing
from remix.batches.smote import Smote
from remix.batches.soft_labels import MinorityLabels
from remix.before_training import SmoteBefore
from remix.calibration import exchange_prior, fit_temperature
from remix.errors import ConfigError, InputError, RemixError
from remix.keras import MixedBatches, mixed_batches
from remix.metrics import METRICS, balanced_brier_score
from remix.reliability import reliability
from remix.thresholds import choose_class_weights

RNG = np.random.default_rng(0)
Y = (np.arange(60) < 15).astype(int)
X = RNG.normal(size=(60, 3)) + Y[:, None]


def quick(**parameters):
    return ReMixClassifier(**{"max_iter": 1, "hidden_layer_sizes": 4, "random_state": 0, **parameters})


@pytest.mark.parametrize(
    ("stage", "options", "message"),
    [
        (BalancedResampling, {"pool": "Dataset"}, "pool: expected one of batch, dataset, received 'Dataset'"),
        (BalancedResampling, {"draw_classes": "equals"}, "draw_classes: expected one of equal, multinomial"),
        (Smote, {"neighbours": 2.5}, "neighbours: expected a whole number of at least 1, received 2.5"),
        (Smote, {"smallest": True}, "smallest: expected a whole number"),
        (SmoteBefore, {"neighbours": "5"}, "neighbours: expected a whole number of at least 1, received '5'"),
        (ImageAugmentation, {"rotation": 181}, "rotation: expected a number of at least 0 and at most 180"),
        (ImageAugmentation, {"shift": 1}, "shift: expected a number of at least 0 and less than 1"),
        (MinorityLabels, {"kappa": "3"}, "kappa: expected a number of at least 1, received '3'"),
        (MinorityLabels, {"tau": 1.5}, "tau: expected a number of at least 0 and at most 1"),
        (MarginLabels, {"omega": -1}, "margin: omega: expected a number of at least 0, received -1"),
        (InversePartners, {"tau": "1"}, "inverse: tau: expected a number of at least 0, received '1'"),
        (Mixing, {"alpha": 0}, "alpha: expected a number above 0, received 0"),
        (Mixing, {"alpha": 1, "layers": None}, "mix.layers: expected one of input, hidden, received None"),
    ],
)
def test_every_stage_checks_its_options(stage, options, message):
    with pytest.raises(ConfigError, match=message):
        stage(**options)


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ({"resample": None}, "resample: expected a name, or one name with its parameters, received None"),
        ({"resample": {"balanced": {}, "smote": {}}}, "resample: expected a name, or one name"),
        ({"resample": {"smote": 5}}, "resample: expected a name, or one name with its parameters"),
        ({"mix": None}, "mix: expected a mapping such as {'alpha': 0.1}, received None"),
        ({"mix": 0.2}, "mix: expected a mapping such as {'alpha': 0.1}, received 0.2"),
        ({"mix": {"alpha": {"images": 0.1}}}, "alpha: expected a number, or one for tables"),
        ({"mix": {"alpha": 0.1, "partners": None}}, "mix.partners: expected a name"),
    ],
)
def test_a_method_that_is_written_wrongly(method, message):
    with pytest.raises(ValueError, match=message) as raised:
        quick(method=method).fit(X, Y)
    assert isinstance(raised.value, RemixError)
    with pytest.raises(ConfigError, match=message):
        MixedBatches(X, Y, method=method)


def with_value(value):
    changed = X.copy()
    changed[3, 1] = value
    return changed


@pytest.mark.parametrize(
    ("parameters", "rows", "weights", "message"),
    [
        ({"hidden_layer_sizes": True}, X, None, "hidden_layer_sizes must be whole numbers"),
        ({}, pd.DataFrame(X, columns=list("aba")), None, "X: two columns are named 'a'"),
        ({}, with_value(np.finfo(float).max), None, "feature 1 has a value beyond .* write NaN"),
        ({}, X, np.full(60, 1e300), r"sample_weight: expected numbers up to 1e\+150"),
        ({}, X, np.where(Y, 1e-42, 1.0), "sample_weight: class 1 has less than 1e-30 of all weight"),
        ({"method": "undersampling"}, X, np.where(Y, 1, 10**7), "60 rows would be repeated to 450,000,015"),
    ],
)
def test_numbers_that_cannot_be_computed_with(parameters, rows, weights, message):
    with pytest.raises(ValueError, match=message):
        quick(**parameters).fit(rows, Y, sample_weight=weights)


def test_whole_weights_with_a_common_divisor_are_as_without():
    plain, scaled = (
        quick(method="undersampling").fit(X, Y, sample_weight=np.full(60, weight)) for weight in (1.0, 1000.0)
    )
    assert plain.records_[0]["train_rows"] == scaled.records_[0]["train_rows"] == 30
    np.testing.assert_array_equal(plain.predict_proba(X), scaled.predict_proba(X))


def test_a_fit_that_fails_leaves_the_model_as_it_was():
    model = quick().fit(X, np.where(Y, "sick", "well"))
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match="validation_fraction"):
        model.set_params(early_stopping=True, validation_fraction=0.999).fit(X[:, :2], np.arange(60) % 3)
    assert model.classes_.tolist() == ["sick", "well"]
    np.testing.assert_array_equal(model.predict_proba(X), before)


def test_arrays_are_used_inside_whatever_scikit_learn_is_set_to_give():
    expected = quick().fit(X, Y).predict_proba(X)
    with sklearn.config_context(transform_output="pandas"):
        np.testing.assert_array_equal(quick().fit(X, Y).predict_proba(X), expected)


@pytest.mark.parametrize("column", [np.full(60, 7.0), np.full(60, np.nan)], ids=["constant", "empty"])
def test_a_feature_that_says_nothing_in_training_says_nothing_later(column):
    model = quick(max_iter=3).fit(np.column_stack([X, column]), Y)
    other = np.column_stack([X, np.linspace(-100, 100, 60)])
    np.testing.assert_array_equal(
        model.predict_proba(other), model.predict_proba(np.column_stack([X, column]))
    )


@pytest.mark.parametrize(
    "scope", [lambda: tf.distribute.OneDeviceStrategy("/cpu:0").scope(), lambda: tf.Graph().as_default()]
)
def test_scopes_of_tensorflow_are_left_first(scope):
    with scope(), pytest.raises(ValueError, match=r"fit cannot run within the scope of .* call it outside"):
        quick(n_models=2).fit(X, Y)
    with scope():
        quick().fit(X, Y)  # without TensorFlow


def fit_in_child(answers):
    try:
        quick().fit(X, Y)  # without TensorFlow
        quick(n_models=2).fit(X, Y)
    except ValueError as error:
        answers.put(str(error))


def test_a_process_that_was_forked_after_a_fit_is_told_so():
    """TensorFlow would wait for ever."""
    quick(n_models=2).fit(X, Y)
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=fit_in_child, args=(answers,))
    with warnings.catch_warnings():
        # From Python 3.12 on, of threads that may hang; here they are told of.
        warnings.simplefilter("ignore", DeprecationWarning)
        child.start()
    assert "start it by spawn or by joblib's loky, or use threads" in answers.get(timeout=60)
    child.join(60)


# Mini-batches

P = np.column_stack([0.7 - 0.4 * Y, 0.3 + 0.4 * Y])


@pytest.mark.parametrize(
    "counts", [{1: 45, 0: 15}, pd.Series(1 - Y).value_counts()], ids=["mapping", "value_counts"]
)
def test_counts_by_class_are_taken_by_class(counts):
    labels = 1 - Y  # The rare class is 0.
    rows = tf.data.Dataset.from_tensor_slices((X, labels))
    settings = {"n_classes": 2, "batch_size": 20, "seed": 0, "method": "cost"}
    expected, found = (
        next(iter(mixed_batches(rows, class_counts=given, **settings)))
        for given in (np.bincount(labels), counts)
    )
    np.testing.assert_array_equal(found[2], expected[2])


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e39])
def test_missing_values_are_not_mixed(value):
    """Nor what float32, the type of mini-batches, makes infinite."""
    rows = with_value(value)
    with pytest.raises(RemixError, match="x: received a value that is missing, infinite or too large for"):
        MixedBatches(rows, Y)
    batches = mixed_batches(tf.data.Dataset.from_tensor_slices((rows, Y)), n_classes=2, batch_size=60, seed=0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="x: received a value that is missing"):
        next(iter(batches))


def test_whole_numbers_are_not_mixed():
    ids = RNG.integers(0, 1000, (60, 3))
    rows = tf.data.Dataset.from_tensor_slices((ids, Y))
    for make in (
        lambda **method: MixedBatches(ids, Y, batch_size=20, seed=0, **method),
        lambda **method: mixed_batches(rows, n_classes=2, batch_size=20, seed=0, **method),
    ):
        with pytest.raises(ConfigError, match=r"x: received whole numbers \(int64\)"):
            make(method="remix")
        x = np.asarray(next(iter(make(method={"resample": "balanced"})))[0])
        assert np.isin(x, ids).all()
    assert len(MixedBatches(ids.astype(np.uint8), Y)) == 1


MADE_OF_TEXT = pd.DataFrame({"age": RNG.normal(size=60), "city": ["Ulm", "Rom"] * 30})
JOIN = "join them to one array of numbers"
ENCODE = "make numbers of texts and categories first"


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ({"a": X, "b": X}, Y, f"x: expected one array, received a dict of 2 inputs; {JOIN}"),
        ((X, X), Y, f"x: expected one array, received a tuple of 2 inputs; {JOIN}"),
        ([X, X[:, :1]], Y, "x: expected one array, received a list of 2 inputs"),
        ([[1.0], [2.0, 3.0]] * 30, Y, "x: expected one array, with rows of one shape, received a list"),
        (sparse.csr_matrix(X), Y, r"x: expected a dense array, received a sparse csr_matrix; \.toarray\(\)"),
        (MADE_OF_TEXT, Y, f"x: expected columns of numbers, received 'city' of str; {ENCODE}"),
        (MADE_OF_TEXT.astype({"city": "category"}), Y, "received 'city' of category"),
        (
            MADE_OF_TEXT.to_numpy(),
            Y,
            f"x: expected numbers of shape .* received object of shape .*; {ENCODE}",
        ),
        (np.full((60, 2), "a"), Y, f"x: expected numbers of shape .* received <U1 of shape .*; {ENCODE}"),
        (None, Y, "x: expected numbers of shape"),
        (
            X,
            np.where(Y, "sick", "well"),
            "labels: expected class numbers .*; scikit-learn's LabelEncoder makes",
        ),
        (X, {"a": Y, "b": Y}, "labels: expected class numbers .* received object labels"),
        (X, sparse.csr_matrix(np.eye(2)[Y]), "labels: expected a dense array, received a sparse csr_matrix"),
        (X, P, "labels: expected one-hot rows, .*; a row needs one class to balance by: of soft labels the"),
        (X, P[:, 1], "labels: expected class numbers .* received 0.7; a row needs one class to balance by"),
        (X, np.ones((60, 3)), "labels: expected one-hot rows, .* where a row has several labels, train a"),
    ],
)
def test_arrays_that_no_mini_batches_can_be_made_of(x, y, message):
    with pytest.raises(RemixError, match=message) as raised:
        MixedBatches(x, y)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"age": X[:, 0], "in_rome": Y == 1}),
        pd.DataFrame({"age": pd.array(X[:, 0], "Float64"), "in_rome": pd.array(Y == 1, "boolean")}),
    ],
)
def test_tables_of_numbers_and_truth_values_are_numbers(table):
    expected = MixedBatches(np.column_stack([X[:, 0], Y]), Y, seed=0)[0][0]
    np.testing.assert_array_equal(MixedBatches(table, pd.Series(Y), seed=0)[0][0], expected)


ROWS = tf.data.Dataset.from_tensor_slices((X, Y))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x, y: {"x": x, "y": y}, r"dataset: expected elements \(x, y\), received {'x'"),
        (
            lambda x, y: (x, y, 1.0),
            r"received triples .*; leave the weights out, .* method='cost' .* whose fit",
        ),
        (lambda x, y: ({"a": x, "b": x}, y), f"x: expected one dense tensor .* a dict of 2 inputs; {JOIN}"),
        (lambda x, y: ((x, x), y), f"x: expected one dense tensor .* a tuple of 2 inputs; {JOIN}"),
        (lambda x, y: (tf.RaggedTensor.from_tensor(x[None]), y), r"x: .* a ragged one; \.to_tensor\(\)"),
        (lambda x, y: (tf.sparse.from_dense(x), y), r"x: .* a sparse one; tf\.sparse\.to_dense"),
        (lambda x, y: (tf.py_function(lambda x: x, [x], tf.float64), y), r"x: .* tf\.ensure_shape says how"),
        (lambda x, y: (tf.as_string(x), y), f"x: expected numbers, received string; {ENCODE}"),
        (lambda x, y: (x, tf.as_string(y)), "y: expected numbers, received string; .* LabelEncoder makes"),
    ],
)
def test_datasets_that_no_mini_batches_can_be_made_of(change, message):
    with pytest.raises(RemixError, match=message) as raised:
        mixed_batches(ROWS.map(change), n_classes=2, batch_size=20)
    assert "\n" not in str(raised.value)


def test_arrays_are_no_dataset():
    with pytest.raises(RemixError, match=r"received tuple; tf.data.Dataset.from_tensor_slices\(\(x, y\)\)"):
        mixed_batches((X, Y), n_classes=2, batch_size=20)


# Scores and calibration


@pytest.mark.parametrize("metric", [each for each in METRICS.values() if each.compares])
@pytest.mark.parametrize(
    ("names", "labels"),
    [(np.array(["a", "b"]), None), (np.array([-1, 1]), None), (np.array(["z", "a"]), ["z", "a"])],
)
def test_labels_of_any_kind_are_scored(metric, names, labels):
    assert metric.function(names[Y], P, labels=labels) == metric.function(Y, P)


@pytest.mark.parametrize(
    ("given", "labels", "message"),
    [
        (Y + 1, [1, 3], "y_true: 2 is none of 1, 3, the labels of the columns"),
        (Y, [0, 0], "labels: 0 stands twice"),
        (Y, [0, 1, 2], "labels: expected one for each of the 2 columns"),
        (np.arange(60) % 3, None, "y_true holds 3 labels, y_prob has 2 columns"),
    ],
)
def test_labels_that_are_not_those_of_the_columns(given, labels, message):
    with pytest.raises(ValueError, match=message):
        balanced_brier_score(given, P, labels=labels)


ON_NUMBERED_ROWS = [
    fit_temperature,
    lambda labels, p: choose_class_weights(labels, p, "g_mean"),
    lambda labels, p: reliability(labels, p, "natural")["rows_of_class"],
]


@pytest.mark.parametrize("function", ON_NUMBERED_ROWS, ids=["temperature", "threshold", "reliability"])
@pytest.mark.parametrize(
    ("labels", "probabilities", "message"),
    [
        (2 * Y - 1, P, "labels must be whole numbers 0..1, the columns of y_prob"),
        (Y + 1, P, "labels must be whole numbers 0..1"),
        (Y + 0.5, P, "labels must be whole numbers 0..1"),
        (np.where(Y, "b", "a"), P, "labels must be whole numbers 0..1"),
        (Y[:-1], P, r"y_true must have shape \(60,\) as y_prob has, it has \(59,\)"),
        (Y, P[:, 1], r"y_prob must have shape \(n, K\)"),
        (Y, np.where(np.arange(60)[:, None] == 3, np.nan, P), "y_prob has values that are NaN"),
        (Y, np.log(P), "y_prob has values outside .0, 1.; pass probabilities, not logits"),
        (Y, P / 2, "every row of y_prob must sum to 1"),
    ],
)
def test_rows_that_are_no_labels_with_their_probabilities(function, labels, probabilities, message):
    with pytest.raises(ValueError, match=message):
        function(labels, probabilities)


@pytest.mark.parametrize("function", ON_NUMBERED_ROWS, ids=["temperature", "threshold", "reliability"])
@pytest.mark.parametrize("form", [lambda y: y == 1, lambda y: y.astype(float), list])
def test_the_numbers_0_and_1_may_be_of_any_type(function, form):
    expected, found = function(Y, P), function(form(Y), P.tolist())
    np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))


def test_one_column_is_no_row_of_probabilities():
    with pytest.raises(InputError, match=r"y_prob must have shape \(n, K\), it has \(60,\)"):
        exchange_prior(P[:, 1], [0.5, 0.5], [0.9, 0.1])
