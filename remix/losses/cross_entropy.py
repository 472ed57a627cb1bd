"""Cross-entropy, the loss of every method that names no other."""

from __future__ import annotations

from dataclasses import dataclass

from remix.lazy import tf
from remix.losses.loss import Loss


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """Cross-entropy of a row's soft label and the network's softmax."""

    def row_losses(self, logits: tf.Tensor, y: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
        """Compute the loss of every row; see `remix.losses.loss.Loss.row_losses`."""
        return tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits)
