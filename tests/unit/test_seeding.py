import numpy as np
import pytest

from remix import seeding


def test_same_name_same_numbers():
    first, second = (seeding.generator(1, "folds", "musk", "0.05").random(5) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    "other",
    [
        (2, "folds", "musk", "0.05"),
        (1, "batches", "musk", "0.05"),
        (1, "folds", "musk", "0.5"),
        (1, "folds", "musk0.05"),
        (1, "folds", "musk", 0),
    ],
)
def test_other_name_other_seed(other):
    assert seeding.derive_seed(*other) != seeding.derive_seed(1, "folds", "musk", "0.05")


def test_seeds_do_not_depend_on_the_process():
    # A literal: hash() is salted anew in every process, and these numbers must not be.
    assert seeding.derive_seed(1, "folds", "musk") == 181875444965332904331304714060538781378
    assert seeding.random_state(1, "folds", "musk") == 3217497794
