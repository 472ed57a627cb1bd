"""Raw files of a dataset: bounded in size, unpacked in memory, and told from what servers send instead."""

import gzip
import subprocess
import zlib
from pathlib import Path

from remix.errors import SourceError

# No file of a dataset may be larger, packed or unpacked.
MAX_BYTES = 2 << 30


def looks_like_html(start: bytes) -> bool:
    """Tell by its first bytes whether a file is an HTML page, as servers send instead of data."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return text.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<!--"))


def refuse_html(path: Path) -> None:
    """Refuse a file that is an HTML page.

    Raises
    ------
    SourceError
        If it is one.
    """
    with path.open("rb") as stream:
        if looks_like_html(stream.read(1024)):
            raise SourceError(f"{path.name} is an HTML page, not data")


def unpacked(path: Path) -> bytes:
    """Read a file, which may be compressed (.gz, .Z).

    Raises
    ------
    SourceError
        If it is not there, damaged, empty, larger than `MAX_BYTES`, or an HTML page.
    """
    try:
        if path.suffix == ".Z":
            content = _uncompressed(path)
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


def _uncompressed(path: Path) -> bytes:
    """Unpack what Unix compress has packed; of a file that is too large no more than shows that it is.

    Each two bytes may stand for 65 kB, so that a bound on the packed size would be of no use. Libraries
    unpack the whole file at once; gzip gives it piece by piece.
    """
    with path.open("rb") as packed:
        try:
            process = subprocess.Popen(
                ["gzip", "-dc"], stdin=packed, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except FileNotFoundError:
            raise SourceError("gzip is not there, which unpacks .Z files") from None
        with process:
            assert process.stdout is not None  # pipes, both
            assert process.stderr is not None
            content = process.stdout.read(MAX_BYTES + 1)
            if len(content) > MAX_BYTES:
                process.kill()
            elif process.wait() != 0:
                raise ValueError(process.stderr.read().decode(errors="replace"))
    return content
