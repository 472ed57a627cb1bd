"""Recordings: text files of one number a line in an archive, each cut into windows that are rows."""

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from remix.errors import SourceError
from remix.study.data.archives import Archive, is_text
from remix.study.data.raw_files import MAX_BYTES

# Columns beside the values ``x0, x1, …``.
RECORDING, SET = "recording", "set"
# Bytes of all texts together: in memory their numbers take up to four times that.
_LARGEST = MAX_BYTES // 8


def read_recordings(paths: Sequence[Path], window: int) -> pd.DataFrame:
    """Read the recordings of some archives, which are never unpacked, as rows of one length.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Archives (zip, tar). Files in them that do not end in ``.txt`` are left alone.
    window : int
        Values of a row. The windows of a recording follow each other without overlap; what is left at its
        end is dropped.

    Returns
    -------
    pandas.DataFrame
        One row per window, by recording and time: ``x0, x1, …``; ``recording``, the name of the file without
        its ending; ``set``, the letters that this begins with. The order of recordings is that of their
        names, however they are packed.

    Raises
    ------
    SourceError
        If there are no recordings, two have one name, or one is damaged, too short or no list of numbers.
    """
    found: dict[str, tuple[str, np.ndarray]] = {}
    size = 0
    for path in paths:
        archive = Archive(path)
        for name, member in archive.members([name for name in archive.names if is_text(name)]):
            where, recording = f"{name} in {path.name}", PurePosixPath(name).stem
            letters = re.match("[A-Za-z]+", recording)
            content = member.read(_LARGEST - size + 1)
            size += len(content)
            if size > _LARGEST:
                raise SourceError(f"the recordings are larger than {_LARGEST} bytes")
            if recording in found:
                raise SourceError(f"two recordings are called '{recording}', one of them {where}")
            if letters is None:
                raise SourceError(f"{where}: a recording is named by its set and a number, such as Z001.txt")
            values = _values(content, where)
            if len(values) < window:
                raise SourceError(f"{where} has {len(values)} values, and a row takes {window}")
            found[recording] = letters[0], values[: len(values) // window * window].reshape(-1, window)
    if not found:
        raise SourceError(f"{', '.join(path.name for path in paths)}: there are no text files in it")
    names = sorted(found)
    sets, parts = zip(*(found[name] for name in names), strict=True)
    counts = [len(part) for part in parts]
    frame = pd.DataFrame(np.concatenate(parts), columns=[f"x{i}" for i in range(window)])
    return frame.assign(**{RECORDING: np.repeat(names, counts), SET: np.repeat(sets, counts)})


def _values(content: bytes, where: str) -> np.ndarray:
    values = []
    # What is no text is no number either.
    for number, line in enumerate(content.decode(errors="replace").splitlines(), start=1):
        if line.strip():
            try:
                values.append(float(line))
            except ValueError:
                shown = repr(line.strip()[:30])
                raise SourceError(f"{where}, line {number}: {shown} is not a number") from None
    return np.array(values)
