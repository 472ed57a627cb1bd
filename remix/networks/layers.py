"""What several networks are made of: dense layers, dropout, the output, and mixing between layers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from remix.batches.hidden import HiddenMixing
from remix.lazy import tf

# How many random numbers there are: that of the mantissas of float32.
RANDOM_NUMBERS = 2**23
# Vectors are scaled to length 1, but for those whose squares add up to less.
LEAST_SQUARE = 1e-12


def layers_of(
    weights: Sequence[tf.Tensor], output_scale: float | None
) -> tuple[list[tuple[tf.Tensor, tf.Tensor]], Sequence[tf.Tensor]]:
    """Split weights into kernel and bias of each hidden layer, and what the last layer has."""
    n_last = 2 if output_scale is None else 1
    inner, last = weights[:-n_last], weights[-n_last:]
    return list(zip(inner[::2], inner[1::2], strict=True)), last


def output(x: tf.Tensor, last: Sequence[tf.Tensor], output_scale: float | None) -> tf.Tensor:
    """Compute the float32 logits (..., B, K) of the last hidden layer (..., B, h)."""
    if output_scale is None:
        kernel, bias = (tf.cast(weight, x.dtype) for weight in last)
        return tf.cast(tf.matmul(x, kernel) + bias, tf.float32)
    # Squares may overflow in 16 bits. A row of zeros stays one: its classes are equally probable.
    (kernel,) = last
    features = tf.math.l2_normalize(tf.cast(x, tf.float32), axis=-1, epsilon=LEAST_SQUARE)
    return output_scale * tf.matmul(features, tf.math.l2_normalize(kernel, axis=-2, epsilon=LEAST_SQUARE))


def dense_weights(
    rng: np.random.Generator, sizes: Sequence[int], output_scale: float | None = None
) -> list[np.ndarray]:
    """Draw kernel and bias of dense layers; with an output scale the last one has no bias."""
    weights = []
    for n_in, n_out in pairwise(sizes):
        weights += [glorot_uniform(rng, (n_in, n_out)), np.zeros((1, n_out), np.float32)]
    return weights if output_scale is None else weights[:-1]


def dropout_mask(
    seed: tf.Tensor, number: int, shape: tuple[int, int], dropout: float, *, xla: bool
) -> tf.Tensor:
    """Draw a mask: 0, or ``1 / (1 - dropout)`` where a unit is kept.

    Parameters
    ----------
    seed : int32 tensor, shape (2,)
        Of the step.
    number : int
        Which of the step's masks it is.
    shape : (int, int)
        Rows of the mini-batch, and units.
    dropout : float
        Share of the units that are dropped, in [0, 1).
    xla : bool
        Whether XLA draws it, or TensorFlow's kernels: the same numbers.

    Returns
    -------
    float32 tensor
    """
    keep = 1.0 - dropout
    kept = math.ceil(np.float32(keep) * RANDOM_NUMBERS)
    # Philox is what TensorFlow chooses. But so chosen, a negative seed is another one to XLA.
    alg = "philox" if xla else "auto_select"
    # Of 32 random bits TensorFlow would make a float of the last 23, XLA of the first.
    bits = tf.random.stateless_uniform(
        shape=shape, seed=tf.random.fold_in(seed, number, alg), minval=None, dtype=tf.int32, alg=alg
    )
    return tf.cast((bits & (RANDOM_NUMBERS - 1)) < kept, tf.float32) / keep


def mixed_at(place: int, places: int, rows: tf.Tensor, hidden: HiddenMixing | None) -> tf.Tensor:
    """Mix rows at a place, of so many, if they are to be mixed; see `HiddenMixing.at`."""
    return rows if hidden is None else hidden.at(place, places, rows)


def glorot_uniform(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw a kernel (..., n_in, n_out) as Keras does, of a convolution with its window first."""
    *window, n_in, n_out = shape
    limit = np.sqrt(6.0 / (np.prod(window, dtype=int) * (n_in + n_out)))
    return rng.uniform(-limit, limit, size=shape).astype(np.float32)
