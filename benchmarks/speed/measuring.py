"""Run a contender in fresh processes with fixed threads, and take the time of all of them together."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from benchmarks.speed.contenders import Contender
from benchmarks.speed.peak import LIBRARIES
from benchmarks.study import ROOT
from remix.errors import RemixError

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


@dataclass(frozen=True)
class Measurement:
    """One run of a contender on a cell.

    Attributes
    ----------
    task, ir, method, contender : str
    processes : int
    epochs, folds : int
        Measured epochs of each fold, and folds of each process together.
    fold_epochs : int
        Of all processes.
    seconds : float
        Of the slowest process, without warm-up.
    warm_up : float
        Seconds from the start of the processes until all were ready: imports, data, tracing, first epoch.
    rss_mib : float
        Of the largest process.
    loss : float
        Mean over the folds, of the last epoch.
    """

    task: str
    ir: str
    method: str
    contender: str
    processes: int
    epochs: int
    folds: int
    fold_epochs: int
    seconds: float
    warm_up: float
    rss_mib: float
    loss: float


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def environment(threads: int) -> dict[str, str]:
    """Give the variables of a process that may use so many threads, and no GPU."""
    fixed = {"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    return {**os.environ, **fixed, "KERAS_BACKEND": "tensorflow", **dict.fromkeys(THREADS, str(threads))}


def shares(contender: Contender, n_folds: int, n_cores: int) -> list[list[int]]:
    """Give each process of a contender its folds, by their positions.

    >>> from benchmarks.speed.contenders import CONTENDERS
    >>> named = {contender.name: contender for contender in CONTENDERS}
    >>> shares(named["pytorch_loop"], 5, 2), shares(named["ours"], 2, 2), shares(named["ours_alone"], 2, 2)
    ([[0, 2, 4], [1, 3]], [[0, 1], [0, 1]], [[0, 1]])
    """
    folds = list(range(n_folds if contender.folds is None else min(n_folds, n_cores * contender.folds)))
    if not contender.per_core:
        return [folds]
    if not contender.shared:
        return [folds] * n_cores
    return [part for i in range(n_cores) if (part := folds[i::n_cores])]


def measure(contender: Contender, task: str, ir: str, method: str, n_folds: int, epochs: int) -> Measurement:
    """Train a method on a cell by a contender.

    Raises
    ------
    RemixError
        If one of its processes fails; tells the last that it said.
    """
    job = {"module": contender.module, "task": task, "ir": ir, "method": method, "epochs": epochs}
    parts = shares(contender, n_folds, cores())
    started = time.perf_counter()
    with _workers([{**job, "folds": part} for part in parts]) as workers:
        for worker in workers:
            worker.answer()
        warm_up = time.perf_counter() - started
        for worker in workers:
            worker.go()
        done = [worker.answer() for worker in workers]
    losses = [loss for answer in done for loss in answer["losses"]]
    return Measurement(
        task,
        ir,
        method,
        contender.name,
        processes=len(parts),
        epochs=epochs,
        folds=sum(map(len, parts)),
        fold_epochs=sum(answer["fold_epochs"] for answer in done),
        seconds=max(answer["seconds"] for answer in done),
        warm_up=warm_up,
        rss_mib=max(max(answer["rss_mib"]) for answer in done),
        loss=sum(losses) / len(losses),
    )


def said_by(module: str, *arguments: str, threads: int) -> Any:
    """Run a module in a process of its own that may use so many threads; gives the JSON that it prints.

    Raises
    ------
    RemixError
        If it fails; tells the last that it said.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment(threads),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RemixError(f"{' '.join((module, *arguments))} failed: {_end(done.stderr)}")
    return json.loads(done.stdout)


def peak() -> dict[tuple[str, int], float]:
    """Measure GFLOP/s of matrix products on all cores, by library and size."""
    return {
        (library, int(size)): value
        for library in LIBRARIES
        for size, value in said_by("benchmarks.speed.peak", library, str(cores()), threads=cores()).items()
    }


def _end(text: str) -> str:
    """Give the last line of what a process said."""
    return (text.strip().splitlines() or ["it said nothing"])[-1]


class _Worker:
    """A process of `benchmarks.speed.worker`."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.errors: IO[str] = tempfile.TemporaryFile("w+")  # noqa: SIM115 (it outlives this call)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.speed.worker", json.dumps(job)],
            cwd=ROOT,
            env=environment(1),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )

    def answer(self) -> dict[str, Any]:
        """Wait for its next line."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.errors.seek(0)
            raise RemixError(f"{self.job} failed: {_end(self.errors.read())}")
        return dict(json.loads(line))

    def go(self) -> None:
        """Let it train."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()


@contextmanager
def _workers(jobs: list[dict[str, Any]]) -> Iterator[list[_Worker]]:
    """Start a process for each job, and leave none behind."""
    workers = [_Worker(job) for job in jobs]
    try:
        yield workers
        for worker in workers:
            worker.process.wait(timeout=60)
    finally:
        for worker in workers:
            worker.process.kill()
            worker.process.communicate()
            worker.errors.close()
