"""Where the rows of each class stand in a batch, or in any other pool of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from remix.batches.links import class_links
from remix.lazy import tf


class ClassIndex(NamedTuple):
    """Rows of a stack of pools, sorted by class.

    Attributes
    ----------
    order : int32 tensor, shape (F, P)
        Positions in the pool, those of class 0 first. F is S or, where several of the pools are the same,
        fewer: pool s is sorted by row s modulo F.
    start, count : int32 tensor, shape (S, K)
        Class c owns ``order[s % F, start[s, c] : start[s, c] + count[s, c]]``.
    """

    order: tf.Tensor
    start: tf.Tensor
    count: tf.Tensor

    def at(self, places: tf.Tensor) -> tf.Tensor:
        """Give the positions in the pool that stand at some places (S, B) of the order."""
        return gather_of_folds(self.order, places)


class Pool(NamedTuple):
    """The training parts of a stack of folds, on the device.

    Attributes
    ----------
    features : tensor, shape (F, N, d) of float32, or (F, N, H, W, C) of uint8
        Table rows of F folds as they are trained on, or images as bytes. Rows behind the end of a shorter
        fold are padding.
    labels : int32 tensor, shape (F, N)
        Classes 0..K-1; -1 marks padding.
    by_class : ClassIndex
        The rows of the F folds sorted by class, for each of S mini-batches that are made at once: of every
        fold as many, in turn, so that the fold of mini-batch s is s modulo F. At first S is F.
    n_classes : int
        K.
    class_counts : float32 tensor, shape (S, K)
        Rows of each class, as many times as their weights say.
    links : bool tensor, shape (S, K, K), or None
        Which classes are neighbours, see `remix.batches.links`; None where no method asks.
    """

    features: tf.Tensor
    labels: tf.Tensor
    by_class: ClassIndex
    n_classes: int
    class_counts: tf.Tensor
    links: tf.Tensor | None = None

    @classmethod
    def from_folds(
        cls,
        features: Sequence[np.ndarray],
        labels: Sequence[np.ndarray],
        n_classes: int,
        *,
        weights: Sequence[np.ndarray | None] | None = None,
        linked: bool = False,
    ) -> Pool:
        """Stack the training parts of folds.

        Parameters
        ----------
        features : sequence of ndarray, shapes (n_s, d) or (n_s, H, W, C)
        labels : sequence of ndarray of int, shapes (n_s,)
        n_classes : int
            K.
        weights : sequence of ndarray of float or None, shapes (n_s,), optional
            How many rows each one stands for.
        linked : bool
            Whether to find out which classes are neighbours.
        """
        own = [None] * len(labels) if weights is None else weights
        counts = [np.bincount(y, weight, n_classes) for y, weight in zip(labels, own, strict=True)]
        links = None
        if linked:
            folds = zip(features, labels, own, strict=True)
            links = tf.constant(np.stack([class_links(x, y, n_classes, weight) for x, y, weight in folds]))
        stacked = padded([y.astype(np.int32) for y in labels], -1)
        return cls(
            features=tf.constant(padded(features, 0)),
            labels=tf.constant(stacked),
            by_class=class_index_of(stacked, n_classes),
            n_classes=n_classes,
            class_counts=tf.constant(np.stack(counts), tf.float32),
            links=links,
        )

    def repeated(self, times: tf.Tensor) -> Pool:
        """Give the pool for so many mini-batches of each fold at once."""

        def tiled(tensor: tf.Tensor) -> tf.Tensor:
            return tf.tile(tensor, (times, *[1] * (len(tensor.shape) - 1)))

        index = self.by_class
        return self._replace(
            # Not the order of all rows: of a large table it would take gigabytes.
            by_class=ClassIndex(index.order, tiled(index.start), tiled(index.count)),
            class_counts=tiled(self.class_counts),
            links=None if self.links is None else tiled(self.links),
        )

    def take(self, rows: tf.Tensor) -> tf.Tensor:
        """Gather the features of rows (S, B) as a network is given them, (S, B, …)."""
        return as_input(gather_of_folds(self.features, rows))

    def labels_of(self, rows: tf.Tensor) -> tf.Tensor:
        """Gather the classes of rows (S, B)."""
        return gather_of_folds(self.labels, rows)


def gather_of_folds(of_folds: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    """Gather rows (S, B) from what F folds have, (F, N, …): those of mini-batch s from fold s modulo F."""
    folds, size = tf.shape(of_folds)[0], tf.shape(of_folds)[1]
    fold = tf.range(tf.shape(rows)[0]) % folds
    return tf.gather(tf.reshape(of_folds, (-1, *of_folds.shape[2:])), rows + fold[:, None] * size)


def as_input(features: tf.Tensor) -> tf.Tensor:
    """Scale images, which are kept as bytes, to float32 in [0, 1]; features of tables stay as they are."""
    return tf.cast(features, tf.float32) / 255.0 if features.dtype == tf.uint8 else features


def padded(arrays: Sequence[np.ndarray], fill: float) -> np.ndarray:
    """Stack arrays that differ in their number of rows only; rows that are missing hold `fill`."""
    shape = (len(arrays), max(map(len, arrays)), *arrays[0].shape[1:])
    stacked = np.full(shape, fill, arrays[0].dtype)
    for target, array in zip(stacked, arrays, strict=True):
        target[: len(array)] = array
    return stacked


def class_sizes(labels: np.ndarray, n_classes: int) -> np.ndarray:
    """Count the rows of each class, (..., K), in pools of labels 0..K-1, (..., P)."""
    pools = labels.reshape(-1, labels.shape[-1])
    cells = pools + n_classes * np.arange(len(pools))[:, None]
    sizes = np.bincount(cells.ravel(), minlength=n_classes * len(pools))
    return sizes.reshape(*labels.shape[:-1], n_classes)


def class_index_of(labels: np.ndarray, n_classes: int) -> ClassIndex:
    """Sort the rows of each pool by class, labels (S, P) as for `class_index`; however many they are."""
    last = np.where(labels < 0, n_classes, labels)
    counts = class_sizes(last, n_classes + 1)[:, :n_classes]
    order = np.argsort(last, axis=1, kind="stable")
    return ClassIndex(
        *(tf.constant(array, tf.int32) for array in (order, counts.cumsum(axis=1) - counts, counts))
    )


def class_index(labels: tf.Tensor, n_classes: int) -> ClassIndex:
    """Sort the rows of each pool by class; of mini-batches, for memory grows with rows times classes.

    Parameters
    ----------
    labels : int32 tensor, shape (S, P)
        Class of each row; -1 marks padding, which belongs to no class.
    n_classes : int
        Number of classes K.
    """
    count = tf.reduce_sum(tf.one_hot(labels, n_classes, dtype=tf.int32), axis=1)
    order = tf.argsort(tf.where(labels < 0, n_classes, labels), axis=1, stable=True)
    return ClassIndex(order, tf.cumsum(count, axis=1, exclusive=True), count)


def choose(uniform: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """Turn uniform numbers in [0, 1) into integers 0..count-1 (0 where the count is 0)."""
    scaled = tf.cast(uniform * tf.cast(count, uniform.dtype), tf.int32)
    return tf.maximum(tf.minimum(scaled, count - 1), 0)
