"""What trainings cost, and what the time of a run was spent on."""

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pandas as pd

from remix import made_by

BEGUN = re.compile(r"^\s*Date: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)$", re.M)
ELAPSED = re.compile(r"^Elapsed time: (?:(\d+) days?, )?(\d+):(\d+):([\d.]+)$", re.M)
TRAINED = re.compile(r"\(Rule: train(?:_sweep)?\)")
CORES = re.compile(r"^Provided cores: (\d+)", re.M)


def trained_parts(results: Path, place: str) -> list[str]:
    """List the parts of a study's results in which trainings were measured, as `training_jobs` takes them.

    Parameters
    ----------
    results : Path
        The folder of a study's results.
    place : str
        None for the study's own trainings, ``sweep`` or ``audit`` for theirs.
    """
    benchmarks = results / "benchmarks"
    pattern = f"{place}/*/train" if place else "train"
    return [str(path.parent.relative_to(benchmarks)) for path in sorted(benchmarks.glob(pattern))]


def training_jobs(
    results: Path, part: str = "", jobs: Iterable[tuple[str, ...]] | None = None
) -> pd.DataFrame:
    """Read what Snakemake measured of training jobs, and what these say of themselves.

    Parameters
    ----------
    results : Path
        The folder of a study's results.
    part : str
        Folder in it of what was trained: none for the study's own, ``sweep/0.4``, ``audit/authors``.
    jobs : iterable of (str, str, str), optional
        Task, imbalance ratio and method of each job; all that were measured if not given.

    Returns
    -------
    DataFrame
        ``task, ir, method, seconds, step_seconds, rss_mib``: one row per job, NaN for what was not measured.
        The start of the process is part of ``seconds``; ``step_seconds`` are those of the training steps, and
        ``rss_mib`` is the largest resident memory in MiB.

    Raises
    ------
    ResultError
        If what a training says of itself cannot be read.
    """
    benchmarks, said = results / "benchmarks" / part / "train", results / part / "made_by"
    if jobs is None:
        files = sorted(benchmarks.glob("*/*/*.tsv"))
        jobs = [(path.parent.parent.name, path.parent.name, path.stem) for path in files]
    lines = []
    for job in jobs:
        path = benchmarks.joinpath(*job).with_name(f"{job[-1]}.tsv")
        measured = pd.read_csv(path, sep="\t", na_values="-").iloc[0] if path.exists() else {}
        described = said.joinpath(*job).with_name(f"{job[-1]}.json")
        facts = made_by.facts(described) if described.exists() else {}
        values = [measured.get("s"), facts.get("step_seconds"), facts.get("peak_mib")]
        lines.append((*job, *(float("nan") if value is None else value for value in values)))
    return pd.DataFrame(lines, columns=["task", "ir", "method", "seconds", "step_seconds", "rss_mib"])


def with_sweep(jobs: pd.DataFrame, results: Path) -> pd.DataFrame:
    """Put the trainings of a study's sweep below its own, as `training_jobs` gives them.

    Returns
    -------
    DataFrame
        Indexed by ``part`` of the results and by number; the study's own part is empty.
    """
    swept = {part: training_jobs(results, part) for part in trained_parts(results, "sweep")}
    return pd.concat({"": jobs, **swept}, names=["part"])


def training_cost(jobs: pd.DataFrame) -> dict[str, float]:
    """Add up what `training_jobs` gives.

    Returns
    -------
    dict
        ``jobs``, how many were measured; ``seconds``, their sum; ``largest_rss_mib``, the largest resident
        memory of a job in MiB.
    """
    measured = jobs.dropna(subset=["seconds"])
    if measured.empty:
        return {"jobs": 0, "seconds": 0.0, "largest_rss_mib": 0.0}
    return {
        "jobs": len(measured),
        "seconds": round(float(measured["seconds"].sum()), 1),
        "largest_rss_mib": float(measured["rss_mib"].max()),
    }


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


def spent(jobs: pd.DataFrame, logs: Path, now: datetime | None = None) -> pd.Series | None:
    """Split the core-seconds of the run that made all training jobs into what they were spent on.

    Parameters
    ----------
    jobs : DataFrame
        The trainings of the study and of its sweep, see `with_sweep`; every job has one core, and those that
        were not measured were no jobs.
    logs, now
        See `core_seconds`.

    Returns
    -------
    Series of float or None
        None if no run made all of them.
    """
    measured = jobs.dropna(subset=["seconds"])
    total = core_seconds(logs, len(measured), now)
    if total is None:
        return None
    seconds, steps = measured[["seconds", "step_seconds"]].sum()
    return pd.Series(
        {
            "training steps": steps,
            "training jobs: start, data, compiling, predictions": seconds - steps,
            "other jobs, Snakemake, idle cores": total - seconds,
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
