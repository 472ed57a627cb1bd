"""Checksums of files, and what the catalogue says that they must be."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from remix.errors import SourceError
from remix.study.data.raw_files import refuse_html
from remix.study.data.sources.names import base_name, download_names, kind

# What the catalogue may give of a file; the second is what some publishers print.
ALGORITHMS = {"sha256": "SHA-256", "sha1": "SHA-1"}
# How packages are recognised, of which the catalogue does not know the file's name.
_PACKAGES = {"wheel": ".whl", "debian": ".deb"}


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file as 64 hexadecimal digits."""
    return _digest(path, "sha256")


def verify(path: Path, source: Mapping[str, Any]) -> None:
    """Compare a file with the checksums that its source gives for it, if any.

    Raises
    ------
    SourceError
        If they differ.
    """
    for algorithm, title in ALGORITHMS.items():
        expected = _expected(path.name, source, algorithm)
        found = _digest(path, algorithm) if expected else None
        if found != expected:
            refuse_html(path)
            raise SourceError(f"{path.name} has {title} {found}, expected {expected}")


def verify_all_used(names: Iterable[str], source: Mapping[str, Any]) -> None:
    """Check that the source gives no checksum for a file that it does not have, which would go unchecked.

    Raises
    ------
    SourceError
        If it does.
    """
    known = set(names)
    for algorithm in ALGORITHMS:
        sums = source.get(algorithm)
        if isinstance(sums, Mapping):
            for name in sums:
                if base_name(name) not in known:
                    raise SourceError(
                        f"{algorithm} lists '{name}', but the source has only {', '.join(sorted(known))}"
                    )


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()


def _expected(name: str, source: Mapping[str, Any], algorithm: str) -> str | None:
    sums = source.get(algorithm)
    if isinstance(sums, Mapping):
        by_name = {base_name(key): value.lower() for key, value in sums.items()}
        return by_name.get(name)
    # A single value is that of the download, not of a file in it.
    package = _PACKAGES.get(kind(source))
    is_download = name.endswith(package) if package else name in download_names(source)
    return sums.lower() if sums and is_download else None
