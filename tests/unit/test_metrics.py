import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.metrics import geometric_mean_score
from sklearn import metrics as sklearn_metrics
from sklearn.calibration import calibration_curve
from statsmodels.genmod import families as statsmodels
from statsmodels.genmod import generalized_linear_model as statsmodels_glm

from remix.errors import ResultError
from remix.metrics import (
    METRICS,
    NET_BENEFIT_PERCENT,
    average_precision,
    balanced_accuracy,
    balanced_brier_score,
    brier,
    brier_by_class,
    calibration_intercept,
    calibration_slope,
    classwise_ece,
    expected_calibration_error,
    f1_macro,
    g_mean,
    inverted_balanced_brier_score,
    log_loss,
    matthews_correlation,
    metric,
    net_benefit,
    recall_by_class,
    score_folds,
)


def example(n_classes, n=400, seed=0, dtype=np.float32):
    """Labels of very different frequency, and probabilities that know something about them."""
    rng = np.random.default_rng(seed)
    weights = 1.0 / np.arange(1, n_classes + 1) ** 2
    labels = np.concatenate([np.arange(n_classes), rng.choice(n_classes, n, p=weights / weights.sum())])
    logits = rng.normal(size=(len(labels), n_classes)) + 1.5 * np.eye(n_classes)[labels]
    p = np.exp(logits)
    return labels, (p / p.sum(axis=1, keepdims=True)).astype(dtype)


@st.composite
def predictions(draw):
    n_classes = draw(st.integers(2, 5))
    return example(n_classes, n=draw(st.integers(0, 40)), seed=draw(st.integers(0, 10_000)))


# By hand: four rows of class 0, one of class 1.
Y = [0, 0, 0, 0, 1]
P = [[1.0, 0.0], [0.8, 0.2], [0.8, 0.2], [0.4, 0.6], [0.7, 0.3]]


def test_brier_by_hand_for_two_classes():
    # Class 0: mean of p_1² = (0 + 0.04 + 0.04 + 0.36) / 4; class 1: (1 - 0.3)².
    assert brier_by_class(Y, P) == pytest.approx([0.11, 0.49])
    assert balanced_brier_score(Y, P) == pytest.approx(0.30)
    assert brier(Y, P) == pytest.approx((4 * 0.11 + 0.49) / 5)


def test_decisions_by_hand():
    assert recall_by_class(Y, P) == pytest.approx([0.75, 0.0])
    assert g_mean(Y, P) == 0.0
    assert g_mean([0, 0, 0, 0, 1], [*P[:4], [0.2, 0.8]]) == pytest.approx(np.sqrt(0.75))
    assert balanced_accuracy(Y, P) == pytest.approx(0.375)
    # Class 0: precision 3/4, recall 3/4; class 1: no true positive.
    assert f1_macro(Y, P) == pytest.approx(0.375)


def test_equal_probabilities_go_to_the_first_class():
    assert recall_by_class([0, 1], [[0.5, 0.5], [0.5, 0.5]]).tolist() == [1.0, 0.0]


def test_ece_by_hand():
    # Bins of width 1/15: confidences 0.8, 0.8 (one of two right), 0.6 (wrong), 0.7 (wrong), 1.0 (right).
    assert expected_calibration_error(Y, P) == pytest.approx((0.0 + 0.4 + 0.6 + 0.7) / 5)
    assert expected_calibration_error([0, 1], [[0.8, 0.2], [0.8, 0.2]]) == pytest.approx(0.3)


def test_ece_bins_are_open_at_the_left():
    # 2/3 is the upper edge of its bin and just above it the next begins: one right, one wrong, not averaged.
    y, p = [0, 1], [[2 / 3, 1 / 3], [2 / 3 + 1e-3, 1 / 3 - 1e-3]]
    assert expected_calibration_error(y, p) == pytest.approx((1 / 3 + 2 / 3 + 1e-3) / 2)


@pytest.mark.parametrize("n_classes", [2, 3, 10])
def test_against_the_libraries(n_classes):
    y, p32 = example(n_classes)
    p = p32.astype(np.float64)
    p /= p.sum(axis=1, keepdims=True)
    predicted = p.argmax(axis=1)
    weights = (1 / np.bincount(y))[y]
    scaled = {"labels": np.arange(n_classes), "scale_by_half": True}
    positive = p[:, 1] if n_classes == 2 else p
    expected = {
        "g_mean": geometric_mean_score(y, predicted, average="multiclass"),
        "balanced_brier": sklearn_metrics.brier_score_loss(y, positive, sample_weight=weights, **scaled),
        "brier": sklearn_metrics.brier_score_loss(y, positive, **scaled),
        "balanced_accuracy": sklearn_metrics.balanced_accuracy_score(y, predicted),
        "f1_macro": sklearn_metrics.f1_score(y, predicted, average="macro"),
        "roc_auc": np.mean([sklearn_metrics.roc_auc_score(y == c, p[:, c]) for c in range(n_classes)]),
        "log_loss": sklearn_metrics.log_loss(y, p),
        "matthews": sklearn_metrics.matthews_corrcoef(y, predicted),
        "balanced_log_loss": sklearn_metrics.log_loss(y, p, sample_weight=weights),
    }
    for name, value in expected.items():
        assert METRICS[name].function(y, p32) == pytest.approx(value, abs=1e-6), name
    recalls = sklearn_metrics.recall_score(y, predicted, average=None)
    assert recall_by_class(y, p32) == pytest.approx(recalls)
    assert g_mean(y, p32) == pytest.approx(np.prod(recalls) ** (1 / n_classes))


@settings(max_examples=10)
@given(predictions())
def test_certain_and_right_is_best_of_all(given_predictions):
    y, p = given_predictions
    perfect = np.eye(p.shape[1])[y]
    for m in (m for m in METRICS.values() if m.proper and m.best is None):
        if m.binary and p.shape[1] > 2:
            continue
        best = np.atleast_1d(m.function(y, perfect))
        # Of net benefit the best is the share of the class that is looked for.
        expected = y.mean() if m.binary else 1 if m.higher_is_better else 0
        assert best == pytest.approx(expected, abs=1e-9), m.name
        assert (m.sign * best >= m.sign * np.atleast_1d(m.function(y, p)) - 1e-9).all(), m.name


@pytest.mark.parametrize(
    ("y", "p", "message"),
    [
        ([0, 1], [0.1, 0.9], r"shape \(n, K\).*column_stack"),
        ([0, 1], [[1.0], [1.0]], "K ≥ 2"),
        ([0, 1, 1], [[0.5, 0.5], [0.5, 0.5]], r"shape \(2,\)"),
        ([[0], [1]], [[0.5, 0.5], [0.5, 0.5]], r"it has \(2, 1\)"),
        ([0, 1], [[np.nan, 0.5], [0.5, 0.5]], "NaN"),
        ([0, 1], [[np.inf, 0.5], [0.5, 0.5]], "infinite"),
        ([0, 1], [[-0.5, 1.5], [0.5, 0.5]], "not logits"),
        ([0, 1], [[0.5, 0.5], [0.5, 0.3]], "row 1 sums to 0.8"),
        ([0.5, 1], [[0.5, 0.5], [0.5, 0.5]], "y_true has fractions"),
        (["a", "a"], [[0.5, 0.5], [0.5, 0.5]], "y_true holds 1 labels, y_prob has 2 columns"),
        ([0, 0], [[0.5, 0.5], [0.5, 0.5]], "class 1 has no rows"),
        ([], np.empty((0, 2)), "class 0 has no rows"),
    ],
)
def test_bad_input_is_refused_by_every_metric(y, p, message):
    for m in METRICS.values():
        with pytest.raises(ValueError, match=message):
            m.function(y, p)


def test_the_inverted_score_favours_the_minority_everywhere():
    """By hand: the negatives' terms are (1 − 0.2)² and (1 − 0.6)², the positive's is (1 − 0.7)² as ever."""
    y, p = [0, 0, 1], [[0.8, 0.2], [0.4, 0.6], [0.3, 0.7]]
    assert inverted_balanced_brier_score(y, p) == pytest.approx(((0.64 + 0.16) / 2 + 0.09) / 2)
    everywhere = [[0.0, 1.0]] * 3
    assert inverted_balanced_brier_score(y, everywhere) == 0
    assert balanced_brier_score(y, everywhere) == 0.5
    assert not METRICS["balanced_brier_inverted"].proper
    assert {m.name for m in METRICS.values() if not m.proper} == {"balanced_brier_inverted"}


def test_the_inverted_score_of_several_classes_is_the_proper_one():
    y, p = example(4)
    assert inverted_balanced_brier_score(y, p) == balanced_brier_score(y, p)


def test_labels_may_be_floats_or_booleans():
    for labels in (np.array(Y, float), np.array(Y, bool)):
        assert balanced_brier_score(labels, P) == balanced_brier_score(Y, P)


def test_float32_probabilities_of_zero_and_one_give_a_finite_log_loss():
    assert log_loss([0, 1], np.array([[1, 0], [1, 0]], np.float32)) == pytest.approx(
        -np.log(2.2e-16) / 2, rel=1e-2
    )


def test_a_metric_is_found_by_its_name_in_a_score_file():
    assert not METRICS["balanced_brier_inverted"].higher_is_better
    assert metric("brier_12").direction == "lower is better"
    assert metric("recall_0") is METRICS["recall_{class}"]
    assert metric("brier") is METRICS["brier"]
    assert metric("net_benefit_5") is METRICS["net_benefit_{percent}"]
    assert metric("calibration_slope").direction == "1 is best"


@pytest.mark.parametrize("name", ["recall", "recall_x", "accuracy", "brier_{class}x"])
def test_unknown_metric(name):
    with pytest.raises(ResultError, match="there is no metric"):
        metric(name)


def folds(n_classes, repeats=2):
    parts = []
    for seed in range(2 * repeats):
        y, p = example(n_classes, n=60, seed=seed)
        columns = {f"p_{k}": p[:, k] for k in range(n_classes)}
        parts.append(
            pd.DataFrame(
                {"repeat": seed // 2, "fold": seed % 2, "row": np.arange(len(y)), "y_true": y, **columns}
            )
        )
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("n_classes", [2, 11])
def test_score_folds_has_every_metric_of_every_fold(n_classes):
    frame = folds(n_classes)
    scores = score_folds(frame)
    classes = range(n_classes)
    names = ["g_mean", "balanced_brier", "balanced_accuracy", "f1_macro", "roc_auc", "average_precision"]
    names += ["brier", "log_loss", "ece"]
    names += [f"{name}_{c}" for name in ("recall", "brier") for c in classes] + ["balanced_brier_inverted"]
    names += ["matthews", "balanced_log_loss", "classwise_ece"]
    if n_classes == 2:
        names += ["calibration_slope", "calibration_intercept"]
        names += [f"net_benefit_{percent}" for percent in NET_BENEFIT_PERCENT]
    assert list(scores.columns) == ["repeat", "fold", "metric", "value"]
    for fold in [(r, f) for r in range(2) for f in range(2)]:
        part = scores[(scores["repeat"] == fold[0]) & (scores["fold"] == fold[1])]
        assert list(part["metric"]) == names
    # Columns of ten and more classes are in the order of labels, not of texts.
    y, p = example(n_classes, n=60, seed=3)
    last = scores[(scores["repeat"] == 1) & (scores["fold"] == 1)].set_index("metric")["value"]
    assert last["balanced_brier"] == balanced_brier_score(y, p)
    assert last[f"recall_{n_classes - 1}"] == recall_by_class(y, p)[-1]


def test_the_order_of_lines_does_not_matter():
    frame = folds(3)
    shuffled = score_folds(frame.sample(frac=1, random_state=0))
    pd.testing.assert_frame_equal(shuffled, score_folds(frame), check_exact=False, rtol=1e-12)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: f.drop(columns="fold"), "lack the column 'fold'"),
        (lambda f: f.drop(columns=["p_0", "p_1", "p_2"]), "lack the column 'p_0'"),
        (lambda f: f.drop(columns="p_1"), "lack the column 'p_1'"),
        (lambda f: f.iloc[:0], "no rows"),
        (
            lambda f: f.assign(p_1=f["p_1"].where(f["repeat"] == 0)),
            "repeat 1, fold 0 cannot be scored: .*NaN",
        ),
        (lambda f: f[(f["y_true"] != 2) | (f["fold"] == 0)], "repeat 0, fold 1 .* class 2 has no rows"),
    ],
)
def test_score_folds_refuses(spoil, message):
    with pytest.raises(ResultError, match=message):
        score_folds(spoil(folds(3)))


@pytest.mark.parametrize("decimals", [1, 6])
@pytest.mark.parametrize("n_classes", [2, 3, 10])
def test_average_precision_is_scikit_learns_where_probabilities_are_equal(n_classes, decimals):
    """Rounding makes them so."""
    for seed in range(10):
        y, p = example(n_classes, n=90, seed=seed)
        p = np.round(p.astype(np.float64), decimals)
        p[:, 0] = 1 - p[:, 1:].sum(axis=1)
        p = np.abs(p)
        p /= p.sum(axis=1, keepdims=True)
        expected = sklearn_metrics.average_precision_score(y, p[:, 1] if n_classes == 2 else p)
        assert average_precision(y, p) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("n_classes", [2, 5])
def test_the_classwise_error_is_that_of_scikit_learns_curves(n_classes):
    y, p = example(n_classes, dtype=np.float64)
    p[:40] = p[0]  # equal probabilities stay together
    errors = []
    for c in range(n_classes):
        share, mean = calibration_curve(y == c, p[:, c], n_bins=15, strategy="quantile")
        edges = np.percentile(p[:, c], np.linspace(0, 100, 16))
        sizes = np.bincount(np.searchsorted(edges[1:-1], p[:, c]))
        errors.append((sizes[sizes > 0] * np.abs(share - mean)).sum() / len(y))
    assert classwise_ece(y, p) == pytest.approx(np.mean(errors))


def test_of_one_predicted_class_the_correlation_is_0():
    assert matthews_correlation([0, 0, 1], [[0.9, 0.1], [0.8, 0.2], [0.6, 0.4]]) == 0


def logistic(seed, n=300):
    """Rows of two classes whose log-odds are a + b x, and the probabilities of x."""
    rng = np.random.default_rng(seed)
    x = 3 * rng.normal(size=n) - 2
    y = (rng.random(n) < 1 / (1 + np.exp(-(rng.normal() + rng.uniform(0.2, 2) * x)))).astype(int)
    p = 1 / (1 + np.exp(-x))
    return y, np.column_stack([1 - p, p]), x


@pytest.mark.parametrize("seed", range(8))
def test_slope_and_intercept_are_those_of_statsmodels(seed):
    y, p, x = logistic(seed)
    family = statsmodels.Binomial()
    design = np.column_stack([np.ones(len(x)), x])
    slope = statsmodels_glm.GLM(y, design, family=family).fit(tol=1e-12).params[1]
    intercept = statsmodels_glm.GLM(y, design[:, :1], family=family, offset=x).fit(tol=1e-12).params[0]
    assert calibration_slope(y, p) == pytest.approx(slope, rel=1e-8)
    assert calibration_intercept(y, p) == pytest.approx(intercept, abs=1e-8)


@pytest.mark.parametrize(
    "p1",
    [
        [0.1, 0.2, 0.8, 0.9],
        [0.9, 0.8, 0.2, 0.1],
        [0.1, 0.5, 0.5, 0.9],
        [0.3, 0.3, 0.3, 0.3],
        [0.0, 0.0, 1.0, 1.0],
    ],
    ids=["apart", "apart the other way", "touching", "all the same", "certain"],
)
def test_where_there_is_no_slope_the_fold_has_no_line_of_it(p1):
    y, p = np.array([0, 0, 1, 1]), np.column_stack([1 - np.array(p1), p1])
    assert np.isnan(calibration_slope(y, p))
    assert METRICS["calibration_slope"].values(y, p) == {}
    assert np.isfinite(calibration_intercept(y, p))
    frame = pd.DataFrame(
        {"repeat": 0, "fold": 0, "row": range(4), "y_true": y, "p_0": p[:, 0], "p_1": p[:, 1]}
    )
    assert "calibration_slope" not in set(score_folds(frame)["metric"])


def test_extreme_probabilities_have_a_slope():
    """Far from where the search begins: all rows but two are given 1e-12 or less."""
    rng = np.random.default_rng(0)
    p1 = np.concatenate([10.0 ** -rng.uniform(12, 15, 200), [0.4, 0.6]])
    y = np.concatenate([rng.integers(0, 2, 200), [0, 1]])
    p = np.column_stack([1 - p1, p1])
    x = np.log(p1) - np.log1p(-p1)
    fit = statsmodels_glm.GLM(y, np.column_stack([np.ones(202), x]), family=statsmodels.Binomial()).fit(
        tol=1e-12
    )
    assert calibration_slope(y, p) == pytest.approx(fit.params[1], rel=1e-6)
    assert np.isfinite(calibration_intercept(y, p))


def test_net_benefit_by_its_formula():
    y, p, _ = logistic(1)
    found = net_benefit(y, p)
    for percent, value in zip(NET_BENEFIT_PERCENT, found, strict=True):
        t = percent / 100
        decided = p[:, 1] >= t
        _, fp, _, tp = sklearn_metrics.confusion_matrix(y, decided, labels=[0, 1]).ravel()
        assert value == pytest.approx(tp / len(y) - fp / len(y) * t / (1 - t))
    # To decide for class 1 always.
    everyone = net_benefit(y, np.tile([0.0, 1.0], (len(y), 1)))
    odds = np.array(NET_BENEFIT_PERCENT) / (100 - np.array(NET_BENEFIT_PERCENT))
    assert everyone == pytest.approx(y.mean() - (1 - y.mean()) * odds)
    assert net_benefit(y, np.tile([1.0, 0.0], (len(y), 1))).tolist() == [0] * 9


@pytest.mark.parametrize("function", [calibration_slope, calibration_intercept, net_benefit])
def test_what_is_for_two_classes_refuses_more(function):
    with pytest.raises(ValueError, match="this is for two classes, y_prob has 3"):
        function(*example(3))
