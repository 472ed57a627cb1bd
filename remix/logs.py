"""Log of a workflow job: everything it prints in one file, errors in one line."""

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from remix.errors import RemixError, one_line


@contextlib.contextmanager
def job(path: str | os.PathLike[str]) -> Iterator[logging.Logger]:
    """Send output, warnings and log records of the body to the file `path`.

    A `RemixError` ends the process with status 1 and one line ``error: …`` at the end of the log; any other
    exception is a defect of the program and keeps its traceback, also in the log.

    Parameters
    ----------
    path : path-like
        The log file; missing folders are made.

    Yields
    ------
    logging.Logger
        The package's logger.

    Raises
    ------
    SystemExit
        With status 1, after an exception in the body.
    """
    logger = logging.getLogger("remix")
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", buffering=1, encoding="utf-8") as stream, _redirected(stream.fileno()):
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", datefmt="%H:%M:%S"))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        try:
            with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
                yield logger
        except RemixError as error:
            stream.write(f"error: {one_line(error)}\n")
            raise SystemExit(1) from None
        except Exception:
            logger.exception("This is a defect of ReMix; please report it with this log.")
            raise SystemExit(1) from None
        finally:
            logger.removeHandler(handler)


@contextlib.contextmanager
def _redirected(target: int) -> Iterator[None]:
    """Point the process's own standard output and error, which C++ code and subprocesses use, elsewhere."""
    saved = [(number, os.dup(number)) for number in (1, 2)]
    try:
        for number, _ in saved:
            os.dup2(target, number)
        yield
    finally:
        for number, copy in saved:
            os.dup2(copy, number)
            os.close(copy)
