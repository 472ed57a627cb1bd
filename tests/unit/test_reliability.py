import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from remix.reliability import N_BINS, pooled, reliability


def two_columns(p):
    return np.column_stack([1 - np.asarray(p), p])


def of_class(curves, label):
    return curves[curves["class"] == label].set_index("bin")


def test_a_curve_by_hand():
    y, p = np.array([0, 0, 1, 1]), [0.05, 0.15, 0.15, 0.95]
    natural = of_class(reliability(y, two_columns(p), "natural"), 1)
    assert natural["rows"].tolist() == [1, 2, 0, 0, 0, 0, 0, 0, 0, 1]
    assert natural["rows_of_class"].tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert natural["weight"].tolist() == [0.25, 0.5, 0, 0, 0, 0, 0, 0, 0, 0.25]
    assert natural.loc[[0, 1, 9], "predicted"].tolist() == pytest.approx([0.05, 0.15, 0.95])
    assert natural.loc[[0, 1, 9], "observed"].tolist() == [0, 0.5, 1]
    assert natural.loc[2:8, ["predicted", "observed"]].isna().all(axis=None)


@settings(max_examples=15)
@given(st.integers(2, 4), st.integers(0, 1000))
def test_bins_hold_every_row_once(n_classes, seed):
    rng = np.random.default_rng(seed)
    y = np.concatenate([np.arange(n_classes), rng.integers(0, n_classes, 50)])
    p = rng.dirichlet(np.ones(n_classes), len(y))
    for prior in ("natural", "balanced"):
        curves = reliability(y, p, prior)
        sums = curves.groupby("class")[["rows", "rows_of_class", "weight"]].sum()
        assert (sums["rows"] == len(y)).all()
        assert sums["rows_of_class"].tolist() == np.bincount(y).tolist()
        assert sums["weight"].to_numpy() == pytest.approx(np.ones(n_classes))
        share = (curves["observed"] * curves["weight"]).groupby(curves["class"]).sum()
        expected = np.bincount(y) / len(y) if prior == "natural" else np.full(n_classes, 1 / n_classes)
        assert share.to_numpy() == pytest.approx(expected)


def test_the_natural_curve_is_scikit_learns():
    rng = np.random.default_rng(4)
    p, y = np.concatenate([rng.random(500), [0.0, 0.1, 0.5, 1.0]]), rng.integers(0, 2, 504)
    observed, predicted = calibration_curve(y, p, n_bins=N_BINS)
    curve = of_class(reliability(y, two_columns(p), "natural"), 1)
    assert curve["observed"].to_numpy() == pytest.approx(observed)
    assert curve["predicted"].to_numpy() == pytest.approx(predicted)


def test_balancing_by_weight_is_balancing_by_repeating_rows():
    rng = np.random.default_rng(5)
    y = np.repeat([0, 1], [60, 12])
    p = two_columns(rng.random(72))
    repeated = np.concatenate([np.arange(60), np.repeat(np.arange(60, 72), 5)])
    weighted = reliability(y, p, "balanced")
    resampled = reliability(y[repeated], p[repeated], "natural")
    columns = ["weight", "predicted", "observed"]
    pd.testing.assert_frame_equal(weighted[columns], resampled[columns])


def test_a_class_without_rows_cannot_be_weighted():
    with pytest.raises(ValueError, match="class 1 has no rows"):
        reliability(np.array([0, 0]), two_columns([0.1, 0.2]), "balanced")


def test_pooling_gives_each_curve_the_same_weight():
    small = reliability(np.array([0, 1]), two_columns([0.95, 0.95]), "natural")
    large = reliability(np.array([0] * 2 + [1] * 6), two_columns([0.05] * 2 + [0.91] * 6), "natural")
    curves = pd.concat([small.assign(cell="a"), large.assign(cell="b")])
    both = of_class(pooled(curves, ["class"]), 1)
    # In the last bin: all of the small curve (half right), three quarters of the large one (all right).
    assert both.loc[9, "observed"] == pytest.approx((1 * 0.5 + 0.75 * 1) / 1.75)
    assert both.loc[9, "predicted"] == pytest.approx((1 * 0.95 + 0.75 * 0.91) / 1.75)
    assert both["weight"].sum() == pytest.approx(1)
    assert both.loc[9, "rows"] == 8
    assert np.isnan(both.loc[4, "observed"])
