"""A bounded number of attempts at a download, with pauses between them, and why the last one failed.

urllib3 has the like (Retry), but not for a body that breaks off; and it reads to the end what a server sends
with a refusal, which may have no end, before it tries again.
"""

import http.client
import ssl
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import requests
import urllib3.exceptions

from remix.errors import SourceError
from remix.study.data.sources.downloading import first_words
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
    pause = PAUSE
    while True:
        try:
            return action()
        except OSError as error:  # every error of requests is one
            if is_full_or_locked(error):
                raise
            if retries <= 0 or not _is_transient(error):
                raise SourceError(_reason(error)) from None
        time.sleep(pause)
        retries, pause = retries - 1, pause * 2


def _reason(error: BaseException) -> str:
    """Say in one line what an error of a network library means."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code} {error.response.reason or ''}".strip()
    if isinstance(error, requests.TooManyRedirects):
        return "too many redirects"
    if isinstance(error, requests.exceptions.InvalidSchema):
        return "redirected to an address that is neither http nor https"
    for cause in _causes(error):
        if text := _known(cause):
            return text
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
    return first_words(error) or type(error).__name__


def _is_transient(error: BaseException) -> bool:
    """Tell whether trying again soon may help: no answer, a broken one, or a server in trouble."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return error.response.status_code >= 500 or error.response.status_code in (408, 429)
    unknown_name = any(isinstance(cause, urllib3.exceptions.NameResolutionError) for cause in _causes(error))
    broken = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
    return isinstance(error, broken) and not unknown_name


def _known(error: BaseException) -> str | None:
    match error:
        case urllib3.exceptions.NameResolutionError():
            return "name or service not known"
        case urllib3.exceptions.NewConnectionError():  # a ConnectTimeoutError by inheritance only
            return None
        case requests.ConnectTimeout() | urllib3.exceptions.ConnectTimeoutError():
            return "no connection in time"
        case requests.ReadTimeout() | urllib3.exceptions.ReadTimeoutError() | TimeoutError():
            return "no answer in time"
        case ssl.SSLError():
            return f"no secure connection: {first_words(error.reason or error)}"
        case urllib3.exceptions.IncompleteRead() | http.client.IncompleteRead():
            got, missing = error.args[0], error.args[1] if len(error.args) > 1 else None
            got = len(got) if isinstance(got, bytes) else got
            lacking = f", {missing} are missing" if missing else ""
            return f"the download broke off after {got} bytes{lacking}"
        case http.client.RemoteDisconnected() | ConnectionResetError():
            return "the server closed the connection"
        case _:
            return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give an error and all that it wraps, outermost first."""
    waiting, seen = [error], set()
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        # Not __context__: an error that merely was being handled may have nothing to do with this one.
        wrapped = [*current.args, getattr(current, "reason", None), current.__cause__]
        waiting += [cause for cause in wrapped if isinstance(cause, BaseException)]
