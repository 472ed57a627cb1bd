"""Files at http and https addresses. A download that breaks off goes on later, in this run or the next."""

import hashlib
import logging
import shutil
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import requests

from remix.errors import SourceError
from remix.study.data.raw_files import MAX_BYTES
from remix.study.data.sources.downloading import LONGEST, Network
from remix.study.data.sources.names import addresses, download_names
from remix.study.data.sources.retrying import attempt

_CHUNK = 1 << 14  # what is lost, at most, when a connection breaks off
_LOGGED_EVERY = 10  # seconds
# Names of files that some servers take for encodings of something else: these are wanted as they are.
_PACKED = (".gz", ".tgz", ".Z")


def download(source: Mapping[str, Any], folder: Path, network: Network, unfinished: Path) -> dict[str, Any]:
    """Download all addresses of a source; see `remix.study.data.sources.downloading.download`."""
    for address, name in zip(addresses(source), download_names(source), strict=True):
        begun = _Unfinished(unfinished, address)
        attempt(partial(_download, address, folder / name, network, begun), network.retries)
    return {}


class _Unfinished:
    """The beginning of a file, and what the server called the file that it is of.

    It lies apart from finished files, under a name that none of them has.
    """

    def __init__(self, folder: Path, address: str) -> None:
        name = hashlib.sha256(address.encode()).hexdigest()[:16]
        self.content = folder / f"{name}.part"
        self._version = folder / f"{name}.version"

    @property
    def version(self) -> str:
        """Its entity tag or date; empty where the server gives neither, and it cannot be gone on with."""
        return self._version.read_text(encoding="latin-1") if self._version.exists() else ""

    @property
    def size(self) -> int:
        """Bytes that are there, and can be gone on with."""
        return self.content.stat().st_size if self.version and self.content.exists() else 0

    def begin(self, version: str) -> None:
        """Start anew, with nothing."""
        self.content.parent.mkdir(parents=True, exist_ok=True)
        self.clear()
        self._version.write_text(version, encoding="latin-1")

    def clear(self) -> None:
        """Remove all of it."""
        self.content.unlink(missing_ok=True)
        self._version.unlink(missing_ok=True)


def _download(address: str, target: Path, network: Network, unfinished: _Unfinished) -> None:
    try:
        with _answer(address, network, unfinished) as response:
            if response.headers.get("Content-Encoding") and target.name.endswith(_PACKED):
                # Encodings are not accepted: what is called one is the file itself, as old servers do.
                del response.raw.headers["Content-Encoding"]
            announced = int(response.headers.get("Content-Length") or 0)
            progress = _Progress(target.name, unfinished.size, announced)
            with unfinished.content.open("ab") as stream:
                for chunk in response.iter_content(_CHUNK):
                    stream.write(chunk)
                    progress.update(len(chunk))
                    if progress.done > MAX_BYTES:
                        unfinished.clear()
                        raise SourceError(f"{target.name} is larger than {MAX_BYTES} bytes")
        shutil.move(unfinished.content, target)
        unfinished.clear()
    finally:
        if not unfinished.version:
            unfinished.clear()


def _answer(address: str, network: Network, unfinished: _Unfinished) -> requests.Response:
    """Ask for what is lacking, or for the whole file where that cannot be had."""
    begun = unfinished.size
    if begun:
        response = _get(address, network, {"Range": f"bytes={begun}-", "If-Range": unfinished.version})
        if response.status_code == 206 and response.headers.get("Content-Range", "").startswith(
            f"bytes {begun}-"
        ):
            logging.getLogger("remix").info(f"going on after {begun / 1e6:.1f} MB")
            return response
        if response.status_code in (206, 416):
            # Not what was asked for: all there is, or of another size by now.
            response.close()
            response = _get(address, network, {})
    else:
        response = _get(address, network, {})
    try:
        response.raise_for_status()
    except requests.HTTPError:
        response.close()
        raise
    unfinished.begin(_version_of(response))
    return response


def _get(address: str, network: Network, headers: Mapping[str, str]) -> requests.Response:
    return requests.get(
        address,
        headers={"Accept-Encoding": "identity", **headers},
        timeout=(network.connect_timeout, network.read_timeout),
        stream=True,
    )


def _version_of(response: requests.Response) -> str:
    """Give what tells the file from a later one; empty where its bytes may differ at the next request."""
    tag = response.headers.get("ETag", "")
    if response.headers.get("Content-Encoding") or tag.startswith("W/"):
        return ""
    return tag or response.headers.get("Last-Modified", "")


class _Progress:
    """Says how far a download is, and ends downloads without an end."""

    def __init__(self, name: str, done: int, announced: int) -> None:
        self.name = name
        self.done = done
        self.total = done + announced if announced else 0
        self.start = self.logged = time.monotonic()

    def update(self, size: int) -> None:
        self.done += size
        now = time.monotonic()
        if now - self.start > LONGEST:
            raise SourceError(f"{self.name} took longer than {LONGEST} seconds")
        if now - self.logged > _LOGGED_EVERY:
            self.logged = now
            of = f" of {self.total / 1e6:.0f}" if self.total else ""
            logging.getLogger("remix").info(f"{self.name}: {self.done / 1e6:.0f}{of} MB")
