"""From image files of any format to one table of pixels."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from remix.study.data.columns import LABEL
from remix.study.data.images import cifar10, class_folders, idx, npz

Shape = tuple[int, int, int]
Reader = Callable[[Sequence[Path], Shape], tuple[np.ndarray, Sequence[int | str] | np.ndarray]]
# By the catalogue's names of formats. A reader is given the files of one entry of `parts`, and the height,
# width and channels that images must have; it gives uint8 pixels of shape (n, height, width, channels), and n
# labels.
READERS: dict[str, Reader] = {
    "cifar10_binary": cifar10.read,
    "idx": idx.read,
    "npz": npz.read,
    "folder": class_folders.read,
}


def read_images(folder: Path, groups: Sequence[Sequence[str]], form: str, image: Shape) -> pd.DataFrame:
    """Read the images of a dataset from its raw files.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the raw files.
    groups : sequence of sequences of str
        Their names; the images of each group are stacked below those of the one before.
    form : str
        One of `READERS`.
    image : tuple of int
        Height, width and channels that all images must have.

    Returns
    -------
    pandas.DataFrame
        One row per image, in order: uint8 columns ``x0, x1, …``, the pixels by height, width and channel;
        then ``label``, as the files have it.

    Raises
    ------
    SourceError
        If a file is not in its format, or an image has another shape.
    """
    parts = [READERS[form]([folder / name for name in names], image) for names in groups]
    pixels = [part for part, _ in parts]
    labels = [label for _, some in parts for label in some]
    # One block of bytes from here on: a frame of float64 would be eight times as large.
    stacked = pixels[0] if len(pixels) == 1 else np.concatenate(pixels)
    flat = stacked.reshape(len(stacked), -1)
    frame = pd.DataFrame(flat, columns=[f"x{i}" for i in range(flat.shape[1])], copy=False)
    frame[LABEL] = labels
    return frame
