"""The files of MNIST and its kin: a pair of arrays of bytes, one of images and one of labels.

Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", describes the format IDX: two
zeros, a code of the type of numbers, the number of dimensions, the size of each, then the numbers.
"""

from collections.abc import Sequence
from math import prod
from pathlib import Path

import numpy as np

from remix.errors import SourceError
from remix.study.data.raw_files import unpacked

_BYTES = 8  # the type's code of unsigned bytes
_DIMENSIONS = 4  # of images with colours


def read(paths: Sequence[Path], image: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Read a pair of files, images first; each may be compressed (.gz).

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Two files: images of shape (n, height, width) or (n, height, width, channels), and n labels.
    image : tuple of int
        Height, width and channels of the images.

    Returns
    -------
    pixels : ndarray of uint8, shape (n, height, width, channels)
    labels : ndarray of uint8, shape (n,)

    Raises
    ------
    SourceError
        If a file is not in the format, cut short or too long, or if the two do not fit together.
    """
    pixels, labels = (_array(path) for path in paths)
    return as_images(pixels, paths[0].name, image), one_each(labels, paths[1].name, len(pixels))


def as_images(pixels: np.ndarray, name: str, image: tuple[int, int, int]) -> np.ndarray:
    """Check the shape of a stack of images, which may lack the axis of a single channel.

    Raises
    ------
    SourceError
        If it is another one; `name` is the file's or the array's.
    """
    if pixels.shape[1:] == image:
        return pixels
    if image[2] == 1 and pixels.shape[1:] == image[:2]:
        return pixels[..., np.newaxis]
    found, expected = (" × ".join(str(size) for size in sizes) for sizes in (pixels.shape, ("n", *image)))
    raise SourceError(f"{name} has the shape {found}, expected {expected}")


def one_each(labels: np.ndarray, name: str, images: int) -> np.ndarray:
    """Check that there is one label per image.

    Raises
    ------
    SourceError
        If there is not; `name` is the file's or the array's.
    """
    if labels.shape not in ((images,), (images, 1)):
        found = " × ".join(str(size) for size in labels.shape)
        raise SourceError(f"{name} has the shape {found}, expected {images}: one label per image")
    return labels.reshape(images)


def _array(path: Path) -> np.ndarray:
    content = unpacked(path)
    dimensions = content[3] if len(content) > 3 else 0
    start = 4 + 4 * dimensions
    if content[:2] != b"\0\0" or dimensions == 0 or len(content) < start:
        raise SourceError(f"{path.name} is not in the format idx")
    if content[2] != _BYTES:
        raise SourceError(f"{path.name} holds numbers of type {content[2]:#04x}, expected bytes (0x08)")
    shape = [int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4)]
    if len(shape) > _DIMENSIONS or 0 in shape:
        raise SourceError(
            f"{path.name} is no stack of images or labels: it has {len(shape)} dimensions, or is empty"
        )
    if len(content) - start != prod(shape):
        raise SourceError(
            f"{path.name} announces {prod(shape)} numbers and has {len(content) - start}; is it cut short?"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
