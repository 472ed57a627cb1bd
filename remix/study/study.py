"""What is run, as rules and reports have it: protocol, switches, tasks, methods."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from typing import Any, NamedTuple

from remix.catalogue import is_for, is_for_tables, stage_entry, stages
from remix.corrections import UNCORRECTED, remedy
from remix.protocol import Protocol
from remix.study.data.catalogue import IMAGE_KINDS, TABLE_KINDS, Task, ir_value

# The run that is the study itself.
STUDY = "study"
# The method that others are measured against.
BASELINE = "baseline"
KIND_TITLES = {
    "binary": "Binary",
    "multiclass": "Multi-class",
    "binary_images": "Binary images",
    "multiclass_images": "Multi-class images",
}


@dataclass(frozen=True)
class Switches:
    """What may be done differently from the paper's text; config/README.md explains each.

    The defaults are what the paper's text says; a test holds them against config/config.yaml.

    Attributes
    ----------
    cost_weights, binary_bbs, balance, balance_pool, imputation, last_batch : str
    smote_fallback : int
    splits : str
    multiclass_irs : 'listed' or list of float or 'natural'
    binary_repeats : 'all' or int
    """

    cost_weights: str = "applied"
    binary_bbs: str = "proper"
    smote_fallback: int = 1
    balance: str = "equal"
    balance_pool: str = "batch"
    multiclass_irs: str | list[float | str] = "listed"
    imputation: str = "training_part"
    binary_repeats: str | int = "all"
    last_batch: str = "filled"
    splits: str = "rows"


@dataclass(frozen=True)
class Study:
    """What is run, checked: names exist, numbers are in their ranges.

    Attributes
    ----------
    seed : int
        All random choices derive from it.
    protocol : Protocol
    switches : Switches
    tasks : mapping of str to Task
        The selected tasks in catalogue order, with the selected imbalance ratios only, from mild to extreme.
    entries : mapping of str to mapping
        Full entries of the selected methods, in catalogue order: with the stages of their bases.
    run : str
        What results call it: ``study``, or of a study that is the same with other settings ``sweep/0.4``,
        ``audit/authors`` …
    """

    seed: int
    protocol: Protocol
    switches: Switches
    tasks: Mapping[str, Task]
    entries: Mapping[str, Mapping[str, Any]]
    run: str = STUDY

    def to_mapping(self) -> dict[str, Any]:
        """Give all of it, in types that JSON has; the order of tasks and methods counts, no other does."""
        return {
            "seed": self.seed,
            "run": self.run,
            "protocol": _ordered(self.protocol.as_mapping()),
            "switches": asdict(self.switches),
            "tasks": {name: task.as_mapping() for name, task in self.tasks.items()},
            "methods": {name: _ordered(entry) for name, entry in self.entries.items()},
        }

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> "Study":
        """Build from what `to_mapping` gives."""
        return cls(
            seed=given["seed"],
            run=given["run"],
            protocol=Protocol.from_mapping(given["protocol"]),
            switches=Switches(**given["switches"]),
            tasks={
                name: Task.from_definition({"name": name, **task}) for name, task in given["tasks"].items()
            },
            entries=given["methods"],
        )

    def to_json(self) -> str:
        """Write it as a parameter of Snakemake's rules, which makes anew what has another text there."""
        return json.dumps(self.to_mapping())

    @classmethod
    def from_json(cls, text: str) -> "Study":
        """Read what `to_json` gives."""
        return cls.from_mapping(json.loads(text))

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Every (task, IR) of the study, tasks in catalogue order, IRs from mild to extreme."""
        return [(name, ir) for name, task in self.tasks.items() for ir in task.irs]

    def datasets_of(self, tasks: Iterable[str]) -> list[str]:
        """Name the dataset of each of some tasks."""
        return [self.tasks[task].dataset for task in tasks]

    @cached_property
    def titles(self) -> dict[str, str]:
        """Title of each task's dataset, by task."""
        return {name: task.title for name, task in self.tasks.items()}

    @cached_property
    def texts(self) -> dict[str, str]:
        """How the texts of a task became features, for tasks on texts."""
        return {name: task.text for name, task in self.tasks.items() if task.text}

    @cached_property
    def repeats(self) -> dict[str, int]:
        """Repeats of each task's cross-validation, by task."""
        return {name: self._repeats_of(task) for name, task in self.tasks.items()}

    def _repeats_of(self, task: Task) -> int:
        limits: list[str | int] = [self.protocol.repeats]
        if task.binary:
            limits.append(self.switches.binary_repeats)
        if task.image is not None and self.protocol.images is not None:
            limits.append(self.protocol.images.repeats)
        return min(int(limit) for limit in limits if limit != "all")

    @cached_property
    def methods(self) -> dict[str, str]:
        """Titles of the methods by name, in the order of the catalogue."""
        return {name: str(entry.get("title", name)) for name, entry in self.entries.items()}

    def methods_of(self, task: str) -> dict[str, str]:
        """Give the titles of the methods that a task is trained with."""
        return self.methods_on(self.tasks[task].kind)

    def methods_on(self, kind: str) -> dict[str, str]:
        """Give the titles of the methods that tasks of a kind are trained with."""
        images = kind in IMAGE_KINDS
        return {n: title for n, title in self.methods.items() if is_for(self.entries[n], images=images)}

    def method_spec(self, name: str, *, images: bool = False) -> dict[str, Any]:
        """Give the stages of a method as they are trained: under the study's switches, and nothing else.

        Parameters
        ----------
        name : str
        images : bool
            Whether for a task on images, for which parameters may differ.
        """
        entry = {key: value for key, value in self.entries[name].items() if key != "after"}
        spec = stages(entry, images=images)
        if self.switches.cost_weights == "ignored":
            spec.pop("loss_weights", None)
        if "resample" in spec:
            # A method that says itself what a switch is about keeps what it says.
            stage, parameters = stage_entry("resample", spec["resample"])
            switched: dict[str, dict[str, Any]] = {
                "balanced": {"draw_classes": self.switches.balance, "pool": self.switches.balance_pool},
                "smote": {"smallest": self.switches.smote_fallback},
            }
            spec["resample"] = {stage: switched[stage] | parameters}
        return spec

    def after(self, name: str) -> str:
        """Name what a method does to the probabilities after training, in `remix.corrections.REMEDIES`."""
        return remedy(self.entries[name].get("after", {})).name

    def trained(self) -> "Study":
        """Give the same study without the methods that do something after training."""
        as_trained = {name: e for name, e in self.entries.items() if self.after(name) == UNCORRECTED}
        return replace(self, entries=as_trained)

    def networks(self) -> "Study":
        """Give the same study without the methods that are no networks."""
        return replace(self, entries={n: e for n, e in self.entries.items() if not is_for_tables(e)})

    def rows(self, task: str) -> str | int:
        """Count the rows of its dataset that a task uses: ``'all'``, or a number."""
        images, definition = self.protocol.images, self.tasks[task]
        if definition.image is None or images is None:
            return "all"
        return images.rows["binary" if definition.binary else "multiclass"]

    def training(self, task: str, method: str) -> dict[str, Any]:
        """Give all that predictions of a method on the cells of a task depend on, beside data and code.

        Two methods, or two studies, for which this is the same have the same predictions. More
        ``protocol.repeats`` only add folds.
        """
        return {"task": self.tasks[task].definition(), **self.settings(method, *self.kind_of_training(task))}

    def kind_of_training(self, task: str) -> tuple[bool, str | int, int, int, bool, bool]:
        """Tell what trainings depend on of a task beside its definition: what `settings` takes.

        Returns
        -------
        tuple
            Whether its rows are images; how many of its dataset's rows it uses; rows per mini-batch; repeats
            of the cross-validation; whether no value is missing; whether folds are cut by groups.
        """
        definition = self.tasks[task]
        return (
            definition.image is not None,
            self.rows(task),
            definition.batch_size or self.protocol.batch_size,
            self.repeats[task],
            definition.complete,
            self.by_groups(task),
        )

    def by_groups(self, task: str) -> bool:
        """Tell whether the folds of a task keep groups together; where no groups are known, none do."""
        return self.switches.splits == "groups" and self.tasks[task].grouped

    def settings(
        self,
        method: str,
        images: bool,
        rows: str | int,
        batch_size: int,
        repeats: int,
        complete: bool,
        by_groups: bool,
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
            "rows": rows,
            "seed": self.seed,
            # Only where it is so: what is cut by rows is called as it was before there were groups.
            **({"splits": "groups"} if by_groups else {}),
        }

    def only(self, tasks: Iterable[str]) -> "Study":
        """Give the same study with some of its tasks only, and with the methods that these have."""
        chosen = {name: self.tasks[name] for name in tasks}
        present = {method for name in chosen for method in self.methods_of(name)}
        return replace(
            self,
            tasks=chosen,
            entries={name: entry for name, entry in self.entries.items() if name in present},
        )

    def first_repeats(self, repeats: int) -> "Study":
        """Give the same study with so many repeats at most."""
        return replace(self, protocol=replace(self.protocol, repeats=min(self.protocol.repeats, repeats)))

    def parts(self, present: Iterable[str]) -> "list[Part]":
        """Split into what can be shown in one table, as all its tasks have the same methods.

        Parameters
        ----------
        present : iterable of str
            Kinds of the cells that there are; see `shown_kinds`. Without any, the first task's counts.
        """
        kinds_present = set(present) or {task.kind for task in list(self.tasks.values())[:1]}
        return [
            Part(
                " on images" if kinds == IMAGE_KINDS else "",
                kinds,
                self.only(name for name, task in self.tasks.items() if task.kind in kinds),
            )
            for kinds in shown_kinds(kinds_present)
        ]

    @property
    def protocol_note(self) -> str:
        """One sentence on how the numbers were made, and another on what differs from the paper's text."""
        protocol, on_images = self.protocol, [task.image is not None for task in self.tasks.values()]
        switched = [
            f"{field.name} {value}"
            for field in fields(Switches)
            if (value := getattr(self.switches, field.name)) != field.default
        ]
        weights = {"last": "last weights", "best_validation": "weights of the best validation loss"}
        return (
            f"{self._folds(on_images)}, {self._epochs(on_images)}{self._network(on_images)}, "
            f"{weights[protocol.selection]}, seed {self.seed}."
            + (f" Switched on: {', '.join(switched)}." if switched else "")
        )

    def _folds(self, on_images: Sequence[bool]) -> str:
        """Say how often was split; of images also how many were used, where that differs from tables."""
        splits = self.protocol.splits
        tables = f"{self.protocol.repeats} × {splits}-fold cross-validation"
        images = {
            task.kind: (self.repeats[name], self.rows(name))
            for name, task in self.tasks.items()
            if task.image is not None
        }
        if set(images.values()) <= {(self.protocol.repeats, "all")}:
            return tables
        each = "; ".join(
            f"{KIND_TITLES[kind].lower()}: {repeats} × {splits} folds of "
            f"{'all' if rows == 'all' else f'{rows:,}'} images"
            for kind, (repeats, rows) in images.items()
        )
        return f"Cross-validation, {each}" if all(on_images) else f"{tables} ({each})"

    def _epochs(self, on_images: Sequence[bool]) -> str:
        """Say how long was trained, and whether with shorter numbers, on tables and on images."""
        tables = f"{self.protocol.epochs} epochs"
        if not any(on_images):
            return tables
        own = self.protocol.images
        assert own is not None
        precision = "" if own.precision == "float32" else f" in {own.precision}"
        precision += " with TF32" if own.tf32 else ""
        if all(on_images):
            return f"{own.epochs} epochs{precision}"
        return f"{tables} ({own.epochs} on images{precision})"

    def _network(self, on_images: Sequence[bool]) -> str:
        """Say which networks were trained on tables, where they are not the paper's."""
        tables = self.protocol.tables
        if tables is None or tables.network == "mlp" or all(on_images):
            return ""
        return f", residual networks{' for tables' if any(on_images) else ''}"


class Part(NamedTuple):
    """The part of a study that is on tables, or on images.

    Attributes
    ----------
    suffix : str
        What headings add for it.
    kinds : tuple of str
        Its kinds, of which one may have no cells.
    study : Study
        Its tasks and methods.
    """

    suffix: str
    kinds: tuple[str, ...]
    study: Study


def shown_kinds(present: Iterable[str]) -> list[tuple[str, ...]]:
    """Give the kinds to be shown side by side: binary and multi-class, on tables and on images.

    What has no cells is left out, so that a study without images does not speak of them.

    >>> shown_kinds(["binary"]), shown_kinds(["multiclass_images"])
    ([('binary', 'multiclass')], [('binary_images', 'multiclass_images')])
    """
    found = set(present)
    return [kinds for kinds in (TABLE_KINDS, IMAGE_KINDS) if found.intersection(kinds)] or [TABLE_KINDS]


def sorted_irs(irs: tuple[str, ...] | list[str]) -> list[str]:
    """Sort imbalance ratios from mild to extreme.

    >>> sorted_irs(["0.01", "0.05", "0.025"])
    ['0.05', '0.025', '0.01']
    """
    return sorted(irs, key=ir_value, reverse=True)


def _ordered(value: Mapping[str, Any]) -> Any:
    """Copy into what JSON has, with its keys in one order, however YAML has them."""
    return json.loads(json.dumps(value, sort_keys=True))
