import numpy as np
import pytest

from remix.batches.lacking import lacking_share


@pytest.mark.parametrize(
    ("counts", "batch_size", "share"),
    [
        ([50, 50], 1, 0.75),
        ([3, 1], 2, 1 - (1 - 1 / 16) * (1 - 9 / 16)),
        ([0.75, 0.25], 2, 1 - (1 - 1 / 16) * (1 - 9 / 16)),
        ([10, 0], 4, 0.0),
        ([1, 1], 1000, 0.0),
    ],
)
def test_the_share_follows_from_the_shares_of_the_classes(counts, batch_size, share):
    assert lacking_share(counts, batch_size) == pytest.approx(share)


def test_so_many_mini_batches_lack_a_class():
    rng, counts = np.random.default_rng(0), [940, 40, 20]
    drawn = rng.choice(3, (4000, 32), p=np.divide(counts, 1000))
    lacking = np.mean([len(np.unique(batch)) < 3 for batch in drawn])
    assert lacking_share(counts, 32) == pytest.approx(lacking, abs=0.03)
