"""Mixing with rows of the mini-batch that are the likelier, the rarer their class is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from remix.batches.partners_within import PartnersWithin
from remix.batches.pool import Pool
from remix.lazy import tf
from remix.parameters import check_number


@dataclass(frozen=True)
class InversePartners(PartnersWithin):
    """Mix with a row of the mini-batch that is drawn by the inverse prior (UniMix, Xu et al., NeurIPS 2021).

    A row's partner is drawn from the mini-batch, each on its own and with replacement; a row whose class has
    n rows in the training part is drawn in proportion to n^-τ. So rows of frequent classes meet those of
    rare ones more often than each other. As in the code that the authors of arXiv:2111.03874 released, which
    writes -τ for τ.

    Parameters
    ----------
    tau : float
        τ ≥ 0: 0 draws all rows alike, 1 gives all classes that are present about the same chance. The authors
        have 0.5 on CIFAR-10.

    Raises
    ------
    ConfigError
        If it is not such a number.
    """

    tau: float = 0.5

    def __post_init__(self) -> None:
        check_number("inverse: tau", self.tau)

    def order(self, labels: tf.Tensor, pool: Pool, drawn: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Choose each row's partner.

        Parameters
        ----------
        labels : int32 tensor, shape (S, B)
            Classes of the mini-batch.
        pool : Pool
            How many rows each class has.
        drawn : mapping
            ``pick`` (S, B).

        Returns
        -------
        int32 tensor, shape (S, B)
            Positions in the mini-batch.
        """
        counts = tf.cast(tf.gather(pool.class_counts, labels, batch_dims=1), tf.float64)
        # In double precision, so that sums of many small shares are those that NumPy has.
        upto = tf.cumsum(counts**-self.tau, axis=1)
        point = tf.cast(drawn["pick"], tf.float64) * upto[:, -1:]
        passed = tf.reduce_sum(tf.cast(upto[:, None, :] <= point[:, :, None], tf.int32), axis=2)
        return tf.minimum(passed, tf.shape(labels)[1] - 1)
