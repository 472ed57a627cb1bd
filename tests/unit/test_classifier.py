"""The classifier under scikit-learn's contract, and what it says of itself."""

import copy
import functools
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
import yaml
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures
from sklearn.utils.estimator_checks import parametrize_with_checks

import remix
from remix import ReMixClassifier
from remix.catalogue import TABLE_METHODS
from remix.errors import RemixError
from remix.metrics import balanced_brier_score, g_mean
from remix.networks import MLP
from remix.preprocessing import scaler
from remix.training import Trainer

ROOT = Path(__file__).parents[2]
every_method = pytest.mark.parametrize("method", TABLE_METHODS)


def data(n=200, seed=0, share=0.15):
    X, y = make_classification(
        n, 6, n_informative=4, weights=[1 - share], class_sep=1.5, flip_y=0, random_state=seed
    )
    return X, y


def quick(**parameters):
    """A classifier that learns in a moment."""
    return ReMixClassifier(
        **{"hidden_layer_sizes": 16, "max_iter": 12, "learning_rate_init": 0.02, "random_state": 0}
        | parameters
    )


@pytest.fixture(scope="module")
def fitted():
    """Two networks of three hidden layers, and the rows that they were trained on."""
    X, y = data(120)
    return quick(hidden_layer_sizes=(9, 7, 5), n_models=2, max_iter=15).fit(X, y), X


EARLY_STOPPING = {
    "check_sample_weight_equivalence_on_dense_data": "rows that are repeated are set aside one by one",
}


# `make checks` asks the same of every method; what the classifier does is the same for all.
@parametrize_with_checks([quick(method="baseline")])
def test_scikit_learns_contract(estimator, check):
    check(estimator)


@pytest.mark.estimator_checks
@parametrize_with_checks(
    [
        *(ReMixClassifier(method=name) for name in TABLE_METHODS),
        *(ReMixClassifier(n_models=n, early_stopping=True) for n in (1, 3)),
    ],
    expected_failed_checks=lambda model: EARLY_STOPPING if model.early_stopping else {},
)
def test_scikit_learns_contract_by_every_method(estimator, check):
    check(estimator)


# Parameters


@pytest.fixture
def trainer_of(monkeypatch):
    """Gives the trainer that a classifier makes of some rows, and does not let it run."""

    class Made(Exception):  # noqa: N818
        """Has the trainer."""

    def keep(self, *_):
        raise Made(self)

    def fit(model, *data, **options):
        with pytest.raises(Made) as made:
            model.fit(*data, **options)
        return made.value.args[0]

    monkeypatch.setattr(Trainer, "train", keep)
    return fit


@pytest.mark.parametrize(("d", "k", "width"), [(19, 2, 14), (2, 2, 12), (6, 4, 26), (900, 2, 512)])
def test_the_defaults_are_the_studys(trainer_of, d, k, width):
    """But for the width of hidden layers where features are few, or very many."""
    protocol = yaml.safe_load((ROOT / "config/config.yaml").read_text())["protocol"]
    rows = np.random.default_rng(0).normal(size=(90, d))
    trainer = trainer_of(ReMixClassifier(), rows, np.arange(90) % k)
    ours = trainer.protocol
    assert (ours.epochs, ours.batch_size) == (protocol["epochs"], protocol["batch_size"])
    assert vars(ours.learning_rate) == protocol["learning_rate"]
    assert ours.selection == protocol["selection"]
    assert (ours.tables.clip, ours.tables.dropout) == (protocol["clip"], protocol["dropout"])
    assert ours.tables.hidden_layers == protocol["hidden_layers"]
    assert ours.tables.width_divisor == protocol["width_divisor"]
    assert [kernel.shape[1] for kernel in trainer.network.weights[::2]] == [width] * 3 + [k]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"method": "remx"},
            "method: expected one of baseline, cost, .*, or a mapping of stages; received 'remx'",
        ),
        ({"method": "remix_aug"}, "'remix_aug' augments images, .*; for other rows there are baseline"),
        ({"method": {"resampl": "smote"}}, "unknown stage 'resampl'"),
        ({"method": {"mix": {}}}, "mix was given nothing; allowed: alpha"),
        ({"method": 3}, "The 'method' parameter of ReMixClassifier must be"),
        ({"alpha": 0.0}, "The 'alpha' parameter of ReMixClassifier must be"),
        ({"batch_size": 0}, "The 'batch_size' parameter"),
        ({"max_iter": 0}, "The 'max_iter' parameter"),
        ({"validation_fraction": 1.0}, "The 'validation_fraction' parameter"),
        ({"n_models": 0}, "The 'n_models' parameter"),
        ({"hidden_layer_sizes": (8, 0)}, "hidden_layer_sizes must be whole numbers of at least 1"),
        (
            {"learning_rate_init": 1e30},
            r"not finite after \d+ epochs; lower learning_rate_init, which is 1e\+30",
        ),
    ],
)
def test_parameters_that_cannot_be_are_value_errors(parameters, message):
    with pytest.raises(ValueError, match=message) as raised:
        quick(**parameters).fit(*data(60))
    assert isinstance(raised.value, RemixError) or "parameter" in message


# Data


@pytest.mark.parametrize(
    ("y", "weights", "parameters", "message"),
    [
        ([0, 0, 0, 0], None, {}, "of 1 class; at least 2"),
        ([0, 1, 0, 1], [1, 0, 1, 0], {}, "of 1 class; at least 2"),
        ([0, 1, 0, 1], [0, 0, 0, 0], {}, "weight.*zero"),
        (
            [0, 1, 0, 1],
            [1, 1, 0.5, 1],
            {"method": {"before_training": "smote"}},
            "sample_weight must be whole numbers",
        ),
        ([0, 1, 0, 1], [1, -1, 1, 1], {}, "[Nn]egative"),
        (["a", "b", "a", "a"], None, {"early_stopping": True}, "class b has 1 row, early stopping needs 2"),
        (
            [0, 1, 0, 1],
            None,
            {"early_stopping": True, "validation_fraction": 0.9},
            "cannot set validation_fraction=0.9 aside",
        ),
        ([0, 0.5, 1.5, 1], None, {}, "continuous"),
    ],
)
def test_rows_that_cannot_be_trained_on_are_value_errors(y, weights, parameters, message):
    with pytest.raises(ValueError, match=message):
        quick(**parameters).fit(np.arange(8.0).reshape(4, 2), y, sample_weight=weights)


def test_infinite_values_are_refused():
    X, y = data(40)
    X[3, 2] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        quick().fit(X, y)


@pytest.mark.parametrize("method", ["smote", "remix"])
def test_one_row_of_each_class_and_one_feature_are_enough(method):
    model = quick(method=method).fit([[0.0], [1.0], [2.0]], ["a", "b", "c"])
    assert model.predict_proba([[0.5]]).shape == (1, 3)
    assert model.predict([[0.0], [2.0]]).tolist() == ["a", "c"]


@every_method
def test_every_method_learns(method):
    X, y = data(500)
    model = quick(method=method, max_iter=20).fit(X[:300], y[:300])
    assert balanced_brier_score(y[300:], model.predict_proba(X[300:])) < 0.12


def test_labels_may_be_strings_and_features_have_names():
    X, y = data(80)
    frame = pd.DataFrame(X, columns=list("abcdef"))
    model = quick().fit(frame, np.where(y, "yes", "no"))
    assert model.classes_.tolist() == ["no", "yes"]
    assert model.feature_names_in_.tolist() == list("abcdef")
    assert set(model.predict(frame)) <= {"no", "yes"}
    with pytest.raises(ValueError, match="same order"):
        model.predict(frame[list("fedcba")])
    np.testing.assert_array_equal(model.predict_proba(frame), quick().fit(X, y).predict_proba(X))


def test_missing_values_are_the_mean_of_their_feature():
    X, y = data(80)
    X[5:30, 2] = np.nan
    model = quick().fit(X, y)
    filled = np.where(np.isnan(X), np.nanmean(X, axis=0), X)
    np.testing.assert_allclose(model.predict_proba(X), model.predict_proba(filled), atol=1e-6)
    np.testing.assert_allclose(model.scaler_.transform(X), scaler(5.0).fit(X).transform(X), atol=1e-6)


def test_the_order_of_rows_plays_no_role():
    X, y = data(90)
    order = np.random.default_rng(1).permutation(len(y))
    np.testing.assert_allclose(
        quick().fit(X, y).predict_proba(X), quick().fit(X[order], y[order]).predict_proba(X), atol=1e-6
    )


# Weights


@pytest.mark.parametrize(
    "method",
    [
        "remix",
        {"resample": "smote", "loss_weights": "balanced"},
        {"resample": {"balanced": {"pool": "dataset"}}},
        {"before_training": "smote"},
    ],
)
def test_weights_are_as_repeated_rows(method):
    """What scikit-learn checks, with missing values, for methods that count and draw in ways of their own."""
    X, y = data(60)
    X[::7, 1] = np.nan
    weights = np.random.default_rng(0).permutation(np.arange(60) % 3)
    model = quick(method=method, max_iter=4)
    assert sum(weights) < model.batch_size  # an epoch has as many batches for the one as for the other
    weighted = clone(model).fit(X, y, sample_weight=weights)
    repeated = clone(model).fit(X.repeat(weights, axis=0), y.repeat(weights))
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-6)


@pytest.mark.parametrize("method", ["mixup", {"resample": {"balanced": {"pool": "dataset"}}}])
def test_weights_move_what_is_learnt(method):
    """Two classes that are told apart by nothing: probabilities are the shares of their weights."""
    X, y = np.zeros((100, 1)), np.arange(100) % 2
    model = quick(method=method, max_iter=60).fit(X, y, sample_weight=np.where(y, 4.0, 1.0))
    expected = 0.5 if isinstance(method, dict) else 0.8
    assert model.predict_proba([[0.0]])[0, 1] == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize("pool", ["batch", "dataset"])
def test_a_balancing_method_keeps_the_weights_within_a_class(pool):
    """Left are the rows of class 0 and, at a twentieth of the weight, half of class 1; right is the rest."""
    X, y = np.repeat([-1.0, -1.0, 1.0], [60, 30, 30])[:, None], np.repeat([0, 1], 60)
    weights = np.repeat([1.0, 0.05, 1.0], [60, 30, 30])
    model = quick(method={"resample": {"balanced": {"pool": pool}}}, max_iter=60)
    of_class_1 = 1.5 / 31.5  # what the left has of its weight; of class 0's it has all
    left = model.fit(X, y, sample_weight=weights).predict_proba([[-1.0]])[0, 1]
    assert left == pytest.approx(of_class_1 / (of_class_1 + 1), abs=0.03)
    assert model.records_[0]["class_share"] == pytest.approx((0.5, 0.5), abs=0.02)


def test_cost_weighs_classes_by_the_sums_of_weights(trainer_of):
    X, y = data(60)
    weights = np.where(y, 3.0, 1.0)
    trainer = trainer_of(quick(method="cost"), X, y, sample_weight=weights)
    masses = np.array([weights[y == 0].sum(), weights[y == 1].sum()])
    np.testing.assert_allclose(trainer.class_weights[0], masses.sum() / (2 * masses), rtol=1e-6)


# Training


def test_it_is_the_network_of_the_trainer(fitted):
    model, X = fitted
    assert [kernel.shape for kernel in model.weights_[0][::2]] == [(6, 9), (9, 7), (7, 5), (5, 2)]
    rows = model.scaler_.transform(X)
    logits = MLP((9, 7, 5), 0.1).stacked(model.weights_).logits(tf.constant(np.stack([rows, rows])))
    np.testing.assert_allclose(model.predict_proba(X), tf.nn.softmax(logits).numpy().mean(axis=0), atol=1e-6)


def test_it_is_the_network_of_cosines_that_a_loss_wants():
    X, y = data(80)
    model = quick(method={"loss": {"ldam": {"scale": 20}}}, hidden_layer_sizes=(9, 7), n_models=2).fit(X, y)
    assert model.output_scale_ == 20
    assert [layer.shape for layer in model.weights_[0][-2:]] == [(1, 7), (7, 2)]
    network = MLP((9, 7), 0.1, output_scale=20).stacked(model.weights_)
    rows = model.scaler_.transform(X)
    p = tf.nn.softmax(network.logits(tf.constant(np.stack([rows, rows])))).numpy()
    np.testing.assert_allclose(model.predict_proba(X), p.mean(axis=0), atol=1e-5)
    # A row whose last hidden layer is 0 belongs to every class alike.
    for network in model.weights_:
        network[2][:] = network[3][:] = 0
    np.testing.assert_array_equal(model.predict_proba(X), 0.5)


def test_weights_that_begin_later_begin_after_a_share_of_max_iter():
    X, y = data(200)
    method = {"loss_weights": {"balanced": {"start": 0.5}}}
    model = quick(method=method, early_stopping=True, n_iter_no_change=2, max_iter=16).fit(X, y)
    plain = quick(method={}, early_stopping=True, n_iter_no_change=16, max_iter=16).fit(X, y)
    np.testing.assert_array_equal(model.loss_curve_[:8], plain.loss_curve_[:8])
    assert model.loss_curve_[8] != plain.loss_curve_[8]
    assert model.n_iter_ >= 10
    assert 9 <= model.records_[0]["best_epoch"] <= model.n_iter_


def test_same_seed_same_model_other_seed_other_model():
    X, y = data(80)
    first, again = (quick(max_iter=3).fit(X, y).predict_proba(X) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    model = quick(random_state=np.random.RandomState(3), max_iter=3)
    first, other = (model.fit(X, y).predict_proba(X) for _ in range(2))
    assert np.abs(first - other).max() > 1e-3


def test_curves_have_one_value_per_epoch(fitted):
    model, _ = fitted
    assert model.n_iter_ == len(model.loss_curve_) == 15
    assert np.mean(model.loss_curve_[-3:]) < model.loss_curve_[0]
    assert model.validation_loss_curve_ is None
    last = np.mean([record["train_loss"] for record in model.records_])
    assert model.loss_curve_[-1] == pytest.approx(last)
    assert [record["batches"] for record in model.records_] == [15 * 2] * 2


def test_early_stopping_keeps_the_best_epoch_and_ends_when_nothing_improves():
    X, y = data(150)
    y = np.where(np.random.default_rng(0).random(150) < 0.2, 1 - y, y)  # there is something to overfit
    model = quick(early_stopping=True, validation_fraction=0.3, n_iter_no_change=4, max_iter=300, n_models=2)
    model.fit(X, y)
    curve = model.validation_loss_curve_
    best = [record["best_epoch"] for record in model.records_]
    assert model.n_iter_ == len(curve) == len(model.loss_curve_) == max(best) + 4 < 300
    assert len(set(best)) == 2
    single = quick(early_stopping=True, validation_fraction=0.3, n_iter_no_change=4, max_iter=300).fit(X, y)
    assert single.records_[0]["best_epoch"] == np.argmin(single.validation_loss_curve_) + 1
    assert single.records_[0]["validation_loss"] == pytest.approx(min(single.validation_loss_curve_))
    assert single.records_[0]["train_rows"] == 105


def test_early_stopping_weighs_the_rows_it_validates_with():
    """Of rows that nothing tells apart, the least loss is the entropy of the shares of weight."""
    X, y = np.zeros((100, 1)), np.arange(100) % 2
    settings = {"method": "baseline", "early_stopping": True, "validation_fraction": 0.5, "max_iter": 60}
    model = quick(**settings, n_iter_no_change=60).fit(X, y, sample_weight=np.where(y, 9.0, 1.0))
    assert min(model.validation_loss_curve_) == pytest.approx(
        -0.9 * np.log(0.9) - 0.1 * np.log(0.1), abs=0.01
    )


def test_an_ensemble_averages_networks_that_begin_as_one_alone():
    X, y = data(80)
    alone, three = quick(dropout=0.0).fit(X, y), quick(dropout=0.0, n_models=3).fit(X, y)
    assert len(three.weights_) == len(three.records_) == 3
    members = []
    for weights in three.weights_:
        member = copy.copy(alone)
        member.weights_ = [weights]
        members.append(member.predict_proba(X))
    np.testing.assert_allclose(members[0], alone.predict_proba(X), atol=1e-4)
    assert np.abs(members[1] - members[0]).max() > 1e-3
    np.testing.assert_allclose(three.predict_proba(X), np.mean(members, axis=0), atol=1e-12)


def test_verbose_shows_a_bar_of_the_epochs(capfd):
    quick(verbose=1, early_stopping=True, max_iter=5).fit(*data(80))
    shown = capfd.readouterr().err
    assert "5/5" in shown
    assert "loss=" in shown
    assert "validation=" in shown
    quick(max_iter=1).fit(*data(80))
    assert "epoch" not in capfd.readouterr().err


# Use


def test_it_is_pickled_as_numbers_and_predicts_without_tensorflow(fitted, tmp_path):
    model, X = fitted
    assert all(type(array) is np.ndarray for weights in model.weights_ for array in weights)
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(model))
    np.save(tmp_path / "X.npy", X)
    code = (
        "import pickle, sys, numpy as np\n"
        "model = pickle.load(open('model.pkl', 'rb'))\n"
        "np.save('p.npy', model.predict_proba(np.load('X.npy')))\n"
        "assert 'tensorflow' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, env={"PYTHONPATH": str(ROOT)})
    np.testing.assert_array_equal(np.load(tmp_path / "p.npy"), model.predict_proba(X))


def test_the_package_knows_what_it_offers():
    assert "ReMixClassifier" in dir(remix)
    with pytest.raises(AttributeError, match="module 'remix' has no attribute 'Classifier'"):
        remix.Classifier  # noqa: B018


def test_in_a_pipeline_and_a_search(caplog):
    """Of many short trainings in one process TensorFlow has nothing to warn."""
    tf.get_logger().addHandler(caplog.handler)  # it does not pass its records on
    X, y = data(120)
    pipeline = make_pipeline(PolynomialFeatures(2), quick(max_iter=2))
    search = GridSearchCV(
        pipeline,
        {"remixclassifier__method": ["baseline", "remix"]},
        cv=3,
        scoring="neg_log_loss",
        error_score="raise",
    ).fit(X, y)
    tf.get_logger().removeHandler(caplog.handler)
    assert not caplog.records
    assert search.cv_results_["mean_test_score"].shape == (2,)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.predict_proba(X).shape == (120, 2)


@pytest.mark.parametrize("classes", [2, 3])
def test_decisions_are_log_odds_or_log_probabilities(classes):
    X, y = data(80)
    model = quick(max_iter=3).fit(X, (y + np.arange(80)) % classes)
    p, decisions = model.predict_proba(X), model.decision_function(X)
    expected = np.log(p[:, 1] / p[:, 0]) if classes == 2 else np.log(p)
    np.testing.assert_allclose(decisions, expected, atol=1e-9)
    # They are finite where a probability is 0.
    model.weights_[0][-1] = np.array([[3000.0] + [0.0] * (classes - 1)])  # the last bias
    assert np.isfinite(model.decision_function(X)).all()


def test_calibrated_by_cross_validation():
    """Platt's scaling of the log-odds puts the prior of the data in, which balancing had taken out."""
    X, y = data(400)
    model = CalibratedClassifierCV(quick(), method="sigmoid", cv=2).fit(X, y, sample_weight=np.ones(len(y)))
    p = model.predict_proba(X)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert p[:, 1].mean() == pytest.approx(y.mean(), abs=0.02)


# Class priors


def two_classes(n, share, seed):
    """Rows whose probabilities are known: class 1 lies two deviations away."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < share).astype(int)
    return rng.normal(size=(n, 3)) + 1.2 * y[:, None], y


def true_probability(X, share):
    odds = np.exp(1.2 * X.sum(axis=1) - 3 * 1.2**2 / 2) * share / (1 - share)
    return odds / (1 + odds)


@pytest.mark.parametrize("method", ["baseline", "cost", "logit_adjusted", "remix"])
@pytest.mark.parametrize(
    ("prior", "share"), [("natural", 0.05), ("balanced", 0.5), ([0.8, 0.2], 0.2), ({1: 1, 0: 9}, 0.1)]
)
def test_probabilities_are_those_of_the_prior_that_is_asked_for(method, prior, share, rare_models):
    model, (X, y) = rare_models(method)
    p = model.set_params(prior=prior).predict_proba(X)[:, 1]
    expected = true_probability(X, y.mean() if prior == "natural" else share)
    assert np.abs(p - expected).mean() < 0.05
    assert model.class_prior_[1] == pytest.approx(y.mean() if prior == "natural" else share)
    np.testing.assert_array_equal(model.predict(X), p > 0.5)


@pytest.fixture(scope="module")
def rare_models():
    """Models that were trained on rows of which one in twenty is of class 1."""
    X, y = two_classes(6000, 0.05, 0)

    @functools.cache
    def trained(method):
        return ReMixClassifier(method=method, max_iter=15, random_state=0).fit(X, y)

    return lambda method: (trained(method), (X, y))


@pytest.mark.parametrize(
    ("method", "aim", "trained"), [("remix", 0.5, 0.48), ("cost", 0.5, 0.5), ("baseline", 0.05, 0.05)]
)
def test_by_default_the_prior_is_what_the_method_aims_at(method, aim, trained, rare_models):
    """Mini-batches that lack class 1 leave it with less than half of what ReMix trains on."""
    model, (X, _) = rare_models(method)
    assert ReMixClassifier().prior == "method"
    assert model.set_params(prior="method").class_prior_[1] == pytest.approx(aim, abs=0.01)
    assert model.trained_prior_[1] == pytest.approx(trained, abs=0.012)
    found = model.predict_proba(X)
    as_trained = model.set_params(prior="trained").predict_proba(X)
    assert (np.abs(found - as_trained).max() > 1e-3) is np.bool_(method == "remix")


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        ("equal", "prior: expected 'balanced', 'method', 'trained', 'natural' or the shares of the classes"),
        ([0.5, 0.4, 0.1], "prior: expected a share for each of the 2 classes"),
        ({0: 1.0}, "prior: the class 1 has no share"),
        ([1.0, 0.0], "prior: expected a share above 0"),
    ],
)
def test_a_prior_that_cannot_be_is_refused(prior, message):
    with pytest.raises(ValueError, match=message):
        quick(prior=prior).fit(*data(60))


# A class that is very rare


def test_the_default_finds_a_class_however_rare():
    X, y = two_classes(6000, 0.0, 0)
    X[:12] += 2.5
    y[:12] = 1
    test, truth = two_classes(2000, 0.5, 1)
    test[truth == 1] += 1.3
    with pytest.warns(UserWarning, match="88% of the mini-batches .*: say prior=.balanced. or"):
        model = ReMixClassifier(max_iter=5, random_state=0).fit(X, y)
    assert g_mean(truth, model.predict_proba(test)) > 0.8
    chosen = clone(model).set_params(prior="balanced").fit(X, y)  # and says nothing, for that is an error
    np.testing.assert_array_equal(chosen.predict_proba(test), model.predict_proba(test))
    as_trained = model.set_params(prior="trained")
    assert g_mean(truth, as_trained.predict_proba(test)) < 0.7


@pytest.mark.parametrize("method", ["baseline", "cost", "mixup", "remix_dataset_pool", "undersampling"])
def test_methods_that_balance_no_mini_batch_have_nothing_to_warn_of(method):
    X, y = two_classes(1500, 0.0, 0)
    y[:4] = 1
    ReMixClassifier(method=method, prior="trained", max_iter=1).fit(X, y)
