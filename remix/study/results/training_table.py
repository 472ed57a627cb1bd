"""The table of trainings: what made each and what it took, and whether all were made alike.

Snakemake trains anew where settings, data or the code of the trainer have changed. It does not know of
another version of TensorFlow, of another processor, or of a file that was carried here from elsewhere: each
training says of itself what made it, and pages and summary warn where not all say the same.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from remix.study.running.provenance import TRAINED_WITH
from remix.study.store import Entry

# What must be the same for all trainings of a study, and how the warning calls it. The commit is not among
# them: most commits leave the code that trains as it is, and what another code has trained has another name.
COMPARED = {
    "lock_sha256": "lock file",
    "python": "version of Python",
    **{name: f"version of {name}" for name in TRAINED_WITH},
    "processor": "processor",
    "device": "device",
    "tf32": "use of TF32",
    "xla": "use of XLA",
    "environment": "settings of the environment",
}
# Of these, what only networks depend on: other classifiers are always fitted on the CPU.
OF_NETWORKS = ("device", "tf32", "xla")
# What tells trainings apart that were not made alike.
FACTS = ["commit", "modified", *COMPARED, "seed"]
# What it took.
COST = ["begun", "seconds", "step_seconds", "peak_mib"]


def list_trainings(cells: Iterable[tuple[str, str, Iterable[Entry]]]) -> pd.DataFrame:
    """List what is wanted of cells, and what made it.

    Parameters
    ----------
    cells : iterable of (str, str, iterable of Entry)
        Task, imbalance ratio, and what `remix.study.store.read_cell` gives.

    Returns
    -------
    DataFrame
        ``run, task, ir, method, training, repeats, after`` (see `remix.study.store.Use`) and what made it
        (see `remix.study.running.provenance.of_training`), of classifiers that are no networks the
        ``library`` with its version, too: a row for each use of a training.
    """
    columns = ["run", "task", "ir", "method", "training", "repeats", "after"]
    lines = [
        {
            "run": use.run,
            "task": task,
            "ir": ir,
            "method": use.method,
            "training": entry.training,
            "repeats": use.repeats,
            "after": use.after,
        }
        | dict(entry.made_by)
        for task, ir, entries in cells
        for entry in entries
        for use in entry.uses
    ]
    if not lines:
        return pd.DataFrame(columns=[*columns, *FACTS, *COST])
    # Of trainings that are older than a fact nothing is known of it.
    return pd.DataFrame([dict.fromkeys([*columns, *FACTS]) | line for line in lines])


def differences(trainings: pd.DataFrame) -> list[str]:
    """Say in what the trainings of a study were not made alike.

    Parameters
    ----------
    trainings : DataFrame
        As `list_trainings` gives it; a training that is wanted more than once counts once.

    Returns
    -------
    list of str
        A sentence for each fact that is not the same for all; empty if all were made alike.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({name: ["a", "a", "a"] for name in COMPARED})
    >>> differences(frame.assign(numpy=["2.1", "2.0", "2.1"], training=["a1", "b2", "c3"]))
    ['Not the same version of numpy for all trainings: 2.1 (2), 2.0 (1).']
    """
    found, trainings = [], trainings.drop_duplicates("training")
    networks = trainings.get("library", pd.Series(index=trainings.index, dtype=object)).isna()
    for fact, title in COMPARED.items():
        known = trainings[networks] if fact in OF_NETWORKS else trainings
        counts = known[fact].fillna("none").value_counts()
        if len(counts) > 1:
            each = ", ".join(f"{short(str(value))} ({count})" for value, count in counts.items())
            found.append(f"Not the same {title} for all trainings: {each}.")
    return found


def distinct(trainings: pd.DataFrame) -> list[Mapping[str, Any]]:
    """Give what made the trainings, each distinct set of facts once, with the number of its ``trainings``."""
    once = trainings.drop_duplicates("training")
    groups = once.groupby(FACTS, dropna=False, sort=False).size().rename("trainings").reset_index()
    return json.loads(groups.to_json(orient="records"))


def training_cost(trainings: pd.DataFrame) -> dict[str, float]:
    """Add up what trainings took.

    Parameters
    ----------
    trainings : DataFrame
        As `list_trainings` gives it; a training that is wanted more than once counts once.

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


def short(value: str) -> str:
    """Cut a digest to what tells it from others."""
    return value[:10] if len(value) == 64 and value.isalnum() else value
