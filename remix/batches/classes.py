"""Where the rows of each class stand in a batch, or in any other pool of rows."""

from typing import NamedTuple

import tensorflow as tf


class ClassIndex(NamedTuple):
    """Rows of a stack of pools, sorted by class.

    Attributes
    ----------
    order : int32 tensor, shape (S, P)
        Positions in the pool, those of class 0 first.
    start, count : int32 tensor, shape (S, K)
        Class c owns ``order[s, start[s, c] : start[s, c] + count[s, c]]``.
    """

    order: tf.Tensor
    start: tf.Tensor
    count: tf.Tensor


def class_index(labels: tf.Tensor, n_classes: int) -> ClassIndex:
    """Sort the rows of each pool by class.

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
