"""What every loss has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from remix.lazy import tf


class Loss(ABC):
    """What a row costs, given its logits and its label.

    Predictions are the softmax of the plain logits, whatever the loss does with them in training.
    """

    @property
    def output_scale(self) -> float | None:
        """What the networks' logits are: cosines times this number, or, if None, a plain linear layer.

        See `remix.networks.network.Architecture.with_output_scale`.
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

    def prediction_prior(self, shares: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """Compute the class prior that predictions stand for, which is what was trained on for most losses.

        A network that is trained by the cross-entropy comes to give the probabilities of the class mix that
        it was shown. A loss that adds something to the logits in training, and leaves it out of predictions,
        shifts that. Of a loss that is no proper score (focal, LDAM) predictions are not the probabilities of
        any prior, and what this gives is an approximation: of what it is that such a loss aims at.

        Parameters
        ----------
        shares : ndarray of float, shape (..., K)
            Share of each class in what was trained on: labels after resampling and mixing, times loss
            weights. Where these begin later, it is the mean over all epochs, which approximates what the last
            ones aim at.
        counts : ndarray of float, shape (..., K)
            Rows of each class in the training part; none is 0.

        Returns
        -------
        ndarray of float, shape (..., K)
            Shares that sum to 1.
        """
        return shares
