"""How much of a finished study's time was spent on training steps, and on what the rest.

``make overhead`` reads it from what a run leaves behind: what each training says of itself, and Snakemake's
own log. Nothing is run.
"""

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.report import in_one_line, machine, write_section
from remix.errors import RemixError
from remix.study.results.markdown import table
from remix.study.running.parquet import read_parquet
from remix.study.running.run_cost import for_people, spent

TARGET = 0.10


def main() -> None:
    """Print what the time of a study was spent on, and write it to the results."""
    parser = argparse.ArgumentParser(prog="make overhead", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("study", type=Path, help="folder of a study that one run has made")
    parser.add_argument("--dry", action="store_true", help="leave results.md as it is")
    options = parser.parse_args()
    path, logs = options.study / "results" / "trainings.parquet", options.study / ".snakemake" / "log"
    if not path.exists():
        raise RemixError(f"{path} is not there; run the study first")
    trainings = read_parquet(path)
    count = trainings["training"].nunique()
    parts = spent(trainings, logs)
    if parts is None:
        raise RemixError(f"no run in {logs} made all {count} trainings; run the study in an empty folder")
    shown = for_people(parts)
    printed = Table(*shown.columns, title=f"{count} trainings")
    for line in shown.itertuples(index=False, name=None):
        printed.add_row(*line)
    Console().print(printed)
    if not options.dry:
        about = (
            f"A study of {count} trainings, each on one core. The project aims at no more than "
            f"{TARGET:.0%} outside of training steps."
        )
        write_section("What a study spends its time on", "\n\n".join([machine(), about, table(shown)]))


if __name__ == "__main__":
    in_one_line(main)
