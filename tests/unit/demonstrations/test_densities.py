import numpy as np
import pytest
from scipy.stats import gaussian_kde

from remix.study.demonstrations.densities import ALPHAS, BANDWIDTHS, densities, kernel_density


@pytest.fixture(scope="module")
def made(methods):
    return densities(methods["remix"], seed=1)


@pytest.mark.parametrize("quantity", ["feature", "label"])
def test_more_lies_between_the_classes_as_alpha_grows(made, quantity):
    shares = made.between[made.between["quantity"] == quantity].set_index("alpha")["share"]
    mixed = shares.loc[list(ALPHAS)]
    assert mixed.is_monotonic_increasing
    assert mixed.iloc[-1] > 2 * mixed.iloc[0]
    assert shares[shares.index.isna()].item() < mixed.iloc[0]


def test_so_does_the_density_in_the_middle(made):
    curves = made.curves.dropna()
    for quantity, middle in {"feature": 0.0, "label": 0.5}.items():
        own = curves[curves["quantity"] == quantity].groupby("alpha")
        heights = [np.interp(middle, part["at"], part["density"]) for _, part in own]
        assert len(heights) == len(ALPHAS)
        assert (np.diff(heights) > 0).all()


def test_every_curve_is_a_density_and_the_first_is_that_of_the_training_rows(made):
    for _, part in made.curves.groupby(["quantity", "alpha"], dropna=False):
        assert np.trapezoid(part["density"], part["at"]) == pytest.approx(1, abs=0.01)
    original = made.curves[made.curves["alpha"].isna() & (made.curves["quantity"] == "feature")]
    values = made.points["feature"].to_numpy()
    expected = gaussian_kde(values, BANDWIDTHS["feature"] / values.std(ddof=1))(original["at"])
    assert original["density"].to_numpy() == pytest.approx(expected, abs=2e-3)


def test_a_single_value_is_a_bell_of_the_given_width():
    at, density = kernel_density(np.zeros(10), 0.5)
    assert density.max() == pytest.approx(1 / (0.5 * np.sqrt(2 * np.pi)), rel=0.01)
    assert np.interp(0.5, at, density) / density.max() == pytest.approx(np.exp(-0.5), rel=0.02)


def test_the_method_keeps_its_resampling(made, methods, monkeypatch):
    # The classes are balanced for every α: as many labels above one half as below.
    monkeypatch.setattr("remix.study.demonstrations.densities.ALPHAS", ALPHAS[:1])
    unbalanced = densities(methods["baseline"], seed=1).curves.dropna()
    for curves, balanced in ((made.curves.dropna(), True), (unbalanced, False)):
        peaks = curves[curves["quantity"] == "label"].groupby("alpha")
        ratios = [
            np.interp(1.0, p["at"], p["density"]) / np.interp(0.0, p["at"], p["density"]) for _, p in peaks
        ]
        assert (np.array(ratios) > 0.9).all() == balanced
