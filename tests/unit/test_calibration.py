import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV

from remix.calibration import (
    assess,
    class_shares,
    correct_fold,
    correct_predictions,
    corrected,
    exchange_prior,
    fit_temperature,
    scale_temperature,
    unfitted_note,
)
from remix.corrections import CORRECTIONS, REMEDIES
from remix.errors import ResultError
from remix.metrics import score_folds
from remix.thresholds import choose_class_weights

shares = arrays(float, 3, elements=st.floats(0.01, 1.0))
probabilities = arrays(float, (5, 3), elements=st.floats(0.001, 1.0)).map(
    lambda raw: raw / raw.sum(axis=1, keepdims=True)
)


def drawn(logits, rng):
    """Labels of which the softmax of the logits is the true probability."""
    p = softmax(logits, axis=1)
    return (p.cumsum(axis=1) > rng.random((len(p), 1))).argmax(axis=1)


@given(probabilities, shares, shares)
def test_exchanged_probabilities_are_probabilities_and_can_be_exchanged_back(p, old, new):
    exchanged = exchange_prior(p, old, new)
    assert np.isfinite(exchanged).all()
    assert exchanged.sum(axis=1) == pytest.approx(np.ones(5))
    assert exchange_prior(exchanged, new, old) == pytest.approx(p)
    assert exchange_prior(p, old, old) == pytest.approx(p)


def test_bayes_rule_by_hand():
    # Odds 0.2 / 0.8 under the mix 0.25 / 0.75, so a likelihood ratio of 0.75; 9 / 1 times that is 6.75.
    assert exchange_prior([[0.2, 0.8]], [0.25, 0.75], [0.9, 0.1])[0, 0] == pytest.approx(6.75 / 7.75)


def test_certain_probabilities_stay_so():
    assert exchange_prior([[1.0, 0.0]], [0.5, 0.5], [0.01, 0.99]).tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize("share", [0.0, -0.1, np.nan])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match="class 1 has a share of"):
        exchange_prior([[0.5, 0.5]], [1.0, share], [0.5, 0.5])


def test_temperature_one_changes_nothing_and_zero_is_refused():
    assert scale_temperature([[0.3, 0.7]], 1.0) == pytest.approx(np.array([[0.3, 0.7]]))
    for temperature in (0.0, np.inf, -1.0, np.nan):
        with pytest.raises(ValueError, match="positive and finite"):
            scale_temperature([[0.3, 0.7]], temperature)


class Given(ClassifierMixin, BaseEstimator):
    """A classifier whose features are the probabilities that it predicts."""

    def __init__(self, n_classes=2):
        self.n_classes = n_classes
        self.classes_ = np.arange(n_classes)

    def fit(self, X, y, sample_weight=None):
        return self

    def predict_proba(self, X):
        return X

    def predict(self, X):
        return X.argmax(axis=1)


@pytest.mark.parametrize(("n_classes", "weighted"), [(2, True), (3, False)])
def test_the_fit_is_scikit_learns(n_classes, weighted):
    rng = np.random.default_rng(2)
    logits = rng.normal(size=(300, n_classes))
    y = rng.integers(0, n_classes, 300)
    y[:200] = logits[:200].argmax(axis=1)
    p, rows = softmax(logits, axis=1), np.arange(300)
    weights = rng.random(300) if weighted else None
    scaling = CalibratedClassifierCV(
        Given(n_classes), method="temperature", ensemble=False, cv=[(rows, rows)]
    ).fit(p, y, sample_weight=weights)
    temperature = fit_temperature(y, p, weights)
    assert temperature == pytest.approx(1 / scaling.calibrated_classifiers_[0].calibrators[0].beta_, rel=1e-6)
    assert scale_temperature(p, temperature) == pytest.approx(scaling.predict_proba(p), abs=1e-6)


def test_no_best_temperature_is_told_apart():
    assert fit_temperature([0, 1], [[0.9, 0.1], [0.4, 0.6]]) == 0
    assert fit_temperature([1, 0], [[0.9, 0.1], [0.4, 0.6]]) == np.inf
    assert fit_temperature([0, 1], [[0.5, 0.5], [0.5, 0.5]]) in (0, np.inf)


def test_a_class_that_validation_does_not_show_is_no_obstacle():
    p = np.array([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.7, 0.2, 0.1], [0.2, 0.7, 0.1]])
    assert 0 < fit_temperature([0, 1, 0, 1], p) < np.inf
    assert class_shares([0, 1, 0, 1], 3) == pytest.approx(np.array([4, 4, 1]) / 9)


def test_each_correction_of_a_fold():
    y = np.array([0] * 9 + [1])
    own = np.array([[0.8, 0.2]] * 8 + [[0.3, 0.7]] * 2)
    test = np.array([[0.5, 0.5], [0.9, 0.1]])
    trained = [0.6, 0.4]
    results = {
        name: correct_fold(test, y, own, trained, correction) for name, correction in CORRECTIONS.items()
    }
    assert results["none"].y_prob is test
    assert results["prior"].y_prob == pytest.approx(exchange_prior(test, trained, [0.9, 0.1]))
    assert results["balanced"].y_prob == pytest.approx(exchange_prior(test, trained, [0.5, 0.5]))
    assert np.isnan([results[name].temperature for name in ("none", "prior", "balanced")]).all()
    for name, prior, weights in (
        ("temperature", None, None),
        ("prior_temperature", [0.9, 0.1], None),
        ("balanced_temperature", [0.5, 0.5], np.where(y == 1, 9, 1)),
    ):
        moved, moved_own = (p if prior is None else exchange_prior(p, trained, prior) for p in (test, own))
        temperature = fit_temperature(y, moved_own, weights)
        assert 0 < temperature < np.inf
        assert results[name].temperature == pytest.approx(temperature)
        assert results[name].y_prob == pytest.approx(scale_temperature(moved, temperature))


@pytest.mark.parametrize("p", [1e-6, 0.1, 0.37, 0.5, 0.93])
def test_probabilities_that_say_nothing_have_no_best_temperature(p):
    """The same for every row: with classes of equal weight, sharper is worse, and the slope at its end 0."""
    for rare in range(1, 21):
        labels = np.repeat([0, 1], [97, rare])
        weights = 1 / class_shares(labels, 2)[labels]
        temperature = fit_temperature(labels, np.tile([1 - p, p], (len(labels), 1)), weights)
        assert temperature in ((0.0, np.inf) if p == 0.5 else (np.inf,)), rare


@given(st.integers(0, 2**32 - 1), st.floats(1e-16, 1e-2))
def test_probabilities_that_say_next_to_nothing_have_a_temperature_or_none(seed, spread):
    """Which of both is a matter of rounding; the fit ends in either."""
    rng = np.random.default_rng(seed)
    labels = np.repeat([0, 1], [rng.integers(2, 60), rng.integers(1, 9)])
    p = np.clip(rng.uniform() + spread * rng.normal(size=len(labels)), 0.0, 1.0)
    weights = 1 / class_shares(labels, 2)[labels]
    assert 0 <= fit_temperature(labels, np.column_stack([1 - p, p]), weights) <= np.inf


def test_where_no_temperature_is_best_probabilities_stay():
    test = np.array([[0.5, 0.5], [0.9, 0.1]])
    right = np.array([[0.9, 0.1], [0.2, 0.8]])
    result = correct_fold(test, np.array([0, 1]), right, [0.5, 0.5], CORRECTIONS["temperature"])
    assert result.temperature == 0
    assert (result.y_prob == test).all()


def fold_frames(n_folds=2, n_classes=2):
    """Predictions, validation and records of a model that trained on balanced classes and is too sure."""
    rng = np.random.default_rng(3)
    bias = np.log([0.8] + [0.2 / (n_classes - 1)] * (n_classes - 1))
    frames = []
    for n_rows in (400, 200):
        parts = []
        for fold in range(n_folds):
            logits = rng.normal(scale=2.0, size=(n_rows, n_classes))
            y = drawn(logits + bias, rng)
            part = pd.DataFrame({"repeat": 0, "fold": fold, "row": np.arange(n_rows), "y_true": y})
            p = softmax(2 * logits, axis=1).astype(np.float32)
            parts.append(part.join(pd.DataFrame(p).add_prefix("p_")))
        frames.append(pd.concat(parts, ignore_index=True))
    records = pd.DataFrame({"repeat": 0, "fold": range(n_folds)})
    shares = {f"class_share_{k}": 1 / n_classes for k in range(n_classes)}
    return (*frames, records.assign(**shares))


@pytest.mark.parametrize("correction", REMEDIES.values(), ids=REMEDIES)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_other_test_rows_have_no_influence(n_classes, correction):
    """Rows that are replaced, labels and probabilities, change no prior, no temperature and no threshold."""
    predictions, validation, records = fold_frames(n_classes=n_classes)
    columns = [f"p_{k}" for k in range(n_classes)]
    other, replaced = predictions.copy(), predictions["row"] % 2 == 0
    other.loc[replaced, columns] = other.loc[replaced, columns[::-1]].to_numpy() ** 2
    other.loc[replaced, columns] = other.loc[replaced, columns].div(
        other.loc[replaced, columns].sum(axis=1), axis=0
    )
    other["y_true"] = (other["y_true"] + 1) % n_classes
    own, temperatures = corrected(predictions, validation, records, correction)
    others, other_temperatures = corrected(other, validation, records, correction)
    pd.testing.assert_frame_equal(own.loc[~replaced, columns], others.loc[~replaced, columns])
    pd.testing.assert_series_equal(temperatures, other_temperatures)
    assert not np.allclose(own.loc[replaced, columns], others.loc[replaced, columns])


@pytest.mark.parametrize("criterion", ["g_mean", "balanced_accuracy"])
def test_a_threshold_is_the_prior_whose_decisions_are_best_on_validation_rows(criterion):
    rng = np.random.default_rng(5)
    y = np.repeat([0, 1], [80, 20])
    own = softmax(rng.normal(size=(100, 2)) + np.eye(2)[y], axis=1)
    test = softmax(rng.normal(size=(50, 2)), axis=1)
    trained = [0.7, 0.3]
    result = correct_fold(test, y, own, trained, REMEDIES[f"threshold_{criterion}"])
    prior = choose_class_weights(y, exchange_prior(own, trained, [1, 1]), criterion)
    assert result.y_prob == pytest.approx(exchange_prior(test, trained, prior))
    assert result.y_prob.sum(axis=1) == pytest.approx(np.ones(50))
    assert np.isnan(result.temperature)
    # As the threshold on the probability of class 1 that it is.
    threshold = 1 / (1 + prior[1] / prior[0] * trained[0] / trained[1])
    assert (result.y_prob.argmax(axis=1) == (test[:, 1] > threshold)).all()


def test_a_fold_is_corrected_by_its_own_validation_rows_and_record():
    predictions, validation, records = fold_frames()
    changed = validation.copy()
    changed.loc[changed["fold"] == 1, "y_true"] = np.arange(200) % 2
    pairs = zip(
        correct_predictions(predictions, validation, records),
        correct_predictions(predictions, changed, records.assign(class_share_0=[0.5, 0.2])),
        strict=True,
    )
    first = predictions["fold"] == 0
    for correction, own, others in ((c, a, b) for (c, a, _), (_, b, _) in pairs):
        pd.testing.assert_frame_equal(own[first], others[first])
        assert own[~first].equals(others[~first]) == (correction.name == "none")


def test_rows_may_come_in_any_order():
    predictions, validation, records = fold_frames()
    shuffled = predictions.sample(frac=1, random_state=0)
    pairs = zip(
        correct_predictions(predictions, validation, records),
        correct_predictions(shuffled, validation.sample(frac=1, random_state=1), records[::-1]),
        strict=True,
    )
    for (_, own, _), (_, others, _) in pairs:
        pd.testing.assert_frame_equal(own, others.sort_index(), atol=1e-6, rtol=1e-4)


def test_an_assessment_has_every_correction_and_leaves_the_uncorrected_scores_as_they_are():
    predictions, validation, records = fold_frames(n_classes=3)
    result = assess(predictions, validation, records)
    assert list(result.scores) == ["correction", "repeat", "fold", "temperature", "metric", "value"]
    assert list(dict.fromkeys(result.scores["correction"])) == list(CORRECTIONS)
    assert (result.scores.groupby(["correction", "metric"]).size() == 2).all()
    own = result.scores.query("correction == 'none'").set_index(["repeat", "fold", "metric"])["value"]
    known = score_folds(predictions).set_index(["repeat", "fold", "metric"])["value"]
    assert own.to_dict() == known.loc[own.index].to_dict()
    fitted = result.scores.groupby("correction")["temperature"].count()
    assert (fitted > 0).to_dict() == {name: c.temperature for name, c in CORRECTIONS.items()}
    # A temperature does not move a prediction.
    g_mean = result.scores.query("metric == 'g_mean'").groupby("correction")["value"].mean()
    assert g_mean["temperature"] == g_mean["none"]
    assert g_mean["balanced_temperature"] == g_mean["balanced"]
    # Two folds of 400 test rows, 6 corrections, 2 priors, 3 classes.
    rows = result.curves.groupby(["correction", "prior", "class"])["rows"].sum()
    assert len(rows) == 6 * 2 * 3
    assert set(rows) == {800}


def test_what_is_missing_is_named():
    predictions, validation, records = fold_frames()
    for frames, text in (
        (
            (predictions, validation[validation["fold"] == 0], records),
            "repeat 0, fold 1 has no validation rows",
        ),
        ((predictions, validation, records[:1]), "repeat 0, fold 1 has no training record"),
        ((predictions, validation, records.drop(columns="class_share_1")), "'class_share_1' is missing"),
        (
            (predictions, validation, records.assign(class_share_1=0.0)),
            "repeat 0, fold 0 cannot be corrected: class 1 has a share of 0",
        ),
    ):
        with pytest.raises(ResultError, match=text):
            list(correct_predictions(*frames))


def test_folds_without_a_temperature_are_counted():
    scores = pd.DataFrame(
        {
            "correction": ["none"] * 2 + ["temperature"] * 4,
            "repeat": 0,
            "fold": [0, 0, 0, 0, 1, 2],
            "temperature": [np.nan, np.nan, 0.0, 0.0, 1.5, np.inf],
        }
    )
    assert unfitted_note(scores) == "folds without a best temperature: temperature 2 of 3"
