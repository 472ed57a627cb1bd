"""The residual network for tables of Gorishniy et al. (NeurIPS 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from remix.batches.hidden import HiddenMixing
from remix.lazy import tf
from remix.networks.layers import dense_weights, dropout_mask, glorot_uniform, mixed_at, output

# Batch normalisation as PyTorch has it, and so the paper; a momentum of 0.1 there is one of 0.9 in Keras.
MOMENTUM, EPSILON = 0.9, 1e-5


@dataclass(frozen=True)
class ResNet:
    """Residual network: a dense layer, blocks that add to what comes in, and the output.

    A block computes ``x + Dropout(Dense(Dropout(relu(Dense(BatchNorm(x))))))``, the output
    ``Dense(relu(BatchNorm(x)))``.

    Statistics of a mini-batch are each network's own, of the rows as the method made them; predictions use
    their running means. So a network depends on no other of its stack, and a prediction on no other row. In
    a last mini-batch that is not full, the rows that fill it up count in the statistics, not in the loss.

    Parameters
    ----------
    blocks : int
        Residual blocks.
    width : int
        Units that each block adds to.
    hidden : int
        Hidden units of a block.
    dropout, residual_dropout : float
        Share that is dropped of the hidden units, and of what a block adds, in [0, 1).
    output_scale : float or None
        See `remix.networks.network.Architecture.with_output_scale`.

    Notes
    -----
    Source: Y. Gorishniy, I. Rubachev, V. Khrulkov and A. Babenko: Revisiting Deep Learning Models for Tabular
    Data. NeurIPS 2021, section 3.2. Otherwise than there, layers have no bias whose sum the next
    normalisation takes away: the first one, and the second one of each block. The loss does not depend on
    these (but where what a block adds is dropped), so rounding alone would move them, which Adam makes as
    large as any step. Weights begin as those of the other networks here, the running variance is that of the
    mini-batches without Bessel's correction (as in Keras), and the protocol trains by Adam, without weight
    decay.
    """

    blocks: int
    width: int
    hidden: int
    dropout: float
    residual_dropout: float = 0.0
    output_scale: float | None = None

    def with_output_scale(self, scale: float | None) -> ResNet:
        """Give the architecture whose logits are cosines times a scale; None: of a plain linear layer."""
        return replace(self, output_scale=scale)

    def weights(self, rng: np.random.Generator, shape: Sequence[int], n_classes: int) -> list[np.ndarray]:
        """Draw the weights of one network: Glorot uniform, biases 0 (as in Keras).

        Parameters
        ----------
        rng : numpy.random.Generator
        shape : (int,)
            Number of features d.
        n_classes : int
            K.

        Returns
        -------
        list of float32 ndarray
            Kernel (d, width) of the first layer; of each block scale and shift (1, width) of its
            normalisation, kernel and bias (1, hidden) of its first layer, kernel of its second one; scale and
            shift of the last normalisation; kernel and bias of the last layer, with an output scale no bias.
        """
        (n_features,) = shape
        norm = [np.ones((1, self.width), np.float32), np.zeros((1, self.width), np.float32)]
        weights = [glorot_uniform(rng, (n_features, self.width))]
        for _ in range(self.blocks):
            weights += norm + dense_weights(rng, [self.width, self.hidden])
            weights.append(glorot_uniform(rng, (self.hidden, self.width)))
        return weights + norm + dense_weights(rng, [self.width, n_classes], self.output_scale)

    def values_of_row(self, shape: Sequence[int], n_classes: int) -> int:
        """Count the numbers that a network computes of one row, those of normalisations too."""
        block = 3 * self.width + self.hidden
        return shape[0] + self.width + self.blocks * block + self.width + n_classes

    def stacked(self, weights: Sequence[Sequence[np.ndarray]], *, xla: bool = False) -> StackedResNet:
        """Stack networks, given the weights of each, to be trained by TensorFlow's kernels or by XLA."""
        return StackedResNet(weights, self.dropout, self.residual_dropout, self.output_scale, xla=xla)

    def __str__(self) -> str:
        return f"residual networks of {self.blocks} blocks, {self.width} units wide, {self.hidden} within"


class StackedResNet:
    """S residual networks; see `ResNet`.

    Parameters
    ----------
    weights : list of list of ndarray
        One list per network, as `ResNet.weights` gives them.
    dropout, residual_dropout : float
        Share that is dropped in training, in [0, 1).
    output_scale : float or None
        See `ResNet`.
    xla : bool
        Whether XLA compiles what trains them. Changes no result but by rounding.

    Attributes
    ----------
    variables : list of tf.Variable
        What is trained, in the order of `ResNet.weights`, with the stack as first axis.
    statistics : sequence of tf.Variable
        Running mean and variance (S, 1, width) of each normalisation in turn.
    """

    loss_scale = 1.0

    def __init__(
        self,
        weights: Sequence[Sequence[np.ndarray]],
        dropout: float,
        residual_dropout: float = 0.0,
        output_scale: float | None = None,
        *,
        xla: bool = False,
    ) -> None:
        self.variables = [tf.Variable(np.stack(layer)) for layer in zip(*weights, strict=True)]
        self.dropout, self.residual_dropout = dropout, residual_dropout
        self.output_scale = output_scale
        self.xla = xla
        _, blocks, norm, _ = self._layers()
        scales = [*(scale for scale, *_ in blocks), norm[0]]
        self.statistics: Sequence[tf.Variable] = [
            tf.Variable(start(scale.shape)) for scale in scales for start in (tf.zeros, tf.ones)
        ]

    def _layers(self) -> tuple[Any, list[Sequence[Any]], Sequence[Any], Sequence[Any]]:
        """Split the weights: first layer, each block, last normalisation, last layer."""
        first, *rest = self.variables
        n_last = 2 if self.output_scale is None else 1
        inner, last = rest[:-n_last], rest[-n_last:]
        *of_blocks, scale, shift = inner
        return first, [of_blocks[i : i + 5] for i in range(0, len(of_blocks), 5)], (scale, shift), last

    def dropout_masks(self, seed: tf.Tensor, batch_size: int) -> list[tf.Tensor]:
        """Draw the dropout masks of one step, shared by all networks of the stack.

        Parameters
        ----------
        seed : int32 tensor, shape (2,)
            A seed of its own for every step.
        batch_size : int

        Returns
        -------
        list of float32 tensor, shape (batch_size, units)
            0, or 1 by the share that is kept: of each block in turn, of its hidden units and of what it adds,
            where any are dropped.
        """
        _, blocks, _, _ = self._layers()
        dropped = [
            (kernel.shape[2], dropout)
            for _, _, within, _, added in blocks
            for kernel, dropout in ((within, self.dropout), (added, self.residual_dropout))
            if dropout
        ]
        return [
            dropout_mask(seed, i, (batch_size, units), dropout, xla=self.xla)
            for i, (units, dropout) in enumerate(dropped)
        ]

    def logits(
        self,
        x: tf.Tensor,
        masks: Sequence[tf.Tensor] = (),
        hidden: HiddenMixing | None = None,
        *,
        training: bool = False,
    ) -> tf.Tensor:
        """Compute the logits (S, B, K) of features (S, B, d); without masks nothing is dropped.

        With `hidden` rows are mixed at the input or behind one of the blocks. In `training` normalisations
        use the statistics of the mini-batch, and take note of them.
        """
        first, blocks, norm, last = self._layers()
        *of_blocks, of_norm = zip(self.statistics[::2], self.statistics[1::2], strict=True)
        left, places = iter(masks), len(blocks) + 1
        x = tf.matmul(mixed_at(0, places, x, hidden), first)
        for i, ((scale, shift, within, bias, added), running) in enumerate(
            zip(blocks, of_blocks, strict=True)
        ):
            h = _normalised(x, (scale, shift), running, training=training)
            h = tf.nn.relu(tf.matmul(h, within) + bias)
            if masks and self.dropout:
                h = h * next(left)
            h = tf.matmul(h, added)
            if masks and self.residual_dropout:
                h = h * next(left)
            x = mixed_at(i + 1, places, x + h, hidden)
        return output(tf.nn.relu(_normalised(x, norm, of_norm, training=training)), last, self.output_scale)


def _normalised(
    x: tf.Tensor,
    scale_and_shift: Sequence[tf.Tensor],
    statistics: Sequence[tf.Variable],
    *,
    training: bool,
) -> tf.Tensor:
    """Normalise the units of rows (S, B, n) by mean and variance of each network's rows, or running ones."""
    (scale, shift), (mean, variance) = scale_and_shift, statistics
    if training:
        mean = tf.reduce_mean(x, axis=1, keepdims=True)
        variance = tf.reduce_mean(tf.square(x - mean), axis=1, keepdims=True)
        for running, own in zip(statistics, (mean, variance), strict=True):
            running.assign_add((own - running) * (1.0 - MOMENTUM))
    return (x - mean) * (scale * tf.math.rsqrt(variance + EPSILON)) + shift
