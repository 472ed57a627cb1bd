"""What made each training, and whether all of a study were made alike.

Snakemake trains anew where settings, data or the code of the trainer have changed. It does not know of
another version of TensorFlow, of another processor, or of a file that was carried here from elsewhere: each
training says of itself what made it, and pages and summary warn where not all say the same.
"""

import json
import platform
import resource
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remix.errors import ResultError
from remix.provenance import commit_state, lock_sha256, processor

if TYPE_CHECKING:
    import pandas as pd

# What predictions are computed with.
PACKAGES = ("tensorflow", "numpy", "pandas", "scikit-learn")
# What must be the same for all trainings of a study, and how the warning calls it. The commit is not among
# them: most commits leave the code of the trainer as it is, and its digest tells.
COMPARED = {
    "code": "code of the trainer",
    "lock_sha256": "lock file",
    "python": "version of Python",
    **{name: f"version of {name}" for name in PACKAGES},
    "processor": "processor",
    "device": "device",
}


def describe(code: str, seed: int, device: str, step_seconds: float) -> dict[str, Any]:
    """Describe what makes a training, from within it: with the checkout that this package is in.

    Parameters
    ----------
    code : str
        Digest of the modules that predictions depend on.
    seed : int
        The study's seed.
    device : str
        ``CPU``, or the name of the GPU.
    step_seconds : float
        How long the training steps took.

    Returns
    -------
    dict
        ``commit`` (None outside a git checkout), ``modified`` (tracked files differ from it), ``code``,
        ``lock_sha256``, ``seed``, ``python``, a version for each of `PACKAGES`, ``processor``, ``device``,
        ``step_seconds``, ``peak_mib`` (the largest resident memory of this process, in MiB).
    """
    root = Path(__file__).parents[1]
    commit, modified = commit_state(root)
    return {
        "commit": commit,
        "modified": modified,
        "code": code,
        "lock_sha256": lock_sha256(root),
        "seed": seed,
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in PACKAGES},
        "processor": processor(),
        "device": device,
        "step_seconds": round(step_seconds, 3),
        # In KiB on Linux. Snakemake sees the process that waits for this one (remix/fork_server.py).
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def facts(path: Path) -> dict[str, Any]:
    """Read what `describe` gave for one training.

    Raises
    ------
    ResultError
        If the file is damaged; names it.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ResultError(f"{path} is damaged ({error}); remove it and run the study again") from None


def read(paths: Iterable[str | Path]) -> "pd.DataFrame":
    """Read what `describe` gave for each training.

    Parameters
    ----------
    paths : iterable of path-like
        Files ``…/{task}/{ir}/{method}.json``, or in parquet what this function gave for many of these.

    Returns
    -------
    DataFrame
        ``task, ir, method`` and the entries of `describe` but ``peak_mib``: one row per training.

    Raises
    ------
    ResultError
        If a file is damaged; names it.
    """
    import pandas as pd

    # Imports pandas, which a training that waits for its fork does without.
    from remix.parquet import read_parquet

    gathered, lines = [], []
    for path in map(Path, paths):
        if path.suffix == ".parquet":
            gathered.append(read_parquet(path))
        else:
            names = {"task": path.parent.parent.name, "ir": path.parent.name, "method": path.stem}
            lines.append({**names, **facts(path)})
    columns = ["task", "ir", "method", "commit", "modified", *COMPARED, "seed", "step_seconds"]
    filled = [frame for frame in gathered if not frame.empty]
    if lines or not filled:
        filled.append(pd.DataFrame(lines, columns=columns))
    return pd.concat(filled, ignore_index=True)


def differences(trainings: "pd.DataFrame") -> list[str]:
    """Say in what the trainings of a study were not made alike.

    Parameters
    ----------
    trainings : DataFrame
        As `read` gives it.

    Returns
    -------
    list of str
        A sentence for each fact that is not the same for all; empty if all were made alike.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({name: ["a", "a", "a"] for name in COMPARED})
    >>> differences(frame.assign(numpy=["2.1", "2.0", "2.1"]))
    ['Not the same version of numpy for all trainings: 2.1 (2), 2.0 (1).']
    """
    found = []
    for fact, title in COMPARED.items():
        counts = trainings[fact].fillna("none").value_counts()
        if len(counts) > 1:
            each = ", ".join(f"{short(str(value))} ({count})" for value, count in counts.items())
            found.append(f"Not the same {title} for all trainings: {each}.")
    return found


def distinct(trainings: "pd.DataFrame") -> list[Mapping[str, Any]]:
    """Give what made the trainings, each distinct set of facts once, with the number of its ``trainings``."""
    names = ["commit", "modified", *COMPARED, "seed"]
    groups = trainings.groupby(names, dropna=False, sort=False).size().rename("trainings").reset_index()
    return json.loads(groups.to_json(orient="records"))


def short(value: str) -> str:
    """Cut a digest to what tells it from others."""
    return value[:10] if len(value) == 64 and value.isalnum() else value
