"""What a source is called, and the names of the files that it gives.

Rules are made from these names at every start of Snakemake, so this module imports little.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from remix.errors import SourceError

KINDS = ("openml", "url", "wheel", "debian", "file")
# Formats that hold images; all others hold tables, which may have a column per pixel.
IMAGE_FORMATS = ("cifar10_binary", "idx", "npz", "folder")
# What is an archive by itself: it is read as it is, unless ``parts`` names files in it.
ARCHIVE_FORMATS = ("npz", "folder", "recordings")
# Of these, what reads whole archives only.
WHOLE_FORMATS = ("folder", "recordings")
# Written beside the files of a dataset, so no file may have this name.
RECORD = "source.json"


def kind(source: Mapping[str, Any]) -> str:
    """Give the kind of a source: one of `KINDS`."""
    return next(name for name in KINDS if name in source)


def describe(source: Mapping[str, Any]) -> str:
    """Name a source in a few words, without what an address may hold of passwords and queries.

    >>> describe({"url": "https://me:secret@example.org/data/table.csv?token=1"})
    'url example.org/data/table.csv'
    """
    if "url" not in source:
        return f"{kind(source)} {source[kind(source)]}"
    first, *others = addresses(source)
    parts = urlsplit(first)
    place = parts.netloc.rpartition("@")[2] + parts.path
    return f"url {place}" + (f" and {len(others)} more" if others else "")


def addresses(source: Mapping[str, Any]) -> list[str]:
    """List the addresses of a url source."""
    url = source["url"]
    if isinstance(url, Mapping):
        return list(url.values())
    return [url] if isinstance(url, str) else list(url)


def rows_of_parts(source: Mapping[str, Any]) -> list[list[str]] | None:
    """Give the parts that make the table: a list of rows, each a list of columns; None for all files."""
    if "parts" not in source:
        return None
    return [[part] if isinstance(part, str) else list(part) for part in source["parts"]]


def chosen_files(source: Mapping[str, Any]) -> list[str] | None:
    """List the files to be taken: the parts in table order, then the corpus; None for all files."""
    rows = rows_of_parts(source)
    return None if rows is None else [*(part for row in rows for part in row), *source.get("corpus", ())]


def part_names(source: Mapping[str, Any]) -> list[str]:
    """List the files to be taken by base name, as `chosen_files` does; empty where the source names none."""
    return [base_name(part) for part in chosen_files(source) or []]


def download_names(source: Mapping[str, Any]) -> list[str]:
    """List the files that are downloaded or copied, by base name.

    The file name of a wheel or a Debian package depends on more than the catalogue says, so there is none.
    """
    match kind(source):
        case "url" if isinstance(source["url"], Mapping):
            return [base_name(name) for name in source["url"]]
        case "url":
            paths = [unquote(urlsplit(address).path).strip("/") for address in addresses(source)]
            return [base_name(path or "download") for path in paths]
        case "file":
            return [base_name(source["file"])]
        case "openml":
            return [f"{source['openml']}.arff"]
        case _:
            return []


def base_name(path: str) -> str:
    """Give the last part of a path, which is safe to be used in any folder.

    Raises
    ------
    SourceError
        If there is none, or if it is the name that the record of the sources has.

    >>> base_name("../../some/where.csv")
    'where.csv'
    """
    name = PurePosixPath(path.replace("\\", "/")).name
    if name in ("", "..", RECORD) or "\0" in name:
        raise SourceError(f"{path!r} has no file name that can be used; give a source with another one")
    return name
