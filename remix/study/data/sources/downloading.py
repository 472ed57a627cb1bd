"""Downloads of every kind of source, within bounds of time and size."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from remix.study.data.sources.names import kind
from remix.study.data.sources.network import Network

# Seconds that one source may take in all; its time-outs end most of what hangs much earlier.
LONGEST = 1800


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
    return downloader(source, folder, network, unfinished)
