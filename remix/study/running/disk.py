"""What a disk refuses, which is neither a defect of the program nor of a source of data."""

import errno
import os

# What to do before the same command is run again.
_REMEDIES = {
    errno.ENOSPC: "make room on its disk",
    errno.EDQUOT: "make room in your quota on its disk",
    errno.EROFS: "make its disk writable, or choose another folder with --directory",
    errno.EACCES: "get the permissions, or choose another folder with --directory",
}


def is_full_or_locked(error: BaseException) -> bool:
    """Tell whether a disk takes nothing more, so that trying something else is in vain.

    >>> is_full_or_locked(OSError(errno.ENOSPC, "")), is_full_or_locked(OSError("no answer"))
    (True, False)
    """
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def refusal(error: BaseException) -> str | None:
    """Say in one line what a disk refused and what to do; None if the error is another one.

    >>> print(refusal(OSError(errno.ENOSPC, "", "results/a.parquet")))
    results/a.parquet: No space left on device; make room on its disk, and run the same command again
    """
    if not isinstance(error, OSError) or error.errno not in _REMEDIES:
        return None
    reason = os.strerror(error.errno)
    what = f"{error.filename}: {reason}" if error.filename else reason
    return f"{what}; {_REMEDIES[error.errno]}, and run the same command again"
