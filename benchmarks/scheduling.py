"""How Snakemake's own work grows with the number of cells, from the default study's to ten times as many.

``make load`` runs it. Each study is the real workflow with its configuration, rules, checkpoint and
targets, on made-up datasets of which no row exists: a stand-in takes the place of each script, and writes
empty files. So what is measured is what Snakemake does, and not what its jobs do: the CPU time and the
memory of its own process, the time that passes per cell, and the time of a dry-run before and after the
study has run.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
import psutil
import yaml
from matplotlib.figure import Figure

from remix.plotting.style import SERIES_COLOURS, render
from remix.provenance import collect

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "benchmarks" / "out"
PARTS = ["Snakefile", "config", "workflow", "profiles", "remix", "envs"]
# Three of each task. The default study has 27 on tables, and 6 on images.
CELLS = [27, 54, 135, 270]
PLANNED = [5000]
STAND_IN = '''\
"""Write what a rule promises, with nothing in it; of what was fetched, that it is there."""

from pathlib import Path

for output in map(Path, snakemake.output):
    if output.parent.name == "raw":
        output.mkdir()
        (output / "source.json").write_text('{"available": true, "ticket": ""}')
    else:
        output.write_text("")
'''


@dataclass
class Call:
    """One call of Snakemake: what its own process used, without those of its jobs."""

    what: str
    cells: int
    jobs: int
    seconds: float
    cpu_seconds: float
    peak_mb: float


def make_project(folder: Path, cells: int) -> None:
    """Copy the project, put the stand-in in the place of its scripts, and write a study of so many cells."""
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
        copy(ROOT / part, folder / part)
    for script in (folder / "workflow" / "scripts").glob("*.py"):
        script.write_text(STAND_IN, encoding="utf-8")
    tasks = [f"made_up_{k}" for k in range(-(-cells // 3))]
    datasets = {
        name: {
            "title": name,
            "rows": 100,
            "features": 2,
            "classes": ["a", "b"],
            "target": "target",
            "sources": [{"file": f"{name}.csv", "format": "csv", "header": True}],
            "tasks": {name: {"minority": ["a"], "others": "merged", "irs": [0.05, 0.025, 0.01]}},
        }
        for name in tasks
    }
    study = {"study": {"tasks": tasks}, "datasets": datasets}
    (folder / "load.yaml").write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")


def call(folder: Path, what: str, cells: int, *arguments: str) -> Call:
    """Run Snakemake, and measure its own process until it ends."""
    command = [sys.executable, "-m", "snakemake", *arguments, "--configfile", "load.yaml"]
    printed = folder / "printed.txt"
    start = time.perf_counter()
    with printed.open("w") as out:
        process = subprocess.Popen(
            command, cwd=folder, stdout=out, stderr=subprocess.STDOUT, env=os.environ | {"PYTHONPATH": ""}
        )
    # What the process used, its children left out, can be read until it has been waited for; its peak memory
    # only until it ends.
    peak = 0.0
    while not ended(process.pid):
        peak = max(peak, peak_memory(process.pid))
        time.sleep(0.05)
    seconds = time.perf_counter() - start
    used = psutil.Process(process.pid).cpu_times()
    text = printed.read_text(encoding="utf-8")
    if process.wait():
        sys.exit(f"{what} of {cells} cells failed:\n{text[-3000:]}")
    return Call(what, cells, total_jobs(text), seconds, used.user + used.system, peak)


def ended(pid: int) -> bool:
    """Whether a child has ended; it can still be asked what it used."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def peak_memory(pid: int) -> float:
    """Highest memory that a process has had so far, in MB; 0 of one that has just ended."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def total_jobs(text: str) -> int:
    """Count the jobs that Snakemake announced, those that it found at the checkpoint among them."""
    totals = [int(line.split()[1]) for line in text.splitlines() if line.startswith("total ")]
    done = [
        int(line.split()[2])
        for line in text.splitlines()
        if " steps (" in line and line.split()[1:2] == ["of"]
    ]
    return max([*totals, *done], default=0)


def measure(cells: int, *, run: bool, cores: int) -> list[Call]:
    """Plan a study of so many cells and, if so asked, run it and plan it again."""
    with tempfile.TemporaryDirectory(prefix="load-") as name:
        folder = Path(name)
        make_project(folder, cells)
        calls = [call(folder, "plan", cells, "-n", "--quiet", "rules")]
        if run:
            calls.append(call(folder, "run", cells, "--cores", str(cores), "--quiet", "rules", "reason"))
            calls.append(call(folder, "plan again", cells, "-n", "--quiet", "rules"))
    for entry in calls:
        print(f"{entry.what:10} {entry.cells:5} cells, {entry.jobs:6} jobs: {entry.seconds:6.1f} s, ", end="")
        print(f"{entry.cpu_seconds:6.1f} s of CPU, {entry.peak_mb:4.0f} MB", flush=True)
    return calls


def draw(table: pd.DataFrame) -> Figure:
    """Draw the curves: CPU time per cell of a run, memory, and the time of a dry-run."""
    runs, plans = (table[table["what"] == what] for what in ("run", "plan"))
    curves = [
        (runs, 1000 * runs["cpu_seconds"] / runs["cells"], "A run: CPU time of Snakemake\nper cell (ms)"),
        (runs, runs["peak_mb"], "A run: peak memory of Snakemake\n(MB)"),
        (plans, plans["cpu_seconds"], "A dry-run: CPU time\n(s)"),
    ]
    figure = Figure(figsize=(10, 3.2), layout="constrained")
    for axes, (calls, values, label) in zip(figure.subplots(1, 3), curves, strict=True):
        axes.plot(calls["cells"], values, marker="o", color=SERIES_COLOURS[0])
        axes.set(xlabel="cells", ylabel=label)
        axes.set(xlim=(0, 1.1 * calls["cells"].max()), ylim=(0, 1.1 * values.max()))
        axes.grid(alpha=0.3)
    return figure


def markdown(table: pd.DataFrame, cores: int) -> str:
    """Write the table for people, with the machine that it was measured on."""
    facts = collect(ROOT)
    per_cell = 1000 * table[["cpu_seconds", "seconds"]].div(table["cells"], axis=0)
    shown = pd.DataFrame(
        {
            "": table["what"],
            "cells": table["cells"],
            "jobs": table["jobs"],
            "time (s)": table["seconds"].map("{:.1f}".format),
            "CPU (s)": table["cpu_seconds"].map("{:.1f}".format),
            "CPU per cell (ms)": per_cell["cpu_seconds"].map("{:.0f}".format),
            "time per cell (ms)": per_cell["seconds"].map("{:.0f}".format),
            "peak memory (MB)": table["peak_mb"].map("{:.0f}".format),
        }
    )
    rows = shown.to_markdown(index=False, disable_numparse=True, colalign=["left"] + ["right"] * 7)
    commit = f"{(facts['commit'] or 'unknown')[:12]}{', with changes' if facts['modified'] else ''}"
    return f"""\
# Snakemake's own work, by the number of cells

Written by `make load`; not edited by hand. The default study's methods on made-up tasks with three
imbalance ratios each; every script is a stand-in that writes empty files, {cores} jobs at a time. CPU and
memory are those of Snakemake's own process, without its jobs; time holds the starts of the jobs' processes.
*plan* is a dry-run of a study of which nothing has run, *plan again* one of the finished study.

{rows}

{facts["machine"]["processor"]}, {facts["machine"]["cores"]} cores; Python {facts["python"]}, \
Snakemake {facts["packages"]["snakemake"]}; commit {commit}. \
Load of the machine at the end: {os.getloadavg()[2]:.1f}; above {cores}, other work made times longer.
"""


def main() -> None:
    """Measure what the command line asks for, and write table and figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cells", type=int, nargs="*", default=CELLS, help="studies that are run")
    parser.add_argument(
        "--planned", type=int, nargs="*", default=PLANNED, help="studies that are only planned"
    )
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help="jobs at a time")
    parser.add_argument("--dry", action="store_true", help="do not write benchmarks/scheduling.md")
    chosen = parser.parse_args()
    calls = [entry for cells in chosen.cells for entry in measure(cells, run=True, cores=chosen.cores)]
    calls += [entry for cells in chosen.planned for entry in measure(cells, run=False, cores=chosen.cores)]
    table = pd.DataFrame([asdict(entry) for entry in calls])
    OUT.mkdir(exist_ok=True)
    table.to_csv(OUT / "scheduling.csv", index=False)
    figure = draw(table)
    for form in ("png", "svg"):
        (OUT / f"scheduling.{form}").write_bytes(render(figure, form))
    text = markdown(table, chosen.cores)
    if not chosen.dry:
        (ROOT / "benchmarks" / "scheduling.md").write_text(text, encoding="utf-8")
    print(f"\n{text}\nThe curves: {(OUT / 'scheduling.png').relative_to(ROOT)}")


if __name__ == "__main__":
    main()
