"""One multi-layer perceptron in NumPy: its predictions, gradients and steps of Adam."""

from collections.abc import Sequence

import numpy as np

from remix.adam import BETA_1, BETA_2, EPSILON


class Network:
    """A multi-layer perceptron whose weights, gradients and moments are one vector each.

    So that Adam takes a step in ten operations, however many layers there are: at the sizes of mini-batches
    for tables, an operation takes longer to call than to compute.

    Parameters
    ----------
    weights : sequence of ndarray of float32
        Kernel (n_in, n_out) and bias (1, n_out) of each layer; see `remix.networks.mlp.MLP.weights`.
    dropout : float
        Share of the units that are dropped in training, in [0, 1), after all hidden layers but the last.

    Attributes
    ----------
    weights : list of ndarray of float32
        As given; they change with every step.
    """

    def __init__(self, weights: Sequence[np.ndarray], dropout: float) -> None:
        self.flat = np.concatenate([weight.ravel() for weight in weights])
        self.weights = _parts(self.flat, weights)
        self.gradient, self.mean, self.square, self.update = (np.zeros_like(self.flat) for _ in range(4))
        gradients = _parts(self.gradient, weights)
        self.layers = list(zip(self.weights[::2], self.weights[1::2], strict=True))
        self.gradients = list(zip(gradients[::2], gradients[1::2], strict=True))
        self.keep = np.float32(1.0 - dropout)
        self.updates = 0

    @property
    def dropped_widths(self) -> list[int]:
        """Units of each layer of which some are dropped."""
        return [kernel.shape[1] for kernel, _ in self.layers[:-2]] if self.keep < 1 else []

    def logits(self, x: np.ndarray) -> np.ndarray:
        """Compute the logits (n, K) of rows (n, d); nothing is dropped."""
        for kernel, bias in self.layers[:-1]:
            x = np.maximum(x @ kernel + bias, 0)
        kernel, bias = self.layers[-1]
        return x @ kernel + bias

    def step(
        self,
        x: np.ndarray,
        y: np.ndarray,
        weights: np.ndarray,
        offset: np.ndarray,
        rate: float,
        masks: Sequence[np.ndarray],
    ) -> float:
        """Take one step of Adam; gives the loss before it.

        The loss is the sum over the rows of their cross-entropies times `weights`.

        Parameters
        ----------
        x, y : ndarray of float32, shapes (B, d) and (B, K)
            Features, and labels that add up to 1.
        weights : ndarray of float32, shape (B,)
        offset : ndarray of float32, shape (K,)
            Added to the logits, in training only.
        rate : float
            Learning rate.
        masks : sequence of ndarray of float32, shape (B, width)
            For each of `dropped_widths`: 0 where a unit is dropped, 1 / (1 - dropout) where it is kept.
        """
        inputs = [x]
        for i, (kernel, bias) in enumerate(self.layers[:-1]):
            x = x @ kernel
            x += bias
            np.maximum(x, 0, out=x)
            if i < len(masks):
                x *= masks[i]
            inputs.append(x)
        kernel, bias = self.layers[-1]
        logits = x @ kernel
        logits += bias
        logits += offset
        logits -= logits.max(axis=1, keepdims=True)
        p = np.exp(logits)
        sums = p.sum(axis=1, keepdims=True)
        loss = weights @ (np.log(sums[:, 0]) - np.einsum("bk,bk->b", y, logits))
        p /= sums
        p -= y
        p *= weights[:, None]

        slope = p
        for i in range(len(self.layers) - 1, -1, -1):
            of_kernel, of_bias = self.gradients[i]
            np.dot(inputs[i].T, slope, out=of_kernel)
            slope.sum(axis=0, out=of_bias[0])
            if i:
                slope = slope @ self.layers[i][0].T
                # Cut off is what became 0; of what was dropped, the mask knows.
                slope *= np.sign(inputs[i])
                if i <= len(masks):
                    slope *= masks[i - 1]
        self._adam(rate)
        return float(loss)

    def _adam(self, rate: float) -> None:
        """Take a step along the gradient, as `remix.adam.Adam` does."""
        self.updates += 1
        size = rate * np.sqrt(1 - BETA_2**self.updates) / (1 - BETA_1**self.updates)
        update, gradient = self.update, self.gradient
        np.subtract(gradient, self.mean, out=update)
        update *= np.float32(1 - BETA_1)
        self.mean += update
        np.square(gradient, out=update)
        update -= self.square
        update *= np.float32(1 - BETA_2)
        self.square += update
        np.sqrt(self.square, out=update)
        update += np.float32(EPSILON)
        np.divide(self.mean, update, out=update)
        update *= np.float32(size)
        self.flat -= update


def _parts(flat: np.ndarray, like: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Give the parts of a vector in the shapes of some arrays, which it is as long as together."""
    ends = np.cumsum([array.size for array in like])
    return [part.reshape(array.shape) for part, array in zip(np.split(flat, ends[:-1]), like, strict=True)]
