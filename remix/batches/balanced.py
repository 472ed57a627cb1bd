"""Balanced resampling of a mini-batch (Algorithm 1 of the ReMix paper, lines 2 and 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from remix.batches.pool import ClassIndex, choose
from remix.lazy import tf
from remix.parameters import check_choice

RowPool = Literal["batch", "dataset"]
ClassDraw = Literal["equal", "multinomial"]


def balanced_positions(index: ClassIndex, kind: tf.Tensor, pick: tf.Tensor) -> tf.Tensor:
    """Choose rows of the classes that are present, with replacement; absent classes are given none.

    Parameters
    ----------
    index : ClassIndex
        Pools of P rows, sorted by class.
    kind : float32 tensor in [0, 1), shape (S, 1) or (S, B)
        Draws that decide the class of each slot. One draw per batch: each of the C classes present is given
        B/C slots; where C does not divide B, the classes that are given one more follow the one drawn in
        cyclic order. One draw per slot: each slot has a class of its own choice.
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
    in_turn = tf.range(tf.shape(pick)[1])[None, :] if kind.shape[1] == 1 else 0
    slot = in_turn + choose(kind, n_present)
    label = tf.gather(present_first, slot % n_present, batch_dims=1)
    start = tf.gather(index.start, label, batch_dims=1)
    count = tf.gather(index.count, label, batch_dims=1)
    return index.at(start + choose(pick, count))


@dataclass(frozen=True)
class BalancedResampling:
    """Replace a mini-batch by equally many rows of each class, drawn with replacement.

    Parameters
    ----------
    pool : {'batch', 'dataset'}
        Where the rows come from. ``'batch'`` is the paper's algorithm: a class that the mini-batch lacks
        stays absent. ``'dataset'`` draws from the whole training part, so no class is ever absent.
    draw_classes : {'equal', 'multinomial'}
        ``'equal'`` is the paper's algorithm: the same number of rows of each class. ``'multinomial'`` draws
        the class of each row, so that batches are balanced on average only. The authors' released code does
        so in effect: it raises every class to the largest and draws B of these rows with replacement.

    Raises
    ------
    ConfigError
        If an option is none of these.
    """

    pool: RowPool = "batch"
    draw_classes: ClassDraw = "equal"

    def __post_init__(self) -> None:
        check_choice("balanced: pool", self.pool, get_args(RowPool))
        check_choice("balanced: draw_classes", self.draw_classes, get_args(ClassDraw))

    def draw(
        self, rng: np.random.Generator, steps: int, batch_size: int, n_classes: int
    ) -> dict[str, np.ndarray]:
        """Draw the random numbers of `steps` mini-batches.

        Returns
        -------
        dict
            ``kind`` (steps, 1), or (steps, batch_size) if classes are drawn; ``pick`` (steps, batch_size).
            All float32 in [0, 1).
        """
        kinds = 1 if self.draw_classes == "equal" else batch_size
        return {
            "kind": rng.random((steps, kinds), dtype=np.float32),
            "pick": rng.random((steps, batch_size), dtype=np.float32),
        }

    def rows(
        self,
        rows: tf.Tensor,
        batch: ClassIndex,
        dataset: ClassIndex,
        kind: tf.Tensor,
        pick: tf.Tensor,
    ) -> tf.Tensor:
        """Apply: the rows that take the place of a mini-batch's rows.

        Parameters
        ----------
        rows : int32 tensor, shape (S, B)
            The mini-batch: positions in the training part.
        batch, dataset : ClassIndex
            The mini-batch and the whole training part, sorted by class.
        kind, pick : float32 tensors, shapes (S, 1) or (S, B), and (S, B)
            One step of `draw`.

        Returns
        -------
        int32 tensor, shape (S, B)
            Positions in the training part.
        """
        if self.pool == "dataset":
            return balanced_positions(dataset, kind, pick)
        return tf.gather(rows, balanced_positions(batch, kind, pick), batch_dims=1)
