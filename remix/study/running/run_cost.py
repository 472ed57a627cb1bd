"""What trainings cost, and what the time of a run was spent on."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

BEGUN = re.compile(r"^\s*Date: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)$", re.M)
ELAPSED = re.compile(r"^Elapsed time: (?:(\d+) days?, )?(\d+):(\d+):([\d.]+)$", re.M)
CORES = re.compile(r"^Provided cores: (\d+)", re.M)


def training_cost(trainings: pd.DataFrame) -> dict[str, float]:
    """Add up what trainings took.

    Parameters
    ----------
    trainings : DataFrame
        As `remix.study.running.made_by.list_trainings` gives it; a training that is wanted more than once
        counts once.

    Returns
    -------
    dict
        ``trainings``, how many there are; ``seconds``, their sum; ``step_seconds``, of them in training
        steps; ``largest_rss_mib``, the largest resident memory of a process in MiB.
    """
    if trainings.empty:
        return {"trainings": 0, "seconds": 0.0, "step_seconds": 0.0, "largest_rss_mib": 0.0}
    once = trainings.drop_duplicates("training")
    return {
        "trainings": len(once),
        "seconds": round(float(once["seconds"].sum()), 1),
        "step_seconds": round(float(once["step_seconds"].sum()), 1),
        "largest_rss_mib": float(once["peak_mib"].max()),
    }


def core_seconds(logs: Path, trainings: pd.DataFrame, now: datetime | None = None) -> float | None:
    """Give the time of the run that made all trainings, by the cores that it had.

    Parameters
    ----------
    logs : Path
        Folder of Snakemake's own logs.
    trainings : DataFrame
        As `remix.study.running.made_by.list_trainings` gives it.
    now : datetime, optional
        Until when the time of a run counts that has not ended; such a run is left out by default.

    Returns
    -------
    float or None
        None if no run made all of them: the time between several runs belongs to none.
    """
    if trainings.empty:
        return None
    begun = pd.to_datetime(trainings["begun"])
    ended = begun + pd.to_timedelta(trainings["seconds"], unit="s")
    for path in sorted(logs.glob("*.log"), reverse=True):
        text = path.read_text(encoding="utf-8", errors="replace")
        cores, date, elapsed = CORES.search(text), BEGUN.search(text), ELAPSED.search(text)
        if not (cores and date):
            continue
        start = datetime.fromisoformat(date[1])
        if elapsed:
            days, hours, minutes, seconds = (float(part or 0) for part in elapsed.groups())
            end = start + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        elif now:
            end = now
        else:
            continue
        if start <= begun.min() and ended.max() <= end + timedelta(seconds=1):
            return int(cores[1]) * (end - start).total_seconds()
    return None


def spent(trainings: pd.DataFrame, logs: Path, now: datetime | None = None) -> pd.Series | None:
    """Split the core-seconds of the run that made all trainings into what they were spent on.

    Parameters
    ----------
    trainings : DataFrame
        As `remix.study.running.made_by.list_trainings` gives it; each has one core.
    logs, now
        See `core_seconds`.

    Returns
    -------
    Series of float or None
        None if no run made all of them.
    """
    total = core_seconds(logs, trainings, now)
    if total is None:
        return None
    cost = training_cost(trainings)
    return pd.Series(
        {
            "training steps": cost["step_seconds"],
            "trainings: folds, compiling, predictions": cost["seconds"] - cost["step_seconds"],
            "starting, other jobs, Snakemake, idle cores": total - cost["seconds"],
        }
    )


def for_people(parts: pd.Series) -> pd.DataFrame:
    """Write what `spent` gives as texts, with their shares."""
    total = parts.sum()
    outside = total - parts["training steps"]
    parts = pd.concat([parts, pd.Series({"all": total, "outside training steps": outside})])
    return pd.DataFrame(
        {
            "Spent on": parts.index,
            "Core-seconds": parts.map("{:,.0f}".format).to_numpy(),
            "%": [f"{100 * value / total:.1f}" for value in parts],
        }
    )
