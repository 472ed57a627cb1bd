import numpy as np
import pytest
from scipy import stats

from remix.batches.balanced_partners import BalancedPartners
from remix.batches.inverse_partners import InversePartners
from remix.batches.linked_partners import LinkedPartners
from remix.batches.mixing import Mixing
from remix.batches.partners import PermutedPartners
from remix.batches.pool import Pool

KINDS = [PermutedPartners(), BalancedPartners(), LinkedPartners(), InversePartners()]
# Two rows of two classes, of which the first has nine times as many rows as the second.
X, LABELS = np.array([[[0.0], [10.0]]], np.float32), np.array([[0, 1]], np.int32)
POOL = Pool.from_folds([np.zeros((10, 1), np.float32)], [np.array([0] * 9 + [1])], 2)
SWAPPED = {"weight": np.float32([0.8]), "order": np.array([[1, 0]], np.int32)}


def test_values_by_hand_labels_included():
    mixed = Mixing(0.1).apply(X, LABELS, POOL, SWAPPED)
    np.testing.assert_allclose(mixed.x, [[[2.0], [8.0]]], rtol=1e-6)
    np.testing.assert_allclose(mixed.y, [[[0.8, 0.2], [0.2, 0.8]]], rtol=1e-6)
    assert mixed.hidden is None


def test_hidden_layers_leave_the_rows_and_say_how_to_mix_them():
    drawn = SWAPPED | {"layer": np.float32([0.3])}
    mixed = Mixing(0.1, layers="hidden").apply(X, LABELS, POOL, drawn)
    np.testing.assert_array_equal(mixed.x, X)
    np.testing.assert_allclose(mixed.y, [[[0.8, 0.2], [0.2, 0.8]]], rtol=1e-6)
    assert mixed.hidden == (drawn["weight"], drawn["order"], drawn["layer"])


def test_shares_moved_by_the_prior_by_hand():
    """Nine rows and one: to the row of class 0 its partner's 0.1 is added, to that of class 1 0.9."""
    for weight, (first, second) in {0.05: (0.15, 0.95), 0.8: (0.9, 0.7), 0.95: (0.05, 0.85)}.items():
        drawn = SWAPPED | {"weight": np.float32([[weight, weight]])}
        mixed = Mixing(0.8, "prior").apply(X, LABELS, POOL, drawn)
        np.testing.assert_allclose(mixed.x[0, :, 0], [10 * (1 - first), 10 * second], rtol=1e-5)
        np.testing.assert_allclose(mixed.y[0], [[first, 1 - first], [1 - second, second]], rtol=1e-5)


def law(partners, alpha):
    """The published law of the row's own share."""
    return stats.beta(1, alpha) if isinstance(partners, BalancedPartners) else stats.beta(alpha, alpha)


@pytest.mark.parametrize("alpha", [0.3, 5.0])
@pytest.mark.parametrize("partners", KINDS)
def test_shares_follow_their_law(partners, alpha):
    drawn = Mixing(alpha, partners=partners).draw(np.random.default_rng(0), 5000, 3, 2)
    assert drawn["weight"].shape == (5000,)
    assert stats.kstest(drawn["weight"].astype(float), law(partners, alpha).cdf).pvalue > 0.01


@pytest.mark.parametrize("partners", KINDS)
def test_shares_of_rows_follow_the_same_law_and_are_independent(partners):
    drawn = Mixing(0.5, "row", partners).draw(np.random.default_rng(0), 2000, 3, 2)
    weight = drawn["weight"].astype(float)
    assert weight.shape == (2000, 3)
    assert stats.kstest(weight.ravel(), law(partners, 0.5).cdf).pvalue > 0.01
    assert abs(np.corrcoef(weight.T) - np.eye(3)).max() < 0.06


@pytest.mark.parametrize("alpha", [1e-6, 0.01, 0.1])
def test_shares_of_a_small_alpha_have_mean_and_variance_of_the_law(alpha):
    weight = Mixing(alpha).draw(np.random.default_rng(0), 20_000, 3, 2)["weight"].astype(float)
    assert abs(weight.mean() - 0.5) < 0.01
    assert abs(weight.var() - 1 / (4 * (2 * alpha + 1))) < 0.005
    assert 0 <= weight.min() <= weight.max() <= 1


def test_the_defaults_draw_what_they_always_did():
    """The generator is asked for the weights, then for the orders; nothing else."""
    rng = np.random.default_rng(5)
    weight = rng.beta(0.1, 0.1, size=4).astype(np.float32)
    order = rng.permuted(np.tile(np.arange(3, dtype=np.int32), (4, 1)), axis=1)
    drawn = Mixing(0.1).draw(np.random.default_rng(5), 4, 3, 2)
    assert list(drawn) == ["weight", "order"]
    np.testing.assert_array_equal(drawn["weight"], weight)
    np.testing.assert_array_equal(drawn["order"], order)


@pytest.mark.parametrize("partners", [PermutedPartners(), LinkedPartners(), InversePartners()])
def test_the_layer_is_drawn_last_and_changes_no_other_draw(partners):
    plain, hidden = (
        Mixing(0.5, partners=partners, layers=layers).draw(np.random.default_rng(1), 4000, 3, 2)
        for layers in ("input", "hidden")
    )
    assert list(hidden) == [*plain, "layer"]
    for name, array in plain.items():
        np.testing.assert_array_equal(hidden[name], array)
    assert stats.kstest(hidden["layer"].astype(float), "uniform").pvalue > 0.01
