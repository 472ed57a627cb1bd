"""Networks with a leading stack axis: S networks of the same shape, trained side by side."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import tensorflow as tf


def initial_weights(rng: np.random.Generator, sizes: Sequence[int]) -> list[np.ndarray]:
    """Draw the weights of one multi-layer perceptron: Glorot uniform, biases 0 (as in Keras).

    Parameters
    ----------
    rng : numpy.random.Generator
    sizes : sequence of int
        Features, the hidden widths, classes.

    Returns
    -------
    list of float32 ndarray
        Kernel (n_in, n_out) and bias (1, n_out) of each layer in turn.
    """
    weights = []
    for n_in, n_out in pairwise(sizes):
        limit = np.sqrt(6.0 / (n_in + n_out))
        weights.append(rng.uniform(-limit, limit, size=(n_in, n_out)).astype(np.float32))
        weights.append(np.zeros((1, n_out), np.float32))
    return weights


class StackedMLP:
    """S multi-layer perceptrons: relu after each hidden layer, dropout after all hidden layers but the last.

    Parameters
    ----------
    weights : list of list of ndarray
        One list per network, as `initial_weights` gives them.
    dropout : float
        Share of the units that are dropped in training, in [0, 1).

    Attributes
    ----------
    variables : list of tf.Variable
        Kernels (S, n_in, n_out) and biases (S, 1, n_out).
    """

    def __init__(self, weights: Sequence[Sequence[np.ndarray]], dropout: float) -> None:
        self.variables = [tf.Variable(np.stack(layer)) for layer in zip(*weights, strict=True)]
        self.dropout = dropout

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
        widths = [kernel.shape[2] for kernel in self.variables[:-4:2]]
        keep = 1.0 - self.dropout
        return [
            tf.cast(
                tf.random.stateless_uniform((batch_size, width), tf.random.fold_in(seed, i)) < keep,
                tf.float32,
            )
            / keep
            for i, width in enumerate(widths)
        ]

    def logits(self, x: tf.Tensor, masks: Sequence[tf.Tensor] = ()) -> tf.Tensor:
        """Compute the logits (S, B, K) of features (S, B, d); without masks nothing is dropped."""
        layers = list(zip(self.variables[::2], self.variables[1::2], strict=True))
        for i, (kernel, bias) in enumerate(layers):
            x = tf.matmul(x, kernel) + bias
            if i < len(layers) - 1:
                x = tf.nn.relu(x)
            if i < len(masks):
                x = x * masks[i]
        return x
