"""Raw files of a dataset: bounded in size, unpacked in memory, and told from what servers send instead."""

import gzip
import zlib
from pathlib import Path

from remix.errors import SourceError
from remix.study.data.lzw import unpacked_size

# No file of a dataset may be larger, packed or unpacked.
MAX_BYTES = 2 << 30
# What unlzw takes in memory for each byte of a .Z file that it has unpacked.
_BYTES_PER_BYTE = 8


def looks_like_html(start: bytes) -> bool:
    """Tell by its first bytes whether a file is an HTML page, as servers send instead of data."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return text.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<!--"))


def is_html(path: Path) -> bool:
    """Tell whether a file is an HTML page."""
    with path.open("rb") as stream:
        return looks_like_html(stream.read(1024))


def unpacked(path: Path) -> bytes:
    """Read a file, which may be compressed (.gz, .Z).

    Raises
    ------
    SourceError
        If it is not there, damaged, empty, larger than `MAX_BYTES`, or an HTML page.
    """
    try:
        if path.suffix == ".Z":
            # Imported here, for few sources need it.
            from unlzw3 import unlzw

            packed = _read(path)
            if unpacked_size(packed) > MAX_BYTES // _BYTES_PER_BYTE:
                raise SourceError(
                    f"{path.name} is larger than {MAX_BYTES // _BYTES_PER_BYTE} bytes when unpacked"
                )
            content = bytes(unlzw(packed))
        elif path.suffix == ".gz":
            with gzip.open(path) as stream:
                content = stream.read(MAX_BYTES + 1)
        else:
            content = _read(path)
    except FileNotFoundError:
        raise SourceError(f"{path.name} is missing from {path.parent}") from None
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise SourceError(f"{path.name} cannot be unpacked: {' '.join(str(error).split())}") from None
    if len(content) > MAX_BYTES:
        raise SourceError(f"{path.name} is larger than {MAX_BYTES} bytes when unpacked")
    if not content:
        raise SourceError(f"{path.name} is empty")
    if looks_like_html(content[:1024]):
        raise SourceError(f"{path.name} is an HTML page, not data")
    return content


def _read(path: Path) -> bytes:
    """Read a file, of one that is too large no more than shows that it is."""
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)
