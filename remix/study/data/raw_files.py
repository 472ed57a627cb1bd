"""Raw files of a dataset: bounded in size, unpacked in memory, and told from what servers send instead."""

import bz2
import gzip
import lzma
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from remix.errors import SourceError

# No file of a dataset may be larger, packed or unpacked.
MAX_BYTES = 2 << 30


# What compressed files begin with, and what opens them.
_COMPRESSED: dict[bytes, Callable[[Path], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
# What files begin with that are no tables in a format that is read, what they are, and what to do.
_SAVE = "save the sheet as csv"
_UNPACK = "unpack it, and place or name the file in it"
_FOREIGN = {
    b"\xd0\xcf\x11\xe0": ("an Excel workbook (xls)", _SAVE),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", _UNPACK),
    b"Rar!\x1a\x07": ("a rar archive", _UNPACK),
    b"\x28\xb5\x2f\xfd": ("compressed by Zstandard", _UNPACK),
    b"SQLite format 3": ("an SQLite database", "export the table as csv"),
    b"\x89HDF\r\n": ("an HDF5 file", "write the table as csv or Parquet"),
    b"$FL2": ("an SPSS file", "export the table as csv"),
    b"<stata_dta>": ("a Stata file", "export the table as csv"),
    b"ARROW1": ("an Arrow file", "write the table as Parquet"),
    **dict.fromkeys((b"[{", b'{"', b"[\n", b"{\n"), ("a JSON file", "write the table as csv")),
}
_PARQUET = b"PAR1"


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


def refuse_foreign(path: Path, *, parquet: bool = False) -> None:
    """Refuse a file in a format that is not read, by its name for people and with what to do.

    Parameters
    ----------
    path : pathlib.Path
    parquet : bool
        Whether it may be a Parquet file.

    Raises
    ------
    SourceError
        If it is an Excel workbook, a 7z or rar archive, and the like.
    """
    with path.open("rb") as stream:
        start = stream.read(32)
    kinds = {**_FOREIGN} if parquet else {**_FOREIGN, _PARQUET: ("a Parquet file", "write format: parquet")}
    found = next((what for sign, what in kinds.items() if start.startswith(sign)), None)
    if start.startswith(b"PK"):
        names = _members(path)
        if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
            found = "an Excel workbook", _SAVE
        elif "mimetype" in names and "content.xml" in names:
            found = "an OpenDocument file", _SAVE
    if found is not None:
        what, remedy = found
        raise SourceError(f"{path.name} is {what}, which is not read; {remedy}")


def _members(path: Path) -> list[str]:
    """List what is in a zip file; nothing where it is damaged, which reading it will say."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, LookupError, NotImplementedError, struct.error):
        return []


def unpacked(path: Path) -> bytes:
    """Read a file, which may be compressed (gz, bz2, xz, by its content; .Z).

    Raises
    ------
    SourceError
        If it is not there, damaged, empty, larger than `MAX_BYTES`, or an HTML page.
    """
    try:
        refuse_foreign(path)
        if path.suffix == ".Z":
            content = _uncompressed(path)
        else:
            with _opened(path) as stream:
                # Of a file that is too large no more than shows that it is.
                content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SourceError(f"{path.name} is missing from {path.parent}") from None
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
        raise SourceError(f"{path.name} cannot be unpacked: {' '.join(str(error).split())}") from None
    if len(content) > MAX_BYTES:
        raise SourceError(f"{path.name} is larger than {MAX_BYTES} bytes when unpacked")
    if not content:
        raise SourceError(f"{path.name} is empty")
    if looks_like_html(content[:1024]):
        raise SourceError(f"{path.name} is an HTML page, not data")
    return content


def _opened(path: Path) -> Any:
    """Open a file; a compressed one, by its content or by a name that promises it, to be unpacked."""
    if path.suffix == ".gz":
        return gzip.open(path)
    with path.open("rb") as stream:
        start = stream.read(8)
    opener = next((opener for sign, opener in _COMPRESSED.items() if start.startswith(sign)), None)
    return path.open("rb") if opener is None else opener(path)


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
