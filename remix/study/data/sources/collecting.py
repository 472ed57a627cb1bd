"""From downloaded or placed files to the raw files of a dataset: checked, and out of their archives."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from remix.errors import SourceError
from remix.study.data.archives import Archive, not_there
from remix.study.data.sources.checksums import verify, verify_all_used
from remix.study.data.sources.names import (
    ARCHIVE_FORMATS,
    base_name,
    chosen_files,
    download_names,
    part_names,
)


def collect(paths: Sequence[Path], source: Mapping[str, Any], folder: Path) -> list[str]:
    """Copy the files that make a dataset's table into a folder.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Downloaded or placed files; archives among them are recognised by their content.
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
        If a checksum differs, an archive is damaged, or a part is missing or ambiguous.
    """
    for path in paths:
        verify(path, source)
    chosen = chosen_files(source)
    parts = _all_parts(paths, source) if chosen is None else chosen
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
            if member := archive.find(part):
                targets[archive][member] = folder / name
                break
        else:
            raise not_there(part, list(paths), [name for archive in archives for name in archive.names])
    for archive, wanted in targets.items():
        archive.copy(wanted)


def _all_parts(paths: Sequence[Path], source: Mapping[str, Any]) -> list[str]:
    """Name the parts of a source that lists none: each file, of an archive its only member."""
    if source.get("format") in ARCHIVE_FORMATS:
        return [path.name for path in paths]
    parts = []
    for path in paths:
        if not Archive.recognises(path):
            parts.append(path.name)
            continue
        members = Archive(path).names
        if len(members) != 1:
            shown = ", ".join(members[:8]) + (" …" if len(members) > 8 else "")
            raise SourceError(
                f"{path.name} holds {len(members)} files ({shown}); name the ones to read in 'parts'"
            )
        parts += members
    return parts
