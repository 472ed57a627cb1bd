import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from remix.batches.balanced_partners import BalancedPartners
from remix.batches.inverse_partners import InversePartners
from remix.batches.linked_partners import LinkedPartners
from remix.batches.partners import PermutedPartners
from remix.batches.pool import Pool

# Three classes in a row: 0 and 2 at the ends, 1 between them; a second fold where 0 is between.
LABELS = np.repeat([0, 1, 2], [12, 8, 4])
PLACES = [np.array([-5.0, 0.0, 5.0]), np.array([0.0, -5.0, 5.0])]
POOL = Pool.from_folds(
    [places[LABELS][:, None].astype(np.float32) for places in PLACES], [LABELS] * 2, 3, linked=True
)
LINKED = np.array([[[1, 1, 0], [1, 1, 1], [0, 1, 1]], [[1, 1, 1], [1, 1, 0], [1, 0, 1]]], bool)


def test_each_order_is_a_permutation_and_all_occur():
    order = PermutedPartners().draw(np.random.default_rng(0), 500, 3)["order"]
    np.testing.assert_array_equal(np.sort(order, axis=1), np.tile([0, 1, 2], (500, 1)))
    assert len(np.unique(order, axis=0)) == 6


def test_balanced_partners_are_equally_many_of_each_class_of_the_training_part():
    partners, rows = BalancedPartners(), tf.zeros((2, 9), tf.int32)
    drawn = partners.draw(np.random.default_rng(0), 2, 9)
    drawn = {name: tf.constant(array) for name, array in drawn.items()}  # two steps serve as two folds
    both = partners.rows(rows, POOL, drawn).numpy()
    np.testing.assert_array_equal(both[:, :9], rows)
    for fold in LABELS[both[:, 9:]]:
        assert np.bincount(fold).tolist() == [3, 3, 3]
    order = partners.order(None, POOL, drawn)
    np.testing.assert_array_equal(order, np.tile(np.arange(9, 18), (2, 1)))


def linked_orders(labels, pool, size, steps=1):
    drawn = LinkedPartners().draw(np.random.default_rng(0), steps, size)
    return LinkedPartners().order(tf.constant(labels), pool, {"pick": tf.constant(drawn["pick"])}).numpy()


def test_linked_partners_are_of_the_same_or_a_linked_class_and_every_one_of_them_as_often():
    """Each row, in a mini-batch where one class is missing now and then, against the definition."""
    rng = np.random.default_rng(3)
    for missing in (None, 0, 1):
        labels = rng.choice([c for c in range(3) if c != missing], 7).astype(np.int32)
        steps = 3000
        pool = POOL._replace(links=tf.repeat(POOL.links[:1], steps, axis=0))
        order = linked_orders(np.tile(labels, (steps, 1)), pool, 7, steps)
        for row in range(7):
            possible = np.flatnonzero(LINKED[0][labels[row], labels])
            counts = np.bincount(order[:, row], minlength=7)
            assert counts[possible].sum() == steps
            assert stats.chisquare(counts[possible]).pvalue > 0.001


def test_every_fold_has_its_own_links():
    labels = np.tile(np.arange(3, dtype=np.int32).repeat(20), (2, 1))
    order = linked_orders(labels, POOL, 60, steps=2)
    for fold in range(2):
        partners = labels[fold][order[fold]]
        pairs = {(a, b) for a, b in zip(labels[fold].tolist(), partners.tolist(), strict=True)}
        assert pairs == {(a, b) for a, b in np.argwhere(LINKED[fold]).tolist()}


def test_the_ends_of_the_unit_interval_are_safe():
    labels = tf.constant(np.arange(3, dtype=np.int32).repeat(2)[None])
    pool = POOL._replace(links=POOL.links[:1])
    for edge, expected in ((0.0, [0, 0, 0, 0, 2, 2]), (np.nextafter(np.float32(1), 0), [3, 3, 5, 5, 5, 5])):
        drawn = {"pick": tf.fill((1, 6), np.float32(edge))}
        assert LinkedPartners().order(labels, pool, drawn).numpy()[0].tolist() == expected


@pytest.mark.parametrize("tau", [0.0, 0.5, 1.0])
def test_inverse_partners_are_drawn_by_the_power_of_the_size_of_their_class(tau):
    """Against the definition: 12, 8 and 4 rows in the training part, of which the mini-batch holds some."""
    labels, steps = np.array([0, 0, 0, 0, 0, 1, 1, 2], np.int32), 4000
    drawn = InversePartners(tau).draw(np.random.default_rng(2), steps, 8)
    pool = POOL._replace(class_counts=tf.repeat(POOL.class_counts[:1], steps, axis=0))
    order = InversePartners(tau).order(tf.constant(np.tile(labels, (steps, 1))), pool, drawn).numpy()
    share = np.array([12.0, 8.0, 4.0])[labels] ** -tau
    for row in range(8):
        counts = np.bincount(order[:, row], minlength=8)
        assert stats.chisquare(counts, steps * share / share.sum()).pvalue > 0.001
    # Each row on its own.
    assert abs(np.corrcoef(order.T) - np.eye(8)).max() < 0.06


def test_inverse_partners_at_the_ends_of_the_unit_interval():
    labels, partners = tf.constant([[0, 1, 2]]), InversePartners()
    pool = POOL._replace(class_counts=POOL.class_counts[:1])
    for edge, expected in ((0.0, 0), (np.nextafter(np.float32(1), 0), 2)):
        order = partners.order(labels, pool, {"pick": tf.fill((1, 3), np.float32(edge))})
        assert order.numpy().tolist() == [[expected] * 3]
