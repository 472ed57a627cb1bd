"""Where results come from: the commit, the versions and the machine that made them."""

import hashlib
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

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
    changes = _git(root, "status", "--porcelain", "--untracked-files=no")
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
