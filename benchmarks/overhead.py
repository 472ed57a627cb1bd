"""How much of a finished study's time was spent on training steps, and on what the rest.

``make overhead`` reads it from what a run leaves behind: the benchmark files of the training jobs, what each
training says of itself, and Snakemake's own log. Nothing is run.
"""

import argparse
import re
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from benchmarks.report import in_one_line, machine, write_section
from remix.errors import RemixError
from remix.provenance import trained_parts, training_jobs
from remix.tables.markdown import table

ELAPSED = re.compile(r"^Elapsed time: (?:(\d+) days?, )?(\d+):(\d+):([\d.]+)$", re.M)
TRAINED = re.compile(r"\(Rule: train(?:_sweep)?\)")
CORES = re.compile(r"^Provided cores: (\d+)", re.M)
TARGET = 0.15


def read_jobs(study: Path) -> pd.DataFrame:
    """Read ``seconds`` and ``step_seconds`` of every training job of a study and of its sweep.

    Raises
    ------
    RemixError
        If a training does not say how long its steps took; names it.
    """
    results = study / "results"
    jobs = pd.concat(
        [training_jobs(results, part) for place in ("", "sweep") for part in trained_parts(results, place)]
    )
    for job in jobs[jobs["step_seconds"].isna()].itertuples():
        raise RemixError(f"{job.task}/{job.ir}/{job.method}.json does not tell how long the steps took")
    return jobs[["seconds", "step_seconds"]]


def core_seconds(logs: Path, jobs: int) -> float:
    """Give the time of the run that made all training jobs, by the cores that it had.

    Raises
    ------
    RemixError
        If no run made all of them: the time of several runs cannot be told from that between them.
    """
    for path in sorted(logs.glob("*.log"), reverse=True):
        text = path.read_text(encoding="utf-8", errors="replace")
        elapsed, cores = ELAPSED.search(text), CORES.search(text)
        if len(TRAINED.findall(text)) == jobs and elapsed and cores:
            days, hours, minutes, seconds = (float(part or 0) for part in elapsed.groups())
            return int(cores[1]) * (24 * 3600 * days + 3600 * hours + 60 * minutes + seconds)
    raise RemixError(f"no run in {logs} made all {jobs} training jobs; run the study in an empty folder")


def parts(jobs: pd.DataFrame, total: float) -> pd.Series:
    """Split the core-seconds of a run into what they were spent on.

    Parameters
    ----------
    jobs : DataFrame
        As `read_jobs` gives it; every job has one core.
    total : float
        Core-seconds of the whole run.
    """
    seconds, steps = jobs[["seconds", "step_seconds"]].sum()
    return pd.Series(
        {
            "training steps": steps,
            "training jobs: start, imports, data, compiling, predictions": seconds - steps,
            "other jobs, Snakemake, idle cores": total - seconds,
        }
    )


def for_people(spent: pd.Series) -> pd.DataFrame:
    """Write the parts as texts, with their shares."""
    total = spent.sum()
    outside = total - spent["training steps"]
    spent = pd.concat([spent, pd.Series({"all": total, "outside training steps": outside})])
    return pd.DataFrame(
        {
            "spent on": spent.index,
            "core-seconds": spent.map("{:,.0f}".format).to_numpy(),
            "%": [f"{100 * value / total:.1f}" for value in spent],
        }
    )


def main() -> None:
    """Print what the time of a study was spent on, and write it to the results."""
    parser = argparse.ArgumentParser(prog="make overhead", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("study", type=Path, help="folder of a study that one run has made")
    parser.add_argument("--dry", action="store_true", help="leave results.md as it is")
    options = parser.parse_args()
    jobs = read_jobs(options.study)
    total = core_seconds(options.study / ".snakemake" / "log", len(jobs))
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
