"""Folders of images on this machine: told apart by their content, and packed into one file.

What is fetched is a file, whether it comes from the network or from here. Rules ask for the fingerprints at
every start of Snakemake, so this module imports little.
"""

import hashlib
import os
import zipfile
from pathlib import Path

from remix.errors import SourceError
from remix.study.data.archives import is_image
from remix.study.data.raw_files import MAX_BYTES
from remix.study.data.sources.checksums import sha256_of


def images_in(folder: Path) -> dict[str, Path]:
    """List the PNG and JPEG files below a folder, by their path in it, sorted.

    Folders that are links are not followed, for they may lead back.
    """
    found = {}
    for here, _, names in os.walk(folder):
        for name in names:
            path = Path(here, name)
            inside = path.relative_to(folder).as_posix()
            if is_image(inside):
                found[inside] = path
    return dict(sorted(found.items()))


def state_of(path: Path) -> tuple[int, int]:
    """Give size and time of change of a file: of its content or of what is said of it, which nobody can set.

    Of a folder: the size of all images, and a number that differs where one is new, gone, renamed or written.
    """
    if not path.is_dir():
        status = path.stat()
        return status.st_size, status.st_ctime_ns
    found = {name: image.stat() for name, image in images_in(path).items()}
    listing = [(name, s.st_size, s.st_ctime_ns) for name, s in found.items()]
    digest = hashlib.sha256(repr(listing).encode()).hexdigest()
    return sum(s.st_size for s in found.values()), int(digest[:12], 16)


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file, or one of the names and contents of all images in a folder."""
    if not path.is_dir():
        return sha256_of(path)
    total = hashlib.sha256()
    for name, image in images_in(path).items():
        total.update(f"{name}\0{digest_of(image)}\n".encode())
    return total.hexdigest()


def pack(folder: Path, target: Path) -> None:
    """Copy the images of a folder into one archive; equal images give equal bytes.

    Raises
    ------
    SourceError
        If there are none, or they are larger than `MAX_BYTES` together.
    """
    images = images_in(folder)
    if not images:
        raise SourceError(f"the folder {folder} holds no PNG or JPEG files")
    if sum(path.stat().st_size for path in images.values()) > MAX_BYTES:
        raise SourceError(f"the images in {folder} are larger than {MAX_BYTES} bytes")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, path in images.items():
            # A member of this name alone has the date 1980-01-01; images are compressed already.
            archive.writestr(zipfile.ZipInfo(name), path.read_bytes())
