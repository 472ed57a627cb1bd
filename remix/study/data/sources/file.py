"""Files of the user."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from remix.errors import SourceError
from remix.study.data.raw_files import MAX_BYTES
from remix.study.data.sources.downloading import Network
from remix.study.data.sources.folders import pack
from remix.study.data.sources.names import base_name
from remix.study.running.disk import is_full_or_locked


def download(source: Mapping[str, Any], folder: Path, network: Network, unfinished: Path) -> dict[str, Any]:
    """Copy the file of a source, or pack its folder; see `remix.study.data.sources.downloading.download`."""
    path, target = Path(source["file"]), folder / base_name(source["file"])
    try:
        if source.get("format") == "folder" and path.is_dir():
            pack(path, target)
        elif path.is_file() and path.stat().st_size > MAX_BYTES:
            raise SourceError(f"it is larger than {MAX_BYTES} bytes")
        else:
            shutil.copyfile(path, target)
    except OSError as error:
        if is_full_or_locked(error):
            raise
        reason = (error.strerror or type(error).__name__).lower()
        tried = "" if path.is_absolute() else f", tried as {path.resolve()}"
        raise SourceError(f"{reason}{tried}") from None
    return {}
