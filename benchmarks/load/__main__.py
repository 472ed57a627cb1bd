"""How Snakemake's own work and a run's memory grow, from the default study's cells to ten times as many.

Each study is the real workflow with its configuration, rules, checkpoint and targets, on made-up tasks.
With a stand-in in the place of each script, which writes empty files, what is measured is what Snakemake
does. A study that trains, with the project's own scripts on tiny data, shows what all processes of a run
hold together.
"""

import argparse
import os
import tempfile
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from benchmarks.load.figure import draw
from benchmarks.load.project import PROTOCOL, ROWS, make_project
from benchmarks.load.watching import Call, call
from benchmarks.report import in_one_line, machine, replace_section
from benchmarks.study import ROOT
from remix.plotting.style import render

OUT = ROOT / "benchmarks" / "out"
RESULTS = ROOT / "benchmarks" / "scheduling.md"
STAND_INS, TRAINS = "A study of stand-ins", "A study that trains"
# Three of each task. The default study has 27 on tables, and 6 on images.
CELLS = [27, 54, 135, 270]
TRAINED = [27, 270]
PLANNED = [5000]


def measure(cells: int, *, run: bool = False, train: bool = False, cores: int = 2) -> list[Call]:
    """Plan a study of so many cells and, if asked, run it with stand-ins and plan it again; or train it."""
    at_work = ["--cores", str(cores), "--quiet", "rules", "reason"]
    with tempfile.TemporaryDirectory(prefix="load-") as name:
        # As /proc has it.
        folder = Path(name).resolve()
        make_project(folder, cells, trained=train)
        if train:
            calls = [call(folder, "train", cells, *at_work)]
        else:
            calls = [call(folder, "plan", cells, "-n", "--quiet", "rules")]
        if run:
            calls.append(call(folder, "run", cells, *at_work))
            calls.append(call(folder, "plan again", cells, "-n", "--quiet", "rules"))
    for entry in calls:
        print(f"{entry.what:10} {entry.cells:5} cells, {entry.jobs:6} jobs: {entry.seconds:6.1f} s, ", end="")
        print(f"{entry.cpu_seconds:6.1f} s of CPU, {entry.peak_mb:4.0f} MB", end="")
        print(f", {entry.together_mb:4.0f} MB together" if train else "", flush=True)
    return calls


def rows(calls: pd.DataFrame) -> str:
    """Write calls as a table of Markdown."""
    per_cell = 1000 * calls[["cpu_seconds", "seconds"]].div(calls["cells"], axis=0)
    shown = pd.DataFrame(
        {
            "": calls["what"],
            "cells": calls["cells"],
            "jobs": calls["jobs"],
            "time (s)": calls["seconds"].map("{:.1f}".format),
            "CPU (s)": calls["cpu_seconds"].map("{:.1f}".format),
            "CPU per cell (ms)": per_cell["cpu_seconds"].map("{:.0f}".format),
            "time per cell (ms)": per_cell["seconds"].map("{:.0f}".format),
            "peak memory (MB)": calls["peak_mb"].map("{:.0f}".format),
        }
    )
    if (calls["what"] == "train").all():
        shown["largest other process (MB)"] = calls["largest_mb"].map("{:.0f}".format)
        shown["all together (MB)"] = calls["together_mb"].map("{:.0f}".format)
    return shown.to_markdown(
        index=False, disable_numparse=True, colalign=["left"] + ["right"] * (shown.shape[1] - 1)
    )


def sections(calls: pd.DataFrame, cores: int) -> dict[str, str]:
    """Write what was measured for people, by title, with the machine that it was measured on."""
    trained = calls["what"] == "train"
    texts = {
        STAND_INS: f"""\
The default study's methods on made-up tasks with three imbalance ratios each; every script is a stand-in
that writes empty files, {cores} jobs at a time. CPU and memory are those of Snakemake's own process, without
its jobs; time holds the starts of the jobs' processes. *plan* is a dry-run of a study of which nothing has
run, *plan again* one of the finished study.""",
        TRAINS: f"""\
The same tasks with {ROWS} rows each, {PROTOCOL["repeats"]} × 2 folds and {PROTOCOL["epochs"]} epochs, by the
project's own scripts, {cores} jobs at a time. *Peak memory* is that of Snakemake's own process; *all
together* is the most that all processes of the run held at a time, where what they share counts once.""",
    }
    chosen = {STAND_INS: calls[~trained], TRAINS: calls[trained]}
    load = (
        f"Load of the machine at the end: {os.getloadavg()[2]:.1f}; above {cores}, other work took its time."
    )
    return {
        title: f"{text}\n\n{rows(chosen[title])}\n\n{machine('snakemake')} {load}"
        for title, text in texts.items()
        if len(chosen[title])
    }


def with_former(calls: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Keep what was measured in a file, beside kinds of calls in it that were not measured now."""
    if path.exists():
        former = pd.read_csv(path)
        calls = pd.concat([former[~former["what"].isin(calls["what"])], calls], ignore_index=True)
    calls.to_csv(path, index=False)
    return calls


def main() -> None:
    """Measure what the command line asks for; its tables take the place of former ones."""
    parser = argparse.ArgumentParser(prog="make load", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cells", type=int, nargs="*", default=CELLS, help="studies run with stand-ins")
    parser.add_argument("--trained", type=int, nargs="*", default=TRAINED, help="studies that are trained")
    parser.add_argument("--planned", type=int, nargs="*", default=PLANNED, help="studies only planned")
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help="jobs at a time")
    parser.add_argument("--dry", action="store_true", help="do not write benchmarks/scheduling.md")
    chosen = parser.parse_args()
    calls = [entry for cells in chosen.cells for entry in measure(cells, run=True, cores=chosen.cores)]
    calls += [entry for cells in chosen.trained for entry in measure(cells, train=True, cores=chosen.cores)]
    calls += [entry for cells in chosen.planned for entry in measure(cells)]
    table = pd.DataFrame([asdict(entry) for entry in calls])
    OUT.mkdir(exist_ok=True)
    drawn = draw(with_former(table, OUT / "scheduling.csv"))
    for form in ("png", "svg"):
        (OUT / f"scheduling.{form}").write_bytes(render(drawn, form))
    text = RESULTS.read_text(encoding="utf-8")
    for title, body in sections(table, chosen.cores).items():
        print(f"\n## {title}\n\n{body}")
        text = replace_section(text, title, body)
    if not chosen.dry:
        RESULTS.write_text(text, encoding="utf-8")
    print(f"\nThe curves: {(OUT / 'scheduling.png').relative_to(ROOT)}")


if __name__ == "__main__":
    in_one_line(main)
