"""Where results come from: the commit, the versions and the machine that made them."""

import hashlib
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

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
    lock = root / "envs" / "cpu.lock"
    commit = _git(root, "rev-parse", "HEAD")
    # Results are what is being made: Snakemake removes the old ones before it makes them anew.
    changes = _git(root, "status", "--porcelain", "--untracked-files=no", "--", ".", ":!results")
    return {
        "commit": commit,
        "modified": None if changes is None else bool(changes),
        "lock_sha256": hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else None,
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "machine": {
            "system": f"{platform.system()} {platform.machine()}",
            "processor": _processor(),
            "cores": os.cpu_count(),
        },
    }


def training_cost(benchmarks: Path) -> dict[str, float]:
    """Add up what Snakemake measured of the training jobs.

    Parameters
    ----------
    benchmarks : Path
        Folder with a ``.tsv`` file of each job, at any depth.

    Returns
    -------
    dict
        ``jobs``; ``seconds``, their sum, start of the process included; ``largest_rss_mib``, the largest
        resident memory of a job in MiB.
    """
    files = sorted(benchmarks.rglob("*.tsv"))
    if not files:
        return {"jobs": 0, "seconds": 0.0, "largest_rss_mib": 0.0}
    jobs = pd.concat([pd.read_csv(path, sep="\t") for path in files])
    return {
        "jobs": len(jobs),
        "seconds": round(float(jobs["s"].sum()), 1),
        "largest_rss_mib": float(pd.to_numeric(jobs["max_rss"], errors="coerce").max()),
    }


def _git(root: Path, *arguments: str) -> str | None:
    try:
        result = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return result.stdout.strip()


def _processor() -> str:
    """Name of the processor, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
