"""From downloaded or placed files to the raw files of a dataset: checked, and out of their archives."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from remix.errors import SourceError
from remix.study.data.archives import Archive, is_archive, not_there
from remix.study.data.labels import listing
from remix.study.data.raw_files import refuse_foreign
from remix.study.data.sources.checksums import verify, verify_all_used
from remix.study.data.sources.names import (
    ARCHIVE_FORMATS,
    base_name,
    chosen_files,
    download_names,
    part_names,
)

# Archives in archives that are looked into.
_MOST_INNER = 10


def collect(paths: Sequence[Path], source: Mapping[str, Any], folder: Path) -> list[str]:
    """Copy the files that make a dataset's table into a folder.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Downloaded or placed files; archives among them are recognised by their content, and archives in them
        by their names.
    source : mapping
        Catalogue entry of the source: its ``parts`` and ``corpus``, if any, are copied, otherwise all files.
        Archives that are a format by themselves are copied as they are.
    folder : pathlib.Path
        An existing, empty folder.

    Returns
    -------
    list of str
        Names of the files in `folder`, in table order, then those of the corpus; compressed files (.gz, .Z)
        stay so.

    Raises
    ------
    SourceError
        If a checksum differs, an archive is damaged, a part is missing or ambiguous, or a file is in a format
        that is not read.
    """
    for path in paths:
        verify(path, source)
        refuse_foreign(path, parquet=True)
    chosen = chosen_files(source)
    # What is an archive by itself may hold others, which are nobody's parts.
    if source.get("format") in ARCHIVE_FORMATS:
        return _collect(paths, source, [path.name for path in paths] if chosen is None else chosen, folder)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".inner-") as scratch:
        found = [*paths, *_inner_archives(paths, chosen, Path(scratch))]
        return _collect(found, source, _all_parts(found) if chosen is None else chosen, folder)


def _collect(
    paths: Sequence[Path], source: Mapping[str, Any], parts: Sequence[str], folder: Path
) -> list[str]:
    names = [base_name(part) for part in parts]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise SourceError(f"two files are called '{twice}'; give a source in which all names differ")
    verify_all_used(
        {path.name for path in paths} | {*names, *download_names(source), *part_names(source)}, source
    )
    direct = {path.name: path for path in paths}
    packed = {name: part for name, part in zip(names, parts, strict=True) if name not in direct}
    for name in names:
        if name in direct:
            shutil.copyfile(direct[name], folder / name)
    _unpack(packed, paths, folder)
    for name in packed:
        verify(folder / name, source)
    return names


def _unpack(packed: Mapping[str, str], paths: Sequence[Path], folder: Path) -> None:
    """Copy members of archives, by the names that the files get; each archive is read through once."""
    if not packed:
        return
    archives = [Archive(path) for path in paths if Archive.recognises(path)]
    targets: dict[Archive, dict[str, Path]] = {archive: {} for archive in archives}
    for name, part in packed.items():
        for archive in archives:
            # Of an archive in an archive, its name may stand before.
            if member := archive.find(part) or archive.find(part.removeprefix(f"{archive.path.name}/")):
                targets[archive][member] = folder / name
                break
        else:
            raise not_there(part, list(paths), [name for archive in archives for name in archive.names])
    for archive, wanted in targets.items():
        archive.copy(wanted)


def _inner_archives(paths: Sequence[Path], chosen: Sequence[str] | None, scratch: Path) -> list[Path]:
    """Copy the archives that lie in archives into a folder, unless all that is wanted is outside of them."""
    outer = [Archive(path) for path in paths if Archive.recognises(path)]
    there = {path.name for path in paths}
    if chosen is not None and all(
        base_name(part) in there or any(archive.find(part) for archive in outer) for part in chosen
    ):
        return []
    inner = [(archive, name) for archive in outer for name in archive.names if is_archive(name)]
    if len(inner) > _MOST_INNER:
        raise SourceError(f"there are {len(inner)} archives in archives; unpack the one that is wanted")
    found = []
    for i, (archive, name) in enumerate(inner):
        found.append(scratch / str(i) / base_name(name))
        found[-1].parent.mkdir()
        archive.copy({name: found[-1]})
    return found


def _all_parts(paths: Sequence[Path]) -> list[str]:
    """Name the parts of a source that lists none: each file, of an archive its only member."""
    parts = []
    for path in paths:
        if not Archive.recognises(path):
            parts.append(path.name)
            continue
        names = Archive(path).names
        members = [name for name in names if not is_archive(name)]
        # Of an archive of archives, these are looked into.
        if len(members) != 1 and (members or not names):
            raise SourceError(
                f"{path.name} holds {len(members)} files ({listing(members, 8)}); name the ones to read in "
                "'parts', or unpack the one that is wanted"
            )
        parts += members
    return parts
