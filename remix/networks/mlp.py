"""The multi-layer perceptron: the paper's network for tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from remix.batches.hidden import HiddenMixing
from remix.lazy import tf
from remix.networks.layers import dense_weights, dropout_mask, layers_of, mixed_at, output


@dataclass(frozen=True)
class MLP:
    """Multi-layer perceptron: relu after each hidden layer, dropout after all hidden layers but the last.

    Parameters
    ----------
    widths : tuple of int
        Units of the hidden layers.
    dropout : float
        Share of the units that are dropped in training, in [0, 1).
    output_scale : float or None
        See `Architecture.with_output_scale`.
    """

    widths: tuple[int, ...]
    dropout: float
    output_scale: float | None = None

    def with_output_scale(self, scale: float | None) -> MLP:
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
            Kernel (n_in, n_out) and bias (1, n_out) of each layer in turn; with an output scale the last
            one has no bias.
        """
        (n_features,) = shape
        return dense_weights(rng, [n_features, *self.widths, n_classes], self.output_scale)

    def values_of_row(self, shape: Sequence[int], n_classes: int) -> int:
        """Count the numbers that a network computes of one row: its features, and the units of all layers."""
        return shape[0] + sum(self.widths) + n_classes

    def stacked(self, weights: Sequence[Sequence[np.ndarray]], *, xla: bool = False) -> StackedMLP:
        """Stack networks, given the weights of each, to be trained by TensorFlow's kernels or by XLA."""
        return StackedMLP(weights, self.dropout, self.output_scale, xla=xla)

    def __str__(self) -> str:
        return f"hidden layers of {', '.join(map(str, self.widths))}"


class StackedMLP:
    """S multi-layer perceptrons; see `MLP`.

    Parameters
    ----------
    weights : list of list of ndarray
        One list per network, as `MLP.weights` gives them.
    dropout : float
        Share of the units that are dropped in training, in [0, 1).
    output_scale : float or None
        See `Architecture.with_output_scale`.
    xla : bool
        Whether XLA compiles what trains them. Changes no result but by rounding.

    Attributes
    ----------
    variables : list of tf.Variable
        Kernels (S, n_in, n_out) and biases (S, 1, n_out); with an output scale the last layer has no bias.
    """

    statistics: Sequence[tf.Variable] = ()
    loss_scale = 1.0

    def __init__(
        self,
        weights: Sequence[Sequence[np.ndarray]],
        dropout: float,
        output_scale: float | None = None,
        *,
        xla: bool = False,
    ) -> None:
        self.variables = [tf.Variable(np.stack(layer)) for layer in zip(*weights, strict=True)]
        self.dropout = dropout
        self.output_scale = output_scale
        self.xla = xla

    def dropout_masks(self, seed: tf.Tensor, batch_size: int) -> list[tf.Tensor]:
        """Draw the dropout masks of one step, shared by all networks of the stack.

        Sharing the masks makes them as cheap for twenty networks as for one, and the draw of a network
        independent of the stack it is in.

        Parameters
        ----------
        seed : int32 tensor, shape (2,)
            A seed of its own for every step.
        batch_size : int

        Returns
        -------
        list of float32 tensor, shape (batch_size, width)
            0 or ``1 / (1 - dropout)``, one mask for each layer with dropout.
        """
        inner, _ = layers_of(self.variables, self.output_scale)
        widths = [kernel.shape[2] for kernel, _ in inner[:-1]]
        return [
            dropout_mask(seed, i, (batch_size, width), self.dropout, xla=self.xla)
            for i, width in enumerate(widths)
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

        With `hidden` rows are mixed at the input or behind one of the hidden layers: after the activation,
        and before units are dropped, so that a mixed row loses units as any other does.
        """
        inner, last = layers_of(self.variables, self.output_scale)
        places = len(inner) + 1
        x = mixed_at(0, places, x, hidden)
        for i, (kernel, bias) in enumerate(inner):
            x = mixed_at(i + 1, places, tf.nn.relu(tf.matmul(x, kernel) + bias), hidden)
            if i < len(masks):
                x = x * masks[i]
        return output(x, last, self.output_scale)
