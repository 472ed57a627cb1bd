"""Snakemake in a process of its own that begins with its imports done: these are most of a dry-run."""

import os
import sys
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

CONTEXT = get_context("forkserver")
# What Snakemake and the rules import; nothing of the package, of which each project has its own.
CONTEXT.set_forkserver_preload(
    [
        "snakemake.cli",
        "docutils.core",
        "jinja2",
        "jsonschema",
        "nbformat",
        "numpy",
        "pygments",
        "requests",
        "yte",
    ]
)


def snakemake(arguments, folder, environment, timeout):
    """Run Snakemake to its end, as its command does; gives what it printed and its exit status.

    Parameters
    ----------
    arguments : list of str
        Of the command.
    folder : Path
        The working directory.
    environment : dict of str
        All variables of the environment.
    timeout : float
        Seconds after which it is ended.

    Returns
    -------
    SimpleNamespace
        With ``stdout``, that has the error stream in it, and ``returncode``.
    """
    with TemporaryDirectory() as scratch:
        printed = Path(scratch) / "printed.txt"
        process = CONTEXT.Process(target=_run, args=(arguments, folder, environment, printed))
        process.start()
        process.join(timeout)
        if process.is_alive():
            process.terminate()
            process.join()
            raise TimeoutError(f"snakemake {' '.join(arguments)}: {timeout} s\n{printed.read_text()[-6000:]}")
        return SimpleNamespace(stdout=printed.read_text(), returncode=process.exitcode)


def _run(arguments, folder, environment, printed):
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    with printed.open("w") as stream:
        for descriptor in (1, 2):
            os.dup2(stream.fileno(), descriptor)
    from snakemake.cli import main

    # Each project has its own.
    assert "remix" not in sys.modules
    main(arguments)
