"""Image augmentation: every image of a mini-batch is rotated and shifted at random.

The ReMix paper says "20 percent rotations, width shift range of 0.2 and height shift range of 0.2". These are
the names that Keras' image generators give to their arguments, and they are read as these mean them: angles
of up to 20 degrees to either side, shifts of up to 20 % of the width and of the height in every direction,
and the nearest pixel where an image has moved away from the edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remix.lazy import tf
from remix.parameters import check_number


def rotate_and_shift(
    images: tf.Tensor, angle: tf.Tensor, shift: tf.Tensor, *, xla: bool = False
) -> tf.Tensor:
    """Rotate images about their middle and shift them, in one bilinear interpolation.

    Parameters
    ----------
    images : float tensor, shape (N, H, W, C)
    angle : float32 tensor, shape (N,)
        In degrees; positive turns clockwise.
    shift : float32 tensor, shape (N, 2)
        Down and to the right, as shares of the height and of the width.
    xla : bool
        Whether XLA compiles it, which does not have TensorFlow's own operation. Changes no result but by
        rounding.

    Returns
    -------
    float tensor, shape (N, H, W, C)
        What comes in from outside of an image repeats its nearest pixel.
    """
    height, width = images.shape[1:3]
    radians = angle * np.float32(np.pi / 180.0)
    cosine, sine = tf.cos(radians), tf.sin(radians)
    middle_y, middle_x = (height - 1) / 2.0, (width - 1) / 2.0
    y, x = middle_y + shift[:, 0] * height, middle_x + shift[:, 1] * width
    # Where in the input each pixel of the output comes from: back by the shift, then back by the angle.
    zero = tf.zeros_like(angle)
    transform = tf.stack(
        [
            *(cosine, sine, middle_x - cosine * x - sine * y),
            *(-sine, cosine, middle_y + sine * x - cosine * y),
            *(zero, zero),
        ],
        axis=1,
    )
    if xla:
        return _interpolated(images, transform)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=transform,
        output_shape=(height, width),
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="NEAREST",
    )


def _interpolated(images: tf.Tensor, transform: tf.Tensor) -> tf.Tensor:
    """Do what ImageProjectiveTransformV3 does there, by gathering the four pixels around each point."""
    height, width, channels = images.shape[1:]
    y, x = tf.range(height, dtype=tf.float32)[:, None], tf.range(width, dtype=tf.float32)[None]
    at = [tf.reshape(part, (-1, 1, 1)) for part in tf.unstack(transform, axis=1)]
    # The nearest pixel, for what comes from outside.
    x, y = (
        tf.clip_by_value(at[i] * x + at[i + 1] * y + at[i + 2], 0.0, size - 1.0)
        for i, size in ((0, width), (3, height))
    )
    left, top = tf.floor(x), tf.floor(y)
    pixels = tf.reshape(images, (-1, height * width, channels))

    def row(place: tf.Tensor) -> tf.Tensor:
        start = tf.cast(tf.minimum(place, height - 1.0), tf.int32) * width
        first, second = (
            tf.gather(pixels, start + tf.cast(tf.minimum(column, width - 1.0), tf.int32), batch_dims=1)
            for column in (left, left + 1.0)
        )
        return (left + 1.0 - x)[..., None] * first + (x - left)[..., None] * second

    return (top + 1.0 - y)[..., None] * row(top) + (y - top)[..., None] * row(top + 1.0)


@dataclass(frozen=True)
class ImageAugmentation:
    """Rotate and shift every image of a mini-batch, each by its own random amount.

    Parameters
    ----------
    rotation : float
        Largest angle, to either side, in degrees.
    shift : float
        Largest shift, in every direction, as a share of the height and of the width.

    Raises
    ------
    ConfigError
        If the angle is not in [0, 180], or the share not in [0, 1).
    """

    rotation: float = 20.0
    shift: float = 0.2

    def __post_init__(self) -> None:
        check_number("image: rotation", self.rotation, most=180)
        check_number("image: shift", self.shift, below=1)

    def draw(
        self, rng: np.random.Generator, steps: int, batch_size: int, n_classes: int
    ) -> dict[str, np.ndarray]:
        """Draw the random numbers of `steps` mini-batches.

        Returns
        -------
        dict
            ``angle`` (steps, batch_size), in degrees, and ``shift`` (steps, batch_size, 2); float32, uniform.
        """
        unit = rng.uniform(-1.0, 1.0, size=(steps, batch_size, 3)).astype(np.float32)
        return {
            "angle": unit[..., 0] * np.float32(self.rotation),
            "shift": unit[..., 1:] * np.float32(self.shift),
        }

    def apply(self, x: tf.Tensor, angle: tf.Tensor, shift: tf.Tensor, *, xla: bool = False) -> tf.Tensor:
        """Apply one step of `draw` to images (S, B, H, W, C); see `rotate_and_shift`."""
        shape = x.shape
        images = tf.reshape(x, (-1, *shape[2:]))
        moved = rotate_and_shift(images, tf.reshape(angle, (-1,)), tf.reshape(shift, (-1, 2)), xla=xla)
        return tf.reshape(moved, (-1, *shape[1:]))
