"""What kinds of partners share that are rows of the mini-batch itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from remix.batches.pool import Pool
from remix.lazy import tf


class PartnersWithin:
    """Partners among the rows of one mini-batch, and a λ that favours neither row.

    Unless a kind draws otherwise, each row's partner is drawn on its own. See `remix.batches.partners`.
    """

    # How many mini-batches of rows are needed, and whether it must be known which classes are neighbours.
    mini_batches: ClassVar[int] = 1
    needs_links: ClassVar[bool] = False

    def law(self, alpha: float) -> tuple[float, float]:
        """Give a and b of the law of λ, Beta(a, b)."""
        return alpha, alpha

    def draw(self, rng: np.random.Generator, steps: int, batch_size: int) -> dict[str, np.ndarray]:
        """Draw ``pick`` (steps, batch_size), float32 in [0, 1): which of the possible partners is taken."""
        return {"pick": rng.random((steps, batch_size), dtype=np.float32)}

    def rows(self, rows: tf.Tensor, pool: Pool, drawn: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Give the rows (S, B) as they are: partners are among them."""
        return rows
