"""Balanced resampling of a mini-batch (Algorithm 1 of the ReMix paper, lines 2 and 3)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import tensorflow as tf

from remix.batches.classes import ClassIndex, choose


def balanced_positions(index: ClassIndex, first: tf.Tensor, pick: tf.Tensor) -> tf.Tensor:
    """Choose equally many rows of every class that is present, with replacement.

    With C classes present, each is given B/C rows; where C does not divide B, the classes that are
    given one row more follow `first` in cyclic order. Absent classes are given none.

    Parameters
    ----------
    index : ClassIndex
        Pools of P rows, sorted by class.
    first : float32 tensor in [0, 1), shape (S,)
        Draw that decides which present class comes first.
    pick : float32 tensor in [0, 1), shape (S, B)
        Draws that decide which row of its class each slot takes.

    Returns
    -------
    int32 tensor, shape (S, B)
        Positions in the pool.
    """
    present = tf.cast(index.count > 0, tf.int32)
    n_present = tf.reduce_sum(present, axis=1, keepdims=True)
    present_first = tf.argsort(1 - present, axis=1, stable=True)
    slot = tf.range(tf.shape(pick)[1])[None, :] + choose(first[:, None], n_present)
    label = tf.gather(present_first, slot % n_present, batch_dims=1)
    start = tf.gather(index.start, label, batch_dims=1)
    count = tf.gather(index.count, label, batch_dims=1)
    return tf.gather(index.order, start + choose(pick, count), batch_dims=1)


@dataclass(frozen=True)
class BalancedResampling:
    """Replace a mini-batch by equally many rows of each class, drawn with replacement.

    Parameters
    ----------
    pool : {'batch', 'dataset'}
        Where the rows come from. ``'batch'`` is the paper's algorithm: a class that the mini-batch lacks
        stays absent. ``'dataset'`` draws from the whole training part, so no class is ever absent.
    """

    pool: Literal["batch", "dataset"] = "batch"

    def draw(
        self, rng: np.random.Generator, steps: int, batch_size: int, n_classes: int
    ) -> dict[str, np.ndarray]:
        """Draw the random numbers of `steps` mini-batches.

        Returns
        -------
        dict
            ``first`` (steps,) and ``pick`` (steps, batch_size), float32 in [0, 1).
        """
        return {
            "first": rng.random(steps, dtype=np.float32),
            "pick": rng.random((steps, batch_size), dtype=np.float32),
        }

    def rows(
        self,
        rows: tf.Tensor,
        batch: ClassIndex,
        dataset: ClassIndex,
        first: tf.Tensor,
        pick: tf.Tensor,
    ) -> tf.Tensor:
        """Apply: the rows that take the place of a mini-batch's rows.

        Parameters
        ----------
        rows : int32 tensor, shape (S, B)
            The mini-batch: positions in the training part.
        batch, dataset : ClassIndex
            The mini-batch and the whole training part, sorted by class.
        first, pick : float32 tensors, shapes (S,) and (S, B)
            One step of `draw`.

        Returns
        -------
        int32 tensor, shape (S, B)
            Positions in the training part.
        """
        if self.pool == "dataset":
            return balanced_positions(dataset, first, pick)
        return tf.gather(rows, balanced_positions(batch, first, pick), batch_dims=1)
