"""Where results come from: the commit, the versions and the machine that made them."""

import hashlib
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

# Each call of Snakemake asks for the commit: nothing is imported here that takes long, as pandas does.

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
