"""The configuration of a study: checked as a whole, then turned into typed objects."""

import dataclasses
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remix.config.checks import semantic_problems
from remix.config.files import ConfigFiles
from remix.config.schema import schema_problems
from remix.data.catalogue import Dataset, Task
from remix.errors import ConfigError
from remix.protocol import Protocol


@dataclass(frozen=True)
class Network:
    """How patient downloads are.

    Attributes
    ----------
    connect_timeout, read_timeout : float
        Seconds to wait for a connection, and for the next bytes.
    retries : int
        Further attempts after the first.
    openml_server : str
        Address of OpenML's XML interface.
    """

    connect_timeout: float
    read_timeout: float
    retries: int
    openml_server: str


@dataclass(frozen=True)
class Study:
    """What is to be run, checked: names exist, numbers are in their ranges.

    Attributes
    ----------
    seed : int
        All random choices derive from it.
    protocol : Protocol
    datasets : dict of str to Dataset
        Those with a selected task, in catalogue order, with these tasks only.
    tasks : dict of str to Task
        The selected tasks in catalogue order, with the selected imbalance ratios only.
    methods : dict of str to dict
        Full entries of the selected methods, in catalogue order.
    data_dir : pathlib.Path
        Folder for files that the user provides.
    on_missing : str
        ``'skip'`` or ``'fail'``.
    network : Network
    """

    seed: int
    protocol: Protocol
    datasets: dict[str, Dataset]
    tasks: dict[str, Task]
    methods: dict[str, dict[str, Any]]
    data_dir: Path
    on_missing: str
    network: Network

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Task and imbalance ratio (as written in paths) of every cell."""
        return [(task.name, ir) for task in self.tasks.values() for ir in task.irs]

    def method_spec(self, name: str) -> dict[str, Any]:
        """Give the stages of a method: its entry without the title."""
        return {key: value for key, value in self.methods[name].items() if key != "title"}

    def method_title(self, name: str) -> str:
        """Give a method's name for people."""
        return str(self.methods[name].get("title", name))


def load_study(
    config: Mapping[str, Any], files: Sequence[str | os.PathLike[str]], schemas: str | os.PathLike[str]
) -> Study:
    """Check a configuration and build the study that it describes.

    Parameters
    ----------
    config : mapping
        All configuration files and ``--config`` settings, merged.
    files : sequence of path-like
        The files in the order of merging (later ones win); messages name their lines.
    schemas : path-like
        Folder of the JSON schemas.

    Returns
    -------
    Study

    Raises
    ------
    ConfigError
        If anything is wrong; one line per problem, in the order of files and lines.
    """
    sources = ConfigFiles(files)
    merged = _plain(config)
    problems = schema_problems(merged, Path(schemas))
    problems += semantic_problems(merged, [problem.place for problem in problems])
    messages = {*sources.duplicates(), *(sources.message(problem, merged) for problem in problems)}
    if messages:
        raise ConfigError("\n".join(message.text for message in sorted(messages)))
    return _study(merged)


def _plain(value: Any) -> Any:
    """Copy into plain dicts and lists, so that later changes to the original change nothing here."""
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value


def _study(config: Mapping[str, Any]) -> Study:
    study, irs = config["study"], config["study"]["irs"]
    datasets: dict[str, Dataset] = {}
    tasks: dict[str, Task] = {}
    for name, entry in config["datasets"].items():
        sources = [_with_text_labels(source) for source in entry["sources"]]
        dataset = Dataset.from_entry(name, {**entry, "sources": sources})
        selected = [
            dataclasses.replace(task, irs=tuple(ir for ir in task.irs if irs == "all" or float(ir) in irs))
            for task in dataset.tasks
            if study["tasks"] == "all" or task.name in study["tasks"]
        ]
        selected = [task for task in selected if task.irs]
        if selected:
            datasets[name] = dataclasses.replace(dataset, tasks=tuple(selected))
            tasks |= {task.name: task for task in selected}
    return Study(
        seed=config["seed"],
        protocol=Protocol.from_mapping(config["protocol"]),
        datasets=datasets,
        tasks=tasks,
        methods={
            name: entry
            for name, entry in config["methods"].items()
            if study["methods"] == "all" or name in study["methods"]
        },
        data_dir=Path(config["data_dir"]),
        on_missing=config["on_missing"],
        network=Network(**config["network"]),
    )


def _with_text_labels(source: Mapping[str, Any]) -> dict[str, Any]:
    """Turn raw labels into strings: keys of one type, which JSON can sort."""
    if "labels" not in source:
        return dict(source)
    return {**source, "labels": {str(raw): label for raw, label in source["labels"].items()}}
