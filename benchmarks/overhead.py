"""How much of a finished study's time was spent on training steps, and on what the rest.

``make overhead`` reads it from what a run leaves behind: the benchmark files of the training jobs, what each
training says of itself, and Snakemake's own log. Nothing is run.
"""

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.report import in_one_line, machine, write_section
from remix.errors import RemixError
from remix.provenance import all_training_jobs
from remix.run_cost import core_seconds, for_people, parts
from remix.tables.markdown import table

TARGET = 0.15


def main() -> None:
    """Print what the time of a study was spent on, and write it to the results."""
    parser = argparse.ArgumentParser(prog="make overhead", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("study", type=Path, help="folder of a study that one run has made")
    parser.add_argument("--dry", action="store_true", help="leave results.md as it is")
    options = parser.parse_args()
    jobs = all_training_jobs(options.study / "results")
    for job in jobs[jobs["step_seconds"].isna()].itertuples():
        raise RemixError(f"{job.task}/{job.ir}/{job.method}.json does not tell how long the steps took")
    logs = options.study / ".snakemake" / "log"
    total = core_seconds(logs, len(jobs))
    if total is None:
        raise RemixError(
            f"no run in {logs} made all {len(jobs)} training jobs; run the study in an empty folder"
        )
    shown = for_people(parts(jobs, total))
    printed = Table(*shown.columns, title=f"{len(jobs)} training jobs")
    for line in shown.itertuples(index=False, name=None):
        printed.add_row(*line)
    Console().print(printed)
    if not options.dry:
        about = (
            f"A study of {len(jobs)} training jobs, each on one core. The project aims at no more than "
            f"{TARGET:.0%} outside of training steps."
        )
        write_section("What a study spends its time on", "\n\n".join([machine(), about, table(shown)]))


if __name__ == "__main__":
    in_one_line(main)
