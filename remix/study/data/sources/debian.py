"""Debian packages that contain data: downloaded by apt, which checks their origin, and never installed."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from remix.errors import SourceError
from remix.study.data.sources.downloading import Network, first_words, run_client


def download(source: Mapping[str, Any], folder: Path, network: Network, unfinished: Path) -> dict[str, Any]:
    """Download a package by apt; see `remix.study.data.sources.downloading.download`.

    apt finds it in the lists of packages that the machine has; it is not asked to renew them. It knows a
    single time-out, for connecting as for reading: the one for connecting is taken, as for pip.
    """
    timeout = max(1, round(network.connect_timeout))
    options = [f"Acquire::Retries={network.retries}"]
    options += [f"Acquire::{scheme}::Timeout={timeout}" for scheme in ("http", "https")]
    command = ["apt-get", "-q", *(part for option in options for part in ("-o", option))]
    environment = os.environ | {"LC_ALL": "C.UTF-8", "LANGUAGE": ""}
    try:
        done = run_client("apt-get", [*command, "download", source["debian"]], cwd=folder, env=environment)
    except FileNotFoundError:
        raise SourceError("apt-get is not there; Debian and its relatives have it") from None
    if done.returncode != 0:
        raise SourceError(_reason(f"{done.stdout}\n{done.stderr}"))
    if len(list(folder.glob("*.deb"))) != 1:
        raise SourceError("apt-get gave no package")
    return {}


def _reason(messages: str) -> str:
    """Make one line of apt's messages, without addresses, in which passwords may stand."""
    if re.search(r"Unable to locate package|has no installation candidate|Can't select candidate", messages):
        return "apt knows no such package; are its lists up to date (apt-get update)?"
    if re.search(r"Version '.*' for '.*' was not found|Can't find a source to download version", messages):
        return "apt knows the package in another version only"
    if "Hash Sum mismatch" in messages or "Hashes of" in messages:
        return "the file differs from what the package lists announce; apt-get update may help"
    if status := re.search(r"^ +(\d{3}) +[A-Z][\w ]*", messages, re.MULTILINE):
        return f"the package server answers HTTP {status.group(1)}"
    no_connection = (
        r"Could not (resolve|connect)|Unable to connect|Temporary failure|[Tt]imed? ?out|Cannot initiate"
    )
    if re.search(no_connection, messages):
        return "no connection to the package server"
    errors = [line.removeprefix("E: ") for line in messages.splitlines() if line.startswith("E: ")]
    return f"apt-get failed: {first_words(' '.join(errors)) or 'without a message'}"
