"""What tables and figures say about the study: its cells, the names of things, the protocol."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from remix.study.data.catalogue import IMAGE_KINDS, TABLE_KINDS, Task

# The run that is the study itself.
STUDY = "study"
KIND_TITLES = {
    "binary": "Binary",
    "multiclass": "Multi-class",
    "binary_images": "Binary images",
    "multiclass_images": "Multi-class images",
}
# What the paper's text says; a test holds it against config/config.yaml.
DEFAULT_SWITCHES = {
    "cost_weights": "applied",
    "binary_bbs": "proper",
    "smote_fallback": 1,
    "balance": "equal",
    "balance_pool": "batch",
    "multiclass_irs": "listed",
    "imputation": "training_part",
    "binary_repeats": "all",
    "last_batch": "filled",
    "image_rows": "all",
}


@dataclass(frozen=True)
class Study:
    """The part of the configuration that reports need.

    Attributes
    ----------
    tasks : mapping of str to Task
        In the order of the catalogue.
    titles : mapping of str to str
        Title of each task's dataset, by task.
    repeats : mapping of str to int
        Repeats of each task's cross-validation, by task.
    methods : mapping of str to str
        Titles by name, in the order of the catalogue.
    image_methods : sequence of str
        Those that work on images only.
    protocol, switches : mapping
        The configuration's ``protocol`` and ``switches``.
    seed : int
        The study's seed.
    run : str
        What ``results/scores.parquet`` calls it.
    texts : mapping of str to str
        How the texts of a task became features, for tasks on texts.
    """

    tasks: Mapping[str, Task]
    titles: Mapping[str, str]
    repeats: Mapping[str, int]
    methods: Mapping[str, str]
    image_methods: Sequence[str]
    protocol: Mapping[str, Any]
    switches: Mapping[str, Any]
    seed: int
    run: str = STUDY
    texts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str) -> "Study":
        """Read the JSON of what `remix.study.config.study.Study.for_reports` gives."""
        return cls.from_mapping(json.loads(text))

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> "Study":
        """Build from what `remix.study.config.study.Study.for_reports` gives."""
        entries = given["tasks"].items()
        return cls(
            tasks={name: Task.from_definition({"name": name, **entry}) for name, entry in entries},
            titles={name: entry["title"] for name, entry in entries},
            texts={name: entry["text"] for name, entry in entries if "text" in entry},
            repeats={name: entry["repeats"] for name, entry in entries},
            **{
                key: given[key] for key in ("methods", "image_methods", "protocol", "switches", "seed", "run")
            },
        )

    @classmethod
    def several_from_json(cls, text: str) -> "dict[str, Study]":
        """Read several by name, each as `from_mapping` does."""
        return {name: cls.from_mapping(given) for name, given in json.loads(text).items()}

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Every (task, IR) of the study, tasks in catalogue order, IRs from mild to extreme."""
        return [(name, ir) for name, task in self.tasks.items() for ir in sorted_irs(task.irs)]

    def methods_of(self, task: str) -> dict[str, str]:
        """Give the titles of the methods that a task is trained with."""
        return self.methods_on(self.tasks[task].kind)

    def methods_on(self, kind: str) -> dict[str, str]:
        """Give the titles of the methods that tasks of a kind are trained with."""
        on_images = kind in IMAGE_KINDS
        return {n: title for n, title in self.methods.items() if on_images or n not in self.image_methods}

    def only(self, tasks: Iterable[str]) -> "Study":
        """Give the same study with some of its tasks only, and with the methods that these have."""
        chosen = {name: self.tasks[name] for name in tasks}
        present = {method for name in chosen for method in self.methods_of(name)}
        return replace(
            self,
            tasks=chosen,
            methods={name: title for name, title in self.methods.items() if name in present},
        )

    def first_repeats(self, repeats: int) -> "Study":
        """Give the same study with so many repeats at most."""
        return replace(
            self,
            repeats={task: min(own, repeats) for task, own in self.repeats.items()},
            protocol={**self.protocol, "repeats": min(self.protocol["repeats"], repeats)},
        )

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
        protocol = self.protocol
        on_images = [task.image is not None for task in self.tasks.values()]
        switched = [
            f"{name} {value}"
            for name, value in self.switches.items()
            if value != DEFAULT_SWITCHES[name] and (name != "image_rows" or any(on_images))
        ]
        weights = {"last": "last weights", "best_validation": "weights of the best validation loss"}
        return (
            f"{protocol['repeats']} × {protocol['splits']}-fold cross-validation, "
            f"{self._epochs(on_images)}, {weights[protocol['selection']]}, seed {self.seed}."
            + (f" Switched on: {', '.join(switched)}." if switched else "")
        )

    def _epochs(self, on_images: Sequence[bool]) -> str:
        """Say how long was trained, and whether with shorter numbers, on tables and on images."""
        tables = f"{self.protocol['epochs']} epochs"
        if not any(on_images):
            return tables
        own = self.protocol["images"]
        precision = "" if own["precision"] == "float32" else f" in {own['precision']}"
        if all(on_images):
            return f"{own['epochs']} epochs{precision}"
        return f"{tables} ({own['epochs']} on images{precision})"


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
    return sorted(irs, key=float, reverse=True)
