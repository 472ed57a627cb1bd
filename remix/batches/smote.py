"""SMOTE inside a mini-batch (Chawla et al. 2002, applied per batch as in the ReMix paper)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remix.batches.pool import ClassIndex, choose
from remix.lazy import tf
from remix.parameters import check_count


def same_class_neighbours(x: tf.Tensor, labels: tf.Tensor, k: int) -> tf.Tensor:
    """Find the k nearest rows of the same class for every row of every batch.

    Parameters
    ----------
    x : float32 tensor, shape (S, B, d)
        Features; distances are Euclidean.
    labels : int32 tensor, shape (S, B)
        Class of each row.
    k : int
        Number of neighbours, at most B - 1.

    Returns
    -------
    int32 tensor, shape (S, B, k)
        Positions in the batch, nearest first. Behind the last row of the same class come rows of
        other classes, which the caller must not use.
    """
    squared = tf.reduce_sum(tf.square(x), axis=-1)
    distance = squared[:, :, None] + squared[:, None, :] - 2.0 * tf.matmul(x, x, transpose_b=True)
    usable = labels[:, :, None] == labels[:, None, :]
    usable = tf.linalg.set_diag(usable, tf.zeros_like(labels, tf.bool))
    return tf.math.top_k(tf.where(usable, -distance, -np.inf), k=k).indices


def nth_neighbours(
    x: tf.Tensor,
    labels: tf.Tensor,
    raised: tf.Tensor,
    origin: tf.Tensor,
    nth: tf.Tensor,
    k: int,
    most: int | None = None,
) -> tf.Tensor:
    """Find the nth of the k nearest rows of the same class, for rows of classes that are to be raised.

    These are few where it matters, and only among them are distances computed.

    Parameters
    ----------
    x, labels : tensors, shapes (S, B, d) and (S, B)
    raised : bool tensor, shape (S, B)
        Whether a row is of such a class.
    origin, nth : int32 tensors, shape (S, B)
        Positions of the rows whose neighbour is asked for, and which one; for rows of other classes any
        position may be given.
    k : int
    most : int, optional
        Rows of such classes in a batch at most; counted by default. XLA, whose shapes are fixed, cannot.

    Returns
    -------
    int32 tensor, shape (S, B)
        Positions in the batch.
    """
    place = tf.cumsum(tf.cast(raised, tf.int32), axis=1, exclusive=True)
    if most is None:
        most = tf.maximum(tf.reduce_max(place[:, -1]) + 1, 1)
        k = tf.minimum(k, most)
    else:
        k = min(k, most)
    few = tf.argsort(tf.cast(~raised, tf.int32), axis=1, stable=True)[:, :most]
    nearest = same_class_neighbours(tf.gather(x, few, batch_dims=1), tf.gather(labels, few, batch_dims=1), k)
    which = tf.minimum(tf.gather(place, origin, batch_dims=1), most - 1) * k + tf.minimum(nth, k - 1)
    near = tf.gather(tf.reshape(nearest, (-1, most * k)), which, batch_dims=1)
    return tf.gather(few, near, batch_dims=1)


@dataclass(frozen=True)
class Smote:
    """Raise every class to the size of the largest one in the batch, then keep B of the rows.

    A class with n_c rows is filled up with points between a row, drawn with replacement, and one of its
    ``min(neighbours, n_c - 1)`` nearest neighbours of the same class in the batch; a class with one row
    repeats it. Of the balanced rows B are kept, drawn without replacement. A batch with one class
    keeps its rows.

    Parameters
    ----------
    neighbours : int
        Largest number of neighbours.
    smallest : int
        A batch in which a class that is present has fewer rows than this is oversampled at random: rows are
        repeated, none is interpolated. The authors' released code does so below 3; the default is never.

    Raises
    ------
    ConfigError
        If one of these is not a whole number of at least 1.
    """

    neighbours: int = 5
    smallest: int = 1

    def __post_init__(self) -> None:
        check_count("smote: neighbours", self.neighbours, least=1)
        check_count("smote: smallest", self.smallest, least=1)

    def draw(
        self, rng: np.random.Generator, steps: int, batch_size: int, n_classes: int
    ) -> dict[str, np.ndarray]:
        """Draw the random numbers of `steps` mini-batches.

        Returns
        -------
        dict
            ``keep`` (steps, n_classes * batch_size); ``base``, ``neighbour`` and ``gap``
            (steps, batch_size); all float32 in [0, 1).
        """
        return {
            "keep": rng.random((steps, n_classes * batch_size), dtype=np.float32),
            "base": rng.random((steps, batch_size), dtype=np.float32),
            "neighbour": rng.random((steps, batch_size), dtype=np.float32),
            "gap": rng.random((steps, batch_size), dtype=np.float32),
        }

    def apply(
        self,
        x: tf.Tensor,
        labels: tf.Tensor,
        batch: ClassIndex,
        keep: tf.Tensor,
        base: tf.Tensor,
        neighbour: tf.Tensor,
        gap: tf.Tensor,
        *,
        xla: bool = False,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Apply: resample a stack of mini-batches with given random numbers.

        Parameters
        ----------
        x : float32 tensor, shape (S, B, …)
            Features, or images, whose distances and interpolations are those of their pixels.
        labels : int32 tensor, shape (S, B)
        batch : ClassIndex
            The mini-batches, sorted by class.
        keep, base, neighbour, gap : float32 tensors
            One step of `draw`, shapes (S, K * B) and three times (S, B).
        xla : bool
            Whether XLA compiles it: all shapes are fixed then. Changes no result.

        Returns
        -------
        x : float32 tensor, shape (S, B, …)
        labels : int32 tensor, shape (S, B)
        """
        shape, size = x.shape, x.shape[1]
        x = tf.reshape(x, (-1, size, np.prod(shape[2:])))
        k = min(self.neighbours, size - 1)
        # Candidate c * B + j stands for the j-th row of class c after it was raised to the largest class.
        label = tf.range(tf.shape(keep)[1]) // size
        rank = tf.range(tf.shape(keep)[1]) % size
        largest = tf.reduce_max(batch.count, axis=1, keepdims=True)
        rarest = tf.reduce_min(tf.where(batch.count > 0, batch.count, size), axis=1, keepdims=True)
        exists = (tf.gather(batch.count, label, axis=1) > 0) & (rank[None, :] < largest)
        kept = tf.math.top_k(tf.where(exists, keep, -1.0), k=size).indices
        label, rank = kept // size, kept % size

        start = tf.gather(batch.start, label, batch_dims=1)
        count = tf.gather(batch.count, label, batch_dims=1)
        synthetic = rank >= count
        origin = tf.gather(batch.order, start + tf.where(synthetic, choose(base, count), rank), batch_dims=1)
        points = tf.gather(x, origin, batch_dims=1)
        if k == 0:
            return tf.reshape(points, (-1, *shape[1:])), label
        usable = tf.where(rarest < self.smallest, 0, tf.minimum(k, count - 1))
        raised = tf.gather(batch.count, labels, batch_dims=1) < largest
        # The largest of K classes has B / K rows at least.
        most = max(1, size - -(-size // batch.count.shape[1])) if xla else None
        partner = nth_neighbours(x, labels, raised, origin, choose(neighbour, usable), k, most)
        move = tf.where(synthetic & (usable > 0), gap, 0.0)[:, :, None]
        points += move * (tf.gather(x, partner, batch_dims=1) - points)
        return tf.reshape(points, (-1, *shape[1:])), label

    def diagnose(self, counts: np.ndarray) -> dict[str, np.ndarray]:
        """Tell in which mini-batches there was too little to interpolate.

        Parameters
        ----------
        counts : ndarray of int, shape (..., K)
            Rows of each class in the mini-batches before they are resampled.

        Returns
        -------
        dict of str to ndarray of bool, shape (...)
            ``smote_limited``: a class that is to be raised has fewer than ``neighbours + 1`` rows;
            ``smote_repeated``: one of these has its rows repeated, since it has a single one or the batch is
            oversampled at random.
        """
        present = counts > 0
        raised = present & (counts < counts.max(axis=-1, keepdims=True))
        at_random = (np.where(present, counts, self.smallest) < self.smallest).any(axis=-1, keepdims=True)
        return {
            "smote_limited": (raised & (counts <= self.neighbours)).any(axis=-1),
            "smote_repeated": (raised & ((counts == 1) | at_random)).any(axis=-1),
        }
