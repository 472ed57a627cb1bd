"""Adam for a stack of networks, each with a learning rate of its own."""

from __future__ import annotations

from collections.abc import Sequence

from remix.lazy import tf

# As published and as in Keras; only the learning rate is part of the protocol.
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7


class Adam:
    """Adam (Kingma & Ba, ICLR 2015) of networks that are stacked along the first axis of their weights.

    Parameters
    ----------
    variables : sequence of tf.Variable
        Weights, float32, with the stack as first axis.
    """

    def __init__(self, variables: Sequence[tf.Variable]) -> None:
        self.variables = variables
        self.means = [tf.Variable(tf.zeros_like(variable)) for variable in variables]
        self.squares = [tf.Variable(tf.zeros_like(variable)) for variable in variables]
        self.updates = tf.Variable(0.0)

    def step(self, gradients: Sequence[tf.Tensor], rates: tf.Tensor) -> None:
        """Take one step in every network.

        Parameters
        ----------
        gradients : sequence of tensor
            One for each variable.
        rates : float32 tensor, shape (S,)
            Learning rate of each network.
        """
        count = self.updates.assign_add(1.0)
        correction = tf.sqrt(1.0 - tf.pow(BETA_2, count)) / (1.0 - tf.pow(BETA_1, count))
        sizes = rates * correction
        for variable, mean, square, gradient in zip(
            self.variables, self.means, self.squares, gradients, strict=True
        ):
            mean.assign_add((gradient - mean) * (1.0 - BETA_1))
            square.assign_add((tf.square(gradient) - square) * (1.0 - BETA_2))
            size = tf.reshape(sizes, (-1, *[1] * (len(variable.shape) - 1)))
            variable.assign_sub(size * mean / (tf.sqrt(square) + EPSILON))
