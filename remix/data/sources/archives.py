"""Archives: single members are read by name; nothing else is ever unpacked."""

import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from remix.data.formats import MAX_BYTES, looks_like_html
from remix.errors import SourceError

_CHUNK = 1 << 20
_SUFFIXES = (".zip", ".tar", ".tgz")
_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,  # an encrypted zip
    NotImplementedError,  # an unknown compression
)


class Archive:
    """A zip or tar file, the latter also compressed.

    Parameters
    ----------
    path : pathlib.Path
        The archive, recognised by its content.

    Attributes
    ----------
    names : list of str
        Full names of the regular files in it: no folders, links or devices.

    Raises
    ------
    SourceError
        If the archive is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_zip = zipfile.is_zipfile(path)
        with self._damage_reported():
            self.names = self._list()

    @staticmethod
    def recognises(path: Path) -> bool:
        """Tell whether a file is an archive, by its content."""
        return zipfile.is_zipfile(path) or tarfile.is_tarfile(path)

    def find(self, wanted: str) -> str | None:
        """Find a member by its full name or, failing that, by its base name.

        Raises
        ------
        SourceError
            If several members have this base name.
        """
        if wanted in self.names:
            return wanted
        found = [name for name in self.names if PurePosixPath(name).name == wanted]
        if len(found) > 1:
            raise SourceError(
                f"{self.path.name} has several files '{wanted}': {', '.join(found)}; give one in full"
            )
        return found[0] if found else None

    def copy(self, member: str, target: Path) -> None:
        """Write a member to a file, of which the archive's own names decide nothing.

        Raises
        ------
        SourceError
            If the archive is damaged, or the member is larger than `MAX_BYTES`.
        """
        with self._damage_reported(), self._open(member) as stream, target.open("wb") as copy:
            size = 0
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > MAX_BYTES:
                    raise SourceError(f"{member} in {self.path.name} is larger than {MAX_BYTES} bytes")
                copy.write(chunk)

    def _list(self) -> list[str]:
        if self._is_zip:
            with zipfile.ZipFile(self.path) as archive:
                return [m.filename for m in archive.infolist() if _is_regular(m)]
        with tarfile.open(self.path) as tar:
            return [m.name for m in tar if m.isreg()]

    @contextmanager
    def _open(self, member: str) -> Iterator[IO[bytes]]:
        if self._is_zip:
            with zipfile.ZipFile(self.path) as archive, archive.open(member) as stream:
                yield stream
        else:
            with tarfile.open(self.path) as tar:
                content = tar.extractfile(member)
                assert content is not None  # only regular files are listed
                yield content

    @contextmanager
    def _damage_reported(self) -> Iterator[None]:
        try:
            yield
        except _DAMAGE as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise SourceError(f"{self.path.name} is a damaged archive: {reason}") from None


def not_there(wanted: str, files: list[Path], members: list[str]) -> SourceError:
    """Say that a part is in none of the files, and what there is instead."""
    for path in files:
        with path.open("rb") as stream:
            if looks_like_html(stream.read(1024)):
                return SourceError(f"{path.name} is an HTML page, not data")
        if path.suffix in _SUFFIXES and not Archive.recognises(path):
            return SourceError(f"{path.name} is no archive, or cut short")
    there = [*members, *(path.name for path in files if path.stat().st_size)]
    shown = ", ".join(there[:8]) + (" …" if len(there) > 8 else "")
    return SourceError(f"there is no file '{wanted}'; there is {shown or 'nothing'}")


def _is_regular(member: zipfile.ZipInfo) -> bool:
    # Zips made on Unix keep the file type here; others leave it 0.
    file_type = stat.S_IFMT(member.external_attr >> 16)
    return not member.is_dir() and file_type in (0, stat.S_IFREG)
