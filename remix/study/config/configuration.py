"""The configuration of a study: checked as a whole, then turned into typed objects."""

import dataclasses
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remix.catalogue import LATER_METHODS, with_base
from remix.errors import ConfigError, one_line
from remix.protocol import Protocol
from remix.study.ablation import Ablation
from remix.study.config.checks import semantic_problems
from remix.study.config.files import ConfigFiles, overlaid
from remix.study.config.schema import schema_problems
from remix.study.data.catalogue import Dataset, Task, ir_text, ir_value, task_irs
from remix.study.data.sources.downloading import Network
from remix.study.study import STUDY, Study, Switches, sorted_irs
from remix.study.sweep import Sweep


@dataclass(frozen=True)
class Audit:
    """How the study is compared with itself under other protocols.

    Attributes
    ----------
    overlays : list of str
        Files with the settings that differ.
    repeats : int
        How many of the study's repeats are trained again.
    leave_out : list of str
        Tasks of the study that are trained under no deviation.
    train : bool
        Whether the study trains and reports it.
    """

    overlays: list[str]
    repeats: int
    leave_out: list[str]
    train: bool

    def trained(self, protocols: Mapping[str, Study]) -> dict[str, Study]:
        """Choose what is trained: the study, and the deviations on all tasks but those left out."""
        chosen = {
            name: run if name == STUDY else run.only(task for task in run.tasks if task not in self.leave_out)
            for name, run in protocols.items()
        }
        return {name: run for name, run in chosen.items() if run.tasks}


@dataclass(frozen=True)
class TrainingsPerJob:
    """How many trainings of a cell share a job, ``'all'`` or a number.

    Attributes
    ----------
    tables, images : 'all' or int
        For cells of tables, and of images.
    """

    tables: str | int
    images: str | int


@dataclass(frozen=True)
class Configuration:
    """The study with all that is about running it, and that no table or figure depends on.

    Attributes
    ----------
    study : Study
    report : str
        What the report is about: ``'paper'``, or ``'answer'``.
    datasets : dict of str to Dataset
        Those with a selected task, in catalogue order, with these tasks only.
    audit : Audit
    sweep : Sweep
    ablation : Ablation
    data_dir : pathlib.Path
        Folder for files that the user provides.
    on_missing : str
        ``'skip'`` or ``'fail'``.
    network : Network
    trainings_per_job : TrainingsPerJob
    """

    study: Study
    report: str
    datasets: dict[str, Dataset]
    audit: Audit
    sweep: Sweep
    ablation: Ablation
    data_dir: Path
    on_missing: str
    network: Network
    trainings_per_job: TrainingsPerJob


def load_configuration(
    config: Mapping[str, Any],
    files: Sequence[str | os.PathLike[str]],
    schemas: str | os.PathLike[str],
    checked: Mapping[str, Any] | None = None,
    overlays: Iterable[str | os.PathLike[str]] = (),
    *,
    imports: bool = True,
) -> Configuration:
    """Check a configuration and turn it into typed objects.

    Parameters
    ----------
    config : mapping
        All configuration files and ``--config`` settings, merged.
    files : sequence of path-like
        The files in the order of merging (later ones win); messages name their lines.
    schemas : path-like
        Folder of the JSON schemas.
    checked : mapping, optional
        A configuration that was loaded before: sections that are the same object here are not held
        against their schema again, which of many datasets takes a second.
    overlays : iterable of path-like
        Those of the files whose paths, ``data_dir`` and the ``file`` of sources, are relative to them. Other
        files' and ``--config``'s are relative to the working directory, as all are in what is returned.
    imports : bool
        Whether classifiers that methods name are imported, and asked for their parameters, which takes a
        second: a job of a run that has asked them need not.

    Returns
    -------
    Configuration

    Raises
    ------
    ConfigError
        If anything is wrong; one line per problem, in the order of files and lines.
    """
    sources = ConfigFiles(files)
    merged = _with_later_methods(_plain(config))
    known = [section for section, value in (checked or {}).items() if config.get(section) is value]
    problems = schema_problems(merged, Path(schemas), checked=known)
    problems += semantic_problems(merged, [problem.place for problem in problems], imports=imports)
    messages = {*sources.duplicates(), *sources.ineffective(merged)}
    messages |= {sources.message(problem, merged) for problem in problems}
    if messages:
        raise ConfigError("\n".join(one_line(message.text) for message in sorted(messages)))
    for section in ("datasets", "methods"):
        merged[section] = sources.sorted_like(merged[section], section)
    _locate_paths(merged, sources, {Path(overlay).absolute() for overlay in overlays})
    return _configuration(merged)


def _with_later_methods(config: dict[str, Any]) -> dict[str, Any]:
    """Lay the methods of a configuration over those of the library that it names and need not write out."""
    study, methods = config.get("study"), config.get("methods")
    named = study.get("methods") if isinstance(study, dict) else None
    if not isinstance(named, list) or not isinstance(methods, dict):
        return config
    later = {name: entry for name, entry in LATER_METHODS.items() if name in named}
    return {**config, "methods": overlaid(later, methods)}


def _locate_paths(config: dict[str, Any], sources: ConfigFiles, overlays: set[Path]) -> None:
    """Write paths that overlays set relative to the working directory."""

    def located(path: str, setter: Path | None) -> str:
        if setter is None or setter not in overlays or setter.parent == Path.cwd():
            return path
        return path if Path(path).is_absolute() else os.path.relpath(setter.parent / path)

    config["data_dir"] = located(config["data_dir"], sources.setter(("data_dir",), config))
    for name, entry in config["datasets"].items():
        if any("file" in source for source in entry["sources"]):
            # The list is from one file as a whole.
            setter = sources.setter(("datasets", name, "sources"), config)
            for source in entry["sources"]:
                if "file" in source:
                    source["file"] = located(source["file"], setter)


def _plain(value: Any) -> Any:
    """Copy into plain dicts and lists, so that later changes to the original change nothing here."""
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value


def _configuration(config: Mapping[str, Any]) -> Configuration:
    study, irs = config["study"], config["study"]["irs"]
    chosen = set() if irs == "all" else {ir_value(ir_text(ir)) for ir in irs}
    switches = Switches(**config["switches"])
    datasets: dict[str, Dataset] = {}
    tasks: dict[str, Task] = {}
    for name, entry in config["datasets"].items():
        specs = {
            task: {**spec, "irs": task_irs(spec, entry, switches.multiclass_irs)}
            for task, spec in entry["tasks"].items()
        }
        dataset = Dataset.from_entry(name, {**entry, "tasks": specs})
        selected = [
            dataclasses.replace(
                task, irs=tuple(sorted_irs([ir for ir in task.irs if irs == "all" or ir_value(ir) in chosen]))
            )
            for task in dataset.tasks
            if study["tasks"] == "all" or task.name in study["tasks"]
        ]
        selected = [task for task in selected if task.irs]
        if selected:
            datasets[name] = dataclasses.replace(dataset, tasks=tuple(selected))
            tasks |= {task.name: task for task in selected}
    return Configuration(
        study=Study(
            seed=config["seed"],
            protocol=Protocol.from_section(config["protocol"]),
            switches=switches,
            tasks=tasks,
            entries={
                name: with_base(entry, config["methods"])
                for name, entry in config["methods"].items()
                if study["methods"] == "all" or name in study["methods"]
            },
        ),
        report=study["report"],
        datasets=datasets,
        audit=Audit(**config["audit"]),
        sweep=Sweep(**config["sweep"]),
        ablation=Ablation(**config["ablation"]),
        data_dir=Path(config["data_dir"]),
        on_missing=config["on_missing"],
        network=Network(**config["network"]),
        trainings_per_job=TrainingsPerJob(**config["trainings_per_job"]),
    )
