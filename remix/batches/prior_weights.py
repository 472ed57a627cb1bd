"""Shares of mixed rows that favour the rarer one of their two classes."""

from __future__ import annotations

from remix.lazy import tf


def moved_to_the_rarer(weight: tf.Tensor, own: tf.Tensor, partner: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
    """Move the shares λ of rows to where the rarer class has the larger one (UniMix, Xu et al., 2021).

    With n_i rows of the row's own class in the training part and n_j of its partner's,
    ``λ* = (λ + n_j / (n_i + n_j)) mod 1``. For α < 1 the law Beta(α, α) of λ has its mass at 0 and 1, so that
    λ* lies around n_j / (n_i + n_j), which is large where the row's own class is the rare one; for α = 1 it
    is uniform, whatever the classes.

    Parameters
    ----------
    weight : float32 tensor in [0, 1], shape (S, B)
        Share λ of each row itself.
    own, partner : int32 tensors, shape (S, B)
        Classes of the rows and of their partners.
    counts : float32 tensor, shape (S, K)
        Rows of each class in the training part.

    Returns
    -------
    float32 tensor in [0, 1], shape (S, B)

    References
    ----------
    Z. Xu, Z. Chai and C. Yuan: Towards Calibrated Model for Long-Tailed Visual Recognition from Prior
    Perspective. NeurIPS 2021, arXiv:2111.03874; the sum modulo 1 as in the code that its authors released.
    """
    ours, theirs = (tf.gather(counts, labels, batch_dims=1) for labels in (own, partner))
    moved = weight + theirs / (ours + theirs)
    return tf.where(moved > 1.0, moved - 1.0, moved)
