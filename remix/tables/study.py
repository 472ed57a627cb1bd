"""What tables and figures say about the study: its cells, the names of things, the protocol."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remix.data.catalogue import Task

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
    methods : mapping of str to str
        Titles by name, in the order of the catalogue.
    image_methods : sequence of str
        Those that work on images only.
    protocol, switches : mapping
        The configuration's ``protocol`` and ``switches``.
    seed : int
        The study's seed.
    """

    tasks: Mapping[str, Task]
    titles: Mapping[str, str]
    methods: Mapping[str, str]
    image_methods: Sequence[str]
    protocol: Mapping[str, Any]
    switches: Mapping[str, Any]
    seed: int

    @classmethod
    def from_json(cls, text: str) -> "Study":
        """Read the text ``{"tasks": …, "methods": …, "protocol": …, "switches": …, "seed": …}``."""
        return cls.from_mapping(json.loads(text))

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> "Study":
        """Build from what `remix.config.study.Study.for_reports` gives."""
        tasks, titles = {}, {}
        for name, entry in given["tasks"].items():
            tasks[name] = Task.from_definition({"name": name, **entry})
            titles[name] = entry["title"]
        parts = (given[key] for key in ("methods", "image_methods", "protocol", "switches", "seed"))
        return cls(tasks, titles, *parts)

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Every (task, IR) of the study, tasks in catalogue order, IRs from mild to extreme."""
        return [(name, ir) for name, task in self.tasks.items() for ir in sorted_irs(task.irs)]

    def methods_of(self, task: str) -> dict[str, str]:
        """Give the titles of the methods that a task is trained with."""
        on_images = self.tasks[task].image is not None
        return {n: title for n, title in self.methods.items() if on_images or n not in self.image_methods}

    def repeats(self, task: str) -> int:
        """Count the repeats of the cross-validation of a task."""
        wanted = self.switches["binary_repeats"] if self.tasks[task].binary else "all"
        return self.protocol["repeats"] if wanted == "all" else min(wanted, self.protocol["repeats"])

    @property
    def protocol_note(self) -> str:
        """One sentence on how the numbers were made, and another on what differs from the paper's text."""
        protocol = self.protocol
        switched = [
            f"{name} {value}" for name, value in self.switches.items() if value != DEFAULT_SWITCHES[name]
        ]
        weights = {"last": "last weights", "best_validation": "weights of the best validation loss"}
        return (
            f"{protocol['repeats']} × {protocol['splits']}-fold cross-validation, "
            f"{protocol['epochs']} epochs, {weights[protocol['selection']]}, seed {self.seed}."
            + (f" Switched on: {', '.join(switched)}." if switched else "")
        )


def sorted_irs(irs: tuple[str, ...] | list[str]) -> list[str]:
    """Sort imbalance ratios from mild to extreme.

    >>> sorted_irs(["0.01", "0.05", "0.025"])
    ['0.05', '0.025', '0.01']
    """
    return sorted(irs, key=float, reverse=True)
