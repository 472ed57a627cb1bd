"""Cross-entropy, the loss of every method that names no other."""

from __future__ import annotations

from dataclasses import dataclass

from remix.lazy import tf


@dataclass(frozen=True)
class CrossEntropy:
    """Cross-entropy of a row's soft label and the network's softmax."""

    def row_losses(self, logits: tf.Tensor, y: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
        """Compute the loss of every row.

        Parameters
        ----------
        logits : float32 tensor, shape (S, B, K)
        y : float32 tensor, shape (S, B, K)
            Labels: one-hot, or soft where rows were mixed.
        counts : float32 tensor, shape (S, K)
            Rows of each class in the training part.

        Returns
        -------
        float32 tensor, shape (S, B)
        """
        return tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits)
