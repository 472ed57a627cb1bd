import numpy as np
import pytest
import tensorflow as tf

from remix.batches.blending import blend
from remix.batches.hidden import HiddenMixing

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 4, 2)).astype(np.float32)
ORDER = np.array([[1, 0, 3, 2], [3, 2, 1, 0], [1, 2, 3, 0]], np.int32)


@pytest.mark.parametrize("shape", [(3,), (3, 4)])
def test_each_fold_is_mixed_at_its_own_place_and_nowhere_else(shape):
    weight = RNG.random(shape, dtype=np.float32)
    mixing = HiddenMixing(weight, ORDER, tf.constant([0.1, 0.5, 0.99]))  # of four: places 0, 2 and 3
    mixed = blend(X, weight, ORDER).numpy()
    for place, folds in enumerate([[0], [], [1], [2]]):
        at = mixing.at(place, 4, X).numpy()
        for fold in range(3):
            np.testing.assert_array_equal(at[fold], (mixed if fold in folds else X)[fold])


def test_the_ends_of_the_unit_interval_are_places():
    ends = np.float32([0.0, np.nextafter(np.float32(1), np.float32(0)), 0.5])
    mixing = HiddenMixing(np.zeros(3, np.float32), ORDER, tf.constant(ends))
    assert [(mixing.at(place, 3, X).numpy() != X).any(axis=(1, 2)).tolist() for place in range(3)] == [
        [True, False, False],
        [False, False, True],
        [False, True, False],
    ]
