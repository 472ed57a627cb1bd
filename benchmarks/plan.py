"""What Snakemake needs to plan a study of many cells: processor time and memory of a dry-run.

``make plan`` runs it: on the workflow as it is, with made-up tasks of three imbalance ratios each. Nothing is
fetched or trained. ``--against`` plans the same study with another checkout too, one after the other.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from benchmarks.report import in_one_line, machine, write_section
from benchmarks.study import ROOT, made_up_dataset, snakemake
from remix.errors import RemixError
from remix.study.results.markdown import table

IRS = [0.25, 0.1, 0.05]
# In a process that holds little itself: of its child Linux counts what the parent held when it started it.
WATCH = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
seen = {"status": done.returncode, "printed": done.stdout, "cpu": used.ru_utime + used.ru_stime}
print(json.dumps(seen | {"mib": used.ru_maxrss / 1024}))
"""
ABOUT = (
    "A dry-run of the default study's methods on made-up tasks with three imbalance ratios each, of which "
    "nothing has run. CPU and memory are those of Snakemake's process."
)


def write_study(folder: Path, cells: int) -> None:
    """Write the overlay of a study of so many cells, rounded up to a multiple of three, into a folder."""
    tasks = [f"made_up_{k}" for k in range(-(-cells // len(IRS)))]
    study = {
        "study": {"tasks": tasks},
        "datasets": {name: made_up_dataset(name, rows=400, features=2, irs=IRS) for name in tasks},
    }
    (folder / "made_up.yaml").write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")


def plan(checkout: Path, cells: int) -> dict[str, Any]:
    """Plan a study of so many cells with a checkout; gives the jobs, and what Snakemake used for them.

    Raises
    ------
    RemixError
        If Snakemake fails; tells the end of what it said.
    """
    command = [*snakemake(checkout), "-n", "--quiet", "rules", "--configfile", "made_up.yaml"]
    with tempfile.TemporaryDirectory() as folder:
        write_study(Path(folder), cells)
        watched = subprocess.run(
            [sys.executable, "-c", WATCH, *command],
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    seen = json.loads(watched.stdout)
    jobs = re.search(r"^total +(\d+)$", seen["printed"], re.M)
    if seen["status"] or jobs is None:
        raise RemixError(f"{checkout}: Snakemake did not plan {cells} cells: {seen['printed'][-2000:]}")
    return {"jobs": int(jobs[1]), "cpu": seen["cpu"], "mib": seen["mib"]}


def main() -> None:
    """Print what was measured, and write it to the results."""
    parser = argparse.ArgumentParser(prog="make plan", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cells", type=int, nargs="+", default=[27, 270, 5000])
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="another checkout, to compare with")
    parser.add_argument("--dry", action="store_true", help="leave results.md as it is")
    options = parser.parse_args()
    lines = []
    for cells in options.cells:
        for checkout in filter(None, (ROOT, options.against)):
            used = plan(checkout, cells)
            lines.append(
                {
                    "checkout": "this one" if checkout == ROOT else str(checkout),
                    "cells": str(cells),
                    "jobs": f"{used['jobs']:,}",
                    "CPU (s)": f"{used['cpu']:.1f}",
                    "peak memory (MiB)": f"{used['mib']:,.0f}",
                }
            )
            print(*(f"{name}: {value}" for name, value in lines[-1].items()), sep=", ", flush=True)
    if not options.dry:
        measured = table(pd.DataFrame(lines))
        write_section("Planning many cells", "\n\n".join([machine("snakemake"), ABOUT, measured]))


if __name__ == "__main__":
    in_one_line(main)
