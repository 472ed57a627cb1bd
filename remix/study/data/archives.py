"""Archives: single members are read by name; nothing else is ever unpacked."""

import lzma
import stat
import struct
import subprocess
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from remix.errors import SourceError
from remix.study.data.raw_files import MAX_BYTES, refuse_html

_CHUNK = 1 << 20
_SUFFIXES = (".zip", ".deb", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # an encrypted zip
    NotImplementedError,  # an unknown compression
    ValueError,  # a name that is no text, a number that is none
    LookupError,
)
# Of these Python unpacks as much as is asked for; of bzip2 and LZMA in a zip file all that there is, at once.
_BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# A tar file must be read through to find what is in it, so what it unpacks to is bounded as a whole.
_LONGEST_TAR = 4 * MAX_BYTES
# What a tar file says of its members, such as long names, is read into memory whole.
_LONGEST_HEADER = 1 << 20
# Seconds that dpkg-deb may take to unpack a Debian package.
_PATIENCE = 600
_DEB = b"!<arch>\ndebian-binary"


class Member:
    """The content of a member of an archive."""

    def __init__(self, archive: "Archive", stream: IO[bytes]) -> None:
        self._archive = archive
        self._stream = stream

    def read(self, size: int) -> bytes:
        """Read some bytes, as of a file.

        Raises
        ------
        SourceError
            If the archive is damaged.
        """
        with self._archive.damage_reported():
            return self._stream.read(size)


class Archive:
    """A zip file, a tar file (also compressed) or a Debian package.

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
        If it is no archive, or is damaged.
    """

    def __init__(self, path: Path) -> None:
        if not self.recognises(path):
            refuse_html(path)
            raise SourceError(f"{path.name} is no archive, or cut short")
        self.path = path
        self._is_zip = zipfile.is_zipfile(path)
        self._is_deb = not self._is_zip and _is_deb(path)
        with self.damage_reported():
            self.names = self._list()

    @staticmethod
    def recognises(path: Path) -> bool:
        """Tell whether a file is an archive, by its content."""
        return zipfile.is_zipfile(path) or _is_deb(path) or _is_tar(path)

    def find(self, wanted: str) -> str | None:
        """Find a member by its full name or, failing that, by its base name.

        Raises
        ------
        SourceError
            If several members have this base name.
        """
        for name in (wanted, f"./{wanted}"):
            if name in self.names:
                return name
        found = [name for name in self.names if PurePosixPath(name).name == wanted]
        if len(found) > 1:
            raise SourceError(
                f"{self.path.name} has several files '{wanted}': {', '.join(found)}; give one in full"
            )
        return found[0] if found else None

    def members(self, wanted: Collection[str]) -> Iterator[tuple[str, Member]]:
        """Give names and contents of some members in one pass, in the archive's own order.

        Parameters
        ----------
        wanted : collection of str
            Full names, of those in `names`.

        Yields
        ------
        tuple of str and Member
            The content can be read until the next one is asked for.

        Raises
        ------
        SourceError
            If the archive is damaged.
        """
        chosen = frozenset(wanted)
        with self.damage_reported():
            if self._is_zip:
                with zipfile.ZipFile(self.path) as archive:
                    for name in self.names:
                        if name in chosen:
                            _check_bounded(archive.getinfo(name), self.path.name)
                            with archive.open(name) as stream:
                                yield name, Member(self, stream)
            else:
                with self._tar() as tar:
                    for member in self._regular(tar):
                        if member.name in chosen:
                            content = tar.extractfile(member)
                            assert content is not None  # a regular file
                            yield member.name, Member(self, content)

    def copy(self, targets: Mapping[str, Path]) -> None:
        """Write members to files, of which the archive's own names decide nothing.

        Parameters
        ----------
        targets : mapping of str to pathlib.Path
            Files by full names of members.

        Raises
        ------
        SourceError
            If the archive is damaged, or a member is larger than `MAX_BYTES`.
        """
        for name, member in self.members(targets):
            with targets[name].open("wb") as copy:
                size = 0
                while chunk := member.read(_CHUNK):
                    size += len(chunk)
                    if size > MAX_BYTES:
                        raise SourceError(f"{name} in {self.path.name} is larger than {MAX_BYTES} bytes")
                    copy.write(chunk)

    def _list(self) -> list[str]:
        if self._is_zip:
            with zipfile.ZipFile(self.path) as archive:
                return [m.filename for m in archive.infolist() if _is_regular(m)]
        with self._tar() as tar:
            names = [member.name for member in self._regular(tar)]
            self._read_to_the_end(tar)
            return names

    def _regular(self, tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
        for member in tar:
            # Known before the content is read or skipped; by a negative size it would go back, for ever.
            if member.size < 0:
                raise SourceError(f"{self.path.name} is a damaged archive: a size is negative")
            if member.offset_data + member.size > _LONGEST_TAR:
                raise SourceError(f"{self.path.name} unpacks to more than {_LONGEST_TAR} bytes")
            if member.isreg():
                yield member

    def _read_to_the_end(self, tar: tarfile.TarFile) -> None:
        """Read what follows the last member, where the checksum of a compressed file is found.

        tarfile takes a header that is damaged for the end.
        """
        stream = tar.fileobj
        assert stream is not None  # it is open
        while rest := stream.read(_CHUNK):
            if rest.count(0) < len(rest) or stream.tell() > _LONGEST_TAR:
                raise SourceError(f"{self.path.name} is a damaged archive: its end is not that of a tar file")

    @contextmanager
    def _tar(self) -> Iterator[tarfile.TarFile]:
        if not self._is_deb:
            with tarfile.open(self.path, tarinfo=_Header) as tar:
                yield tar
            return
        command = ["dpkg-deb", "--fsys-tarfile", str(self.path.resolve())]
        try:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        except FileNotFoundError:
            raise SourceError("dpkg-deb is not there, which reads Debian packages") from None
        # Ending it ends the stream, which then is a damaged archive.
        watch = threading.Timer(_PATIENCE, process.kill)
        watch.start()
        try:
            with tarfile.open(fileobj=process.stdout, mode="r|", tarinfo=_Header) as tar:
                yield tar
        finally:
            watch.cancel()
            process.kill()
            process.communicate()

    @contextmanager
    def damage_reported(self) -> Iterator[None]:
        """Make one line of the errors that reading a damaged archive may end in."""
        try:
            yield
        except _DAMAGE as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise SourceError(f"{self.path.name} is a damaged archive: {reason}") from None


class _Header(tarfile.TarInfo):
    """The header of a member, of which only the content may be large."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_Header":
        """Read a header; see the base class."""
        header = super().frombuf(buf, encoding, errors)
        if not header.isreg() and not 0 <= header.size <= _LONGEST_HEADER:
            raise SourceError(f"a header in a tar file announces {header.size} bytes, which is refused")
        return header


def _check_bounded(member: zipfile.ZipInfo, archive: str) -> None:
    """Refuse a member of a zip file of which a few bytes could fill the memory before they can be counted."""
    if member.compress_type not in _BOUNDED:
        raise SourceError(f"{member.filename} in {archive} is not packed by 'deflate'; pack it anew")


def is_archive(name: str) -> bool:
    """Tell by its name whether a file in an archive is one itself; see `is_image`.

    >>> is_archive("data/bank.ZIP"), is_archive("__MACOSX/bank.zip"), is_archive("bank.csv.gz")
    (True, False, False)
    """
    return name.lower().endswith(_SUFFIXES) and not _is_hidden(name)


def is_image(name: str) -> bool:
    """Tell by its name whether a file in a folder or an archive is a PNG or JPEG image.

    Files that systems hide, and the shadows of files that macOS adds to archives, are none.

    >>> is_image("cat/1.PNG"), is_image("cat/.1.png"), is_image("__MACOSX/cat/1.png"), is_image("notes.txt")
    (True, False, False, False)
    """
    return _ends_in(name, (".png", ".jpg", ".jpeg"))


def is_text(name: str) -> bool:
    """Tell by its name whether a file in an archive is a text; see `is_image`.

    >>> is_text("C_N/N001.TXT"), is_text("__MACOSX/C_N/._N001.txt"), is_text("N001.edf")
    (True, False, False)
    """
    return _ends_in(name, (".txt",))


def _ends_in(name: str, suffixes: Collection[str]) -> bool:
    return PurePosixPath(name).suffix.lower() in suffixes and not _is_hidden(name)


def _is_hidden(name: str) -> bool:
    path = PurePosixPath(name)
    return path.name.startswith(".") or "__MACOSX" in path.parts


def not_there(wanted: str, files: list[Path], members: list[str]) -> SourceError:
    """Say that a part is in none of the files, and what there is instead.

    Raises
    ------
    SourceError
        If a file is a web page, or no archive though its name says so: that is why, then.
    """
    for path in files:
        refuse_html(path)
        if path.name.endswith(_SUFFIXES):
            Archive(path)
    there = [*members, *(path.name for path in files if path.stat().st_size)]
    shown = ", ".join(there[:8]) + (" …" if len(there) > 8 else "")
    return SourceError(f"there is no file '{wanted}'; there is {shown or 'nothing'}")


def _is_deb(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(_DEB)) == _DEB


def _is_tar(path: Path) -> bool:
    try:
        with tarfile.open(path, tarinfo=_Header):
            return True
    except _DAMAGE:
        return False


def _is_regular(member: zipfile.ZipInfo) -> bool:
    # Zips made on Unix keep the file type here; others leave it 0.
    file_type = stat.S_IFMT(member.external_attr >> 16)
    return not member.is_dir() and file_type in (0, stat.S_IFREG)
