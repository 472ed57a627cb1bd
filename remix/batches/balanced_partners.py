"""Mixing with a second mini-batch, in which all classes have equal shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from remix.batches.balanced import balanced_positions
from remix.batches.pool import Pool
from remix.lazy import tf


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
