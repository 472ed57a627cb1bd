"""Raw files of a dataset: bounded in size, unpacked in memory, and told from what servers send instead."""

import gzip
import zlib
from pathlib import Path

from remix.errors import SourceError

# No file of a dataset may be larger, packed or unpacked.
MAX_BYTES = 2 << 30


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

            content = bytes(unlzw(path.read_bytes()))
        elif path.suffix == ".gz":
            with gzip.open(path) as stream:
                content = stream.read(MAX_BYTES + 1)
        else:
            content = path.read_bytes()
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
