"""Whether a study can be run in a folder: it can be written, and dates in it can be relied on."""

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

# Seconds that clocks of machines which share a disk may differ.
_SKEW = 60


def obstacle(written: Iterable[str], dated: Iterable[str]) -> str | None:
    """Say in one line what keeps a run from starting, and what to do about it.

    Parameters
    ----------
    written : iterable of str
        Folders that the run writes to, and to what is in them. Where one is not there yet, it is made in the
        working directory.
    dated : iterable of str
        Folders by whose files' dates the run tells what is out of date.

    Returns
    -------
    str or None
        None if nothing does.
    """
    for folder in map(Path, written):
        places = [folder, *folder.iterdir()] if folder.is_dir() else [Path()]
        for place in places:
            if place.is_dir() and not os.access(place, os.W_OK):
                return (
                    f"{place.absolute()} cannot be written; make it writable, or choose another folder with "
                    "--directory, and run the same command again"
                )
    now = time.time()
    late = [path for folder in dated for path, changed in _files(folder) if changed > now + _SKEW]
    if late:
        others = f" and {len(late) - 1} more" if len(late) > 1 else ""
        mend = f"`find {' '.join(dated)} -newermt now -exec touch -d now {{}} +`"
        return (
            f"{min(late)}{others}: dated after now, which hides what is out of date; if the clock is wrong, "
            f"set it right, otherwise run {mend}, and then the same command again"
        )
    return None


def _files(folder: str) -> Iterator[tuple[str, float]]:
    """Give all files below a folder, which may not be there, and when they were changed."""
    if not Path(folder).is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path)
            elif entry.is_file(follow_symlinks=False):
                yield entry.path, entry.stat(follow_symlinks=False).st_mtime
