"""Class priors: how they are read and estimated, and the classifier that exchanges them."""

import numpy as np
import pandas as pd
import pytest
from imblearn.ensemble import BalancedRandomForestClassifier
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import RandomUnderSampler
from scipy.special import expit
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from remix import PriorCorrectedClassifier
from remix.calibration import estimate_prior, exchange_prior, prior_shares
from remix.errors import InputError

SHARES = {0: 0.7, 1: 0.3}


def data(n, share, seed):
    """Two Gaussians, of which the rare one is moved by one in two of four features."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < share).astype(int)
    X = rng.normal(size=(n, 4))
    X[:, :2] += y[:, None]
    return X, y


def truth(X, share):
    """Probability of the second class, if it has that share."""
    return expit(X[:, :2].sum(axis=1) - 1 + np.log(share / (1 - share)))


def weighted():
    return LogisticRegression(class_weight="balanced")


def words(y):
    """The same labels as words, in another order."""
    return np.where(np.asarray(y) == 1, "a rare one", "usual")


# How priors are read


@pytest.mark.parametrize(
    ("given", "shares"),
    [
        ("balanced", [0.5, 0.5]),
        ("natural", [0.9, 0.1]),
        ([3, 1], [0.75, 0.25]),
        (np.array([0.75, 0.25]), [0.75, 0.25]),
        ({"b": 1, "a": 3}, [0.75, 0.25]),
        (pd.Series(["b", "a", "b", "b"]).value_counts(), [0.25, 0.75]),
    ],
)
def test_a_prior_is_read(given, shares):
    read = prior_shares(given, np.array(["a", "b"]), {"natural": [90, 10]})
    np.testing.assert_allclose(read, shares, rtol=1e-15)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("Balanced", "expected 'balanced', 'natural' or the shares of the classes, received 'Balanced'"),
        ([0.5, 0.25, 0.25], "expected a share for each of the 2 classes 'a', 'b', received"),
        (0.5, "expected a share for each of the 2 classes 'a', 'b', received 0.5"),
        (["much", "little"], "expected a share for each of the 2 classes"),
        ([1.0, 0.0], "expected a share above 0 for each class, 'b' has 0$"),
        ([1.0, -1.0], "'b' has -1$"),
        ([float("nan"), 1.0], "'a' has nan$"),
        ([float("inf"), 1.0], "'a' has inf$"),
        ({"a": 1}, "the class 'b' has no share; give one to each class"),
        ({"a": 1, "b": 1, "c": 1}, "'c' is no class; the classes are 'a', 'b'"),
        ("empty", "'b' has 0; give shares$"),
    ],
)
def test_a_prior_that_cannot_be_is_refused(given, message):
    named = {"natural": [90, 10]} | ({"empty": [1, 0]} if given == "empty" else {})
    with pytest.raises(InputError, match=f"^some prior: .*{message}") as refused:
        prior_shares(given, np.array(["a", "b"]), named, name="some prior")
    assert "\n" not in str(refused.value)


# How priors are estimated


@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_it_brings_the_means_to_the_shares(n_classes):
    rng = np.random.default_rng(n_classes)
    p = rng.dirichlet(np.full(n_classes, 0.3), 500)
    p[:50] = np.where(p[:50] < 0.05, 0, p[:50])
    p /= p.sum(axis=1, keepdims=True)
    shares, weights = rng.dirichlet(np.full(n_classes, 2.0)), rng.random(500)
    exchanged = exchange_prior(p, estimate_prior(p, shares, weights), shares)
    np.testing.assert_allclose(np.average(exchanged, axis=0, weights=weights), shares, rtol=1e-8)


@pytest.mark.parametrize(
    "p", [[[1, 0], [0, 1], [0, 1]], [[1, 0], [1, 0]], [[1, 0], [0.5, 0.5]]], ids=["sure", "none", "too few"]
)
def test_probabilities_that_no_prior_changes_have_none(p):
    with pytest.raises(InputError, match="too many probabilities are 0 or 1"):
        estimate_prior(p, [0.2, 0.8])


# The classifier: against a known posterior

# What is wrapped, and the largest mean |p - truth| at 10 % and at 1 %: under the natural prior, the balanced
# one and 30 %. Each is about one and a half times what was measured; the estimators' own errors are in it,
# which no prior mends.
KINDS = {
    "class weights": (weighted, {0.1: (0.006, 0.014, 0.011), 0.01: (0.004, 0.055, 0.042)}),
    "smote": (
        lambda: make_pipeline(SMOTE(random_state=0), LogisticRegression()),
        {0.1: (0.007, 0.015, 0.012), 0.01: (0.005, 0.06, 0.047)},
    ),
    "balanced forest": (
        lambda: BalancedRandomForestClassifier(30, min_samples_leaf=20, random_state=0),
        {0.1: (0.032, 0.078, 0.06), 0.01: (0.006, 0.1, 0.075)},
    ),
}


@pytest.mark.parametrize("share", [0.1, 0.01])
@pytest.mark.parametrize("kind", KINDS)
def test_probabilities_are_those_of_the_prior_asked_for(kind, share):
    make, bounds = KINDS[kind]
    X, y = data(20_000, share, seed=0)
    T, _ = data(3000, share, seed=2)
    fitted = FrozenEstimator(make().fit(X, y))
    for prior, wanted, bound in zip(
        ("natural", "balanced", SHARES), (y.mean(), 0.5, 0.3), bounds[share], strict=True
    ):
        model = PriorCorrectedClassifier(fitted, prior=prior, trained_prior="balanced").fit(X, y)
        assert np.abs(model.predict_proba(T)[:, 1] - truth(T, wanted)).mean() < bound
        np.testing.assert_allclose(model.class_prior_, [1 - wanted, wanted])
        np.testing.assert_array_equal(model.trained_prior_, [0.5, 0.5])


def test_of_several_classes_each_has_its_share():
    """Three Gaussians of one, ten and a hundred rows; labels are words."""
    rng = np.random.default_rng(0)
    shares, names = np.array([100, 10, 1]) / 111, np.array(["usual", "few", "rare"])
    centres = np.array([[0, 0], [1.5, 0], [0, 1.5]])

    def draw(n):
        labels = rng.choice(3, n, p=shares)
        return rng.normal(size=(n, 2)) + centres[labels], names[labels]

    (X, y), (T, _) = draw(30_000), draw(4000)
    model = PriorCorrectedClassifier(weighted(), trained_prior="balanced").fit(X, y)
    likelihood = np.exp(-((T[:, None] - centres) ** 2).sum(axis=2) / 2)
    posterior = likelihood * shares
    posterior /= posterior.sum(axis=1, keepdims=True)
    order = [names.tolist().index(name) for name in model.classes_]
    assert model.classes_.tolist() == ["few", "rare", "usual"]
    assert np.abs(model.predict_proba(T) - posterior[:, order]).mean() < 0.006
    balanced = model.set_params(prior="balanced").fit(X, y)
    assert set(balanced.predict(T)) == {"usual", "few", "rare"}
    assert model.decision_function(T).shape == (4000, 3)


# What the estimator's own prior is


@pytest.mark.parametrize(
    "make", [weighted, lambda: make_pipeline(RandomUnderSampler(random_state=0), LogisticRegression())]
)
def test_the_prior_is_estimated_on_rows_of_their_own(make):
    X, y = data(20_000, 0.05, seed=0)
    V, v = data(10_000, 0.05, seed=1)
    T, _ = data(4000, 0.05, seed=2)
    fitted = FrozenEstimator(make().fit(X, y))
    model = PriorCorrectedClassifier(fitted, trained_prior="estimated").fit(V, v)
    assert model.predict_proba(V).mean(axis=0) == pytest.approx([1 - v.mean(), v.mean()])
    assert model.trained_prior_ == pytest.approx([0.5, 0.5], abs=0.06)
    assert np.abs(model.predict_proba(T)[:, 1] - truth(T, 0.05)).mean() < 0.005


def test_what_the_estimator_says_itself_is_taken():
    X, y = data(3000, 0.1, seed=0)
    for estimator in (GaussianNB(), make_pipeline(StandardScaler(), GaussianNB())):
        model = PriorCorrectedClassifier(estimator, prior="balanced").fit(X, y)
        np.testing.assert_allclose(model.trained_prior_, [1 - y.mean(), y.mean()])
        told = PriorCorrectedClassifier(estimator, prior="balanced", trained_prior="natural").fit(X, y)
        np.testing.assert_allclose(model.predict_proba(X), told.predict_proba(X))
    under = make_pipeline(RandomUnderSampler(random_state=0), GaussianNB())
    searched = GridSearchCV(under, {"gaussiannb__var_smoothing": [1e-9, 1e-3]}, cv=2)
    for estimator in (under, FrozenEstimator(under.fit(X, y)), searched):
        model = PriorCorrectedClassifier(estimator).fit(X, y)
        np.testing.assert_allclose(model.trained_prior_, [0.5, 0.5])


def test_there_and_back_again():
    """A classifier that is corrected says its prior, so that another one may go on from there."""
    X, y = data(3000, 0.1, seed=0)
    plain = GaussianNB().fit(X, y)
    once = PriorCorrectedClassifier(FrozenEstimator(plain), prior=SHARES).fit(X, y)
    back = PriorCorrectedClassifier(FrozenEstimator(once), prior="natural").fit(X, y)
    assert np.abs(once.predict_proba(X) - plain.predict_proba(X)).max() > 0.1
    np.testing.assert_allclose(back.predict_proba(X), plain.predict_proba(X), atol=1e-12)


def test_weights_count_as_rows():
    X, y = data(2000, 0.1, seed=0)
    weights = np.where(y == 1, 3, 1)
    twice = np.repeat(np.arange(len(y)), weights)
    for trained in ("balanced", "natural", "estimated"):
        model = PriorCorrectedClassifier(weighted(), trained_prior=trained)
        heavy = model.fit(X, y, sample_weight=weights)
        heavy = heavy.class_prior_, heavy.trained_prior_, heavy.predict_proba(X)
        long = model.fit(X[twice], y[twice])
        long = long.class_prior_, long.trained_prior_, long.predict_proba(X)
        for a, b in zip(heavy, long, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-3)


def test_weights_reach_the_estimator_where_scikit_learn_routes_them():
    X, y = data(2000, 0.1, seed=0)
    weights = np.where(X[:, 0] > 0, 3.0, 1.0)
    plain = PriorCorrectedClassifier(weighted(), trained_prior="balanced").fit(X, y, sample_weight=weights)
    with config_context(enable_metadata_routing=True):
        asks = weighted().set_fit_request(sample_weight=True)
        routed = PriorCorrectedClassifier(asks, trained_prior="balanced").fit(X, y, sample_weight=weights)
    np.testing.assert_array_equal(routed.predict_proba(X), plain.predict_proba(X))
    pipeline = make_pipeline(StandardScaler(), weighted())
    given = PriorCorrectedClassifier(pipeline, trained_prior="balanced").fit(
        X, y, logisticregression__sample_weight=weights
    )
    np.testing.assert_allclose(given.class_prior_, [1 - y.mean(), y.mean()])


# Where classifiers go


@parametrize_with_checks([PriorCorrectedClassifier(LogisticRegression(), trained_prior="natural")])
def test_scikit_learns_contract(estimator, check):
    check(estimator)


def test_it_goes_into_cross_validation_and_searches():
    X, y = data(1500, 0.2, seed=0)
    y = words(y)
    model = PriorCorrectedClassifier(
        make_pipeline(SMOTE(random_state=0), LogisticRegression()), trained_prior="balanced"
    )
    p = cross_val_predict(model, X, y, cv=3, method="predict_proba")
    assert p[:, 0].mean() == pytest.approx((y == "a rare one").mean(), abs=0.02)
    search = GridSearchCV(
        model,
        {
            "prior": ["natural", "balanced", [0.9, 0.1], {"usual": 0.1, "a rare one": 0.9}],
            "estimator__logisticregression__C": [0.1, 1.0],
        },
        scoring="neg_log_loss",
        cv=3,
    ).fit(X, y)
    assert search.best_params_["prior"] == "natural"
    assert search.best_score_ > -0.45
    calibrated = CalibratedClassifierCV(model, method="sigmoid", cv=3).fit(X, y)
    assert np.abs(calibrated.predict_proba(X) - search.predict_proba(X)).mean() < 0.02


def test_missing_values_are_the_estimators_business():
    X, y = data(500, 0.2, seed=0)
    X[::7, 2] = np.nan
    trees = HistGradientBoostingClassifier(class_weight="balanced", max_iter=5)
    model = PriorCorrectedClassifier(trees, trained_prior="balanced").fit(X, y)
    assert model.__sklearn_tags__().input_tags.allow_nan
    assert np.isfinite(model.predict_proba(X)).all()


# What is refused


class Odd(ClassifierMixin, BaseEstimator):
    """Gives what it is told to as probabilities."""

    def __init__(self, row=(0.2, 0.3, 0.5)):
        self.row = row

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.tile(self.row, (len(X), 1))


@pytest.mark.parametrize(
    ("estimator", "parameters", "message"),
    [
        (weighted(), {"prior": "even", "trained_prior": "natural"}, "^prior: expected 'balanced', 'natural'"),
        (weighted(), {"trained_prior": "equal"}, "^trained_prior: expected .*'estimated' or the shares"),
        (weighted(), {"trained_prior": [1, 0]}, "^trained_prior: .*each class, 1 has 0"),
        (weighted(), {}, r"LogisticRegression does not say .*'balanced' if .*'natural' if .*'estimated' to"),
        (
            make_pipeline(StandardScaler(), LogisticRegression()),
            {},
            "^Pipeline does not say which class prior",
        ),
        (LinearSVC(), {"trained_prior": "natural"}, "^LinearSVC has no predict_proba"),
        (Odd(), {"trained_prior": "natural"}, r"^Odd.predict_proba gives an array of shape \(60, 3\) for 2"),
        (Odd((np.nan, 1)), {"trained_prior": "natural"}, "^Odd.predict_proba gives rows that are no prob"),
        (Odd((0, 0)), {"trained_prior": "natural"}, "^Odd.predict_proba gives rows that are no prob"),
        (DecisionTreeClassifier(), {"trained_prior": "estimated"}, "too many probabilities are 0 or 1"),
    ],
)
def test_what_cannot_be_corrected_is_told_in_a_line(estimator, parameters, message):
    X, y = data(60, 0.3, seed=0)
    model = PriorCorrectedClassifier(estimator, **parameters)
    with pytest.raises(InputError, match=message) as refused:
        model.fit(X, y).predict_proba(X)
    assert "\n" not in str(refused.value)


def test_classes_and_a_frozen_estimator_must_agree():
    X, y = data(300, 0.3, seed=0)
    frozen = FrozenEstimator(weighted().fit(X, words(y)))
    other = np.where(np.arange(300) == 7, "new", words(y))
    with pytest.raises(InputError, match=r"^y has the class 'new', which LogisticRegression was not fitted"):
        PriorCorrectedClassifier(frozen, trained_prior="balanced").fit(X, other)
    # A class without rows has no share, which is needed for the natural prior alone.
    usual = words(y) == "usual"
    few = X[usual], words(y)[usual]
    for parameters in ({"trained_prior": "balanced"}, {"prior": "balanced", "trained_prior": "estimated"}):
        with pytest.raises(InputError, match=r"expected a share above 0 .* 'a rare one' has 0; give shares"):
            PriorCorrectedClassifier(frozen, **parameters).fit(*few)
    model = PriorCorrectedClassifier(frozen, prior=[0.1, 0.9], trained_prior="balanced").fit(*few)
    np.testing.assert_allclose(model.class_prior_, [0.1, 0.9])


def test_a_fit_that_fails_leaves_it_as_it_was():
    X, y = data(300, 0.3, seed=0)
    model = PriorCorrectedClassifier(weighted(), trained_prior="balanced").fit(X, y)
    before = model.predict_proba(X)
    model.set_params(trained_prior={0: 1})
    with pytest.raises(InputError, match="the class 1 has no share"):
        model.fit(X[:, :2], y)
    np.testing.assert_array_equal(model.predict_proba(X), before)
    assert model.n_features_in_ == 4
