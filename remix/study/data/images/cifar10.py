"""The two forms of CIFAR-10's files: Python pickles, and plain records of bytes.

Both keep the three colours of an image one after the other, each of them row by row (channel, height, width).
A. Krizhevsky, "Learning multiple layers of features from tiny images" (2009);
https://www.cs.toronto.edu/~kriz/cifar.html describes the files.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from remix.errors import SourceError
from remix.study.data.images.unpickling import StoredArray, load
from remix.study.data.raw_files import unpacked


def read_pickles(paths: Sequence[Path], image: tuple[int, int, int]) -> tuple[np.ndarray, list[int]]:
    """Read batches of the Python version, for example ``data_batch_1``.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Pickles, as Python 2 wrote them, of dicts with ``data`` (uint8, a row per image) and ``labels``.
    image : tuple of int
        Height, width and channels of the images.

    Returns
    -------
    pixels : ndarray of uint8, shape (n, height, width, channels)
    labels : list of int

    Raises
    ------
    SourceError
        If a file holds anything else.
    """
    batches = [_batch(path, image) for path in paths]
    return np.concatenate([pixels for pixels, _ in batches]), [y for _, labels in batches for y in labels]


def read_records(paths: Sequence[Path], image: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Read files of the binary version, for example ``data_batch_1.bin``: a byte of label, then the pixels.

    Parameters and returned values are those of `read_pickles`.
    """
    size = 1 + int(np.prod(image))
    parts = []
    for path in paths:
        content = unpacked(path)
        if len(content) % size:
            raise SourceError(
                f"{path.name} has {len(content)} bytes, which is no multiple of {size}, one label and one "
                f"image of {_shape(image)}; is it cut short, or of another shape?"
            )
        parts.append(np.frombuffer(content, np.uint8).reshape(-1, size))
    records = np.concatenate(parts)
    return _channels_last(records[:, 1:], image), records[:, 0]


def _batch(path: Path, image: tuple[int, int, int]) -> tuple[np.ndarray, list[int]]:
    batch = load(unpacked(path), path.name)
    data, labels = (batch.get(key) if isinstance(batch, dict) else None for key in (b"data", b"labels"))
    if not isinstance(data, StoredArray) or not isinstance(labels, list):
        raise SourceError(f"{path.name} is no batch of CIFAR-10: it lacks 'data' or 'labels'")
    if not all(type(label) is int for label in labels):
        raise SourceError(f"{path.name} is no batch of CIFAR-10: its labels are no whole numbers")
    pixels = data.as_bytes(path.name)
    if pixels.ndim != 2 or pixels.shape[1] != np.prod(image):
        raise SourceError(
            f"{path.name} has data of shape {pixels.shape}, expected rows of {_shape(image)} values"
        )
    if len(labels) != len(pixels):
        raise SourceError(f"{path.name} has {len(pixels)} images and {len(labels)} labels")
    return _channels_last(pixels, image), labels


def _channels_last(rows: np.ndarray, image: tuple[int, int, int]) -> np.ndarray:
    height, width, channels = image
    return np.ascontiguousarray(rows.reshape(-1, channels, height, width).transpose(0, 2, 3, 1))


def _shape(image: tuple[int, int, int]) -> str:
    return " × ".join(str(size) for size in image)
