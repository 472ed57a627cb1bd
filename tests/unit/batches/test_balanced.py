import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from remix.batches.balanced import BalancedResampling
from remix.batches.pool import Pool, class_index


def resampled_labels(labels, n_classes, *, pool="batch", dataset=None, seed=0):
    """Labels of each row after balanced resampling of a stack of batches."""
    labels = np.atleast_2d(labels).astype(np.int32)
    dataset = labels if dataset is None else np.atleast_2d(dataset).astype(np.int32)
    stage = BalancedResampling(pool)
    drawn = stage.draw(np.random.default_rng(seed), len(labels), labels.shape[1], n_classes)
    rows = np.tile(np.arange(labels.shape[1], dtype=np.int32), (len(labels), 1))
    chosen = stage.rows(rows, class_index(labels, n_classes), class_index(dataset, n_classes), **drawn)
    return np.take_along_axis(dataset, chosen.numpy(), axis=1), chosen.numpy()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=70), st.integers(0, 2**31))
def test_exact_class_counts(labels, seed):
    out, _ = resampled_labels(labels, 5, seed=seed)
    present = np.unique(labels)
    counts = np.bincount(out[0], minlength=5)
    assert set(np.flatnonzero(counts)) <= set(present)
    floor, rest = divmod(len(labels), len(present))
    expected = sorted([floor + 1] * rest + [floor] * (len(present) - rest))
    assert sorted(counts[present]) == expected


def test_each_batch_of_a_stack_is_balanced_on_its_own():
    out, _ = resampled_labels([[0] * 60 + [1] * 4, [1] * 64], 2)
    assert np.bincount(out[0]).tolist() == [32, 32]
    assert np.bincount(out[1]).tolist() == [0, 64]


def test_all_rows_of_a_class_are_drawn_equally_often():
    labels = np.tile([0] * 60 + [1] * 4, (2000, 1))
    _, chosen = resampled_labels(labels, 2)
    share = np.bincount(chosen.ravel(), minlength=64) / chosen.size
    np.testing.assert_allclose(share[:60], 0.5 / 60, rtol=0.2)
    np.testing.assert_allclose(share[60:], 0.5 / 4, rtol=0.05)


def test_the_additional_row_goes_to_every_class_in_turn():
    labels = np.tile([0, 1, 2, 0], (3000, 1))
    out, _ = resampled_labels(labels, 3)
    twice = [(np.sum(out == label, axis=1) == 2).mean() for label in range(3)]
    np.testing.assert_allclose(twice, 1 / 3, atol=0.03)


def test_the_dataset_pool_brings_absent_classes_in():
    out, chosen = resampled_labels([0] * 8, 2, pool="dataset", dataset=[0] * 8 + [1] * 2 + [-1] * 3)
    assert np.bincount(out[0]).tolist() == [4, 4]
    assert chosen.max() < 10


def test_padding_is_never_chosen():
    index = class_index(tf.constant([[0, -1, 1, -1]]), 2)
    assert index.count.numpy().tolist() == [[1, 1]]
    assert index.order.numpy()[0, :2].tolist() == [0, 2]


@pytest.mark.parametrize("edge", [0.0, np.nextafter(np.float32(1), np.float32(0))])
def test_the_ends_of_the_unit_interval_are_safe(edge):
    labels = np.array([[0, 0, 0, 1]], np.int32)
    rows = np.arange(4, dtype=np.int32)[None]
    index = class_index(labels, 2)
    chosen = BalancedResampling().rows(
        rows, index, index, kind=np.float32([[edge]]), pick=np.full((1, 4), edge, np.float32)
    )
    assert np.bincount(labels[0][chosen.numpy()[0]]).tolist() == [2, 2]


def test_drawn_classes_are_balanced_on_average_only():
    labels = np.tile([0] * 60 + [2] * 4, (3000, 1)).astype(np.int32)
    stage = BalancedResampling(draw_classes="multinomial")
    drawn = stage.draw(np.random.default_rng(0), *labels.shape, 3)
    rows = np.tile(np.arange(64, dtype=np.int32), (3000, 1))
    index = class_index(labels, 3)
    chosen = stage.rows(rows, index, index, **drawn).numpy()
    minority = (np.take_along_axis(labels, chosen, axis=1) == 2).sum(axis=1)
    # Binomial with 64 draws and p = ½: mean 32, standard deviation 4.
    assert minority.mean() == pytest.approx(32, abs=0.3)
    assert minority.std() == pytest.approx(4, abs=0.2)
    share = np.bincount(chosen.ravel(), minlength=64) / chosen.size
    np.testing.assert_allclose(share[60:], 0.5 / 4, rtol=0.05)


def test_several_mini_batches_of_a_fold_share_its_order_of_rows():
    """What is sorted grows with the rows alone: not with the mini-batches that are made at once."""
    labels = [np.array([0] * 8 + [1] * 2), np.array([1] * 3 + [0] * 4)]
    pool = Pool.from_folds([np.zeros((len(each), 1), np.float32) for each in labels], labels, 2)
    stage = BalancedResampling("dataset")
    drawn = [stage.draw(np.random.default_rng(seed), 2, 6, 2) for seed in range(3)]
    rows = np.zeros((6, 6), np.int32)
    together = {name: np.concatenate([each[name] for each in drawn]) for name in drawn[0]}
    several = pool.repeated(3)
    assert several.by_class.order.shape == pool.by_class.order.shape
    found = stage.rows(rows, None, several.by_class, **together)
    alone = [stage.rows(rows[:2], None, pool.by_class, **each) for each in drawn]
    np.testing.assert_array_equal(found, np.concatenate(alone))
