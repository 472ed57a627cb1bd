"""With which row each row of a mini-batch is mixed.

A kind of partners says three things: by which law the share λ of the row itself is drawn, which rows must be
there (those of the mini-batch, or more), and which of them is the partner of each row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from remix.batches.balanced import balanced_positions
from remix.batches.classes import Pool, choose, class_index
from remix.lazy import tf


@dataclass(frozen=True)
class PermutedPartners:
    """Mix a mini-batch with a permutation of itself (MixUp, Zhang et al., ICLR 2018; ReMix)."""

    # How many mini-batches of rows are needed, and whether it must be known which classes are neighbours.
    mini_batches: ClassVar[int] = 1
    needs_links: ClassVar[bool] = False

    def law(self, alpha: float) -> tuple[float, float]:
        """Give a and b of the law of λ, Beta(a, b)."""
        return alpha, alpha

    def draw(self, rng: np.random.Generator, steps: int, batch_size: int) -> dict[str, np.ndarray]:
        """Draw ``order`` (steps, batch_size), int32 permutations."""
        order = np.tile(np.arange(batch_size, dtype=np.int32), (steps, 1))
        return {"order": rng.permuted(order, axis=1)}

    def rows(self, rows: tf.Tensor, pool: Pool, drawn: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Give the rows (S, B) as they are: partners are among them."""
        return rows

    def order(self, labels: tf.Tensor, pool: Pool, drawn: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Give the position of each row's partner, int32 (S, B), as drawn."""
        return drawn["order"]


@dataclass(frozen=True)
class BalancedPartners:
    """Mix a mini-batch with a second one, class-balanced (Balanced-MixUp, Galdran et al., MICCAI 2021).

    The first is the mini-batch as it was drawn, "instance-based", the second is drawn with equal shares of
    all classes from the whole training part. In the paper λ ~ Beta(α, 1) is the share of the *balanced* row,

        x = (1 - λ) x_instance + λ x_balanced,    y = (1 - λ) y_instance + λ y_balanced,

    with mean α / (α + 1): a small α adds a little of the balanced rows to the others. The share of the row
    itself is therefore 1 - λ ~ Beta(1, α).
    """

    mini_batches: ClassVar[int] = 2
    needs_links: ClassVar[bool] = False

    def law(self, alpha: float) -> tuple[float, float]:
        """Give a and b of the law of the row's own share, Beta(a, b)."""
        return 1.0, alpha

    def draw(self, rng: np.random.Generator, steps: int, batch_size: int) -> dict[str, np.ndarray]:
        """Draw ``kind`` (steps, 1) and ``pick`` (steps, batch_size), float32 in [0, 1).

        See `remix.batches.balanced.balanced_positions`.
        """
        return {
            "kind": rng.random((steps, 1), dtype=np.float32),
            "pick": rng.random((steps, batch_size), dtype=np.float32),
        }

    def rows(self, rows: tf.Tensor, pool: Pool, drawn: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Give the rows (S, B) and behind them those of the balanced mini-batch, (S, 2 B)."""
        second = balanced_positions(pool.by_class, drawn["kind"], drawn["pick"])
        return tf.concat([rows, second], axis=1)

    def order(self, labels: tf.Tensor, pool: Pool, drawn: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Give the position of each row's partner, int32 (S, B): the row of the same place in the second."""
        pick = drawn["pick"]
        size = pick.shape[1]
        return tf.tile(size + tf.range(size)[None], (tf.shape(pick)[0], 1))


@dataclass(frozen=True)
class LinkedPartners:
    """Mix no two classes with a third one between them.

    Our answer to a question that the ReMix paper leaves open: a row that is mixed from two classes may lie in
    a third, which its label denies (its Figure 8). A row's partner is drawn uniformly, each on its own, from
    the rows of the mini-batch whose class is the same or linked: two classes are linked if no third one's
    centroid lies inside of the ball whose diameter is the segment between their centroids, which is the
    Gabriel graph of the centroids (Gabriel & Sokal, Systematic Zoology 1969) in the training part, see
    `remix.batches.links`. That graph is connected: the labels of every class are mixed with those of another.
    With two classes, or with classes none of which lies between others, all are linked.
    """

    mini_batches: ClassVar[int] = 1
    needs_links: ClassVar[bool] = True

    def law(self, alpha: float) -> tuple[float, float]:
        """Give a and b of the law of λ, Beta(a, b)."""
        return alpha, alpha

    def draw(self, rng: np.random.Generator, steps: int, batch_size: int) -> dict[str, np.ndarray]:
        """Draw ``pick`` (steps, batch_size), float32 in [0, 1): which of the possible partners is taken."""
        return {"pick": rng.random((steps, batch_size), dtype=np.float32)}

    def rows(self, rows: tf.Tensor, pool: Pool, drawn: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Give the rows (S, B) as they are: partners are among them."""
        return rows

    def order(self, labels: tf.Tensor, pool: Pool, drawn: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Choose each row's partner among those of the same class and of linked ones.

        Parameters
        ----------
        labels : int32 tensor, shape (S, B)
            Classes of the mini-batch.
        pool : Pool
            Which classes are linked.
        drawn : mapping
            ``pick`` (S, B).

        Returns
        -------
        int32 tensor, shape (S, B)
            Positions in the mini-batch.
        """
        batch = class_index(labels, pool.n_classes)
        linked = tf.cast(tf.gather(pool.links, labels, batch_dims=1), tf.int32)
        # Possible partners of each row up to and with each class, (S, B, K).
        upto = tf.cumsum(linked * batch.count[:, None, :], axis=2)
        nth = choose(drawn["pick"], upto[:, :, -1])
        passed = tf.cast(upto <= nth[:, :, None], tf.int32)
        label = tf.reduce_sum(passed, axis=2)
        before = tf.reduce_max(passed * upto, axis=2)
        start = tf.gather(batch.start, label, batch_dims=1)
        return tf.gather(batch.order, start + nth - before, batch_dims=1)
