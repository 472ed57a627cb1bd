"""How much of a finished study's time was spent on training steps, and on what the rest.

``make overhead`` reads it from what a run leaves behind: the benchmark files and logs of the training jobs,
and Snakemake's own log. Nothing is run.
"""

import argparse
import re
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from benchmarks.report import in_one_line, machine, write_section
from remix.errors import RemixError
from remix.provenance import training_jobs
from remix.tables.markdown import table

HEAD = re.compile(r"(\d+) folds of .*?(\d+) steps of (\d+) rows per epoch")
EPOCH = re.compile(r"epoch (\d+)/\d+ .* ([\d,]+) rows/s")
ELAPSED = re.compile(r"^Elapsed time: (?:(\d+) days?, )?(\d+):(\d+):([\d.]+)$", re.M)
CORES = re.compile(r"^Provided cores: (\d+)", re.M)
TARGET = 0.15


def epoch_seconds(log: str) -> tuple[float, float]:
    r"""Read from the log of a training job the seconds of its steps, and of tracing them.

    The first epoch takes longer than the others do on average: that is tracing, or compiling. A job is taken
    to train one stack of folds, as it does on tables.

    >>> head = "20 folds of 300 training rows, 5 features; 5 steps of 64 rows per epoch"
    >>> epoch_seconds(head + "\nepoch 1/9  loss 1  3,200 rows/s\nepoch 9/9  loss 1  25,600 rows/s")
    (2.25, 1.75)
    """
    head, lines = HEAD.search(log), [(int(n), float(v.replace(",", ""))) for n, v in EPOCH.findall(log)]
    if head is None or len(lines) < 2:
        raise RemixError("it does not tell the speed of two epochs")
    folds, steps, rows = map(int, head.groups())
    rows_per_epoch = folds * steps * rows
    (first, slow), *others = lines
    seconds, before = 0.0, first
    for epoch, speed in others:
        seconds += (epoch - before) * rows_per_epoch / speed
        before = epoch
    ordinary = seconds / (before - first)
    return seconds + ordinary, rows_per_epoch / slow - ordinary


def read_jobs(study: Path) -> pd.DataFrame:
    """Read ``task, ir, method, seconds, steps, tracing`` of every training job of a study.

    Raises
    ------
    RemixError
        If a log is missing or tells no epochs; names it.
    """
    lines = []
    for job in training_jobs(study / "results" / "benchmarks" / "train").itertuples():
        path = study / "logs" / "train" / str(job.task) / str(job.ir) / f"{job.method}.log"
        try:
            steps, tracing = epoch_seconds(path.read_text(encoding="utf-8"))
        except (OSError, RemixError) as error:
            raise RemixError(f"{path}: {error}") from None
        lines.append((job.task, job.ir, job.method, job.seconds, steps, tracing))
    return pd.DataFrame(lines, columns=["task", "ir", "method", "seconds", "steps", "tracing"])


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
        if text.count("(Rule: train)") == jobs and elapsed and cores:
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
    seconds, steps, tracing = jobs[["seconds", "steps", "tracing"]].sum()
    return pd.Series(
        {
            "training steps": steps,
            "training jobs: tracing": tracing,
            "training jobs: start, imports, data, predictions": seconds - steps - tracing,
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
