"""Which trainings are kept, what each is wanted as, and which are wanted by no run any more."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import pandas as pd

from remix.study import store
from remix.study.training_cells import names_of
from remix.study.trainings import Training, inputs_of

YES, NO, UNKNOWN = "yes", "no", "unknown"
COLUMNS = [
    "training", "task", "ir", "method", "run", "epochs", "repeats", "finished", "mib", "wanted", "path",
]  # fmt: skip


def inventory(folder: Path, wanted: Mapping[tuple[str, str], list[Training]]) -> pd.DataFrame:
    """List the trainings that are kept.

    Parameters
    ----------
    folder : Path
        Where the study runs: with ``results`` and ``resources`` in it.
    wanted : mapping
        By task and imbalance ratio, as `remix.study.trainings.trainings_of` gives it.

    Returns
    -------
    DataFrame
        ``training, task, ir``; ``method`` and ``run``, what it is wanted as or, if it is not, was trained as;
        ``epochs, repeats``; ``finished``; ``mib``, the size of its file; ``wanted``: ``yes``, ``no``, or
        ``unknown`` where the data that decide it are not there; ``path``.

    Raises
    ------
    ResultError
        If a file is damaged; names it.
    """
    lines, cells = [], {}
    for path in store.stored(folder / "results"):
        task, ir = path.parts[-3:-1]
        if (task, ir) not in cells:
            cells[task, ir] = by_name(folder, wanted.get((task, ir), []))
        said = store.definition(path)
        here = cells[task, ir]
        training = (here or {}).get(path.stem) or Training.from_mapping(said)
        use = training.uses[0]
        lines.append(
            {
                "training": path.stem,
                "task": task,
                "ir": ir,
                "method": use.method,
                "run": use.run,
                "epochs": said["definition"]["protocol"]["epochs"],
                "repeats": said["definition"]["protocol"]["repeats"],
                "finished": datetime.fromtimestamp(path.stat().st_mtime).isoformat(" ", "minutes"),
                "mib": round(path.stat().st_size / 2**20, 1),
                "wanted": UNKNOWN if here is None else YES if path.stem in here else NO,
                "path": path,
            }
        )
    return pd.DataFrame(lines, columns=COLUMNS)


def by_name(folder: Path, trainings: Iterable[Training]) -> dict[str, Training] | None:
    """Name some trainings of a cell, from its data as they are now; None if these are not there."""
    trainings = list(trainings)
    files = {path: folder / path for path in inputs_of(trainings)}
    if not all(path.is_file() for path in files.values()):
        return None
    return dict(zip(names_of(trainings, files), trainings, strict=True))
