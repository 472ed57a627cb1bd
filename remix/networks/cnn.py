"""The convolutional network: the paper's network for images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from remix.batches.hidden import HiddenMixing
from remix.errors import TrainingError
from remix.lazy import tf
from remix.networks.layers import dense_weights, glorot_uniform, layers_of, mixed_at, output
from remix.protocol import Precision

# Small gradients would vanish in 16-bit numbers of this type: the loss is multiplied by it, and they divided.
FLOAT16_LOSS_SCALE = 1024.0


@dataclass(frozen=True)
class CNN:
    """Convolutional network: 3 × 3 convolution, relu and 2 × 2 max-pooling, repeated; then a dense layer.

    Relu after the dense layer too; neither padding nor dropout. With the default sizes it is the paper's
    network for CIFAR-10.

    Parameters
    ----------
    filters : tuple of int
        Filters of each convolution.
    dense : int
        Units of the dense layer.
    precision : {'float32', 'mixed_float16', 'mixed_bfloat16'}
        Numbers that are computed with; weights, losses and gradients are float32.
    output_scale : float or None
        See `Architecture.with_output_scale`.
    """

    filters: tuple[int, ...]
    dense: int
    precision: Precision = "float32"
    output_scale: float | None = None

    def with_output_scale(self, scale: float | None) -> CNN:
        """Give the architecture whose logits are cosines times a scale; None: of a plain linear layer."""
        return replace(self, output_scale=scale)

    def weights(self, rng: np.random.Generator, shape: Sequence[int], n_classes: int) -> list[np.ndarray]:
        """Draw the weights of one network: Glorot uniform, biases 0 (as in Keras).

        Parameters
        ----------
        rng : numpy.random.Generator
        shape : (int, int, int)
            Height, width and channels of the images.
        n_classes : int
            K.

        Returns
        -------
        list of float32 ndarray
            Kernel (3, 3, c_in, c_out) and bias (1, 1, 1, c_out) of each convolution, then kernel
            (n_in, n_out) and bias (1, n_out) of the two dense layers; with an output scale the last one has
            no bias.

        Raises
        ------
        TrainingError
            If the images are too small for so many convolutions.
        """
        height, width, channels = shape
        weights = []
        for n_filters in self.filters:
            weights += [
                glorot_uniform(rng, (3, 3, channels, n_filters)),
                np.zeros((1, 1, 1, n_filters), np.float32),
            ]
            height, width, channels = (height - 2) // 2, (width - 2) // 2, n_filters
        if min(height, width) < 1:
            raise TrainingError(
                f"images of {shape[0]} × {shape[1]} are too small for {len(self.filters)} convolutions "
                "with pooling; list fewer in protocol.images.filters"
            )
        sizes = [height * width * channels, self.dense, n_classes]
        return weights + dense_weights(rng, sizes, self.output_scale)

    def values_of_row(self, shape: Sequence[int], n_classes: int) -> int:
        """Count the numbers that a network computes of one image.

        Of a convolution: the windows that a compiler may lay out of its input, what it gives, and what
        pooling leaves of that.
        """
        height, width, channels = shape
        values = height * width * channels
        for n_filters in self.filters:
            window = 9 * channels
            height, width, channels = height - 2, width - 2, n_filters
            values += height * width * (window + channels)
            height, width = height // 2, width // 2
            values += height * width * channels
        return values + self.dense + n_classes

    def stacked(self, weights: Sequence[Sequence[np.ndarray]], *, xla: bool = False) -> StackedCNN:
        """Stack networks, given the weights of each, to be trained by TensorFlow's kernels or by XLA."""
        return StackedCNN(weights, self.precision, self.output_scale, xla=xla)

    def __str__(self) -> str:
        convolutions = ", ".join(map(str, self.filters))
        return f"3 × 3 convolutions with {convolutions} filters, a dense layer of {self.dense}"


class StackedCNN:
    """S convolutional networks; see `CNN`.

    On a CPU the networks are computed one after the other inside a step: a convolution has more arithmetic
    than a matrix product has to offer to a stack, and no kernel for a stack of them is faster. By XLA, for a
    GPU, all are computed at once, as matrix products.

    Parameters
    ----------
    weights : list of list of ndarray
        One list per network, as `CNN.weights` gives them.
    precision : {'float32', 'mixed_float16', 'mixed_bfloat16'}
        See `CNN`.
    output_scale : float or None
        See `Architecture.with_output_scale`.
    xla : bool
        Whether XLA compiles what trains them. Changes no result but by rounding.

    Attributes
    ----------
    variables : list of tf.Variable
        Kernels (S, 3, 3, c_in, c_out) and biases (S, 1, 1, 1, c_out) of the convolutions; kernels
        (S, n_in, n_out) and biases (S, 1, n_out) of the dense layers; with an output scale the last layer
        has no bias.
    """

    statistics: Sequence[tf.Variable] = ()

    def __init__(
        self,
        weights: Sequence[Sequence[np.ndarray]],
        precision: Precision = "float32",
        output_scale: float | None = None,
        *,
        xla: bool = False,
    ) -> None:
        self.variables = [tf.Variable(np.stack(layer)) for layer in zip(*weights, strict=True)]
        self.dtype = tf.as_dtype(precision.removeprefix("mixed_"))
        self.output_scale = output_scale
        self.xla = xla
        # An output scale multiplies gradients already.
        scale = FLOAT16_LOSS_SCALE / (output_scale or 1.0)
        self.loss_scale = scale if self.dtype == tf.float16 else 1.0

    def dropout_masks(self, seed: tf.Tensor, batch_size: int) -> list[tf.Tensor]:
        """Draw nothing: there is no dropout."""
        return []

    def logits(
        self,
        x: tf.Tensor,
        masks: Sequence[tf.Tensor] = (),
        hidden: HiddenMixing | None = None,
        *,
        training: bool = False,
    ) -> tf.Tensor:
        """Compute the float32 logits (S, B, K) of images (S, B, H, W, C).

        With `hidden` images are mixed at the input, or what they have become behind the pooling of one of
        the convolutions or behind the activation of the first dense layer.
        """
        if self.xla:
            return self._logits(x, self.variables, lambda rows, place: self._mixed(rows, place, hidden))

        def of_network(i: int, images: tf.Tensor, weights: Sequence[tf.Tensor]) -> tf.Tensor:
            own = None if hidden is None else hidden.of_network(i)
            return self._logits(
                images, weights, lambda rows, place: self._mixed(rows[None], place, own)[0] if own else rows
            )

        networks = zip(tf.unstack(x), zip(*map(tf.unstack, self.variables), strict=True), strict=True)
        return tf.stack([of_network(i, images, weights) for i, (images, weights) in enumerate(networks)])

    def _mixed(self, rows: tf.Tensor, place: int, hidden: HiddenMixing | None) -> tf.Tensor:
        inner, _ = layers_of(self.variables, self.output_scale)
        return mixed_at(place, len(inner) + 1, rows, hidden)

    def _logits(
        self, x: tf.Tensor, weights: Sequence[tf.Tensor], mixed: Callable[[tf.Tensor, int], tf.Tensor]
    ) -> tf.Tensor:
        """Compute the logits of one network or, with a leading axis everywhere, of a stack by XLA."""
        inner, last = layers_of(weights, self.output_scale)
        x = tf.cast(mixed(x, 0), self.dtype)
        *convolutions, (kernel, bias) = [
            (tf.cast(kernel, self.dtype), tf.cast(bias, self.dtype)) for kernel, bias in inner
        ]
        for i, (filters, shift) in enumerate(convolutions):
            if self.xla:
                x = _pooled(tf.nn.relu(_convolved(x, filters) + shift))
            else:
                x = tf.nn.relu(tf.nn.conv2d(x, filters, strides=1, padding="VALID") + shift)
                x = tf.nn.max_pool2d(x, ksize=2, strides=2, padding="VALID")
            x = mixed(x, i + 1)
        x = tf.reshape(x, (*kernel.shape[:-2], -1, kernel.shape[-2]))
        x = mixed(tf.nn.relu(tf.matmul(x, kernel) + bias), len(convolutions) + 1)
        return output(x, last, self.output_scale)


def _convolved(x: tf.Tensor, filters: tf.Tensor) -> tf.Tensor:
    """Convolve the images (S, N, H, W, C) of a stack with 3 × 3 filters of their own, (S, 3, 3, C, C').

    By matrix products of all windows, as one operation whatever the stack: a convolution for each network
    makes XLA compile for minutes, and one of as many groups ran seven times as long.
    """
    height, width, channels = x.shape[2] - 2, x.shape[3] - 2, filters.shape[-1]
    windows = tf.concat([x[:, :, i : i + height, j : j + width] for i in range(3) for j in range(3)], axis=-1)
    rows = tf.reshape(windows, (x.shape[0], -1, windows.shape[-1]))
    products = tf.matmul(rows, tf.reshape(filters, (x.shape[0], -1, channels)))
    return tf.reshape(products, (x.shape[0], -1, height, width, channels))


def _pooled(x: tf.Tensor) -> tf.Tensor:
    """Take the largest value of each 2 × 2 window of images (..., H, W, C).

    As TensorFlow's own operation, of whose gradient XLA has no deterministic form. Of equal values the first
    one has the gradient.
    """
    height, width = (size // 2 * 2 for size in x.shape[-3:-1])
    top, bottom = (
        tf.maximum(x[..., i:height:2, :width:2, :], x[..., i:height:2, 1:width:2, :]) for i in range(2)
    )
    return tf.maximum(top, bottom)
