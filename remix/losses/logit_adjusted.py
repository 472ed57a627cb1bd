"""Logit-adjusted cross-entropy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remix.lazy import tf
from remix.losses.loss import Loss
from remix.parameters import check_number


@dataclass(frozen=True)
class LogitAdjustedLoss(Loss):
    r"""Cross-entropy of logits to which the classes' shares are added, in training only.

    A row with the label y costs the cross-entropy of y and the softmax of :math:`z_c + \tau \log \pi_c`,
    where z are its logits and :math:`\pi_c` is the share of class c in the training part. Predictions are the
    softmax of the plain z: with τ = 1, the probabilities if all classes were equally frequent.

    The shares are those of the training part, not of the mini-batches: with balanced resampling, or class
    weights, imbalance is corrected twice. `prediction_prior` says what predictions then stand for.

    Parameters
    ----------
    tau : float
        τ ≥ 0; 0 is the cross-entropy.

    References
    ----------
    A. K. Menon, S. Jayasumana, A. S. Rawat, H. Jain, A. Veit and S. Kumar: Long-Tail Learning via Logit
    Adjustment. ICLR 2021, arXiv:2007.07314.
    """

    tau: float = 1.0

    def __post_init__(self) -> None:
        check_number("logit_adjusted: tau", self.tau)

    def row_losses(self, logits: tf.Tensor, y: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
        """Compute the loss of every row; see `remix.losses.loss.Loss.row_losses`."""
        shares = counts / tf.reduce_sum(counts, axis=-1, keepdims=True)
        adjusted = logits + self.tau * tf.math.log(shares)[:, None, :]
        return tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=adjusted)

    def offsets(self, counts: np.ndarray) -> np.ndarray:
        """Compute what is added to the logits, τ log π, of classes that have so many rows, (..., K)."""
        return self.tau * np.log(counts / counts.sum(axis=-1, keepdims=True))

    def prediction_prior(self, shares: np.ndarray, counts: np.ndarray) -> np.ndarray:
        r"""Take what training adds off the shares trained on: share / :math:`\pi^\tau`, made to sum to 1.

        Exact, as the loss is a proper score of the adjusted logits; see
        `remix.losses.loss.Loss.prediction_prior`.

        Examples
        --------
        Rows as they are, and rows whose classes were balanced as well:

        >>> LogitAdjustedLoss().prediction_prior(np.array([0.9, 0.1]), np.array([90, 10])).round(3)
        array([0.5, 0.5])
        >>> LogitAdjustedLoss().prediction_prior(np.array([0.5, 0.5]), np.array([90, 10])).round(3)
        array([0.1, 0.9])
        """
        with np.errstate(divide="ignore"):  # a class that was never drawn keeps its 0
            # SciPy takes a while to import, and Snakemake's rules ask for no prior.
            from scipy.special import softmax

            return softmax(np.log(shares) - self.offsets(counts), axis=-1)
