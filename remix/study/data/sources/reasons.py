"""Why a download failed, in a few words for people."""

import http.client
import re
import ssl
from collections.abc import Iterator

import requests
import urllib3.exceptions


def reason(error: BaseException) -> str:
    """Say in one line what an error of a network library means.

    >>> reason(requests.exceptions.ConnectTimeout("HTTPConnectionPool(host='example.org', port=80): …"))
    'no connection in time'
    """
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
    return _one_line(error)


def is_transient(error: BaseException) -> bool:
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
            return f"no secure connection: {_one_line(error.reason or error)}"
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


def _one_line(error: object) -> str:
    """Give an error's first words, without addresses, in which passwords may stand."""
    text = re.sub(r"\w+://\S+", "…", " ".join(str(error).split()))
    return (text[:117] + "…" if len(text) > 118 else text) or type(error).__name__
