"""PNG and JPEG files in folders, each named after the class of the images in it."""

import io
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from remix.errors import SourceError
from remix.study.data.archives import Archive, is_image
from remix.study.data.raw_files import MAX_BYTES

# Pillow's names of the kinds of pixels, by the number of channels.
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
# No single image may take more in its archive.
_LARGEST = 64 << 20


def read(paths: Sequence[Path], image: tuple[int, int, int]) -> tuple[np.ndarray, list[str]]:
    """Read the images of an archive, which is never unpacked.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        One archive (zip, tar). Files in it that are neither PNG nor JPEG are left alone.
    image : tuple of int
        Height, width and channels that every image must have; 1 channel is grey, 3 are RGB, 4 are RGBA.

    Returns
    -------
    pixels : ndarray of uint8, shape (n, height, width, channels)
        In the order of the names of the files, folders included.
    labels : list of str
        The name of the folder that each image is directly in.

    Raises
    ------
    SourceError
        If there are no images, or one is damaged, of another shape, or in no folder.
    """
    (path,) = paths
    if image[2] not in _MODES:
        raise SourceError(f"images in files have 1, 3 or 4 channels, not {image[2]}; correct 'image'")
    archive = Archive(path)
    names = sorted({name for name in archive.names if is_image(name)})
    if not names:
        raise SourceError(f"{path.name} holds no PNG or JPEG files")
    if astray := next((name for name in names if not PurePosixPath(name).parent.name), None):
        raise SourceError(f"{astray} in {path.name} is in no folder, which would name its class")
    if len(names) * int(np.prod(image)) > MAX_BYTES:
        raise SourceError(f"the {len(names)} images in {path.name} take more than {MAX_BYTES} bytes")
    pixels = np.empty((len(names), *image), np.uint8)
    position = {name: i for i, name in enumerate(names)}
    for name, member in archive.members(names):
        pixels[position[name]] = _pixels(member.read(_LARGEST + 1), f"{name} in {path.name}", image)
    return pixels, [PurePosixPath(name).parent.name for name in names]


def _pixels(content: bytes, name: str, image: tuple[int, int, int]) -> np.ndarray:
    # Imported here, for few datasets need it.
    from PIL import Image

    if len(content) > _LARGEST:
        raise SourceError(f"{name} is larger than {_LARGEST} bytes")
    height, width, channels = image
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            # Known from the header, before anything is unpacked.
            if picture.size != (width, height):
                raise SourceError(
                    f"{name} is {picture.height} × {picture.width} pixels, expected {height} × {width}"
                )
            mode = _without_palette(picture.mode, has_alpha="transparency" in picture.info)
            if mode != _MODES[channels]:
                raise SourceError(f"{name} has pixels of the kind {mode}, expected {_MODES[channels]}")
            return np.asarray(picture.convert(mode)).reshape(image)
    except SourceError:
        raise
    # Pillow raises errors of many kinds for damaged files.
    except Exception as error:
        reason = " ".join(str(error).split())[:150] or type(error).__name__
        # It names the stream in memory, which says nothing to anybody.
        reason = reason.partition(" <_io")[0]
        raise SourceError(f"{name} cannot be read as PNG or JPEG: {reason}") from None


def _without_palette(mode: str, has_alpha: bool) -> str:
    """Name the kind of pixels that an image has once those of few colours are written out in full."""
    if mode == "P":
        return "RGBA" if has_alpha else "RGB"
    return "L" if mode == "1" else mode
