"""Mixing of a mini-batch with itself (MixUp, Zhang et al. 2017; Algorithm 1 of ReMix, lines 4 to 7)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remix.lazy import tf


def mix(x: tf.Tensor, y: tf.Tensor, weight: tf.Tensor, order: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Blend every row, and its label in the same way, with a partner of the same batch.

    Parameters
    ----------
    x : float tensor, shape (S, B, …)
        Features, or images.
    y : float tensor, shape (S, B, K)
        One-hot labels.
    weight : float tensor in [0, 1], shape (S,)
        Share λ of the row itself; its partner has 1 - λ.
    order : int tensor, shape (S, B)
        Position of each row's partner.

    Returns
    -------
    x, y : tensors of the same shapes
        ``λ x + (1 - λ) x[order]`` and ``λ y + (1 - λ) y[order]``.
    """

    def blended(rows: tf.Tensor) -> tf.Tensor:
        share = tf.reshape(weight, (-1, *[1] * (len(rows.shape) - 1)))
        return share * rows + (1.0 - share) * tf.gather(rows, order, batch_dims=1)

    return blended(x), blended(y)


@dataclass(frozen=True)
class Mixing:
    """Mix a mini-batch with a permutation of itself, with one weight λ ~ Beta(α, α) per batch.

    Parameters
    ----------
    alpha : float
        α > 0; small values leave most batches nearly as they are.
    """

    alpha: float

    def draw(
        self, rng: np.random.Generator, steps: int, batch_size: int, n_classes: int
    ) -> dict[str, np.ndarray]:
        """Draw the random numbers of `steps` mini-batches.

        Returns
        -------
        dict
            ``weight`` (steps,), float32 in [0, 1]; ``order`` (steps, batch_size), int32 permutations.
        """
        order = np.tile(np.arange(batch_size, dtype=np.int32), (steps, 1))
        return {
            "weight": rng.beta(self.alpha, self.alpha, size=steps).astype(np.float32),
            "order": rng.permuted(order, axis=1),
        }

    def apply(
        self, x: tf.Tensor, y: tf.Tensor, weight: tf.Tensor, order: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Apply one step of `draw`; see `mix`."""
        return mix(x, y, weight, order)
