"""Archives that claim more than they hold, or hold more than they should."""

import contextlib
import io
import stat
import struct
import tarfile
import zipfile
import zlib

import pytest
from packing import tar_of, zip_of

from remix.errors import SourceError
from remix.study.data import archives
from remix.study.data.archives import Archive


def header(name=b"a.csv", size=b"00000000003\0", kind=b"0"):
    """The header of a member, as it stands in a tar file."""
    fields = name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + size + b"00000000000\0"
    rest = kind + bytes(100) + b"ustar\00000" + bytes(32) + bytes(32) + b"0000000\0" * 2 + bytes(155 + 12)
    total = sum(fields) + 8 * 32 + sum(rest)
    return fields + f"{total:06o}\0 ".encode() + rest


def binary(number):
    """A size that is too large, or too small, to be written in octal digits."""
    return (
        b"\xff" + struct.pack(">q", number).rjust(11, b"\xff")
        if number < 0
        else b"\x80" + bytes(3) + struct.pack(">q", number)
    )


END = bytes(1024)
MEMBER = header() + b"1,2".ljust(512, b"\0")


@pytest.fixture
def written(tmp_path):
    """Writes a file and gives its path."""

    def write(content, name="t.tar"):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


def test_the_headers_of_this_test_are_sound(written):
    archive = Archive(written(MEMBER + header(b"b.csv") + b"3,4".ljust(512, b"\0") + END))
    assert archive.names == ["a.csv", "b.csv"]
    assert [(name, member.read(9)) for name, member in archive.members(["b.csv"])] == [("b.csv", b"3,4")]


CLAIMS = {
    "a negative size": (MEMBER + header(b"b", binary(-1024)) + END, "a size is negative"),
    "a size beyond all bounds": (MEMBER + header(b"b", binary(1 << 50)) + END, "unpacks to more than"),
    "a long name": (header(b"././@LongLink", binary(1 << 40), b"L") + END, "announces 1099511627776 bytes"),
    "a long name of negative size": (header(b"x", binary(-512), b"L") + END, "announces -512 bytes"),
    "attributes": (header(b"x", binary(1 << 40), b"x") + END, "announces 1099511627776 bytes"),
    "a damaged header in the middle": (
        MEMBER + MEMBER[:100] + b"\1" + MEMBER[101:] + END,
        "its end is not that",
    ),
    "something after the end": (MEMBER + END + b"#!/bin/sh", "its end is not that"),
    "cut in a member": (MEMBER[:-300], "is a damaged archive"),
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_claims_are_refused(written, claim):
    content, message = CLAIMS[claim]
    path = written(content)
    with pytest.raises(SourceError, match=message):
        Archive(path)


def test_a_size_in_the_attributes_may_not_be_negative(written):
    record = b"13 size=-512\n"
    attributes = header(b"x", f"{len(record):011o}\0".encode(), b"x") + record.ljust(512, b"\0")
    with pytest.raises(SourceError, match="a size is negative"):
        Archive(written(attributes + MEMBER + END))


def test_what_a_tar_file_unpacks_to_is_bounded(written, monkeypatch):
    path = written(tar_of({"a.csv": "1" * 5000, "b.csv": "1,2"}), "t.tar.gz")
    assert Archive(path).names == ["a.csv", "b.csv"]
    monkeypatch.setattr(archives, "_LONGEST_TAR", 4000)
    with pytest.raises(SourceError, match=r"t\.tar\.gz unpacks to more than 4000 bytes"):
        Archive(path)


def test_zeros_without_an_end(written, monkeypatch):
    """A small compressed file may be very long."""
    monkeypatch.setattr(archives, "_LONGEST_TAR", 1 << 21)
    stream = zlib.compressobj(wbits=31)
    content = stream.compress(MEMBER) + stream.compress(bytes(1 << 24)) + stream.flush()
    with pytest.raises(SourceError, match="its end is not that of a tar file"):
        Archive(written(content, "t.tar.gz"))


def test_a_changed_bit_is_found_by_the_checksum(written):
    """In a stored block nothing else would tell."""
    stream = zlib.compressobj(level=0, wbits=31)
    content = bytearray(stream.compress(MEMBER + END) + stream.flush())
    content[content.index(b"1,2")] ^= 1
    with pytest.raises(SourceError, match=r"t\.tar\.gz is a damaged archive: CRC check failed"):
        Archive(written(bytes(content), "t.tar.gz"))


def test_members_are_found_with_and_without_a_dot(written):
    archive = Archive(written(tar_of({"./usr/a.csv": "1"}, "w")))
    assert archive.find("usr/a.csv") == archive.find("./usr/a.csv") == archive.find("a.csv") == "./usr/a.csv"


def test_devices_and_links_are_no_members(written):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            member = tarfile.TarInfo(f"m{kind.decode()}")
            member.type, member.linkname = kind, "/etc/passwd"
            tar.addfile(member)
    assert Archive(written(stream.getvalue())).names == []


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFDIR])
def test_devices_and_links_in_zip_files_are_no_members(written, kind):
    member = zipfile.ZipInfo("t.csv")
    member.external_attr = (kind | 0o644) << 16
    assert Archive(written(zip_of({member: "/etc/passwd"}), "t.zip")).names == []


@pytest.mark.parametrize(
    "name", ["../evil.csv", "/evil.csv", "..\\evil.csv", "a/../../evil.csv", "C:\\evil.csv"]
)
@pytest.mark.parametrize("pack", [zip_of, tar_of])
def test_a_members_name_has_no_part_in_where_it_is_copied(written, tmp_path, name, pack):
    archive = Archive(written(pack({name: "1,2"}), "t"))
    before = set(tmp_path.parent.rglob("*"))
    archive.copy({archive.names[0]: tmp_path / "mine.csv"})
    assert set(tmp_path.parent.rglob("*")) - before == {tmp_path / "mine.csv"}


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_file_whose_packing_has_no_bound_is_refused(written, packing):
    """300 bytes hold 200 MB, which Python unpacks at the first byte that is asked for."""
    archive = Archive(written(zip_of({"a.csv": bytes(10_000)}, packing), "t.zip"))
    with pytest.raises(SourceError, match=r"a\.csv in t\.zip is not packed by 'deflate'; pack it anew"):
        archive.copy({"a.csv": archive.path.with_name("a.csv")})


def test_more_than_a_member_announces_is_not_unpacked(written, tmp_path):
    """The size in the archive's own listing is a claim."""
    content = zip_of({"a.csv": bytes(1 << 20)})
    size = struct.pack("<I", 1 << 20)
    archive = Archive(written(content.replace(size, struct.pack("<I", 3)), "t.zip"))
    with pytest.raises(SourceError, match=r"t\.zip is a damaged archive: Bad CRC-32"):
        archive.copy({"a.csv": tmp_path / "a.csv"})
    assert (tmp_path / "a.csv").stat().st_size <= 3


@pytest.mark.parametrize("mode", ["w:xz", "w:bz2", "w:gz"])
def test_every_changed_byte_of_a_packed_tar_file_ends_in_one_line(written, mode):
    content = tar_of({"a.csv": "1,2\n" * 9}, mode)
    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        path = written(bytes(damaged))
        # Anything but a SourceError is an error of this test.
        with contextlib.suppress(SourceError):
            assert not Archive.recognises(path) or Archive(path).names in (["a.csv"], [])


def test_a_members_name_that_is_no_text(written):
    content = zip_of({"é.csv": "1,2"}).replace("é".encode(), b"\xff\xff")
    with pytest.raises(SourceError, match=r"t\.zip is a damaged archive: 'utf-8' codec"):
        Archive(written(content, "t.zip"))


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\x1f\x8b", b"\x1f\x8b\x08\0\0\0\0\0\0\3abc"])
def test_other_files_are_no_archives(written, content):
    assert not Archive.recognises(written(content, "t.csv"))
