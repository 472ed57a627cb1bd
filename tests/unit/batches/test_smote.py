import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from sklearn.neighbors import NearestNeighbors

from remix.batches.pool import class_index
from remix.batches.smote import Smote, nth_neighbours, same_class_neighbours


def apply(x, labels, *, n_classes=2, neighbours=5, smallest=1, seed=0, xla=False):
    x, labels = np.asarray(x, np.float32), np.asarray(labels, np.int32)
    stage = Smote(neighbours, smallest)
    drawn = stage.draw(np.random.default_rng(seed), len(x), x.shape[1], n_classes)
    out_x, out_labels = stage.apply(x, labels, class_index(labels, n_classes), **drawn, xla=xla)
    return out_x.numpy(), out_labels.numpy()


def two_classes(n_minority, size=64, features=3, stack=1, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.zeros((stack, size), np.int32)
    labels[:, :n_minority] = 1
    return (rng.normal(size=(stack, size, features)) + labels[..., None]).astype(np.float32), labels


def on_segment(point, a, b, tolerance=1e-5):
    """Whether the point is a + gap (b - a) with a gap in [0, 1]."""
    direction = b - a
    length = direction @ direction
    gap = 0.0 if length == 0 else np.clip((point - a) @ direction / length, 0, 1)
    return np.abs(a + gap * direction - point).max() < tolerance


def is_original(points, originals):
    return (np.abs(points[:, None] - originals[None]).max(axis=2) < 1e-7).any(axis=1)


def new_points(x, labels, neighbours, stack):
    """The synthetic points of the minority in so many draws from one mini-batch, and its own rows."""
    minority = x[0][labels[0] == 1]
    out, out_labels = apply(
        np.repeat(x, stack, axis=0), np.repeat(labels, stack, axis=0), neighbours=neighbours
    )
    points = out[out_labels == 1]
    return points[~is_original(points, minority)], minority


@pytest.mark.parametrize("neighbours", [1, 5])
def test_every_new_point_lies_between_a_row_and_one_of_its_neighbours(neighbours):
    new, minority = new_points(*two_classes(n_minority=9), neighbours, stack=20)
    _, near = NearestNeighbors(n_neighbors=neighbours + 1).fit(minority).kneighbors(minority)
    segments = [(minority[i], minority[j]) for i in range(9) for j in near[i, 1:]]
    assert len(new) > 200
    # Every pair of a row and its neighbour is in use, so none of the draws is stuck.
    used = [{i for i, (a, b) in enumerate(segments) if on_segment(p, a, b)} for p in new]
    assert all(used)
    assert set.union(*used) == set(range(len(segments)))


def test_the_points_lie_as_those_of_imbalanced_learn():
    """As evenly along the same segments."""
    x, labels = two_classes(n_minority=9, seed=3)
    ours, _ = new_points(x, labels, 5, stack=60)
    theirs = np.concatenate(
        [SMOTE(random_state=s).fit_resample(x[0].astype(float), labels[0])[0][64:] for s in range(60)]
    )
    np.testing.assert_allclose(ours.mean(axis=0), theirs.mean(axis=0), atol=0.06)
    np.testing.assert_allclose(ours.std(axis=0), theirs.std(axis=0), atol=0.06)


def test_neighbours_are_those_of_scikit_learn():
    rng = np.random.default_rng(1)
    x, labels = rng.normal(size=(2, 40, 6)).astype(np.float32), rng.integers(0, 3, (2, 40)).astype(np.int32)
    found = same_class_neighbours(x, labels, 5).numpy()
    for s in range(2):
        for label in range(3):
            rows = np.flatnonzero(labels[s] == label)
            near = (
                NearestNeighbors(n_neighbors=6)
                .fit(x[s][rows])
                .kneighbors(return_distance=False, n_neighbors=5)
            )
            np.testing.assert_array_equal(found[s][rows], rows[near])


@pytest.mark.parametrize("n_classes", [2, 4])
def test_neighbours_among_few_rows_are_those_among_all(n_classes):
    """Distances are computed between rows of the smaller classes only; in each batch these are others."""
    rng = np.random.default_rng(2)
    shares = np.array([0.8, *[0.2 / (n_classes - 1)] * (n_classes - 1)])
    labels = rng.choice(n_classes, size=(30, 64), p=shares).astype(np.int32)
    x, origin = rng.normal(size=(30, 64, 6)).astype(np.float32), rng.integers(0, 64, (30, 64))
    counts = (labels[:, :, None] == np.arange(n_classes)).sum(axis=1)
    of_row = np.take_along_axis(counts, labels, axis=1)
    raised = of_row < counts.max(axis=1, keepdims=True)
    nth = (rng.random((30, 64)) * np.minimum(np.take_along_axis(of_row, origin, axis=1) - 1, 5)).astype(
        np.int32
    )
    found = nth_neighbours(x, labels, raised, origin.astype(np.int32), nth, 5).numpy()
    expected = np.take_along_axis(same_class_neighbours(x, labels, 5).numpy(), origin[..., None], axis=1)
    asked = np.take_along_axis(raised & (of_row > 1), origin, axis=1)
    assert asked.sum() > 100
    np.testing.assert_array_equal(
        found[asked], np.take_along_axis(expected, nth[..., None], axis=2)[..., 0][asked]
    )


@pytest.mark.parametrize(
    "counts", [(32, 32), (33, 31), (60, 4), (64, 0), (22, 21, 21), (62, 1, 1), (3,), (1, 1)]
)
def test_fixed_shapes_change_no_row(counts):
    """Up to as many rows as can be raised: those of all classes but the largest one."""
    labels = np.repeat(np.arange(len(counts)), counts)[None]
    x = np.random.default_rng(1).normal(size=(1, labels.size, 5))
    rows, classes = apply(x, labels, n_classes=len(counts))
    fixed, again = apply(x, labels, n_classes=len(counts), xla=True)
    np.testing.assert_array_equal(again, classes)
    np.testing.assert_allclose(fixed, rows, atol=1e-6)


def test_classes_are_balanced_on_average_and_rows_kept_without_replacement():
    x, labels = two_classes(n_minority=6, stack=400)
    out, out_labels = apply(x, labels)
    assert abs(out_labels.mean() - 0.5) < 0.01
    for s in range(5):
        majority = out[s][out_labels[s] == 0]
        assert is_original(majority, x[s][labels[s] == 0]).all()
        assert len(np.unique(majority, axis=0)) == len(majority)


def test_a_class_with_one_row_is_repeated():
    x, labels = two_classes(n_minority=1)
    out, out_labels = apply(x, labels)
    points = out[0][out_labels[0] == 1]
    assert len(points) > 10
    np.testing.assert_array_equal(points, np.tile(x[0][0], (len(points), 1)))


def test_a_batch_with_one_class_keeps_its_rows():
    x, labels = two_classes(n_minority=0)
    out, out_labels = apply(x, labels)
    assert (out_labels == 0).all()
    np.testing.assert_array_equal(np.sort(out[0], axis=0), np.sort(x[0], axis=0))


def test_a_batch_of_one_row():
    out, out_labels = apply([[[3.0]]], [[1]])
    assert out.tolist() == [[[3.0]]]
    assert out_labels.tolist() == [[1]]


@pytest.mark.parametrize(("n_minority", "interpolated"), [(2, False), (3, True)])
def test_too_small_a_class_is_repeated(n_minority, interpolated):
    x, labels = two_classes(n_minority)
    out, out_labels = apply(x, labels, smallest=3)
    assert is_original(out[0], x[0]).all() != interpolated
    assert 0.3 < out_labels.mean() < 0.7
    assert not is_original(apply(x, labels)[0][0], x[0]).all()


def test_one_small_class_stops_interpolation_in_its_batch_only():
    x, labels = two_classes(n_minority=8, stack=2)
    labels[0, 20] = 2
    for smallest, all_repeated in ((1, False), (3, True)):
        out, _ = apply(x, labels, n_classes=3, smallest=smallest)
        assert is_original(out[0], x[0]).all() == all_repeated
        assert not is_original(out[1], x[1]).all()


def test_diagnosis_of_batches():
    counts = np.array([[64, 0], [63, 1], [62, 2], [61, 3], [58, 6], [32, 32]])
    found = Smote(neighbours=5).diagnose(counts)
    assert found["smote_limited"].tolist() == [False, True, True, True, False, False]
    assert found["smote_repeated"].tolist() == [False, True, False, False, False, False]
    found = Smote(neighbours=5, smallest=3).diagnose(counts)
    assert found["smote_repeated"].tolist() == [False, True, True, False, False, False]
