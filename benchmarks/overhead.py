"""How much of a study's time is spent on training steps, and on what the rest.

``make overhead`` runs the study in an empty folder, takes the time by the clock, and reads what each training
says of itself.
"""

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

import pandas as pd

from benchmarks.report import in_one_line, machine, write_section
from benchmarks.speed.measuring import cores
from benchmarks.study import snakemake
from remix.errors import RemixError
from remix.study.results.markdown import table
from remix.study.results.training_table import training_cost
from remix.study.running.parquet import read_parquet

TARGET = 0.10


def run_study(folder: Path, n_cores: int, configfiles: list[Path]) -> float:
    """Run a study in an empty folder, all that is fetched and made included; gives the seconds.

    Raises
    ------
    RemixError
        If the folder is not empty, or the study fails.
    """
    if folder.exists() and any(folder.iterdir()):
        raise RemixError(f"{folder} is not empty: name a folder in which nothing of the study is made yet")
    command = [*snakemake(), "--directory", str(folder), "--no-hooks", "--cores", str(n_cores)]
    if configfiles:
        command += ["--configfile", *map(str, configfiles)]
    start = time.perf_counter()
    if subprocess.run(command, check=False).returncode:
        raise RemixError("the study failed; Snakemake says above why")
    return time.perf_counter() - start


def spent(trainings: pd.DataFrame, core_seconds: float) -> pd.DataFrame:
    """Split the seconds of all cores into what they were spent on, as texts for people.

    Parameters
    ----------
    trainings : DataFrame
        As `remix.study.results.training_table.list_trainings` gives it; each has one core.
    core_seconds : float
        How long the study took, by the number of cores that it had.
    """
    cost = training_cost(trainings)
    parts = {
        "training steps": cost["step_seconds"],
        "trainings: folds, compiling, predictions": cost["seconds"] - cost["step_seconds"],
        "starting, other jobs, Snakemake, idle cores": core_seconds - cost["seconds"],
        "all": core_seconds,
        "outside training steps": core_seconds - cost["step_seconds"],
    }
    return pd.DataFrame(
        {
            "Spent on": parts.keys(),
            "Core-seconds": [f"{seconds:,.0f}" for seconds in parts.values()],
            "%": [f"{100 * seconds / core_seconds:.1f}" for seconds in parts.values()],
        }
    )


def main() -> None:
    """Print what the time of a study was spent on, and write it to the results."""
    parser = argparse.ArgumentParser(prog="make overhead", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--directory", type=Path, help="an empty folder, which keeps the study")
    parser.add_argument("--configfile", type=Path, nargs="+", default=[], help="overlays of the study")
    parser.add_argument("--cores", type=int, default=cores(), help="all by default")
    parser.add_argument("--dry", action="store_true", help="leave results.md as it is")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.directory or Path(temporary)
        seconds = run_study(folder, options.cores, options.configfile)
        trainings = read_parquet(folder / "results" / "trainings.parquet")
    shown = table(spent(trainings, options.cores * seconds))
    count = trainings["training"].nunique()
    about = (
        f"A study of {count} trainings, each on one core, that took {seconds:,.0f} s on {options.cores}. "
        f"The project aims at no more than {TARGET:.0%} outside of training steps."
    )
    print(f"\n{about}\n\n{shown}")
    if not options.dry:
        write_section("What a study spends its time on", "\n\n".join([machine(), about, shown]))


if __name__ == "__main__":
    in_one_line(main)
