"""Tables and figures, made by their modules from the files at hand."""

import importlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from remix.errors import ResultError
from remix.study.results.declarations import Declaration, find
from remix.study.results.made import MadeTable
from remix.study.results.reading import read_table
from remix.study.results.runs import Runs
from remix.study.running.parquet import read_parquet
from remix.study.running.writing import write_csv, write_figure, write_text


def make(result: Declaration, runs: Runs, files: Iterable[str], folder: Path = Path()) -> None:
    """Make a table or a figure, and write its files.

    Parameters
    ----------
    result : Declaration
    runs : Runs
    files : iterable of str
        The files at hand, among them all that the result reads.
    folder : Path
        What its paths are relative to.
    """
    at_hand = list(files)
    inputs = {name: _read(find(pattern, at_hand)) for name, pattern in result.reads.items()}
    made = importlib.import_module(result.module).make(runs, **inputs)
    paths = {Path(path).suffix[1:]: folder / path for path in result.files}
    if isinstance(made, MadeTable):
        write_text(made.text, paths["md"])
        write_csv(made.values, paths["csv"])
    else:
        write_figure(made, paths)


def files_at_hand(result: Declaration, directory: Path, checkout: Path) -> list[str]:
    """List the files that a result reads and that are there.

    Parameters
    ----------
    result : Declaration
    directory : Path
        Where the study ran.
    checkout : Path
        Where the printed numbers are.

    Raises
    ------
    ResultError
        If a file is not there.
    """
    found: list[str] = []
    for pattern in result.reads.values():
        place = checkout if pattern.startswith("config/") else directory
        paths = sorted(place.glob(re.sub(r"{\w+}", "*", pattern)))
        if not paths:
            raise ResultError(
                f"{place / pattern}, which {result.name} is made from, is not there; run the study"
            )
        found += map(str, paths)
    return found


def _read(found: Any) -> Any:
    """Read a file; of several, their paths are enough."""
    if not isinstance(found, Path):
        return found
    return read_parquet(found) if found.suffix == ".parquet" else read_table(found)
