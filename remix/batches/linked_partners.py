"""Mixing of classes that no third one lies between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from remix.batches.partners_within import PartnersWithin
from remix.batches.pool import Pool, choose, class_index
from remix.lazy import tf


@dataclass(frozen=True)
class LinkedPartners(PartnersWithin):
    """Mix no two classes with a third one between them.

    Our answer to a question that the ReMix paper leaves open: a row that is mixed from two classes may lie in
    a third, which its label denies (its Figure 8). A row's partner is drawn uniformly, each on its own, from
    the rows of the mini-batch whose class is the same or linked: two classes are linked if no third one's
    centroid lies inside of the ball whose diameter is the segment between their centroids, which is the
    Gabriel graph of the centroids (Gabriel & Sokal, Systematic Zoology 1969) in the training part, see
    `remix.batches.links`. That graph is connected: the labels of every class are mixed with those of another.
    With two classes, or with classes none of which lies between others, all are linked.
    """

    needs_links: ClassVar[bool] = True

    def order(self, labels: tf.Tensor, pool: Pool, drawn: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Choose each row's partner among those of the same class and of linked ones.

        Parameters
        ----------
        labels : int32 tensor, shape (S, B)
            Classes of the mini-batch.
        pool : Pool
            Which classes are linked.
        drawn : mapping
            ``pick`` (S, B).

        Returns
        -------
        int32 tensor, shape (S, B)
            Positions in the mini-batch.
        """
        batch = class_index(labels, pool.n_classes)
        linked = tf.cast(tf.gather(pool.links, labels, batch_dims=1), tf.int32)
        # Possible partners of each row up to and with each class, (S, B, K).
        upto = tf.cumsum(linked * batch.count[:, None, :], axis=2)
        nth = choose(drawn["pick"], upto[:, :, -1])
        passed = tf.cast(upto <= nth[:, :, None], tf.int32)
        label = tf.reduce_sum(passed, axis=2)
        before = tf.reduce_max(passed * upto, axis=2)
        start = tf.gather(batch.start, label, batch_dims=1)
        return tf.gather(batch.order, start + nth - before, batch_dims=1)
