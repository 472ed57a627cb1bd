"""A stack of mini-batches as networks are trained on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from remix.batches.hidden import HiddenMixing
from remix.lazy import tf


class MiniBatch(NamedTuple):
    """A stack of mini-batches as networks are trained on them.

    Attributes
    ----------
    x : float32 tensor, shape (S, B, d) or (S, B, H, W, C)
        Features, or images scaled to [0, 1].
    y : float32 tensor, shape (S, B, K)
        Labels: one-hot, or soft where rows were mixed, or are to be.
    hidden : HiddenMixing or None
        What the network has yet to mix; `x` is not mixed then.
    """

    x: tf.Tensor
    y: tf.Tensor
    hidden: HiddenMixing | None = None

    def map(self, function: Callable[[tf.Tensor], tf.Tensor]) -> MiniBatch:
        """Apply a function to each tensor of the mini-batches; all of them have the stack as first axis."""
        hidden = None if self.hidden is None else HiddenMixing(*map(function, self.hidden))
        return MiniBatch(function(self.x), function(self.y), hidden)
