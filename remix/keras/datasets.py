"""Mini-batches of a `tf.data.Dataset`, made inside of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from remix.batches.balanced import BalancedResampling
from remix.batches.lacking import lacking_share, warn_if_lacking
from remix.batches.partners import PermutedPartners
from remix.batches.pool import Pool, class_index
from remix.errors import ConfigError, DataError
from remix.keras.inputs import check_spec
from remix.keras.labels import ONE_CLASS, LabelForm, LabelMode, label_form
from remix.keras.settings import MISSING, BatchSettings, check_layers, check_mixable
from remix.lazy import tf
from remix.methods import PARTNERS, Method
from remix.parameters import check_count

# Mini-batches whose random numbers are drawn at a time.
DRAWN_STEPS = 64
# Mini-batches that are made at once of single rows, if they are small: most of the time goes into calling
# operations, not into what they do.
STACKED_STEPS = 8
STACKED_BYTES = 2**20
# Mini-batches after which it is said that too many lack a class.
COUNTED_STEPS = 50
REMEDY = (
    "use remix.keras.MixedBatches, which draws from all rows, a larger batch_size, or method='cost' with "
    "class_counts"
)

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
    label_mode: LabelMode = "auto",
) -> tf.data.Dataset:
    """Turn a dataset into balanced, mixed mini-batches with soft labels, to train a Keras model on.

    The stages of a method draw as in the study, in NumPy, for many mini-batches at a time; what they draw is
    applied in the dataset's own compiled graph. Batch the rows, then mix, then ``repeat``; to ``cache`` what
    comes out would train on the same mini-batches in every epoch.

    Parameters
    ----------
    dataset : tf.data.Dataset
        Of pairs (x, y): single rows, or mini-batches of rows. Features x are one dense tensor of numbers, of
        any shape: rows of a table, images, embedded text. Labels y are class numbers, or one-hot; a last axis
        of length 1 is ignored. Floats in one column are binary targets if K is 2 or not given. From the shape
        and type of y follows whether rows are batched.
    n_classes : int, optional
        K. Must be given if labels are integers and not one-hot.
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
        (``labels: minority``). With them the warning below comes at once.
    label_mode : {'auto', 'categorical', 'binary'}
        As in `BatchSettings`.

    Returns
    -------
    tf.data.Dataset
        Of pairs (x, y), float32, shapes (batch_size, …) and (batch_size, K), or (batch_size, 1) for binary
        targets; if the method weighs the loss, of triples with the weights of the rows, (batch_size,), as
        Keras takes them. Its cardinality is known if that of the dataset is. Features keep their scale:
        images of bytes become floats from 0 to 255.

    Raises
    ------
    ConfigError, DataError
        If settings or data cannot be used; the text says what was expected and received. What shows only
        when a mini-batch is made, a label that is no class, or too many rows, is TensorFlow's
        InvalidArgumentError.

    Warns
    -----
    UserWarning
        If more than a tenth of the mini-batches lack a class that the method would balance: at once by
        `class_counts`, or else once, when mini-batches were made and it showed.

    Notes
    -----
    Each iteration is an epoch with draws of its own; a dataset that is made again, with the same seed,
    repeats them in the same order. For the order of rows a global seed of TensorFlow counts too.

    Of single rows eight small mini-batches are made at once: the first one waits for the rows of all eight.

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
    ``"categorical_crossentropy"``, or ``"binary_crossentropy"`` for binary targets; without
    ``shuffle=False`` Keras warns that it cannot shuffle a dataset.
    """
    if not isinstance(dataset, tf.data.Dataset):
        raise DataError(
            f"dataset: expected a tf.data.Dataset, received {type(dataset).__name__}; "
            "tf.data.Dataset.from_tensor_slices((x, y)) makes one of arrays"
        )
    features, labels = _specs(dataset)
    is_integer = labels.dtype.is_integer or labels.dtype.is_bool
    form = label_form(tuple(labels.shape), is_integer, n_classes, label_mode)
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
        label_mode=label_mode,
    )
    chosen = settings.method_for(images=len(features.shape) - form.batched == 3)
    _check_stages(chosen)
    check_mixable(features.dtype.as_numpy_dtype, chosen)
    weights = settings.class_weights(chosen, class_counts)
    counts = settings.label_counts(chosen, class_counts)
    balanced = settings.balanced_counts(chosen, class_counts)
    if balanced is not None:
        share = lacking_share(balanced, settings.batch_size)
        warn_if_lacking(share, settings.batch_size, REMEDY, stacklevel=2)
    if form.batched and shuffle_buffer is not None:
        raise ConfigError(
            "shuffle_buffer: expected none, since the dataset is batched already, received "
            f"{shuffle_buffer}; shuffle its rows before they are batched"
        )
    size = settings.batch_size
    rows = dataset if form.batched else _shuffled(dataset, settings, shuffle_buffer)
    steps = int((rows if form.batched else rows.batch(size)).cardinality())
    stack = 1 if form.batched else _stack(features, size)
    stacks = rows if form.batched else rows.batch(stack * size)
    lacking = Lacking(settings) if balanced is None and chosen.resamples_within_batch else None

    # To translate it from Python's source, which it does not need, takes a second.
    @tf.autograph.experimental.do_not_convert
    def apply(pair: tuple[tf.Tensor, tf.Tensor], drawn: DrawnTensors) -> tuple[tf.Tensor, ...]:
        x, labels = tf.cast(pair[0], tf.float32), _class_numbers(pair[1], form)
        tf.debugging.assert_all_finite(x, MISSING)
        fits = tf.debugging.assert_less_equal(
            tf.size(labels), stack * size, f"mini-batch: expected at most batch_size={size} rows"
        )
        with tf.control_dependencies([fits]):
            places = batch_rows(tf.size(labels), size)
        drawn = tf.nest.map_structure(lambda array: array[: tf.shape(places)[0]], drawn)
        if lacking is not None:
            lacking.look_at(tf.gather(labels, places), drawn["epoch"]["made"])
        x, y = apply_to_batches(chosen, settings.n_classes, x, labels, places, drawn, counts)
        target = y[..., 1:] if form.binary else y
        made = (x, target) if weights is None else (x, target, tf.linalg.matvec(y, weights))
        return made if stack > 1 else tuple(each[0] for each in made)

    draws = _draws(chosen, settings, stack, steps)
    if draws is None:
        mixed = stacks.map(lambda *pair: apply(pair, {}), tf.data.AUTOTUNE, deterministic=True)
    else:
        mixed = tf.data.Dataset.zip((stacks, draws)).map(apply, tf.data.AUTOTUNE, deterministic=True)
    # To hand over a whole stack from thread to thread takes no longer than a mini-batch.
    mixed = mixed.prefetch(tf.data.AUTOTUNE)
    if stack > 1:
        mixed = mixed.unbatch()
        if steps >= 0:
            mixed = mixed.apply(tf.data.experimental.assert_cardinality(steps))
    return mixed


class Lacking:
    """Counts the mini-batches of a stream that lack a class, and warns once when they are too many.

    Parameters
    ----------
    settings : BatchSettings
    """

    def __init__(self, settings: BatchSettings) -> None:
        self.settings = settings
        self.lacked = 0
        self.is_said = False

    def look_at(self, labels: tf.Tensor, made: tf.Tensor) -> None:
        """Count, within the graph: Python is called only where a class is lacking.

        Parameters
        ----------
        labels : int32 tensor, shape (S, B)
            Of mini-batches that follow each other.
        made : int64 tensor, shape (S,)
            How many were made, with each of them; 0 if that is not known.
        """
        lacks = tf.reduce_any(class_index(labels, self.settings.n_classes).count == 0, axis=1)
        tf.cond(
            tf.reduce_any(lacks) & (made[-1] > 0),
            lambda: tf.numpy_function(self.count, [tf.math.count_nonzero(lacks), made[-1]], []),
            tf.no_op,
        )

    def count(self, lacking: int, made: int) -> None:
        """Count mini-batches that lack a class, of so many that were made."""
        self.lacked += int(lacking)
        if not self.is_said and made >= COUNTED_STEPS:
            share = self.lacked / int(made)
            self.is_said = warn_if_lacking(share, self.settings.batch_size, REMEDY, stacklevel=2)


def batch_rows(n_rows: tf.Tensor, batch_size: int) -> tf.Tensor:
    """Cut rows into mini-batches, (S, B); the last is filled by repeating its rows in turn."""
    last = (n_rows - 1) // batch_size * batch_size
    place = tf.range(last + batch_size)
    filled = tf.where(place < n_rows, place, last + (place - last) % (n_rows - last))
    return tf.reshape(filled, (-1, batch_size))


def apply_to_batches(
    method: Method,
    n_classes: int,
    x: tf.Tensor,
    labels: tf.Tensor,
    rows: tf.Tensor,
    drawn: DrawnTensors,
    class_counts: np.ndarray | None = None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Apply a method to a stack of mini-batches, each of which is a pool of its own.

    Parameters
    ----------
    method : Method
    n_classes : int
        K.
    x : float32 tensor, shape (n, …)
    labels : int32 tensor, shape (n,)
        Classes 0..K-1.
    rows : int32 tensor, shape (S, B)
        The rows of each mini-batch.
    drawn : mapping
        S steps of `remix.methods.Method.draw`.
    class_counts : ndarray of int, shape (K,), optional
        Rows of each class in the whole dataset, if the method asks.

    Returns
    -------
    x : float32 tensor, shape (S, B, …)
    y : float32 tensor, shape (S, B, K)
    """
    # Nothing is drawn from all rows of the pool, which would be those of the whole stack.
    counts = tf.constant(np.zeros(n_classes) if class_counts is None else class_counts, tf.float32)
    counts = tf.tile(counts[None], (tf.shape(rows)[0], 1))
    pool = Pool(x[None], labels[None], class_index(labels[None], n_classes), n_classes, counts)
    batch = method.batch(pool, rows, drawn)
    return batch.x, batch.y


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
        triple = isinstance(element, tuple) and len(element) == 3
        received = "triples (x, y, sample_weight)" if triple else f"{element}"
        weights = (
            "; leave the weights out, weigh classes by method='cost' with class_counts, or train with "
            "remix.ReMixClassifier, whose fit takes sample_weight"
        )
        raise DataError(f"dataset: expected elements (x, y), received {received}{weights if triple else ''}")
    for name, spec in zip("xy", element, strict=True):
        check_spec(name, spec)
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


def _shuffled(dataset: tf.data.Dataset, settings: BatchSettings, buffer: int | None) -> tf.data.Dataset:
    """Draw single rows in an order of their own in every epoch."""
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
    return dataset


def _stack(features: tf.TensorSpec, batch_size: int) -> int:
    """Settle how many mini-batches of single rows are made at once; each waits for the last of them."""
    values = features.shape.num_elements()
    small = values is not None and 4 * values * batch_size * STACKED_STEPS <= STACKED_BYTES
    return STACKED_STEPS if small else 1


def _class_numbers(y: tf.Tensor, form: LabelForm) -> tf.Tensor:
    """Read the labels of a mini-batch as class numbers, (b,)."""
    if form.one_hot:
        y = tf.reshape(tf.cast(y, tf.float32), (-1, form.n_classes))
        one = tf.reduce_all((tf.reduce_max(y, axis=1) == 1.0) & (tf.reduce_sum(tf.abs(y), axis=1) == 1.0))
        tf.debugging.Assert(one, [f"labels: expected one-hot rows, {ONE_CLASS}; received", y])
        return tf.argmax(y, axis=1, output_type=tf.int32)
    y = tf.reshape(y, (-1,))
    labels = tf.cast(y, tf.int32)
    # A fraction, or what is missing, is no class number, and is another number when it is read as one.
    classes = (labels >= 0) & (labels < form.n_classes) & (tf.cast(labels, y.dtype) == y)
    tf.debugging.Assert(
        tf.reduce_all(classes), [f"labels: expected class numbers 0..{form.n_classes - 1}, received", y]
    )
    return labels


def _draws(method: Method, settings: BatchSettings, stack: int, steps: int) -> tf.data.Dataset | None:
    """Give the random numbers of stack after stack of mini-batches without end; None if there are none.

    Beside them is how many mini-batches were made with each one, if an epoch has so many `steps`; where that
    is not known, which is negative, it is 0 after the first epoch.
    """

    def draw(epoch: int, generators: Mapping[str, np.random.Generator], first: int) -> Drawn:
        drawn: Drawn = method.draw(generators, DRAWN_STEPS, settings.batch_size, settings.n_classes)
        made = np.arange(first, first + DRAWN_STEPS) + epoch * steps
        counted = {"epoch": {"made": made if steps >= 0 or epoch == 0 else 0 * made}}
        return tf.nest.map_structure(
            lambda array: array.reshape(-1, stack, *array.shape[1:]), {**drawn, **counted} if drawn else {}
        )

    epochs = itertools.count()

    def draws_of_next_epoch() -> Iterator[Drawn]:
        epoch = next(epochs)
        generators = settings.stage_generators(epoch)
        for first in itertools.count(1, DRAWN_STEPS):
            yield draw(epoch, generators, first)

    example = draw(0, settings.stage_generators(0), 1)
    if not example:
        return None
    signature = tf.nest.map_structure(lambda array: tf.TensorSpec(array.shape, array.dtype), example)
    draws = tf.data.Dataset.from_generator(draws_of_next_epoch, output_signature=signature)
    # They never end. Being repeated they are known not to, and the number of mini-batches stays known.
    return draws.repeat().unbatch()
