"""What the trainer needs of a stack of networks, and of what they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from remix.batches.hidden import HiddenMixing
from remix.lazy import tf


class StackedNetwork(Protocol):
    """What the trainer needs of a stack of networks.

    Attributes
    ----------
    variables : list of tf.Variable
        Weights, float32, with the stack as first axis.
    statistics : sequence of tf.Variable
        What networks keep of the mini-batches that they are trained on, and predict by, with the stack as
        first axis; of most networks nothing.
    loss_scale : float
        What the loss is multiplied by before gradients are taken; they are divided by it.
    """

    variables: list[tf.Variable]
    statistics: Sequence[tf.Variable]
    loss_scale: float

    def dropout_masks(self, seed: tf.Tensor, batch_size: int) -> list[tf.Tensor]:
        """Draw the dropout masks of one step, shared by all networks of the stack."""

    def logits(
        self,
        x: tf.Tensor,
        masks: Sequence[tf.Tensor] = (),
        hidden: HiddenMixing | None = None,
        *,
        training: bool = False,
    ) -> tf.Tensor:
        """Compute the float32 logits (S, B, K) of features (S, B, …).

        Without masks nothing is dropped; with `hidden` rows are mixed on their way. In `training`, statistics
        are those of the mini-batch, which is taken note of.
        """


class Architecture(Protocol):
    """What all networks of a stack have in common."""

    def with_output_scale(self, scale: float | None) -> Architecture:
        """Give the architecture whose logits are cosines times a scale; None: of a plain linear layer.

        The cosines are those of the angles between the last hidden layer and a vector for each class, both
        scaled to length 1; there is no bias.
        """

    def weights(self, rng: np.random.Generator, shape: Sequence[int], n_classes: int) -> list[np.ndarray]:
        """Draw the initial weights of one network for rows of a shape."""

    def values_of_row(self, shape: Sequence[int], n_classes: int) -> int:
        """Count the numbers that a network computes of one row, of all layers."""

    def stacked(self, weights: Sequence[Sequence[np.ndarray]], *, xla: bool = False) -> StackedNetwork:
        """Stack networks, given the weights of each, to be trained by TensorFlow's kernels or by XLA."""
