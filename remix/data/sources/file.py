"""Files of the user."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remix.data.sources.names import base_name
from remix.errors import SourceError

if TYPE_CHECKING:
    from remix.config import Network


def download(source: Mapping[str, Any], folder: Path, network: "Network") -> dict[str, Any]:
    """Copy the file of a source; see `remix.data.sources.downloading.download`."""
    path = Path(source["file"])
    try:
        shutil.copyfile(path, folder / base_name(source["file"]))
    except OSError as error:
        raise SourceError((error.strerror or type(error).__name__).lower()) from None
    return {}
