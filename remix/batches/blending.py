"""The one arithmetic of mixing: every row of a mini-batch and its partner, blended by their shares."""

from __future__ import annotations

from remix.lazy import tf


def blend(rows: tf.Tensor, weight: tf.Tensor, order: tf.Tensor) -> tf.Tensor:
    """Blend every row of a mini-batch with its partner.

    Parameters
    ----------
    rows : float tensor, shape (S, B, …) or (S, B', …)
        Features, images, labels, or what a layer makes of them. Behind the B rows of the mini-batch there may
        be more, which are partners only.
    weight : float32 tensor in [0, 1], shape (S,) or (S, B)
        Share λ of the row itself; its partner has 1 - λ.
    order : int tensor, shape (S, B)
        Position of each row's partner, 0..B'-1.

    Returns
    -------
    float tensor, shape (S, B, …)
        ``λ rows[:B] + (1 - λ) rows[order]``. A share of 1 leaves a row as it is, to the bit.
    """
    share = weight[(..., *[tf.newaxis] * (len(rows.shape) - len(weight.shape)))]
    share = tf.cast(share, rows.dtype)
    return share * rows[:, : order.shape[1]] + (1.0 - share) * tf.gather(rows, order, batch_dims=1)
