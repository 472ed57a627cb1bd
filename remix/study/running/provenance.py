"""Where results come from: the commit, the versions and the machine that made a run, or one training."""

import hashlib
import os
import platform
import resource
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

# Each call of Snakemake asks for the commit: nothing is imported here that takes long, as pandas does.

# What predictions are computed with.
TRAINED_WITH = ("tensorflow", "numpy", "pandas", "scikit-learn")
# What of the environment changes the numbers that TensorFlow, and what it computes with, give.
SETTINGS = (
    "DNNL_DEFAULT_FPMATH_MODE",
    "DNNL_MAX_CPU_ISA",
    "NVIDIA_TF32_OVERRIDE",
    "ONEDNN_DEFAULT_FPMATH_MODE",
    "ONEDNN_MAX_CPU_ISA",
    "TF_CUDNN_USE_AUTOTUNE",
    "TF_DETERMINISTIC_OPS",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_XLA_FLAGS",
    "XLA_FLAGS",
)
PACKAGES = (
    *TRAINED_WITH,
    "imbalanced-learn",
    "snakemake",
    "pyarrow",
    "matplotlib",
)


def of_run(root: Path) -> dict[str, Any]:
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


def of_training(
    seed: int, device: str, step_seconds: float, *, tf32: bool = False, xla: bool = False
) -> dict[str, Any]:
    """Describe what makes a training, from within it: with the checkout that this package is in.

    Parameters
    ----------
    seed : int
        The study's seed.
    device : str
        ``CPU``, or the name of the GPU.
    step_seconds : float
        How long the training steps took.
    tf32, xla : bool
        Whether products were rounded to TF32, and whether XLA compiled the steps.

    Returns
    -------
    dict
        ``commit`` (None outside a git checkout), ``modified`` (tracked files differ from it),
        ``lock_sha256``, ``seed``, ``python``, a version for each of `TRAINED_WITH`, ``processor``,
        ``device``, ``tf32``, ``xla``, ``environment`` (those of `SETTINGS` that are set, as ``NAME=VALUE``;
        ``none`` where none is), ``step_seconds``, ``peak_mib`` (the largest resident memory of this
        process until now, in MiB).
    """
    root = Path(__file__).parents[3]
    commit, modified = commit_state(root)
    return {
        "commit": commit,
        "modified": modified,
        "lock_sha256": lock_sha256(root),
        "seed": seed,
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in TRAINED_WITH},
        "processor": processor(),
        "device": device,
        "tf32": tf32,
        "xla": xla,
        "environment": " ".join(f"{key}={os.environ[key]}" for key in SETTINGS if key in os.environ)
        or "none",
        "step_seconds": round(step_seconds, 3),
        # In KiB on Linux.
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def lock_sha256(root: Path) -> str | None:
    """Give the digest of a checkout's lock file; None where there is none."""
    lock = root / "envs" / "cpu.lock"
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else None


def commit_state(root: Path) -> tuple[str | None, bool | None]:
    """Tell the commit of a checkout, and whether tracked files differ from it; None outside a checkout.

    A folder in somebody else's repository, such as an unpacked release, is no checkout.
    """
    top = _git(root, "rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() != root.resolve():
        return None, None
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
