"""What tables and figures say about the sweep over α: what was swept, and what could not be."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from remix.study.results.coverage import MISSING, PRESENT
from remix.study.study import Study


@dataclass(frozen=True)
class Sweep:
    """The part of the configuration that is about the sweep.

    Attributes
    ----------
    tasks : sequence of str
        What is to be swept, whether the study runs it or not.
    method : str
        The method whose α is varied.
    own : mapping of str to float
        The method's α in the study, by swept task.
    """

    tasks: Sequence[str]
    method: str
    own: Mapping[str, float]

    @classmethod
    def from_json(cls, text: str) -> "Sweep":
        """Read what `remix.study.config.sweep.sweep_for_reports` gives."""
        return cls(**json.loads(text))

    def title(self, study: Study) -> str:
        """Give the method's name for people."""
        return study.methods.get(self.method, self.method)

    def note(self, study: Study, coverage: pd.DataFrame) -> str:
        """Say in a few sentences which tasks were swept, and which were not and why."""
        if not self.tasks:
            return "The study varies no α."
        if self.method not in study.methods:
            return f"The study does not train {self.method}, whose α would be varied."
        states = coverage.drop_duplicates("task").set_index("task")["state"]
        by_state = {
            state: [task for task in self.own if states.get(task) == state] for state in (PRESENT, MISSING)
        }
        texts = {
            "Swept": [f"{task} (study's α {self.own[task]:g})" for task in by_state[PRESENT]],
            "Missing, for their data could not be had": by_state[MISSING],
            "Not in this study": [task for task in self.tasks if task not in self.own],
        }
        return " ".join(f"{text}: {', '.join(tasks)}." for text, tasks in texts.items() if tasks)
