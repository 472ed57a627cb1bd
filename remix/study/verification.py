"""Whether a cell that is run again agrees with the reference run, mean score by mean score.

The reference run says of itself which protocol and seed it had, and not how its methods were composed:
methods of one name are taken to be the same.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
from tabulate import tabulate

from remix.errors import ResultError
from remix.study.results.markdown import ABSENT
from remix.study.results.reading import read_table
from remix.study.results.tables.scores import DIGITS
from remix.study.study import Switches

# Means that differ by less are the same in the tables, but for how they are rounded.
TOLERANCE = 0.5 * 10**-DIGITS
# Of a task. Its repeats, which older reference runs have, follow from the protocol and a switch.
_NOT_COMPARED = ("irs", "title", "repeats", "batch_size", "complete", "grouped")
COLUMNS = ["method", "metric", "reference", "here", "difference", "agrees"]


def methods_of_reference(cell: str, reference: Path, study: Mapping[str, Any]) -> list[str]:
    """Name the methods of a cell in the reference run in a folder; see `methods_to_verify`."""
    facts = json.loads((reference / "provenance.json").read_text(encoding="utf-8"))
    return methods_to_verify(cell, read_table(reference / "tables" / "scores.csv"), facts, study)


def methods_to_verify(
    cell: str, reference: pd.DataFrame, facts: Mapping[str, Any], study: Mapping[str, Any]
) -> list[str]:
    """Name the methods of a cell that the reference run has, if the study here can be compared with it.

    Parameters
    ----------
    cell : str
        ``task/ir``.
    reference : DataFrame
        The reference run's table of scores, see `remix.study.results.tables.scores`; ratios as text.
    facts : mapping
        The reference run's provenance, with its ``study``.
    study : mapping
        What `remix.study.study.Study.to_mapping` gives of the study here.

    Returns
    -------
    list of str
        In the order of the reference.

    Raises
    ------
    ResultError
        If the reference run does not have the cell, or was made by another seed or protocol; one line.
    """
    there = (reference["task"] + "/" + reference["ir"]).drop_duplicates()
    if cell not in set(there):
        raise ResultError(f"the reference run has no cell {cell}; it has {', '.join(there)}")
    task, _, ir = cell.partition("/")
    part = reference[(reference["task"] == task) & (reference["ir"] == ir)]
    methods = [str(name) for name in part["method"].unique()]
    differences = list(_differences(task, ir, methods, facts["study"], study))
    if differences:
        raise ResultError(f"{cell} cannot be compared with the reference run: {'; '.join(differences)}")
    return methods


def _differences(
    task: str, ir: str, methods: list[str], there: Mapping[str, Any], here: Mapping[str, Any]
) -> Iterator[str]:
    """Tell in which settings of a cell two studies differ."""
    if task not in here["tasks"] or ir not in here["tasks"][task]["irs"]:
        yield "the study here does not have it"
        return
    unknown = [name for name in methods if name not in here["methods"]]
    if unknown:
        yield f"the study here does not have the methods {', '.join(unknown)}"
    other = "tables" if there["tasks"][task].get("image") else "images"
    settings = []
    for study in (there, here):
        protocol = {key: value for key, value in study["protocol"].items() if key != other}
        about_task = {key: value for key, value in study["tasks"][task].items() if key not in _NOT_COMPARED}
        # A switch that is newer than a run was off in it.
        switches = asdict(Switches()) | study["switches"]
        mappings = {"protocol": protocol, "switches": switches, task: about_task}
        settings.append(dict(_flat({"seed": study["seed"], **mappings})))
    for key in dict.fromkeys([*settings[0], *settings[1]]):
        values = [repr(side[key]) if key in side else "not a setting" for side in settings]
        if values[0] != values[1]:
            yield f"{key} is {values[1]} here, {values[0]} there"


def _flat(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Give nested settings by dotted keys; what JSON cannot tell apart is the same."""
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", list(value) if isinstance(value, list | tuple) else value


def agreement_table(reference: pd.DataFrame, scores: pd.DataFrame, task: str, ir: str) -> pd.DataFrame:
    """Put the mean scores of a cell beside those of the reference run.

    Parameters
    ----------
    reference, scores : DataFrame
        The reference run's table of scores, and that of the cell; see `remix.study.results.tables.scores`.
    task, ir : str
        A cell that both have.

    Returns
    -------
    DataFrame
        ``method, metric, reference, here, difference, agrees``: a row for each mean of the reference run; NaN
        where there is none here, which is no agreement. Methods and metrics that are only here are left out.

    Raises
    ------
    ResultError
        If the means are over different numbers of folds.
    """
    there, here = (
        frame[(frame["task"] == task) & (frame["ir"] == ir)].set_index(["method", "metric"])
        for frame in (reference, scores)
    )
    table = there.join(here[["mean", "n_folds"]].set_axis(["here", "folds_here"], axis=1))
    unlike = table[table["folds_here"].notna() & (table["folds_here"] != table["n_folds"])]
    if not unlike.empty:
        own, others = int(unlike["folds_here"].iloc[0]), int(unlike["n_folds"].iloc[0])
        raise ResultError(
            f"{task}/{ir} cannot be compared with the reference run: {own} folds here, {others} there"
        )
    table = table.reset_index().rename(columns={"mean": "reference"})
    table["difference"] = table["here"] - table["reference"]
    table["agrees"] = table["difference"].abs() <= TOLERANCE
    return table[COLUMNS]


def verification_text(
    cell: str, table: pd.DataFrame, here: Mapping[str, Any], there: Mapping[str, Any]
) -> str:
    """Say whether a cell agrees, one line for each mean that does not, and what made either side.

    Parameters
    ----------
    cell : str
        ``task/ir``.
    table : DataFrame
        See `agreement_table`.
    here, there : mapping
        Provenance of this run and of the reference run, as `remix.study.running.provenance.of_run` gives it.

    Returns
    -------
    str
        Its first line has the word ``agrees`` or ``differs`` after the cell.
    """
    apart = table[~table["agrees"]]
    counted = f"{len(table)} mean scores of {table['method'].nunique()} methods"
    if apart.empty:
        largest = table["difference"].abs().max()
        verdict = (
            f"{cell} agrees with the reference run: none of {counted} differs by more than {TOLERANCE:g}"
        )
        verdict += f" (the largest difference is {largest:.1e})." if largest else " (all are the same)."
    else:
        verdict = (
            f"{cell} differs from the reference run: {len(apart)} of {counted} by more than {TOLERANCE:g}."
        )
    lines = [
        f"{line.method}, {line.metric}: {_number(line.here)} here, {_number(line.reference)} there"
        for line in apart.itertuples()
    ]
    return "\n".join([verdict, *lines, "", _beside(here, there), ""])


def _number(value: float) -> str:
    return "none" if pd.isna(value) else f"{value:.{DIGITS + 2}f}"


def _beside(here: Mapping[str, Any], there: Mapping[str, Any]) -> str:
    """What made this run and the reference run, side by side."""
    sides = [
        dict(_flat({key: value for key, value in side.items() if key in _SHOWN})) for side in (there, here)
    ]
    keys = dict.fromkeys([*sides[0], *sides[1]])
    rows = [
        [key.rpartition(".")[2], *(str(side.get(key, ABSENT)) for side in reversed(sides))] for key in keys
    ]
    return tabulate(rows, headers=["", "here", "reference run"], disable_numparse=True)


_SHOWN = ("commit", "modified", "lock_sha256", "python", "packages", "machine")
