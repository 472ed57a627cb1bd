"""Where results come from: the commit, the versions and the machine that made them."""

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remix.errors import ResultError

if TYPE_CHECKING:
    import pandas as pd

# pandas takes half a second to import and is imported where it reads something: each call of Snakemake asks
# for the commit.

PACKAGES = (
    "tensorflow",
    "numpy",
    "pandas",
    "scikit-learn",
    "imbalanced-learn",
    "snakemake",
    "pyarrow",
    "matplotlib",
)


def collect(root: Path) -> dict[str, Any]:
    """Describe the code, the software and the machine of this run.

    Parameters
    ----------
    root : Path
        The checkout whose code made the results.

    Returns
    -------
    dict
        ``commit`` (None outside a git checkout), ``modified`` (tracked files differ from the commit),
        ``lock_sha256``, ``python``, ``packages`` and ``machine``.
    """
    commit, modified = commit_state(root)
    return {
        "commit": commit,
        "modified": modified,
        "lock_sha256": lock_sha256(root),
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "machine": {
            "system": f"{platform.system()} {platform.machine()}",
            "processor": processor(),
            "cores": os.cpu_count(),
        },
    }


def lock_sha256(root: Path) -> str | None:
    """Give the digest of a checkout's lock file; None where there is none."""
    lock = root / "envs" / "cpu.lock"
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else None


def commit_state(root: Path) -> tuple[str | None, bool | None]:
    """Tell the commit of a checkout, and whether tracked files differ from it; None outside a checkout."""
    commit = _git(root, "rev-parse", "HEAD")
    # Results are what is being made: Snakemake removes the old ones before it makes them anew.
    changes = _git(root, "status", "--porcelain", "--untracked-files=no", "--", ".", ":!results")
    return commit, None if changes is None else bool(changes)


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
) -> "pd.DataFrame":
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
    import pandas as pd

    benchmarks, said = results / "benchmarks" / part / "train", results / part / "made_by"
    if jobs is None:
        files = sorted(benchmarks.glob("*/*/*.tsv"))
        jobs = [(path.parent.parent.name, path.parent.name, path.stem) for path in files]
    lines = []
    for job in jobs:
        path = benchmarks.joinpath(*job).with_name(f"{job[-1]}.tsv")
        measured = pd.read_csv(path, sep="\t", na_values="-").iloc[0] if path.exists() else {}
        facts = _facts(said.joinpath(*job).with_name(f"{job[-1]}.json"))
        values = [measured.get("s"), facts.get("step_seconds"), facts.get("peak_mib")]
        lines.append((*job, *(float("nan") if value is None else value for value in values)))
    return pd.DataFrame(lines, columns=["task", "ir", "method", "seconds", "step_seconds", "rss_mib"])


def _facts(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ResultError(f"{path} is damaged ({error}); remove it and run the study again") from None


def all_training_jobs(results: Path) -> "pd.DataFrame":
    """Read, as `training_jobs` does, the trainings of a study and of its sweep, not those of its audit."""
    import pandas as pd

    parts = ["", *trained_parts(results, "sweep")]
    return pd.concat([training_jobs(results, part) for part in parts], ignore_index=True)


def training_cost(jobs: "pd.DataFrame") -> dict[str, float]:
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


def _git(root: Path, *arguments: str) -> str | None:
    try:
        result = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return result.stdout.strip()


def processor() -> str:
    """Name the processor, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
