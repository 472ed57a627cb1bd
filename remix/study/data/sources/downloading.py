"""Downloads of every kind of source, within bounds of time and size."""

import importlib.util
import re
import subprocess
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from remix.errors import SourceError
from remix.study.data.sources.names import kind

# Seconds that one source may take in all; its time-outs end most of what hangs much earlier.
LONGEST = 1800
# Kinds of sources that are had by clients written in Python.
_PYTHONS = ("openml", "url", "wheel")


@dataclass(frozen=True)
class Network:
    """How long to wait for a source, and how often to try.

    Attributes
    ----------
    connect_timeout, read_timeout : float
        Seconds to wait for a connection, and for the next bytes.
    retries : int
        Further attempts after the first.
    openml_server : str
        Address of OpenML's XML interface.
    """

    connect_timeout: float
    read_timeout: float
    retries: int
    openml_server: str


class Downloader(Protocol):
    """What each module of a kind of source offers as ``download``."""

    def __call__(
        self, source: Mapping[str, Any], folder: Path, network: Network, unfinished: Path
    ) -> dict[str, Any]:
        """Put the source's files into an empty folder; give what it says of its columns.

        Raises `remix.errors.SourceError` with a reason of one line, which does not name the source.
        """


def download(source: Mapping[str, Any], folder: Path, network: Network, unfinished: Path) -> dict[str, Any]:
    """Download or copy the files of a source, unchecked and in their archives.

    Parameters
    ----------
    source : mapping
        Catalogue entry of the source.
    folder : pathlib.Path
        An existing, empty folder.
    network : Network
        Time-outs and retries.
    unfinished : pathlib.Path
        A folder, there or not, for downloads that break off: a later call for the same source goes on with
        them.

    Returns
    -------
    dict
        What the source itself says of its columns: ``target`` and ``drop``, where it does.

    Raises
    ------
    SourceError
        If it fails; the text is one line.
    """
    downloader: Downloader = importlib.import_module(f"remix.study.data.sources.{kind(source)}").download
    try:
        return downloader(source, folder, network, unfinished)
    except SourceError:
        # Each client words it in another way, or as if the address were wrong.
        if kind(source) in _PYTHONS and _lacks_socks():
            raise SourceError(
                "the proxy that the environment names is of the kind socks, which needs a package: "
                "pip install pysocks, or name a proxy of the kind http"
            ) from None
        raise


def _lacks_socks() -> bool:
    """Tell whether a proxy is set that Python's clients cannot speak with."""
    proxies = urllib.request.getproxies().values()
    return any(proxy.startswith("socks") for proxy in proxies) and importlib.util.find_spec("socks") is None


def run_client(name: str, command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a program that downloads; its messages are kept, its exit status is left to the caller.

    Raises
    ------
    SourceError
        If it takes longer than `LONGEST`.
    """
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=LONGEST,
            check=False,
            **options,
        )
    except subprocess.TimeoutExpired:
        raise SourceError(f"{name} took longer than {LONGEST} seconds") from None


def first_words(said: object) -> str:
    """Give the beginning of an error's text in one line, without addresses, in which passwords may stand.

    >>> first_words("E: no answer from https://me:secret@example.org/data")
    'E: no answer from …'
    """
    text = re.sub(r"\w+://\S+", "…", " ".join(str(said).split()))
    return text[:149] + "…" if len(text) > 150 else text
