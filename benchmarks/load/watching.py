"""What a run of Snakemake uses: its own process, and all that work for it."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass
class Call:
    """One call of Snakemake; memory in MB.

    Attributes
    ----------
    what : str
        ``plan``, ``run``, ``plan again``; ``train`` is a run with the project's own scripts.
    cells, jobs : int
        Of the study; jobs that Snakemake announced.
    seconds, cpu_seconds : float
        Until the end; the processor's time of Snakemake's own process.
    peak_mb : float
        The most that Snakemake's own process held.
    together_mb : float
        The most that all processes of the run held at a time; what they share counts once.
    largest_mb : float
        The most that any other process of the run held.
    """

    what: str
    cells: int
    jobs: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    together_mb: float
    largest_mb: float


def call(folder: Path, what: str, cells: int, *arguments: str) -> Call:
    """Run Snakemake, and watch it until it ends."""
    command = [sys.executable, "-m", "snakemake", *arguments, "--configfile", "load.yaml"]
    printed = folder / "printed.txt"
    start = time.perf_counter()
    with printed.open("w") as out:
        process = subprocess.Popen(
            command, cwd=folder, stdout=out, stderr=subprocess.STDOUT, env=os.environ | {"PYTHONPATH": ""}
        )
    # What the process used, its children left out, can be read until it has been waited for; its peak memory
    # only until it ends.
    peak = together = largest = 0.0
    while not ended(process.pid):
        peak = max(peak, peak_memory(process.pid))
        others = [other for other in working_in(folder) if other.pid != process.pid]
        largest = max([largest, *(peak_memory(other.pid) for other in others)])
        together = max(together, sum(share_of_memory(pid) for pid in (process.pid, *(p.pid for p in others))))
        time.sleep(0.1)
    seconds = time.perf_counter() - start
    used = psutil.Process(process.pid).cpu_times()
    text = printed.read_text(encoding="utf-8")
    if process.wait():
        sys.exit(f"{what} of {cells} cells failed:\n{text[-3000:]}")
    cpu = used.user + used.system
    return Call(what, cells, total_jobs(text), seconds, cpu, peak, together, largest)


def ended(pid: int) -> bool:
    """Whether a child has ended; it can still be asked what it used."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def working_in(folder: Path) -> list[psutil.Process]:
    """Processes that work in a folder: Snakemake and its jobs."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder):
                found.append(process)
        except psutil.Error:
            continue
    return found


def peak_memory(pid: int) -> float:
    """Highest memory that a process has had so far, in MB; 0 of one that has just ended."""
    return _of_process(pid, "status", "VmHWM:")


def share_of_memory(pid: int) -> float:
    """Memory of a process in MB, of what it shares with others its part; 0 of one that has just ended."""
    return _of_process(pid, "smaps_rollup", "Pss:")


def _of_process(pid: int, file: str, entry: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith(entry)) / 1024


def total_jobs(text: str) -> int:
    """Count the jobs that Snakemake announced, those that it found at the checkpoint among them."""
    totals = [int(line.split()[1]) for line in text.splitlines() if line.startswith("total ")]
    done = [
        int(line.split()[2])
        for line in text.splitlines()
        if " steps (" in line and line.split()[1:2] == ["of"]
    ]
    return max([*totals, *done], default=0)
