"""The configuration of a study: checked as a whole, then turned into typed objects."""

import dataclasses
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remix.batches.entries import is_for_images, stage_entry
from remix.errors import ConfigError, one_line
from remix.protocol import Protocol
from remix.study.config.checks import semantic_problems
from remix.study.config.files import ConfigFiles
from remix.study.config.schema import schema_problems
from remix.study.data.catalogue import Dataset, Task, task_irs
from remix.study.data.sources.network import Network

# The study as it is, among others that are the same with other settings.
STUDY = "study"


@dataclass(frozen=True)
class Switches:
    """What may be done differently from the paper's text; config/README.md explains each.

    Attributes
    ----------
    cost_weights, binary_bbs, balance, balance_pool, imputation, last_batch : str
    smote_fallback : int
    multiclass_irs : 'listed' or list of float
    binary_repeats, image_rows : 'all' or int
    """

    cost_weights: str
    binary_bbs: str
    smote_fallback: int
    balance: str
    balance_pool: str
    multiclass_irs: str | list[float]
    imputation: str
    binary_repeats: str | int
    last_batch: str
    image_rows: str | int


@dataclass(frozen=True)
class Audit:
    """How the study is compared with itself under other protocols.

    Attributes
    ----------
    overlays : list of str
        Files with the settings that differ.
    repeats : int
        How many of the study's repeats are trained again.
    train : bool
        Whether the study trains and reports it.
    """

    overlays: list[str]
    repeats: int
    train: bool


@dataclass(frozen=True)
class Sweep:
    """How a method's α is varied.

    Attributes
    ----------
    tasks : list of str
        Where: those that the study does not run are left out.
    method : str
        A method that mixes.
    alphas : list of float
        Values of α beside the study's own.
    """

    tasks: list[str]
    method: str
    alphas: list[float]


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
class Study:
    """What is to be run, checked: names exist, numbers are in their ranges.

    Attributes
    ----------
    seed : int
        All random choices derive from it.
    protocol : Protocol
    switches : Switches
    audit : Audit
    sweep : Sweep
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
    trainings_per_job : TrainingsPerJob
    run : str
        What results call it: ``study``, or of a study that is the same with other settings ``sweep/0.4``,
        ``audit/authors`` …
    """

    seed: int
    protocol: Protocol
    switches: Switches
    audit: Audit
    sweep: Sweep
    datasets: dict[str, Dataset]
    tasks: dict[str, Task]
    methods: dict[str, dict[str, Any]]
    data_dir: Path
    on_missing: str
    network: Network
    trainings_per_job: TrainingsPerJob
    run: str = STUDY

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Task and imbalance ratio (as written in paths) of every cell."""
        return [(task.name, ir) for task in self.tasks.values() for ir in task.irs]

    def methods_of(self, task: str) -> list[str]:
        """List the methods that a task can be trained with: some work on images only."""
        on_images = self.tasks[task].image is not None
        return [name for name, entry in self.methods.items() if on_images or not is_for_images(entry)]

    def method_spec(self, name: str, *, images: bool = False) -> dict[str, Any]:
        """Give the stages of a method as they are trained: under the study's switches, without the title.

        Parameters
        ----------
        name : str
        images : bool
            Whether for a task on images, for which parameters may differ.
        """
        spec = {key: value for key, value in self.methods[name].items() if key != "title"}
        if isinstance(spec.get("mix", {}).get("alpha"), Mapping):
            spec["mix"] = {**spec["mix"], "alpha": spec["mix"]["alpha"]["images" if images else "tables"]}
        if self.switches.cost_weights == "ignored":
            spec.pop("loss_weights", None)
        if "resample" in spec:
            # A method that says itself what a switch is about keeps what it says.
            stage, parameters = stage_entry(spec["resample"])
            switched: dict[str, dict[str, Any]] = {
                "balanced": {"draw_classes": self.switches.balance, "pool": self.switches.balance_pool},
                "smote": {"smallest": self.switches.smote_fallback},
            }
            spec["resample"] = {stage: switched[stage] | parameters}
        return spec

    def repeats(self, task: str) -> int:
        """Count the repeats of the cross-validation of a task."""
        wanted = self.switches.binary_repeats if self.tasks[task].binary else "all"
        return self.protocol.repeats if wanted == "all" else min(int(wanted), self.protocol.repeats)

    def rows(self, task: str) -> str | int:
        """Count the rows of its dataset that a task uses: ``'all'``, or a number."""
        return "all" if self.tasks[task].image is None else self.switches.image_rows

    def training(self, task: str, method: str) -> dict[str, Any]:
        """Give all that predictions of a method on the cells of a task depend on, beside data and code.

        Two methods, or two studies, for which this is the same have the same predictions. More
        ``protocol.repeats`` only add folds.
        """
        return {"task": self.tasks[task].definition(), **self.settings(method, *self.kind_of_training(task))}

    def kind_of_training(self, task: str) -> tuple[bool, int, int, bool]:
        """Tell what trainings depend on of a task beside its definition: what `settings` takes.

        Returns
        -------
        tuple
            Whether its rows are images; rows per mini-batch; repeats of the cross-validation; whether no
            value is missing.
        """
        definition = self.tasks[task]
        images = definition.image is not None
        # Pixels are never missing.
        complete = images or self.datasets[definition.dataset].missing == 0
        return images, definition.batch_size or self.protocol.batch_size, self.repeats(task), complete

    def settings(
        self, method: str, images: bool, batch_size: int, repeats: int, complete: bool
    ) -> dict[str, Any]:
        """Give what trainings of a method depend on beside the definition of the task; see `training`."""
        spec = self.method_spec(method, images=images)
        protocol = self.protocol.for_training(images=images)
        protocol |= {"repeats": repeats, "batch_size": batch_size}
        last_batch = "filled"
        if self.switches.last_batch == "dropped":
            last_batch = "dropped" if "resample" in spec or "mix" in spec else "partial"
        return {
            "method": spec,
            "protocol": protocol,
            "last_batch": last_batch,
            "imputation": "training_part" if complete else self.switches.imputation,
            "rows": self.switches.image_rows if images else "all",
            "seed": self.seed,
        }

    def method_title(self, name: str) -> str:
        """Give a method's name for people."""
        return str(self.methods[name].get("title", name))

    def for_reports(self) -> dict[str, Any]:
        """Give what tables and figures need to know, in types that JSON has; the order of entries counts."""
        return {
            "tasks": {
                name: {
                    **task.definition(),
                    "irs": task.irs,
                    "title": self.datasets[task.dataset].title,
                    "repeats": self.repeats(name),
                    **({"text": note} if (note := self.datasets[task.dataset].text_note) else {}),
                }
                for name, task in self.tasks.items()
            },
            "methods": {name: self.method_title(name) for name in self.methods},
            "image_methods": [name for name, entry in self.methods.items() if is_for_images(entry)],
            "protocol": dataclasses.asdict(self.protocol),
            "switches": dataclasses.asdict(self.switches),
            "seed": self.seed,
            "run": self.run,
        }


def load_study(
    config: Mapping[str, Any],
    files: Sequence[str | os.PathLike[str]],
    schemas: str | os.PathLike[str],
    checked: Mapping[str, Any] | None = None,
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
    checked : mapping, optional
        A configuration that a study was loaded from: sections that are the same object here are not held
        against their schema again, which of many datasets takes a second.

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
    known = [section for section, value in (checked or {}).items() if config.get(section) is value]
    problems = schema_problems(merged, Path(schemas), checked=known)
    problems += semantic_problems(merged, [problem.place for problem in problems])
    messages = {*sources.duplicates(), *sources.ineffective(merged)}
    messages |= {sources.message(problem, merged) for problem in problems}
    if messages:
        raise ConfigError("\n".join(one_line(message.text) for message in sorted(messages)))
    for section in ("datasets", "methods"):
        merged[section] = sources.sorted_like(merged[section], section)
    return _study(merged)


def _plain(value: Any) -> Any:
    """Copy into plain dicts and lists, so that later changes to the original change nothing here."""
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value


def _study(config: Mapping[str, Any]) -> Study:
    study, irs = config["study"], config["study"]["irs"]
    switches = Switches(**config["switches"])
    datasets: dict[str, Dataset] = {}
    tasks: dict[str, Task] = {}
    for name, entry in config["datasets"].items():
        sources = [_with_text_labels(source) for source in entry["sources"]]
        specs = {
            task: {**spec, "irs": task_irs(spec, switches.multiclass_irs)}
            for task, spec in entry["tasks"].items()
        }
        dataset = Dataset.from_entry(name, {**entry, "sources": sources, "tasks": specs})
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
        protocol=Protocol.from_section(config["protocol"]),
        switches=switches,
        audit=Audit(**config["audit"]),
        sweep=Sweep(**config["sweep"]),
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
        trainings_per_job=TrainingsPerJob(**config["trainings_per_job"]),
    )


def _with_text_labels(source: Mapping[str, Any]) -> dict[str, Any]:
    """Turn raw labels into strings: keys of one type, which JSON can sort."""
    if "labels" not in source:
        return dict(source)
    return {**source, "labels": {str(raw): label for raw, label in source["labels"].items()}}
