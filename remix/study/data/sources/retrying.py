"""A bounded number of attempts, with pauses between them.

urllib3 has the like (Retry), but not for a body that breaks off; and it reads to the end what a server sends
with a refusal, which may have no end, before it tries again.
"""

import time
from collections.abc import Callable
from typing import TypeVar

from remix.errors import SourceError
from remix.study.data.sources.reasons import is_transient, reason
from remix.study.running.disk import is_full_or_locked

Result = TypeVar("Result")
# Seconds before the first further attempt; doubled before each later one.
PAUSE = 0.5


def attempt(action: Callable[[], Result], retries: int) -> Result:
    """Call a function that downloads something, again if it fails in a way that may pass.

    Parameters
    ----------
    action : callable
        Takes nothing; raises an error of ``requests`` or an `OSError` when it fails.
    retries : int
        Further attempts after the first.

    Returns
    -------
    object
        What the action returns.

    Raises
    ------
    SourceError
        With the reason of the last failure.
    OSError
        If the disk is full or read-only.
    """
    for trial in range(retries + 1):
        try:
            return action()
        except OSError as error:  # every error of requests is one
            if is_full_or_locked(error):
                raise
            if trial == retries or not is_transient(error):
                raise SourceError(reason(error)) from None
            time.sleep(PAUSE * 2**trial)
    raise ValueError(f"retries must not be negative, but is {retries}")
