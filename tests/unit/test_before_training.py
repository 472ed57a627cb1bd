import numpy as np
import pytest
from scipy.spatial import cKDTree

from remix.before_training import SmoteBefore, Undersampling

LABELS = np.array([0] * 30 + [1] * 8 + [2])


def table(seed=0):
    return np.random.default_rng(seed).normal(size=(len(LABELS), 3)).astype(np.float32)


def test_smote_keeps_the_rows_and_adds_others_of_the_rare_classes():
    features = table()
    made, labels = SmoteBefore().apply(features, LABELS, np.random.default_rng(0))
    np.testing.assert_array_equal(made[:39], features)
    np.testing.assert_array_equal(labels[:39], LABELS)
    assert np.bincount(labels).tolist() == [30, 30, 30]


@pytest.mark.parametrize("neighbours", [1, 3, 50])
def test_new_rows_lie_between_a_row_and_one_of_its_neighbours(neighbours):
    features = table()
    made, labels = SmoteBefore(neighbours).apply(features, LABELS, np.random.default_rng(0))
    minority = features[LABELS == 1].astype(float)
    _, near = cKDTree(minority).query(minority, min(neighbours, 7) + 1)
    for row in made[39:][labels[39:] == 1]:
        ends = [(minority[i], minority[j]) for i in range(8) for j in near[i][1:]]
        detours = [np.linalg.norm(row - a) + np.linalg.norm(row - b) - np.linalg.norm(a - b) for a, b in ends]
        assert min(detours) < 1e-5


def test_a_single_row_is_repeated():
    features = table()
    made, labels = SmoteBefore().apply(features, LABELS, np.random.default_rng(0))
    assert (made[labels == 2] == features[-1]).all()


def test_undersampling_takes_each_row_once():
    features = np.arange(39.0)[:, None]
    labels = np.array([0] * 30 + [1] * 9)
    made, kept = Undersampling().apply(features, labels, np.random.default_rng(0))
    assert np.bincount(kept).tolist() == [9, 9]
    assert len(np.unique(made)) == 18
    assert set(made[kept == 1, 0]) == set(range(30, 39))


def test_every_row_of_the_majority_has_the_same_chance():
    labels, taken = np.array([0] * 10 + [1] * 5), np.zeros(15)
    rng = np.random.default_rng(0)
    for _ in range(400):
        taken[Undersampling().apply(np.arange(15), labels, rng)[0]] += 1
    assert (taken[10:] == 400).all()
    # Binomial with n = 400 and p = 1/2: the deviation is 10.
    assert (abs(taken[:10] - 200) < 40).all()


def test_bytes_of_images_are_rounded_and_do_not_overflow():
    images = np.array([[0], [255], [10], [20], [30], [40]], np.uint8).reshape(6, 1, 1, 1)
    labels = np.array([1, 1, 0, 0, 0, 0])
    made, of_class = SmoteBefore().apply(images, labels, np.random.default_rng(3))
    new = made[6:].ravel()
    assert made.dtype == np.uint8
    assert of_class[6:].tolist() == [1, 1]
    assert ((new > 0) & (new < 255)).all()
