"""What the time of a run was spent on: training steps, the rest of training jobs, and all else."""

import re
from datetime import datetime
from pathlib import Path

import pandas as pd

BEGUN = re.compile(r"^\s*Date: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)$", re.M)
ELAPSED = re.compile(r"^Elapsed time: (?:(\d+) days?, )?(\d+):(\d+):([\d.]+)$", re.M)
TRAINED = re.compile(r"\(Rule: train(?:_sweep)?\)")
CORES = re.compile(r"^Provided cores: (\d+)", re.M)


def core_seconds(logs: Path, jobs: int, now: datetime | None = None) -> float | None:
    """Give the time of the run that made all training jobs, by the cores that it had.

    Parameters
    ----------
    logs : Path
        Folder of Snakemake's own logs.
    jobs : int
        How many training jobs the study and its sweep have.
    now : datetime, optional
        Until when the time of a run counts that has not ended; such a run is left out by default.

    Returns
    -------
    float or None
        None if no run made all of them: the time between several runs belongs to none.
    """
    for path in sorted(logs.glob("*.log"), reverse=True):
        text = path.read_text(encoding="utf-8", errors="replace")
        cores, begun, elapsed = CORES.search(text), BEGUN.search(text), ELAPSED.search(text)
        if not cores or len(TRAINED.findall(text)) != jobs:
            continue
        if elapsed:
            days, hours, minutes, seconds = (float(part or 0) for part in elapsed.groups())
            return int(cores[1]) * (24 * 3600 * days + 3600 * hours + 60 * minutes + seconds)
        if now and begun:
            return int(cores[1]) * (now - datetime.fromisoformat(begun[1])).total_seconds()
    return None


def parts(jobs: pd.DataFrame, total: float) -> pd.Series:
    """Split the core-seconds of a run into what they were spent on.

    Parameters
    ----------
    jobs : DataFrame
        ``seconds`` and ``step_seconds`` of each training job, as `remix.provenance.training_jobs` gives them;
        every job has one core.
    total : float
        Core-seconds of the whole run.
    """
    seconds, steps = jobs[["seconds", "step_seconds"]].sum()
    return pd.Series(
        {
            "training steps": steps,
            "training jobs: start, data, compiling, predictions": seconds - steps,
            "other jobs, Snakemake, idle cores": total - seconds,
        }
    )


def for_people(spent: pd.Series) -> pd.DataFrame:
    """Write `parts` as texts, with their shares."""
    total = spent.sum()
    outside = total - spent["training steps"]
    spent = pd.concat([spent, pd.Series({"all": total, "outside training steps": outside})])
    return pd.DataFrame(
        {
            "Spent on": spent.index,
            "Core-seconds": spent.map("{:,.0f}".format).to_numpy(),
            "%": [f"{100 * value / total:.1f}" for value in spent],
        }
    )
