"""What `MixedBatches` of arrays and `mixed_batches` of a dataset's rows, or of its batches, do alike."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from remix.keras import MixedBatches, mixed_batches


def of_rows(x, y, **options):
    return mixed_batches(tf.data.Dataset.from_tensor_slices((x, y)), **options)


def rows_in_order(x, y, **options):
    """Shuffled, a mini-batch has other rows than that of arrays, or than a second one."""
    return of_rows(x, y, shuffle_buffer=1, class_counts=np.bincount(y_numbers(y)), **options)


def of_batches(x, y, *, batch_size, **options):
    batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(batch_size)
    counts = np.bincount(y_numbers(y))
    return mixed_batches(batches, batch_size=batch_size, class_counts=counts, **options)


def y_numbers(y):
    y = np.asarray(y)
    return y.argmax(axis=1) if y.shape[1:] == (2,) else y.ravel().astype(int)


every_front = pytest.mark.parametrize("front", [MixedBatches, of_rows])


def epoch(batches):
    """Features and labels of all mini-batches; what is asked for next is another epoch."""
    arrays = tuple(np.concatenate([*map(np.asarray, each)]) for each in zip(*batches, strict=True))
    if isinstance(batches, MixedBatches):
        batches.on_epoch_end()
    return arrays


@pytest.mark.parametrize(
    ("front", "shape", "method"),
    [
        (MixedBatches, (3,), "remix_dataset_pool"),
        (MixedBatches, (3, 1), "mixup"),
        (MixedBatches, (1, 3, 1), "remix_dataset_pool"),
        (of_rows, (3, 1), "smote"),
        (of_rows, (1, 3, 1), "remix"),
    ],
)
def test_labels_are_made_of_the_same_rows_in_the_same_shares_as_features(table, front, shape, method):
    """Features that hold the one-hot labels must come out as the mixed labels."""
    one_hot = np.eye(3)[table[1]]
    batches = front(one_hot.reshape(-1, *shape), one_hot, batch_size=32, method=method, seed=1)
    assert len(batches) == 4
    x, y = epoch(batches)
    assert (x.shape, x.dtype, y.dtype) == ((128, *shape), np.float32, np.float32)
    np.testing.assert_allclose(x.reshape(y.shape), y, atol=1e-6)


@every_front
def test_every_row_is_drawn_once_an_epoch_in_an_order_of_its_own(front):
    rows = np.arange(10)
    batches = front(rows, rows % 2, n_classes=2, batch_size=5, method="baseline", seed=1)
    orders = []
    for _ in range(2):
        x, y = epoch(batches)
        assert y.argmax(axis=1).tolist() == (x % 2).tolist()
        orders.append(x.tolist())
    assert [sorted(order) for order in orders] == [rows.tolist()] * 2
    assert orders[0] != orders[1]
    assert orders[0] != sorted(orders[0])


@every_front
def test_the_seed_decides_and_every_epoch_is_new(table, front):
    def three_epochs(seed):
        batches = front(*table, n_classes=3, batch_size=32, seed=seed)
        return [epoch(batches)[0] for _ in range(3)]

    first, again, other = map(three_epochs, (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    for i, j in ((0, 1), (1, 2)):
        assert not np.array_equal(first[i], first[j])
    assert not np.array_equal(first[0], other[0])


WEIGHED = {"mix": {"alpha": 1.0}, "loss_weights": "balanced"}
every_order = pytest.mark.parametrize("front", [MixedBatches, rows_in_order, of_batches])


@pytest.mark.parametrize(
    ("labels", "label_mode", "columns"),
    [
        (lambda y: y.astype(np.float32)[:, None], "auto", 1),
        (lambda y: y.astype(float), "auto", 1),
        (lambda y: y, "binary", 1),
        (lambda y: np.eye(2)[y], "binary", 1),
        (lambda y: y, "auto", 2),
        (lambda y: np.eye(2)[y], "auto", 2),
        (lambda y: y.astype(float), "categorical", 2),
    ],
)
@every_order
def test_labels_come_out_in_the_form_they_came_in(table, front, labels, label_mode, columns):
    x, y = table[0], np.minimum(table[1], 1)
    options = {"n_classes": 2, "batch_size": 32, "method": WEIGHED, "seed": 1}
    _, rows, weights = next(iter(front(x, np.eye(2)[y], **options)))
    _, target, made_weights = next(iter(front(x, labels(y), label_mode=label_mode, **options)))
    np.testing.assert_array_equal(target, rows[:, -columns:])
    np.testing.assert_array_equal(made_weights, weights)


@every_order
def test_mixed_rows_weigh_what_their_classes_weigh_in_their_shares(front):
    y = np.array([0, 0, 0, 1])
    ((_, labels, weights),) = front(np.zeros((4, 1)), y, n_classes=2, batch_size=4, method=WEIGHED, seed=1)
    labels = np.asarray(labels)
    assert ((labels > 0) & (labels < 1)).any()
    np.testing.assert_allclose(weights, labels[:, 0] * 2 / 3 + labels[:, 1] * 2, rtol=1e-6)


@pytest.mark.parametrize(
    ("front", "method"), [(MixedBatches, "remix_dataset_pool"), (of_rows, "remix_aug"), (of_rows, "smote")]
)
def test_images_keep_their_scale(images, front, method):
    x, y = epoch(front(*images, n_classes=2, batch_size=16, method=method, seed=1))
    assert (x.shape, x.dtype) == ((48, 6, 5, 2), np.float32)
    # Dark images have values below 60, bright ones from 180; and the mean of these is between theirs.
    np.testing.assert_allclose(x.mean(axis=(1, 2, 3)), 30 + 180 * y[:, 1], atol=12)


@pytest.mark.parametrize(("front", "options"), [(MixedBatches, {"workers": 2}), (of_rows, {})])
def test_a_model_learns_from_them(table, front, options):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dense(3)])
    model.compile(keras.optimizers.Adam(0.05), keras.losses.CategoricalCrossentropy(from_logits=True))
    batches = front(*table, n_classes=3, batch_size=32, seed=1, **options)
    history = model.fit(batches, epochs=4, verbose=0, shuffle=False).history["loss"]
    assert history[-1] < 0.5 * history[0]
    assert (model.predict(table[0], verbose=0).argmax(axis=1) == table[1])[table[1] == 2].all()
