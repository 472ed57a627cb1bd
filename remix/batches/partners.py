"""With which row each row of a mini-batch is mixed.

A kind of partners says three things: by which law the share λ of the row itself is drawn, which rows must be
there (those of the mini-batch, or more), and which of them is the partner of each row. Each kind is a module,
so that a change of one trains anew what uses it and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from remix.batches.partners_within import PartnersWithin
from remix.batches.pool import Pool
from remix.lazy import tf


@dataclass(frozen=True)
class PermutedPartners(PartnersWithin):
    """Mix a mini-batch with a permutation of itself (MixUp, Zhang et al., ICLR 2018; ReMix)."""

    def draw(self, rng: np.random.Generator, steps: int, batch_size: int) -> dict[str, np.ndarray]:
        """Draw ``order`` (steps, batch_size), int32 permutations."""
        order = np.tile(np.arange(batch_size, dtype=np.int32), (steps, 1))
        return {"order": rng.permuted(order, axis=1)}

    def order(self, labels: tf.Tensor, pool: Pool, drawn: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Give the position of each row's partner, int32 (S, B), as drawn."""
        return drawn["order"]
