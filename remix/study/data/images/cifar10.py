"""The binary files of CIFAR-10: plain records of bytes.

They keep the three colours of an image one after the other, each of them row by row (channel, height, width).
A. Krizhevsky, "Learning multiple layers of features from tiny images" (2009);
https://www.cs.toronto.edu/~kriz/cifar.html describes the files.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from remix.errors import SourceError
from remix.study.data.raw_files import unpacked


def read(paths: Sequence[Path], image: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Read files such as ``data_batch_1.bin``: a byte of label, then the pixels, and so on.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Files of any number of records.
    image : tuple of int
        Height, width and channels of the images.

    Returns
    -------
    pixels : ndarray of uint8, shape (n, height, width, channels)
    labels : ndarray of uint8, shape (n,)

    Raises
    ------
    SourceError
        If a file does not hold whole records.
    """
    height, width, channels = image
    size = 1 + height * width * channels
    parts = []
    for path in paths:
        content = unpacked(path)
        if len(content) % size:
            raise SourceError(
                f"{path.name} has {len(content)} bytes, which is no multiple of {size}, one label and one "
                f"image of {height} × {width} × {channels}; is it cut short, or of another shape?"
            )
        parts.append(np.frombuffer(content, np.uint8).reshape(-1, size))
    records = np.concatenate(parts)
    by_channel = records[:, 1:].reshape(-1, channels, height, width)
    return np.ascontiguousarray(by_channel.transpose(0, 2, 3, 1)), records[:, 0]
