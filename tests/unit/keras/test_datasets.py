from contextlib import nullcontext

import numpy as np
import pytest
import tensorflow as tf

from remix.batches.pool import Pool
from remix.errors import ConfigError, DataError
from remix.keras import BatchSettings, datasets, mixed_batches
from remix.keras.datasets import DRAWN_STEPS


def rows_of(x, y):
    return tf.data.Dataset.from_tensor_slices((x, y))


def epoch(dataset):
    """Features and labels of all mini-batches."""
    return tuple(np.concatenate(arrays) for arrays in zip(*dataset.as_numpy_iterator(), strict=True))


@pytest.mark.parametrize(
    "method",
    ["smote", {"resample": "balanced", "mix": {"alpha": 0.5, "weights": "row"}}],
    ids=["smote", "remix"],
)
def test_the_stages_are_those_of_the_study(table, method):
    """What the stages draw of the named generators and apply is what comes out, in both of two epochs."""
    steps, size = DRAWN_STEPS + 6, 5
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(steps, size, 2)).astype(np.float32), rng.integers(0, 3, (steps, size))
    batches = mixed_batches(rows_of(x, y), n_classes=3, method=method, alpha=0.5, seed=7)
    settings = BatchSettings(n_classes=3, batch_size=size, method=method, alpha=0.5, seed=7)
    stages = settings.method_for(images=False)
    pool = Pool.from_folds(x, y, 3)
    rows = np.tile(np.arange(size, dtype=np.int32), (steps, 1))
    for number in range(2):
        generators = settings.stage_generators(number)
        parts = [stages.draw(generators, DRAWN_STEPS, size, 3) for _ in range(2)]
        drawn = tf.nest.map_structure(lambda *arrays: np.concatenate(arrays)[:steps], *parts)
        expected_x, expected_y, _ = stages.batch(pool, rows, drawn)
        # So small mini-batches often lack a class, which is said once.
        with pytest.warns(UserWarning, match="lack a class") if number == 0 else nullcontext():
            got_x, got_y = (np.stack(arrays) for arrays in zip(*batches.as_numpy_iterator(), strict=True))
        np.testing.assert_allclose(got_x, expected_x, atol=1e-6)
        np.testing.assert_allclose(got_y, expected_y, atol=1e-6)


def test_labels_of_the_minority_follow_from_the_counts_that_are_given():
    """Half of each mini-batch, yet a tenth of the dataset: what is mostly minority is all of it."""
    pairs = rows_of(np.zeros((200, 8, 1)), np.tile(np.arange(8) % 2, (200, 1)))
    method = {"mix": {"alpha": 1.0, "labels": "minority", "weights": "row"}}
    options = {"n_classes": 2, "method": method, "seed": 1}
    _, even = epoch(mixed_batches(pairs, class_counts=[50, 50], **options))
    _, rare = epoch(mixed_batches(pairs, class_counts=[90, 10], **options))
    mixed = (even[:, 1] > 0) & (even[:, 1] < 1)
    np.testing.assert_array_equal(rare[:, 1], np.where(mixed & (even[:, 0] < 0.5), 1, even[:, 1]))
    assert (rare != even).any()


@pytest.mark.parametrize("method", ["remix", "smote", "baseline"])
def test_batches_that_are_made_at_once_are_the_same(table, method, monkeypatch):
    """Of 24 batches eight are made at once, and the last one is filled; the study says how alone each is."""

    def batches():
        tf.random.set_seed(1)
        return mixed_batches(rows_of(*table), n_classes=3, batch_size=5, method=method, seed=1).skip(3)

    def last_is_filled():
        tf.random.set_seed(1)
        return mixed_batches(rows_of(*table), n_classes=3, batch_size=7, method=method, seed=1)

    for make in (batches, last_is_filled):
        expected = epoch(make())
        with monkeypatch.context() as patch:
            patch.setattr(datasets, "STACKED_BYTES", 0)
            for array, alone in zip(expected, epoch(make()), strict=True):
                np.testing.assert_allclose(array, alone, atol=1e-6)


LABELS = np.array([0, 1, 0, 2, 1, 0, 0, 2, 1, 0])


@pytest.mark.parametrize(
    ("labels", "batched"),
    [
        (LABELS.astype(np.uint8)[:, None], False),
        (np.eye(3, dtype=np.float32)[LABELS], False),
        (LABELS, True),
        (LABELS.astype(np.float32), True),
        (np.eye(3, dtype=int)[LABELS], True),
    ],
)
def test_rows_and_batches_of_every_form_give_the_same(labels, batched):
    rows = rows_of(np.arange(10.0)[:, None], labels)
    if batched:
        batches = mixed_batches(rows.batch(4), n_classes=3, batch_size=4, method="baseline")
    else:
        batches = mixed_batches(rows, n_classes=3, batch_size=4, method="baseline", shuffle_buffer=1)
    x, y = epoch(batches)
    # The last two rows fill a batch of four.
    assert x.ravel().tolist() == [*range(10), 8, 9]
    assert y.argmax(axis=1).tolist() == [*LABELS, 1, 0]
    assert (x.dtype, y.dtype) == (np.float32, np.float32)


RARE = np.arange(400) % 50 == 0


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("batched", [False, True])
def test_a_stream_that_misses_a_class_says_so_once(batched, known):
    rows = rows_of(np.zeros((400, 1)), RARE.astype(int))
    rows = rows if known else rows.filter(lambda x, y: True)
    rows = rows.batch(8) if batched else rows
    options = {} if batched else {"shuffle_buffer": 1}
    batches = mixed_batches(rows, n_classes=2, batch_size=8, seed=1, **options)
    with pytest.warns(UserWarning, match="of the mini-batches of 8 rows lack .* remix.keras.Mixed") as said:
        epoch(batches.repeat(3))
    assert len(said) == 1


def test_batches_are_counted_over_epochs_and_not_without_need():
    rows = rows_of(np.zeros((40, 1)), RARE[:40].astype(int))
    batches = mixed_batches(rows, n_classes=2, batch_size=8, seed=1)
    epoch(batches.repeat(9))
    with pytest.warns(UserWarning, match="lack a class"):
        epoch(batches.repeat(3))
    for method in ("mixup", "baseline"):
        epoch(mixed_batches(rows, n_classes=2, batch_size=8, method=method).repeat(20))
    even = rows_of(np.zeros((800, 1)), np.arange(800) % 2)
    epoch(mixed_batches(even, n_classes=2, batch_size=8))


def test_counts_say_at_once_that_a_class_is_missed():
    rows = rows_of(np.zeros((400, 1)), RARE.astype(int))
    options = {"n_classes": 2, "batch_size": 8, "class_counts": [392, 8]}
    with pytest.warns(UserWarning, match="85% of the mini-batches of 8 rows lack a class .* with class_coun"):
        batches = mixed_batches(rows, **options)
    epoch(batches.repeat(3))
    mixed_batches(rows, **options, method="cost")
    mixed_batches(rows, **options | {"batch_size": 200})
    with pytest.raises(ConfigError, match="class_counts: method 'remix' resamples within mini-batches"):
        mixed_batches(rows, **options | {"class_counts": [400]})


def test_a_short_batch_is_filled_before_it_is_resampled():
    rows = rows_of(np.arange(7.0)[:, None], np.array([0, 0, 0, 0, 0, 0, 1]))
    batches = mixed_batches(
        rows, n_classes=2, batch_size=5, method={"resample": "balanced"}, seed=1, shuffle_buffer=1
    )
    x, y = list(batches.as_numpy_iterator())[1]
    assert sorted(y.sum(axis=0).tolist()) == [2, 3]
    assert (x[y[:, 1] == 1] == 6).all()
    assert (x[y[:, 0] == 1] == 5).all()


def test_cardinality_is_that_of_the_dataset():
    rows = rows_of(np.zeros((10, 1)), LABELS)
    batches = mixed_batches(rows.batch(4), n_classes=3, batch_size=4)
    assert (len(batches), len(batches.repeat(2))) == (3, 6)
    forever = mixed_batches(rows.repeat(), n_classes=3, batch_size=4, shuffle_buffer=10)
    assert forever.cardinality() == tf.data.INFINITE_CARDINALITY
    some = mixed_batches(rows.filter(lambda x, y: y < 2), n_classes=3, batch_size=4, shuffle_buffer=10)
    assert some.cardinality() == tf.data.UNKNOWN_CARDINALITY
    assert len(list(some)) == 2


def test_settings_make_the_same_batches_again(table):
    settings = BatchSettings(n_classes=3, batch_size=32, method="mixup", seed=3)
    once, again = (mixed_batches(rows_of(*table), **settings.get_config()) for _ in range(2))
    np.testing.assert_array_equal(epoch(once)[0], epoch(again)[0])
    assert once.element_spec == (tf.TensorSpec((32, 4)), tf.TensorSpec((32, 3)))


@pytest.mark.parametrize(
    ("labels", "n_classes", "message"),
    [
        ([0, 3], 3, r"labels: expected class numbers 0\.\.2"),
        ([0.0, 0.5], None, r"labels: expected class numbers 0\.\.1"),
        ([0.0, np.nan], 3, r"labels: expected class numbers 0\.\.2"),
        (
            [[0.4, 0.6], [0.0, 1.0]],
            None,
            "labels: expected one-hot rows, a row needs one class to balance by",
        ),
        ([[2.0, -1.0], [0.0, 1.0]], None, "labels: expected one-hot rows"),
    ],
)
def test_labels_that_are_no_classes_stop_the_iteration(labels, n_classes, message):
    batches = mixed_batches(rows_of(np.zeros((2, 1)), np.array(labels)), n_classes=n_classes, batch_size=2)
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        next(iter(batches))


def test_a_batch_that_is_too_large_stops_the_iteration():
    batches = mixed_batches(rows_of(np.zeros((4, 1)), [0, 0, 1, 1]).batch(4), n_classes=2, batch_size=3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected at most batch_size=3 rows"):
        next(iter(batches))


ROWS = rows_of(np.zeros((10, 2), np.float32), LABELS)
K3 = {"n_classes": 3}


@pytest.mark.parametrize(
    ("dataset", "options", "error", "message"),
    [
        (
            ROWS,
            K3,
            ConfigError,
            "batch_size: expected the rows .* received none for a dataset of single rows",
        ),
        (ROWS.batch(4), K3, ConfigError, "received none for a dataset of mini-batches that do not say"),
        (ROWS.batch(4, True), K3 | {"batch_size": 5}, ConfigError, "batch_size: expected 4, .* received 5"),
        (ROWS, {"batch_size": 4}, ConfigError, "n_classes: expected the number of classes, received none"),
        (
            ROWS.batch(4),
            K3 | {"batch_size": 4, "shuffle_buffer": 9},
            ConfigError,
            "shuffle_buffer: expected none",
        ),
        (
            ROWS,
            K3 | {"batch_size": 4, "shuffle_buffer": 0},
            ConfigError,
            "shuffle_buffer: .* at least 1, received 0",
        ),
        (ROWS.repeat(), K3 | {"batch_size": 4}, ConfigError, "shuffle_buffer: expected a number of rows"),
        (ROWS, K3 | {"batch_size": 4, "method": "cost"}, ConfigError, "class_counts: .* received none"),
        (ROWS, K3 | {"batch_size": 4, "method": "augment"}, ConfigError, "augments images"),
        (
            ROWS,
            K3 | {"batch_size": 4, "method": {"resample": {"balanced": {"pool": "dataset"}}}},
            ConfigError,
            "resamples within a mini-batch, received one with pool: dataset; use remix.keras.MixedBatches",
        ),
        *[
            (
                ROWS,
                K3 | {"batch_size": 4, "method": {"mix": {"alpha": 1, "partners": partners}}},
                ConfigError,
                f"permuted, received one with partners: {partners}; use remix.keras.MixedBatches, which",
            )
            for partners in ("balanced", "linked_classes")
        ],
        (
            ROWS,
            K3 | {"batch_size": 4, "method": {"mix": {"alpha": 1, "layers": "hidden"}}},
            ConfigError,
            "mixed_batches: .* received one with layers: hidden, .* write layers: input, or train with remix",
        ),
        (
            ROWS,
            K3 | {"batch_size": 4, "method": {"mix": {"alpha": 1, "labels": "minority"}}},
            ConfigError,
            "class_counts: .* mixes rows by the sizes of their classes, .* received none",
        ),
        (
            ROWS.map(lambda x, y: x),
            K3,
            DataError,
            r"dataset: expected elements \(x, y\), received TensorSpec",
        ),
        (
            ROWS.batch(4, True).map(lambda x, y: (x[:3], y)),
            K3,
            DataError,
            "x: expected mini-batches of 4 rows",
        ),
        (ROWS.batch(4).map(lambda x, y: (x[0, 0], y)), K3, DataError, r"as those of y, received shape \(\)"),
    ],
)
def test_errors_say_what_is_expected_and_received(dataset, options, error, message):
    with pytest.raises(error, match=message):
        mixed_batches(dataset, **options)
