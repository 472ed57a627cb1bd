"""Mixing inside of a network (manifold MixUp, Verma et al., ICML 2019)."""

from __future__ import annotations

from typing import NamedTuple

from remix.batches.blending import blend
from remix.batches.pool import choose
from remix.lazy import tf


class HiddenMixing(NamedTuple):
    """How the rows of a mini-batch are to be mixed, in a layer that is drawn among a network's own.

    Each mini-batch of each fold has its layer, drawn uniformly from the places 0..L-1: 0 is the input, the
    others are the outputs of hidden layers. Which these are the network says, see `remix.networks`. The layer
    is drawn as a share of all, so that it can be drawn without knowing the network, and is turned into a
    place in the compiled step: every place mixes, with the share 1 of the row itself in all but one.

    Attributes
    ----------
    weight : float32 tensor in [0, 1], shape (S,) or (S, B)
        Share λ of the row itself.
    order : int32 tensor, shape (S, B)
        Position of each row's partner.
    layer : float32 tensor in [0, 1), shape (S,)
        ``floor(layer * L)`` is the place.
    """

    weight: tf.Tensor
    order: tf.Tensor
    layer: tf.Tensor

    def at(self, place: int, places: int, rows: tf.Tensor) -> tf.Tensor:
        """Mix what is computed at a place, of so many: in the folds whose layer it is.

        Parameters
        ----------
        place, places : int
            0..L-1, and L.
        rows : float tensor, shape (S, B, …)

        Returns
        -------
        float tensor of the same shape
        """
        here = choose(self.layer, tf.constant(places)) == place
        if len(self.weight.shape) == 2:
            here = here[:, None]
        return blend(rows, tf.where(here, self.weight, 1.0), self.order)

    def of_network(self, position: int) -> HiddenMixing:
        """Give what one network of the stack needs, as a stack of one."""
        return HiddenMixing(*(tensor[position : position + 1] for tensor in self))
