"""Mini-batches of a `tf.data.Dataset`, made inside of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from remix.batches.balanced import BalancedResampling
from remix.batches.partners import PermutedPartners
from remix.batches.pool import Pool, class_index
from remix.errors import ConfigError, DataError
from remix.keras.labels import LabelForm, label_form
from remix.keras.settings import MISSING, BatchSettings, check_layers, check_mixable
from remix.lazy import tf
from remix.methods import PARTNERS, Method
from remix.parameters import check_count

# Mini-batches whose random numbers are drawn at a time.
DRAWN_STEPS = 64

# Of each stage, the arrays that it drew, by their names.
Drawn = Mapping[str, Mapping[str, np.ndarray]]
DrawnTensors = Mapping[str, Mapping[str, Any]]


def mixed_batches(
    dataset: tf.data.Dataset,
    *,
    n_classes: int | None = None,
    batch_size: int | None = None,
    method: str | Mapping[str, Any] = "remix",
    alpha: float | None = None,
    seed: int | None = None,
    shuffle_buffer: int | None = None,
    class_counts: ArrayLike | None = None,
) -> tf.data.Dataset:
    """Turn a dataset into balanced, mixed mini-batches with soft labels, to train a Keras model on.

    The stages of a method draw as in the study, in NumPy, for many mini-batches at a time; what they draw is
    applied in the dataset's own compiled graph. Batch the rows, then mix, then ``repeat``; to ``cache`` what
    comes out would train on the same mini-batches in every epoch.

    Parameters
    ----------
    dataset : tf.data.Dataset
        Of pairs (x, y): single rows, or mini-batches of rows. Features x are one dense tensor of numbers, of
        any shape: rows of a table, images, embedded text. Labels y are class numbers as integers, or one-hot;
        a last axis of length 1 is ignored. From the shape and type of y follows whether rows are batched.
    n_classes : int, optional
        K. Must be given unless labels are one-hot.
    batch_size : int, optional
        Rows per mini-batch. Single rows are batched so; their order is drawn anew in every epoch. A dataset
        of mini-batches stays batched as it is, and this says how many rows they have; it can be left out if
        the dataset knows, as it does after ``batch(size, drop_remainder=True)``. A mini-batch with fewer
        rows, as the last of an epoch may be, is filled up by repeating them.
    method, alpha, seed
        As in `BatchSettings`. What needs the whole dataset is for `MixedBatches` only, since a dataset is a
        stream, of which no more than a mini-batch is there at a time: balanced resampling with
        ``pool: dataset``, and mixing with ``partners: balanced`` or ``linked_classes``. Mixing in hidden
        layers (``layers: hidden``) is for networks of `remix` only.
    shuffle_buffer : int, optional
        Only for single rows: from how many the next one is drawn at random. By default from all, which are
        then held in memory. Mini-batches must be random draws from the whole dataset, or a class that stands
        at its end is missing in most of them. 1 leaves the order as it is.
    class_counts : array-like of int, shape (K,), mapping or Series, optional
        Rows of each class in the dataset, in the order of the classes or by class. Must be given if the
        method weighs the loss (``cost``), or labels mixed rows by the sizes of the classes
        (``labels: minority``).

    Returns
    -------
    tf.data.Dataset
        Of pairs (x, y), float32, shapes (batch_size, …) and (batch_size, K); if the method weighs the loss,
        of triples with the weights of the rows, (batch_size,), as Keras takes them. Its cardinality is known
        if that of the dataset is. Features keep their scale: images of bytes become floats from 0 to 255.

    Raises
    ------
    ConfigError, DataError
        If settings or data cannot be used; the text says what was expected and received. What shows only
        when a mini-batch is made, a label that is no class, or too many rows, is TensorFlow's
        InvalidArgumentError.

    Notes
    -----
    Each iteration is an epoch with draws of its own; a dataset that is made again, with the same seed,
    repeats them in the same order. For the order of rows a global seed of TensorFlow counts too.

    The random numbers come from Python, so the dataset cannot be sent to another process; there, call this
    function.

    Examples
    --------
    >>> import tensorflow as tf
    >>> x, y = np.random.default_rng(0).normal(size=(100, 3)), np.array([0] * 90 + [1] * 10)
    >>> rows = tf.data.Dataset.from_tensor_slices((x, y))
    >>> batches = mixed_batches(rows, n_classes=2, batch_size=20, seed=1)
    >>> len(batches)
    5
    >>> features, labels = next(iter(batches))
    >>> features.shape, labels.shape
    (TensorShape([20, 3]), TensorShape([20, 2]))

    Train with ``model.fit(batches, shuffle=False)``, the model compiled with the loss
    ``"categorical_crossentropy"``; without ``shuffle=False`` Keras warns that it cannot shuffle a dataset.
    """
    if not isinstance(dataset, tf.data.Dataset):
        raise DataError(
            f"dataset: expected a tf.data.Dataset, received {type(dataset).__name__}; "
            "tf.data.Dataset.from_tensor_slices((x, y)) makes one of arrays"
        )
    features, labels = _specs(dataset)
    form = label_form(tuple(labels.shape), labels.dtype.is_integer or labels.dtype.is_bool, n_classes)
    if form.batched and not features.shape[:1].is_compatible_with(labels.shape[:1]):
        raise DataError(
            f"x: expected mini-batches of {labels.shape[0]} rows, as those of y, received shape "
            f"{features.shape}"
        )
    settings = BatchSettings(
        n_classes=form.n_classes,
        batch_size=_batch_size(labels, form, batch_size),
        method=method,
        alpha=alpha,
        seed=seed,
    )
    chosen = settings.method_for(images=len(features.shape) - form.batched == 3)
    _check_stages(chosen)
    check_mixable(features.dtype.as_numpy_dtype, chosen)
    weights = settings.class_weights(chosen, class_counts)
    counts = settings.label_counts(chosen, class_counts)
    if form.batched and shuffle_buffer is not None:
        raise ConfigError(
            "shuffle_buffer: expected none, since the dataset is batched already, received "
            f"{shuffle_buffer}; shuffle its rows before they are batched"
        )
    batches = dataset if form.batched else _batched(dataset, settings, shuffle_buffer)

    def apply(pair: tuple[tf.Tensor, tf.Tensor], drawn: DrawnTensors) -> tuple[tf.Tensor, ...]:
        x, labels = tf.cast(pair[0], tf.float32), _class_numbers(pair[1], form)
        tf.debugging.assert_all_finite(x, MISSING)
        x, y = apply_to_batch(chosen, settings, x, labels, drawn, counts)
        return (x, y) if weights is None else (x, y, tf.linalg.matvec(y, weights))

    draws = _draws(chosen, settings)
    if draws is None:
        mixed = batches.map(lambda *pair: apply(pair, {}), tf.data.AUTOTUNE, deterministic=True)
    else:
        mixed = tf.data.Dataset.zip((batches, draws)).map(apply, tf.data.AUTOTUNE, deterministic=True)
    return mixed.prefetch(tf.data.AUTOTUNE)


def apply_to_batch(
    method: Method,
    settings: BatchSettings,
    x: tf.Tensor,
    labels: tf.Tensor,
    drawn: DrawnTensors,
    class_counts: np.ndarray | None = None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Apply a method to a mini-batch, which is a stack of one whose pool is itself.

    Parameters
    ----------
    method : Method
    settings : BatchSettings
    x : float32 tensor, shape (b, …)
    labels : int32 tensor, shape (b,)
        Classes 0..K-1. If b is less than the batch size B, the rows are repeated in turn until there are B.
    drawn : mapping
        One step of `remix.methods.Method.draw`.
    class_counts : ndarray of int, shape (K,), optional
        Rows of each class in the whole dataset, by default in the mini-batch.

    Returns
    -------
    x : float32 tensor, shape (B, …)
    y : float32 tensor, shape (B, K)
    """
    index = class_index(labels[None], settings.n_classes)
    counts = index.count if class_counts is None else class_counts[None]
    pool = Pool(x[None], labels[None], index, settings.n_classes, tf.cast(counts, tf.float32))
    size = tf.shape(labels)[0]
    tf.debugging.assert_less_equal(
        size, settings.batch_size, f"mini-batch: expected at most batch_size={settings.batch_size} rows"
    )
    rows = tf.range(settings.batch_size) % size
    stack = tf.nest.map_structure(lambda array: array[None], drawn)
    batch = method.batch(pool, rows[None], stack)
    return batch.x[0], batch.y[0]


def _check_stages(method: Method) -> None:
    """Refuse what a mini-batch of a stream is too little for."""
    whole = "use remix.keras.MixedBatches, which holds all rows"
    if isinstance(method.resample, BalancedResampling) and method.resample.pool == "dataset":
        raise ConfigError(
            "mixed_batches: expected a method that resamples within a mini-batch, received one with "
            f"pool: dataset; {whole}"
        )
    if method.mix is not None and not isinstance(method.mix.partners, PermutedPartners):
        name = next(name for name, kind in PARTNERS.items() if isinstance(method.mix.partners, kind))
        raise ConfigError(
            "mixed_batches: expected a method that mixes with partners: permuted, received one with "
            f"partners: {name}; {whole}"
        )
    check_layers("mixed_batches", method)


def _specs(dataset: tf.data.Dataset) -> tuple[tf.TensorSpec, tf.TensorSpec]:
    """Give the types and shapes of x and y, if these can be mixed."""
    element = dataset.element_spec
    if not isinstance(element, tuple) or len(element) != 2:
        raise DataError(f"dataset: expected elements (x, y), received {element}")
    for name, spec in zip("xy", element, strict=True):
        if not isinstance(spec, tf.TensorSpec) or spec.shape.rank is None:
            raise DataError(f"{name}: expected one dense tensor with a known number of axes, received {spec}")
        if not (spec.dtype.is_floating or spec.dtype.is_integer or spec.dtype.is_bool):
            raise DataError(f"{name}: expected numbers, received {spec.dtype.name}")
    return element


def _batch_size(labels: tf.TensorSpec, form: LabelForm, asked: int | None) -> int:
    """Settle how many rows mini-batches have."""
    known = labels.shape[0] if form.batched else None
    size = known if asked is None else asked
    if size is None:
        which = "mini-batches that do not say how many rows they have" if form.batched else "single rows"
        raise ConfigError(
            f"batch_size: expected the rows of a mini-batch, received none for a dataset of {which}"
        )
    if known not in (None, size):
        raise ConfigError(
            f"batch_size: expected {known}, as the dataset is batched already, received {asked}"
        )
    return size


def _batched(dataset: tf.data.Dataset, settings: BatchSettings, buffer: int | None) -> tf.data.Dataset:
    """Draw single rows in an order of their own in every epoch, and batch them."""
    if buffer is None:
        buffer = int(dataset.cardinality())
        if buffer < 0:
            raise ConfigError(
                "shuffle_buffer: expected a number of rows, since the dataset does not tell how many it has, "
                "received none"
            )
    else:
        check_count("shuffle_buffer", buffer, least=1)
    if buffer > 1:
        # TensorFlow goes on from this seed in every further epoch.
        seed = settings.generator("order", 0).integers(2**31)
        dataset = dataset.shuffle(buffer, seed=seed, reshuffle_each_iteration=True)
    return dataset.batch(settings.batch_size)


def _class_numbers(y: tf.Tensor, form: LabelForm) -> tf.Tensor:
    """Read the labels of a mini-batch as class numbers, (b,)."""
    if form.one_hot:
        y = tf.reshape(tf.cast(y, tf.float32), (-1, form.n_classes))
        one = tf.reduce_all((tf.reduce_max(y, axis=1) == 1.0) & (tf.reduce_sum(tf.abs(y), axis=1) == 1.0))
        tf.debugging.Assert(one, ["labels: expected one-hot rows, received", y])
        return tf.argmax(y, axis=1, output_type=tf.int32)
    labels = tf.cast(tf.reshape(y, (-1,)), tf.int32)
    classes = tf.reduce_all((labels >= 0) & (labels < form.n_classes))
    tf.debugging.Assert(
        classes, [f"labels: expected class numbers 0..{form.n_classes - 1}, received", labels]
    )
    return labels


def _draws(method: Method, settings: BatchSettings) -> tf.data.Dataset | None:
    """Give the random numbers of mini-batch after mini-batch without end; None if the method needs none."""

    def draw(generators: Mapping[str, np.random.Generator]) -> Drawn:
        return method.draw(generators, DRAWN_STEPS, settings.batch_size, settings.n_classes)

    epochs = itertools.count()

    def draws_of_next_epoch() -> Iterator[Drawn]:
        generators = settings.stage_generators(next(epochs))
        while True:
            yield draw(generators)

    example = draw(settings.stage_generators(0))
    if not example:
        return None
    signature = tf.nest.map_structure(lambda array: tf.TensorSpec(array.shape, array.dtype), example)
    draws = tf.data.Dataset.from_generator(draws_of_next_epoch, output_signature=signature)
    # They never end. Being repeated they are known not to, and the number of mini-batches stays known.
    return draws.repeat().unbatch()
