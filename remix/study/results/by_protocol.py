"""The study under several protocols: which differ in their scores, and in what they differ."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from remix.study.results.reading import scores_of
from remix.study.results.runs import Runs
from remix.study.results.training_table import differences
from remix.study.study import STUDY, Study

# The study on the tasks and repeats that the deviations are compared on.
STUDY_ALIKE = "study_alike"
# How the setting of a protocol begins that has all settings of an overlay.
TOGETHER = "all of "


class Run(NamedTuple):
    """The study under one protocol.

    Attributes
    ----------
    study : Study
        What it is: cells, methods, protocol, switches.
    scores : DataFrame
        As `remix.study.results.reading.scores_of` gives it.
    """

    study: Study
    scores: pd.DataFrame


class Compared(NamedTuple):
    """Protocols that differ in a score.

    Attributes
    ----------
    runs : dict of str to Run
        By name; the study first, then the study on the tasks and repeats that all have, then each deviation.
    settings : dict of str to str
        What each protocol sets, for people; of those left out too.
    note : str
        What a reader must know: which protocols are left out, and what made trainings differ.
    """

    runs: dict[str, Run]
    settings: dict[str, str]
    note: str


def compared(runs: Runs, scores: pd.DataFrame, trainings: pd.DataFrame) -> Compared:
    """Put the scores of the protocols beside each other, without those that change no score.

    Parameters
    ----------
    runs : Runs
        Of these, the protocols that are audited.
    scores : DataFrame
        ``results/scores.parquet``.
    trainings : DataFrame
        ``results/trainings.parquet``.
    """
    found = {}
    deviating = {task for name, run in runs.audited.items() if name != STUDY for task in run.tasks}
    left_out = [task for task in runs.study.tasks if deviating and task not in deviating]
    for name, study in runs.audited.items():
        own = scores_of(scores, study)
        found[name] = Run(study, own)
        if name == STUDY:
            alike = own[(own["repeat"] < runs.audit_repeats) & ~own["task"].isin(left_out)]
            shared = study.only(task for task in study.tasks if task not in left_out)
            found[STUDY_ALIKE] = Run(shared.first_repeats(runs.audit_repeats), alike)
    settings, unchanged = setting_texts(found), without_effect(found)
    warnings = [f"**Warning.** {text}" for text in differences(trainings)]
    notes = [*warnings, left_out_note(left_out), unchanged_note(settings[name] for name in unchanged)]
    note = " ".join(filter(None, notes))
    return Compared({name: run for name, run in found.items() if name not in unchanged}, settings, note)


def setting_texts(runs: Mapping[str, Run]) -> dict[str, str]:
    """Say in what each protocol differs from the study's, such as ``epochs 500``."""
    texts = {}
    for name, run in runs.items():
        repeats = run.study.protocol.repeats
        value, own = _setting(run.study, name), _setting(runs[STUDY].study, name)
        if name in (STUDY, STUDY_ALIKE):
            texts[name] = f"as configured, {'' if name == STUDY else 'first '}{repeats} repeats"
        elif value is None:
            texts[name] = f"{TOGETHER}{name}.yaml"
        elif isinstance(value, Mapping):
            changed = {key: entry for key, entry in value.items() if entry != own.get(key)}
            texts[name] = ", ".join(f"{name} {key} {entry}" for key, entry in (changed or value).items())
        else:
            texts[name] = f"{name} {value}"
    return texts


def _setting(study: Study, name: str) -> Any:
    """Value of a setting, wherever it is; None if there is none of this name."""
    protocol = dataclasses.asdict(study.protocol)
    tables = protocol["tables"] or {}
    return {**tables, **protocol, **dataclasses.asdict(study.switches)}.get(name)


def without_effect(runs: Mapping[str, Run]) -> list[str]:
    """Name the protocols under which all scores are those of the study, on the same cells and folds."""
    alike = runs[STUDY_ALIKE].scores.reset_index(drop=True)
    return [
        name
        for name, run in runs.items()
        if name not in (STUDY, STUDY_ALIKE) and run.scores.reset_index(drop=True).equals(alike)
    ]


def left_out_note(tasks: Iterable[str]) -> str:
    """Say which tasks are trained under no deviation."""
    names = ", ".join(tasks)
    return f"Not trained under any deviation (audit.leave_out): {names}." if names else ""


def unchanged_note(settings: Iterable[str]) -> str:
    """Say which settings are left out, since they change nothing here."""
    texts = "; ".join(settings)
    return f"Left out, since they change no score on these cells and folds: {texts}." if texts else ""
