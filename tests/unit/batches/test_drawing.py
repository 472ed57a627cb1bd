import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remix.batches.drawing import draw_epoch, draw_weighted_epoch, epoch_steps, row_weights


@given(st.integers(1, 300), st.integers(1, 70), st.integers(0, 2))
def test_every_row_is_seen_and_none_twice_as_often_as_needed(n_rows, batch_size, extra):
    steps = -(-n_rows // batch_size) + extra
    rows = draw_epoch(np.random.default_rng(0), n_rows, steps, batch_size)
    assert rows.shape == (steps, batch_size)
    counts = np.bincount(rows.ravel(), minlength=n_rows)
    assert len(counts) == n_rows
    assert counts.min() >= 1
    assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize(("rows", "steps"), [(1, 1), (63, 1), (64, 1), (65, 2), (128, 2), (129, 3)])
def test_steps_of_an_epoch(rows, steps):
    for last in ("filled", "partial"):
        assert epoch_steps([rows], 64, last) == steps
    assert epoch_steps([rows], 64, "dropped") == max(1, rows // 64)


@given(st.integers(1, 300), st.integers(1, 40))
def test_every_row_of_a_partial_epoch_counts_once(rows, size):
    steps = epoch_steps([rows], size, "partial")
    positions = draw_epoch(np.random.default_rng(0), rows, steps, size)
    weights = row_weights(rows, steps, size, "partial")
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
    assert sorted(positions[weights > 0]) == list(range(rows))


def test_full_batches_weigh_their_rows_alike():
    for last in ("filled", "dropped"):
        assert (row_weights(70, 2, 64, last) == np.float32(1 / 64)).all()


def test_a_fold_without_a_row_left_has_a_filled_batch():
    weights = row_weights(128, 3, 64, "partial")
    assert (weights == np.float32(1 / 64)).all()


weights_of_rows = st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e3)), min_size=1, max_size=80)


@given(weights_of_rows.filter(any), st.integers(1, 5), st.integers(1, 40), st.integers(0, 10))
def test_weighted_rows_have_the_places_that_their_weights_ask_for(weights, steps, batch_size, seed):
    weights = np.array(weights)
    rows = draw_weighted_epoch(np.random.default_rng(seed), weights, steps, batch_size)
    assert rows.shape == (steps, batch_size)
    asked = steps * batch_size * weights / weights.sum()
    counts = np.bincount(rows.ravel(), minlength=len(weights))
    assert (np.abs(counts - asked) < 1 + 1e-6).all()
    assert (counts[weights == 0] == 0).all()


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40).filter(any), st.integers(0, 20))
def test_a_whole_weight_is_as_many_rows(weights, seed):
    single = draw_weighted_epoch(np.random.default_rng(seed), np.array(weights, float), 3, 16)
    repeated = np.arange(len(weights)).repeat(weights)
    several = draw_weighted_epoch(np.random.default_rng(seed), np.ones(len(repeated)), 3, 16)
    np.testing.assert_array_equal(single, repeated[several])


def test_fractions_of_places_are_given_at_random():
    rng = np.random.default_rng(0)
    epochs = [draw_weighted_epoch(rng, np.array([1.0, 0.3, 2.7]), 1, 5) for _ in range(4000)]
    share = np.bincount(np.ravel(epochs)) / np.size(epochs)
    np.testing.assert_allclose(share, np.array([1.0, 0.3, 2.7]) / 4, atol=0.01)


def test_the_places_of_a_row_are_spread_over_the_batches():
    rows = draw_weighted_epoch(np.random.default_rng(0), np.array([1.0, 1.0]), 4, 50)
    assert ((rows == 0).sum(axis=1) > 10).all()
