"""A process that has imported what jobs need, and forks for each of them.

A job that trains for two seconds would spend four on importing TensorFlow and scikit-learn. So the first of
a run starts a server, which imports them once. For each job the server forks a process, which runs the
job's script as Snakemake wrote it, while the process that Snakemake started waits for it. Nothing is
computed before the fork, and jobs share nothing but what is imported: each computes what it would by itself.

The server ends with the run. A job whose process ends, or is killed, takes its fork with it. Where no server
can be had, jobs do their work themselves.
"""

import contextlib
import gc
import os
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from remix.logs import RUN
from remix.runtime import before_import

# What is imported before the forks: what the jobs need that run by the hundred.
PRELOADED = (
    "tensorflow",
    "imblearn.metrics",
    "pyarrow.parquet",
    "remix.calibration",
    "remix.experiment",
    "remix.made_by",
    "remix.metrics",
    "remix.parquet",
)
# A fork says this when it begins; at the end, its status as a number.
_BEGUN = b"\xff"
# Seconds a job waits for a server that it has started to listen, which is before its imports.
_PATIENCE = 10.0


def run(main: Callable[[Any], None], snakemake: Any, *, start: bool) -> None:
    """Run a job's script in a fork of the server, or, where there is none, in this process.

    Parameters
    ----------
    main : callable
        The script's own, called where no server is to be had.
    snakemake : object
        What Snakemake gives to the script. Jobs that have a GPU are not forked: its libraries may not
        outlive a fork.
    start : bool
        Start a server if there is none; for scripts that need TensorFlow.

    Raises
    ------
    SystemExit
        With the status of the fork, unless it is 0.
    """
    status = None if snakemake.resources.get("gpu", 0) else _forked(start=start)
    if status is None:
        main(snakemake)
    elif not status:
        message = "error: the process of this job was killed; run the same command again"
        with Path(snakemake.log[0]).open("a", encoding="utf-8") as log:
            log.write(f"{message}\n")
        sys.exit(message)
    elif status[0]:
        sys.exit(status[0])


def _forked(*, start: bool) -> bytes | None:
    """Have this process' script run by a fork; gives its status in a byte, none if it was killed.

    None if there is no server, or it begins nothing.
    """
    address = _address()
    connection = _connect(address, start=start) if address else None
    if connection is None:
        return None
    with connection:
        with contextlib.suppress(OSError):  # of a server that ends just now
            socket.send_fds(connection, [sys.argv[0].encode()], [0, 1, 2])
        return _received(connection) if _received(connection) == _BEGUN else None


def serve(address: str) -> None:
    """Fork for each job of this run that asks at the socket `address`, until the run ends."""
    with socket.socket(socket.AF_UNIX) as listener, _end_of_run() as end:
        try:
            listener.bind(address)
        except OSError:
            return  # another server has it
        listener.listen(64)
        _preload()
        # Nobody waits for the forks: each tells its job itself how it ended.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while end not in select.select([listener.fileno(), end], [], [])[0]:
            connection, _ = listener.accept()
            with connection:
                if _of_this_user(connection) and os.fork() == 0:
                    listener.close()
                    _run_script(connection)


@contextlib.contextmanager
def _end_of_run() -> Iterator[int]:
    """Give a descriptor that can be read from when the run has ended; raises ProcessLookupError if it has."""
    descriptor = os.pidfd_open(int(os.environ[RUN]))
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _address() -> str | None:
    """Give the socket of this run's server; None where there can be none.

    It is a name without a file, so nothing is left of it. The folder is part of it: in containers that share
    a network, other runs may have the same number.
    """
    number = os.environ.get(RUN)
    if number is None or sys.platform != "linux":
        return None
    folder = Path.cwd().stat()
    return f"\0remix-{os.getuid()}-{number}-{folder.st_dev}-{folder.st_ino}"


def _of_this_user(connection: socket.socket) -> bool:
    """Tell whether a process of this user is at the other end: anyone may use such a name."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", credentials)
    return user == os.getuid()


def _connect(address: str, *, start: bool) -> socket.socket | None:
    end = time.monotonic() + _PATIENCE
    server: subprocess.Popen[bytes] | None = None
    while time.monotonic() < end:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(address)
        except OSError:
            connection.close()
        else:
            if _of_this_user(connection):
                return connection
            connection.close()
            return None
        if server is None:
            if not start:
                return None
            # In a session of its own: Ctrl-C is for the jobs, whose end it sees.
            server = subprocess.Popen(
                [sys.executable, "-m", "remix.fork_server"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        if server.poll():
            return None
        time.sleep(0.02)
    return None


def _preload() -> None:
    before_import()
    for name in PRELOADED:
        import_module(name)
    # What is there now, forks need not look through.
    gc.collect()
    gc.freeze()


def _run_script(connection: socket.socket) -> None:
    """Run the script that a job asks for, in this process, which ends with it."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        path, descriptors, _, _ = socket.recv_fds(connection, 4096, 3)
        if not path:
            os._exit(0)  # the job has ended before it asked
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
            os.close(descriptor)
        connection.sendall(_BEGUN)
        threading.Thread(target=_follow, args=(connection,), daemon=True).start()
        script = path.decode()
        sys.argv = [script]
        names = runpy.run_path(script, run_name="forked")
        names["main"](names["snakemake"])
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
            # One byte, and none that means anything else; what does not fit is a failure all the same.
            status = status if 0 <= status < _BEGUN[0] else 1
            connection.sendall(bytes([status]))
        os._exit(status)


def _follow(connection: socket.socket) -> None:
    """End this process when the job's own has ended."""
    _received(connection)
    os._exit(1)


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(1)
    except OSError:
        return b""


if __name__ == "__main__" and (own := _address()):
    serve(own)
