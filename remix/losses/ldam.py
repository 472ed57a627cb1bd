"""Label-distribution-aware margin loss."""

from __future__ import annotations

from dataclasses import dataclass

from remix.lazy import tf
from remix.losses.loss import Loss
from remix.parameters import check_number


@dataclass(frozen=True)
class LDAMLoss(Loss):
    r"""Cross-entropy in which a class must lead by a margin that is the larger, the rarer the class is.

    The margin of class c is :math:`\Delta_c = m (n_\min / n_c)^{1/4}`, where :math:`n_c` is its number of
    rows, so that the rarest one has the margin m. Logits are :math:`z_c = s \cos_c`, with the cosine of the
    angle between the row's last hidden layer and a vector of the class; a row with the label y costs the
    cross-entropy of y and the softmax of :math:`z_c - s y_c \Delta_c`. For a one-hot label that is the
    source's loss; a soft one asks of each class a margin in proportion to its share.

    Predictions are the softmax of the plain logits z. A margin depends on the label of the row, so that the
    loss is not a proper score of them, and `remix.losses.loss.Loss.prediction_prior` is an approximation.

    Parameters
    ----------
    max_margin : float
        m ≥ 0, a difference of cosines; 0 is the cross-entropy of the networks with cosines.
    scale : float
        s ≥ 1. Cosines lie in [-1, 1]: the larger s, the nearer to 0 and 1 probabilities can come.

    References
    ----------
    K. Cao, C. Wei, A. Gaidon, N. Arechiga and T. Ma: Learning Imbalanced Datasets with
    Label-Distribution-Aware Margin Loss. NeurIPS 2019, arXiv:1906.07413. Its training also defers class
    weights, see `remix.losses.deferral.DeferredWeights`.
    """

    max_margin: float = 0.5
    scale: float = 30.0

    def __post_init__(self) -> None:
        check_number("ldam: max_margin", self.max_margin)
        check_number("ldam: scale", self.scale, least=1.0)

    @property
    def output_scale(self) -> float:
        """The scale s: networks give cosines times it."""
        return self.scale

    def margins(self, counts: tf.Tensor) -> tf.Tensor:
        """Compute the margins of the classes, (S, K), from their rows, (S, K)."""
        rarest = tf.reduce_min(counts, axis=-1, keepdims=True)
        return self.max_margin * (rarest / counts) ** 0.25

    def row_losses(self, logits: tf.Tensor, y: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
        """Compute the loss of every row; see `remix.losses.loss.Loss.row_losses`."""
        margins = self.scale * self.margins(counts)[:, None, :]
        return tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits - y * margins)
