"""NumPy's archives of arrays. Objects in them, which would be unpickled, are refused."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from remix.errors import SourceError
from remix.study.data.archives import Archive
from remix.study.data.images.idx import as_images, one_each
from remix.study.data.raw_files import MAX_BYTES, unpacked

# Names of the arrays, of which the first that is there is taken.
IMAGES = ("images", "x", "X", "data", "train_images", "x_train", "X_train")
LABELS = ("labels", "y", "Y", "targets", "train_labels", "y_train", "Y_train")


def read(paths: Sequence[Path], image: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Read an archive, or a pair of single arrays.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        An .npz file, whose arrays have names among `IMAGES` and `LABELS`; or two .npy files, images first.
    image : tuple of int
        Height, width and channels of the images.

    Returns
    -------
    pixels : ndarray of uint8, shape (n, height, width, channels)
    labels : ndarray of int or str, shape (n,)

    Raises
    ------
    SourceError
        If there are no such arrays, or they are of another type or shape.
    """
    if len(paths) == 2:
        arrays = [(path.name, unpacked(path)) for path in paths]
    elif len(paths) == 1:
        arrays = _of_archive(paths[0])
    else:
        raise SourceError("format npz needs single archives in 'parts', or pairs: [[IMAGES.npy, LABELS.npy]]")
    (x_name, x), (y_name, y) = ((name, _array(content, name)) for name, content in arrays)
    if x.dtype != np.uint8:
        raise SourceError(f"{x_name} is of type {x.dtype}, expected uint8 from 0 to 255")
    if y.dtype.kind not in "iuU":
        raise SourceError(f"{y_name} is of type {y.dtype}, expected whole numbers or texts")
    return as_images(x, x_name, image), one_each(y, y_name, len(x))


def _of_archive(path: Path) -> list[tuple[str, bytes]]:
    """Give names and contents of the two arrays."""
    archive = Archive(path)
    chosen = [_choose(archive.names, names, path.name) for names in (IMAGES, LABELS)]
    contents = {}
    for name, member in archive.members(chosen):
        contents[name] = member.read(MAX_BYTES + 1)
        if len(contents[name]) > MAX_BYTES:
            raise SourceError(f"{name} in {path.name} is larger than {MAX_BYTES} bytes")
    return [(f"{name} in {path.name}", contents[name]) for name in chosen]


def _choose(there: Sequence[str], names: Sequence[str], file: str) -> str:
    for name in names:
        if f"{name}.npy" in there:
            return f"{name}.npy"
    arrays = ", ".join(there[:8]) or "nothing"
    raise SourceError(
        f"{file} has no array called {', '.join(names)}; it has {arrays}; name two of them in 'parts'"
    )


def _array(content: bytes, name: str) -> np.ndarray:
    """Read an array; NumPy refuses objects, and what ends before the size that it announces."""
    try:
        array: np.ndarray = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    # It evaluates the header, and raises errors of many kinds for damaged ones.
    except Exception as error:
        reason = " ".join(str(error).split())[:150] or type(error).__name__
        raise SourceError(f"{name} cannot be read as an array: {reason}") from None
    return array
