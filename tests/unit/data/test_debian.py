"""Debian packages, downloaded by apt from where it is told to and read in place."""

import dataclasses
import gzip
import hashlib
import os
import shutil
import stat
import sys
import time

import pytest
from packing import tar_of

from remix.study.data.sources import downloading

CSV = "1,2,3,a\n4,5,6,b\n"
TINY = {"debian": "tiny-data", "parts": ["t.csv"]}
CONTROL = """Package: tiny-data
Version: 1.0-1
Architecture: all
Maintainer: Nobody <nobody@example.org>
Description: a tiny table
"""
needs_dpkg = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not there")


def package(members):
    """The bytes of a package, as the archive of archives that it is."""
    parts = {
        "debian-binary": b"2.0\n",
        "control.tar.gz": tar_of({"./control": CONTROL}),
        "data.tar.gz": tar_of({f"./{name}": content for name, content in members.items()}),
    }
    content = b"!<arch>\n"
    for name, data in parts.items():
        content += f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode()
        content += data + b"\n" * (len(data) % 2)
    return content


@pytest.fixture
def apt(tmp_path, monkeypatch):
    """Puts a program called apt-get before all others; it does what it is given, and notes its arguments."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def put(text):
        program = folder / "apt-get"
        noted = f"open({str(folder / 'call')!r}, 'a').write(' '.join(sys.argv[1:]))"
        program.write_text(f"#!{sys.executable}\nimport sys, time\n{noted}\n{text}")
        program.chmod(program.stat().st_mode | stat.S_IEXEC)
        return folder / "call"

    return put


@pytest.fixture
def serves(apt, tmp_path):
    """Makes apt-get give a package."""

    def serve(content, name="tiny-data_1.0-1_all.deb"):
        (tmp_path / "the.deb").write_bytes(content)
        return apt(f"open({name!r}, 'wb').write(open({str(tmp_path / 'the.deb')!r}, 'rb').read())")

    return serve


@needs_dpkg
def test_a_file_of_a_package(run, make_dataset, serves, tmp_path):
    content = package({"usr/share/tiny/t.csv": CSV, "usr/share/doc/t.txt": "no"})
    call = serves(content)
    source = {"debian": "tiny-data=1.0-1", "parts": ["usr/share/tiny/t.csv"]}
    record = run(make_dataset(source | {"sha256": hashlib.sha256(content).hexdigest()}))
    assert (record["available"], record["kind"]) == (True, "debian"), record["attempts"]
    assert record["files"] == {"t.csv": hashlib.sha256(CSV.encode()).hexdigest()}
    assert (tmp_path / "raw/tiny/t.csv").read_text() == CSV
    assert sorted(path.name for path in (tmp_path / "raw/tiny").iterdir()) == ["source.json", "t.csv"]
    options = "-o Acquire::Retries=0 -o Acquire::http::Timeout=1 -o Acquire::https::Timeout=1"
    assert call.read_text() == f"-q {options} download tiny-data=1.0-1"


@needs_dpkg
def test_a_package_from_an_address(run, make_dataset, server):
    url = server.add("/tiny.deb", package({"t.csv": CSV}))
    assert run(make_dataset({"url": url, "parts": ["t.csv"]}))["available"]


@needs_dpkg
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda content: content[:-30], "is a damaged archive"),
        (lambda content: content[:10], "tiny-data_1.0-1_all.deb is no archive, or cut short"),
    ],
)
def test_damaged_packages(refusal, serves, change, reason):
    serves(change(package({"t.csv": CSV * 99})))
    assert reason in refusal(TINY)


def test_sums_of_packages_and_of_files_in_them(refusal, serves):
    serves(package({"t.csv": CSV}))
    reason = refusal(TINY | {"sha256": "0" * 64})
    assert reason.startswith("tiny-data_1.0-1_all.deb has SHA-256 ")
    if shutil.which("dpkg-deb"):
        assert refusal(TINY | {"sha256": {"t.csv": "0" * 64}}).startswith("t.csv has SHA-256 ")


NO_CONNECTION = "no connection to the package server"
STALE = "the file differs from what the package lists announce; apt-get update may help"
FAILURES = {
    "E: Unable to locate package x": "apt knows no such package; are its lists up to date (apt-get update)?",
    "E: Version '9' for 'x' was not found": "apt knows the package in another version only",
    "Err:1 http://me:secret@deb.example.org/d x all 1\n  Could not connect to deb.example.org:80\n"
    "E: Failed to fetch http://me:secret@deb.example.org/x.deb  Could not connect": NO_CONNECTION,
    "  Temporary failure resolving 'deb.example.org'": NO_CONNECTION,
    "Err:1 http://deb.example.org/d x all 1\n  404  Not Found [IP: 10.0.0.1 80]\nE: Failed to fetch": (
        "the package server answers HTTP 404"
    ),
    "E: Failed to fetch x.deb  Hash Sum mismatch": STALE,
    "E: Odd http://me:secret@x/y\nE: things": "apt-get failed: Odd … things",
    "": "apt-get failed: without a message",
}


@pytest.mark.parametrize("said", FAILURES)
def test_what_apt_says_is_told_in_one_line(refusal, apt, said):
    apt(f"sys.exit(print({said!r}, file=sys.stderr) or 100)")
    assert refusal(TINY) == FAILURES[said]


def test_no_apt(refusal, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal(TINY) == "apt-get is not there; Debian and its relatives have it"


def test_no_dpkg(refusal, serves, monkeypatch, tmp_path):
    serves(package({"t.csv": CSV}))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert refusal(TINY) == "dpkg-deb is not there, which reads Debian packages"


def test_apt_gives_nothing(refusal, apt):
    apt("")
    assert refusal(TINY) == "apt-get gave no package"


def test_apt_hangs(refusal, apt, monkeypatch):
    apt("time.sleep(60)")
    monkeypatch.setattr(downloading, "LONGEST", 0.5)
    start = time.monotonic()
    assert refusal(TINY) == "apt-get took longer than 0.5 seconds"
    assert time.monotonic() - start < 50


@pytest.mark.online
@needs_dpkg
def test_the_real_package(run, network, extended, tmp_path):
    """Fashion-MNIST as config/extended.yaml names it; skipped where apt cannot give it."""
    dataset = extended["fashion_mnist"]
    dataset = dataclasses.replace(dataset, sources=dataset.sources[:1])
    record = run(dataset, network=dataclasses.replace(network, connect_timeout=20))
    if not record["available"]:
        reason = record["attempts"][0]["reason"]
        assert "apt" in reason or "package server" in reason, reason
        pytest.skip(reason)
    assert list(record["files"]) == ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"]
    with gzip.open(tmp_path / "raw/tiny/train-images-idx3-ubyte.gz") as stream:
        assert stream.read(16) == bytes.fromhex("00000803 0000ea60 0000001c 0000001c")
