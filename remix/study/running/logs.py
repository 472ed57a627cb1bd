"""Log of a workflow job: everything it prints in one file, errors in one line."""

import contextlib
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from remix.errors import RemixError, one_line
from remix.study.running.disk import refusal

# Variable of the environment: the number of Snakemake's process, by which jobs see whether it is still there.
RUN = "REMIX_RUN"
# Seconds between two looks.
_WATCHED_EVERY = 0.5


@contextlib.contextmanager
def job(path: str | os.PathLike[str]) -> Iterator[logging.Logger]:
    """Send output, warnings and log records of the body to the file `path`.

    A `RemixError`, or a disk that is full or read-only, ends the process with status 1 and one line
    ``error: …`` at the end of the log; any other exception is a defect of the program and keeps its
    traceback, also in the log. When the run that started this process ends, this process ends too: what it
    would write later could take the place of what a new run has written by then.

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
    if not _run_goes_on():
        raise SystemExit(1)  # without a word: the log may be that of a new run by now
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        target.open("w", buffering=1, encoding="utf-8") as stream,
        _redirected(stream.fileno()),
        _not_outliving_run(stream),
    ):
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", datefmt="%H:%M:%S"))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        try:
            with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
                yield logger
        except Exception as error:
            if line := one_line(error) if isinstance(error, RemixError) else refusal(error):
                stream.write(f"error: {line}\n")
            else:
                logger.exception("This is a defect of ReMix; please report it with this log.")
            raise SystemExit(1) from None
        finally:
            logger.removeHandler(handler)


@contextlib.contextmanager
def _not_outliving_run(stream: TextIO) -> Iterator[None]:
    """End this process, with a line in its log, if the run that started it ends before the body does."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_WATCHED_EVERY):
            if not _run_goes_on():
                stream.write("error: the run that started this job has ended; run the same command again\n")
                os._exit(1)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _run_goes_on() -> bool:
    """Tell whether the process that started this one is still there; True if none is known."""
    process = int(os.environ.get(RUN, 0))
    try:
        # Where a shell is between the two, the parent is another one.
        if process and os.getppid() != process:
            os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


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
