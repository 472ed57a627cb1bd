"""What contenders do to mini-batches, once for each library that it is written in."""

import numpy as np
import pytest

from benchmarks.speed import numpy_batches


class InNumpy:
    """The batches of the Keras contender."""

    def __init__(self):
        self.rng = np.random.default_rng(3)

    def balanced(self, labels):
        return numpy_batches.balanced(self.rng, labels)

    def smote(self, x, labels):
        return numpy_batches.smote(self.rng, x, labels)

    def mixup(self, x, y, alpha=1.0):
        return numpy_batches.mixup(self.rng, x, y, alpha)


class InPyTorch:
    """The batches of the PyTorch contender."""

    def __init__(self):
        self.torch = pytest.importorskip("torch")
        self.torch.manual_seed(3)

    def call(self, name, *arguments):
        from benchmarks.speed import pytorch_batches

        tensors = [self.torch.from_numpy(a) if isinstance(a, np.ndarray) else a for a in arguments]
        given = getattr(pytorch_batches, name)(*tensors)
        return tuple(part.numpy() for part in given) if isinstance(given, tuple) else given.numpy()

    def balanced(self, labels):
        return self.call("balanced", labels)

    def smote(self, x, labels):
        return self.call("smote", x, labels)

    def mixup(self, x, y):
        return self.call("mixup", x, y, 0.3)


@pytest.fixture(params=[InNumpy, InPyTorch])
def batches(request):
    return request.param()


@pytest.mark.parametrize(
    ("labels", "expected"),
    [([0] * 13 + [1] * 3, {0: 8, 1: 8}), ([2] * 6, {2: 6}), ([1, 0, 1, 1], {0: 2, 1: 2})],
)
def test_balanced_batches_have_equally_many_rows_of_each_class(batches, labels, expected):
    labels = np.array(labels)
    rows = batches.balanced(labels)
    found, counts = np.unique(labels[rows], return_counts=True)
    assert dict(zip(found.tolist(), counts.tolist(), strict=True)) == expected


def test_balanced_batches_use_every_row_of_a_class(batches):
    labels = np.array([0, 1, 0, 1, 0, 0])
    assert {int(row) for _ in range(50) for row in batches.balanced(labels)} == set(range(6))


def test_where_classes_do_not_fill_a_batch_evenly_they_differ_by_one(batches):
    labels = np.array([0, 1, 2, 2, 2, 2, 2, 2])
    seen = set()
    for _ in range(60):
        counts = np.bincount(labels[batches.balanced(labels)])
        assert sorted(counts) == [2, 3, 3]
        seen.add(tuple(counts.tolist()))
    assert len(seen) == 3


def on_segments(points, rows):
    """Whether each point lies between two of the rows."""
    pairs = [(a, b) for a in rows for b in rows]
    gaps = [
        [np.linalg.norm(p - a) + np.linalg.norm(p - b) - np.linalg.norm(a - b) for a, b in pairs]
        for p in points
    ]
    return (np.min(gaps, axis=1) < 1e-4).all()


def test_smote_balances_with_points_between_rows_of_the_minority(batches):
    rng = np.random.default_rng(0)
    labels = np.array([0] * 26 + [1] * 6)
    x = rng.normal(size=(32, 3)).astype(np.float32)
    shares, synthetic = [], []
    for _ in range(40):
        points, classes = batches.smote(x, labels)
        assert points.dtype == np.float32
        assert len(points) == len(classes) == 32
        shares.append(classes.mean())
        minority = points[classes == 1]
        assert on_segments(minority, x[labels == 1])
        assert (points[classes == 0][:, None] == x[labels == 0]).all(axis=2).any(axis=1).all()
        synthetic.append(~(minority[:, None] == x[labels == 1]).all(axis=2).any(axis=1))
    # Of 26 rows of each class 32 are kept at random.
    assert abs(np.mean(shares) - 0.5) < 0.05
    assert np.concatenate(synthetic).mean() > 0.5


def test_smote_repeats_a_single_row_and_leaves_one_class_alone(batches):
    x, labels = np.arange(12, dtype=np.float32).reshape(6, 2), np.array([0, 0, 0, 0, 0, 1])
    points, classes = batches.smote(x, labels)
    assert (points[classes == 1] == x[5]).all()
    alone, classes = batches.smote(x, np.zeros(6, int))
    assert (alone == x).all()
    assert (classes == 0).all()


def test_mixing_has_one_share_for_rows_and_labels(batches):
    labels = np.arange(6) % 2
    x, y = np.eye(6, dtype=np.float32), np.eye(2, dtype=np.float32)[labels]
    mixed, soft = batches.mixup(x, y)
    # With a row of the identity for each, a mixed row tells the shares that it is made of.
    np.testing.assert_allclose(mixed.sum(axis=1), 1.0, rtol=1e-6)
    np.testing.assert_allclose(mixed @ y, soft, rtol=1e-6)
    share = np.diag(mixed)[np.diag(mixed) < 1]
    assert len(share) > 0
    np.testing.assert_allclose(share, share[0], rtol=1e-6)


def test_the_share_of_a_row_in_pytorch_is_the_one_that_is_given():
    share = np.diag(InPyTorch().mixup(np.eye(64, dtype=np.float32), np.eye(64, dtype=np.float32))[0])
    np.testing.assert_allclose(share[share < 1], 0.3, rtol=1e-6)
