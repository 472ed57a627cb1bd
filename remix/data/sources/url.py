"""Files at http and https addresses."""

import logging
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pooch

from remix.data.formats import MAX_BYTES
from remix.data.sources.downloading import LONGEST
from remix.data.sources.names import addresses, download_names
from remix.data.sources.retrying import attempt
from remix.errors import SourceError

if TYPE_CHECKING:
    from remix.config import Network

_CHUNK = 1 << 16
_LOGGED_EVERY = 10  # seconds


def download(source: Mapping[str, Any], folder: Path, network: "Network") -> dict[str, Any]:
    """Download all addresses of a source; see `remix.data.sources.downloading.download`."""
    targets = [folder / name for name in download_names(source)]
    if len(set(targets)) < len(targets):
        raise SourceError("two addresses end in the same file name; give a source in which all names differ")
    for address, target in zip(addresses(source), targets, strict=True):
        if not address.startswith(("http://", "https://")):
            raise SourceError("the address starts with neither http:// nor https://")
        attempt(partial(_download, address, target, network), network.retries)
    return {}


def _download(address: str, target: Path, network: "Network") -> None:
    downloader = pooch.HTTPDownloader(
        progressbar=_Progress(target.name),
        chunk_size=_CHUNK,
        timeout=(network.connect_timeout, network.read_timeout),
    )
    downloader(address, str(target), None)


class _Progress:
    """What pooch tells how far a download is: it logs, and ends downloads without an end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.total = 0
        self.done = 0
        self.start = self.logged = time.monotonic()

    def update(self, size: int) -> None:
        self.done += size
        now = time.monotonic()
        if self.done > MAX_BYTES:
            raise SourceError(f"{self.name} is larger than {MAX_BYTES} bytes")
        if now - self.start > LONGEST:
            raise SourceError(f"{self.name} took longer than {LONGEST} seconds")
        if now - self.logged > _LOGGED_EVERY:
            self.logged = now
            of = f" of {self.total / 1e6:.0f}" if self.total else ""
            logging.getLogger("remix").info(f"{self.name}: {self.done / 1e6:.0f}{of} MB")

    def reset(self) -> None:
        """Start counting anew, which pooch does at the end of a download."""
        self.done = 0

    def close(self) -> None:
        """Do nothing: there is no bar to be closed."""
