"""Focal loss."""

from __future__ import annotations

from dataclasses import dataclass

from remix.lazy import tf
from remix.losses.loss import Loss
from remix.parameters import check_number

# Resolution of float32 next to 1: a smaller 1 - p cannot be told from 0.
RESOLUTION = 2.0**-23


@dataclass(frozen=True)
class FocalLoss(Loss):
    r"""Cross-entropy that counts a row the less, the surer the network is of its class.

    A row with the label y costs :math:`-\sum_k y_k (1 - p_k)^\gamma \log p_k`, where p is the softmax of its
    logits: of a soft label, the mean of what its classes would cost. The α of the source, a weight for each
    class, is a stage of its own here, ``loss_weights``.

    With γ > 0 the loss is not a proper score: what minimises it are not the probabilities of the classes, and
    `remix.losses.loss.Loss.prediction_prior` is an approximation.

    Parameters
    ----------
    gamma : float
        γ ≥ 0; 0 is the cross-entropy.

    References
    ----------
    T.-Y. Lin, P. Goyal, R. Girshick, K. He and P. Dollár: Focal Loss for Dense Object Detection. ICCV 2017,
    arXiv:1708.02002. There for two classes by the sigmoid; this is its usual form for K classes.
    """

    gamma: float = 2.0

    def __post_init__(self) -> None:
        check_number("focal: gamma", self.gamma)

    def row_losses(self, logits: tf.Tensor, y: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
        """Compute the loss of every row; see `remix.losses.loss.Loss.row_losses`."""
        log_p = tf.nn.log_softmax(logits)
        # Kept from 0, where the slope of a power is infinite if γ < 1.
        others = tf.maximum(-tf.math.expm1(log_p), RESOLUTION)
        return -tf.reduce_sum(y * others**self.gamma * log_p, axis=-1)
