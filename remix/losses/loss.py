"""What every loss has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod

from remix.lazy import tf


class Loss(ABC):
    """What a row costs, given its logits and its label.

    Predictions are the softmax of the plain logits, whatever the loss does with them in training.
    """

    @property
    def output_scale(self) -> float | None:
        """What the networks' logits are: cosines times this number, or, if None, a plain linear layer.

        See `remix.networks.Architecture.with_output_scale`.
        """
        return None

    @abstractmethod
    def row_losses(self, logits: tf.Tensor, y: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
        """Compute the loss of every row.

        Parameters
        ----------
        logits : float32 tensor, shape (S, B, K)
        y : float32 tensor, shape (S, B, K)
            Labels: one-hot, or soft where rows were mixed.
        counts : float32 tensor, shape (S, K)
            Rows of each class in the training part; none is 0.

        Returns
        -------
        float32 tensor, shape (S, B)
        """
