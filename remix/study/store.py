"""Where trainings are kept: one file for each, and for each cell a list of what is wanted of it.

``results/trainings/{task}/{ir}/{name}.parquet`` is a training. It is written whole when it is done, and never
changed. ``results/cells/{task}/{ir}/{part}.json`` says which trainings the last run wanted of a cell, as
what, and what made each.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from remix.corrections import UNCORRECTED
from remix.errors import ResultError
from remix.study.running.parquet import read_about, read_parquet
from remix.study.running.writing import write_parquet, write_text

# Rules, which read no training, start without it.
if TYPE_CHECKING:
    import pandas as pd

TRAININGS = Path("trainings")
_VALIDATION = "validation"


class Use(NamedTuple):
    """What a training is wanted as.

    Attributes
    ----------
    run : str
        ``study``, ``sweep/0.4``, ``audit/authors`` …
    method : str
        The method's name in that run.
    repeats : int
        How many of the repeats that run has; the training may have more.
    after : str
        What the method does to the probabilities after training: a name in `remix.corrections.REMEDIES`.
    """

    run: str
    method: str
    repeats: int
    after: str = UNCORRECTED


class Trained(NamedTuple):
    """What is kept of a training.

    Attributes
    ----------
    predictions, validation : DataFrame
        ``repeat, fold, row, y_true, p_0 … p_{K-1}``: one line per test row, or validation row, of each fold.
    folds : DataFrame
        One line per fold: ``repeat, fold`` and the fields of `remix.training.FoldRecord`.
    """

    predictions: pd.DataFrame
    validation: pd.DataFrame
    folds: pd.DataFrame


class Entry(NamedTuple):
    """A line of a cell's list.

    Attributes
    ----------
    training : str
        The name that it is kept under.
    uses : tuple of Use
        What it is wanted as.
    made_by : mapping
        What made it, see `remix.study.running.provenance.of_training`.
    """

    training: str
    uses: tuple[Use, ...]
    made_by: Mapping[str, Any]


def path_of(results: Path, task: str, ir: str, name: str) -> Path:
    """Name the file of a training."""
    return results / TRAININGS / task / ir / f"{name}.parquet"


def write_training(
    path: Path, trained: Trained, training: Mapping[str, Any], made_by: Mapping[str, Any]
) -> None:
    """Keep a training with its definition and what made it, whole or not at all."""
    import pandas as pd

    parts = {False: trained.predictions, True: trained.validation}
    rows = pd.concat(
        [part.assign(**{_VALIDATION: is_one}) for is_one, part in parts.items()], ignore_index=True
    )
    about = {
        "training": dict(training),
        "made_by": dict(made_by),
        "folds": trained.folds.to_csv(index=False, lineterminator="\n"),
    }
    write_parquet(rows, path, about=about)


def read_training(path: Path) -> Trained:
    """Read a training.

    Raises
    ------
    ResultError
        If it is gone or damaged; names it and says what to do.
    """
    import pandas as pd

    try:
        rows, about = read_parquet(path), read_about(path)
    except FileNotFoundError:
        raise ResultError(f"{path} is gone; run the same command again, which trains it anew") from None
    predictions, validation = (
        rows[rows[_VALIDATION] == is_one].drop(columns=_VALIDATION).reset_index(drop=True)
        for is_one in (False, True)
    )
    return Trained(predictions, validation, pd.read_csv(io.StringIO(about["folds"])))


def made_by(path: Path) -> dict[str, Any]:
    """Read what made a training; a `ResultError` if the file is damaged."""
    return read_about(path)["made_by"]


def definition(path: Path) -> dict[str, Any]:
    """Read what was trained, as `write_training` was given it; a `ResultError` if the file is damaged."""
    return read_about(path)["training"]


def write_cell(path: Path, entries: Iterable[Entry]) -> None:
    """Write what is wanted of a cell."""
    write_text(json.dumps([entry._asdict() for entry in entries], indent=1) + "\n", path)


def read_cell(paths: Iterable[Path]) -> list[Entry]:
    """Read what is wanted of a cell, from all parts of its list.

    Raises
    ------
    ResultError
        If a part is damaged; names it.
    """
    found = []
    for path in paths:
        try:
            for entry in json.loads(path.read_text(encoding="utf-8")):
                found.append(Entry(**{**entry, "uses": tuple(Use(*use) for use in entry["uses"])}))
        except (ValueError, TypeError, KeyError) as error:
            raise ResultError(
                f"{path} is damaged ({error}); remove it, and run the same command again"
            ) from None
    return found


def forget_cells_that_lost_trainings(results: Path, parts: Iterable[Path]) -> Iterator[Path]:
    """Remove lists of cells whose trainings are not all there, so that these are trained again.

    Snakemake knows of the lists, not of the trainings.

    Parameters
    ----------
    results : Path
    parts : iterable of Path
        Lists, as ``results/cells/{task}/{ir}/{part}.json``; they need not be there.

    Yields
    ------
    Path
        Each training that is gone, or the list itself where it cannot be read.
    """
    for part in parts:
        if not part.is_file():
            continue
        task, ir = part.parts[-3:-1]
        try:
            paths = [path_of(results, task, ir, entry.training) for entry in read_cell([part])]
            gone = [path for path in paths if not path.exists()]
        except ResultError:
            gone = [part]
        if gone:
            part.unlink()
            yield from gone


def stored(results: Path) -> list[Path]:
    """List the files of all trainings, in the order of their names."""
    # A name with a dot is of one that was begun by a job that was killed.
    return sorted((results / TRAININGS).glob("*/*/[!.]*.parquet"))
