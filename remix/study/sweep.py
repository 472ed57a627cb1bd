"""The sweep over α (Figure 7): the study with one method, at one value of α after the other."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remix.study.data.catalogue import ir_text
from remix.study.study import Study


@dataclass(frozen=True)
class Sweep:
    """How a method's α is varied.

    Attributes
    ----------
    tasks : sequence of str
        Where, whether the study runs them or not.
    method : str
        A method that mixes.
    alphas : sequence of float
        Values of α beside the study's own.
    """

    tasks: Sequence[str]
    method: str
    alphas: Sequence[float]

    def own(self, study: Study) -> dict[str, float]:
        """Give, for each swept task that the study runs with the method, the α that it has there."""
        return {
            name: study.method_spec(self.method, images=task.image is not None)["mix"]["alpha"]
            for name, task in study.tasks.items()
            if name in self.tasks and self.method in study.methods_of(name)
        }

    def studies(self, study: Study) -> dict[str, Study]:
        """Build the studies that the sweep compares.

        Parameters
        ----------
        study : Study

        Returns
        -------
        dict of str to Study
            By α, written as in paths, smallest first: the swept tasks with the swept method alone, which has
            this α. The study's own α is among them. No study if it does not run the method or any of the
            tasks.
        """
        own = self.own(study)
        return {
            ir_text(alpha): dataclasses.replace(
                study,
                run=f"sweep/{ir_text(alpha)}",
                tasks={
                    task: study.tasks[task]
                    for task, of_study in own.items()
                    if alpha in self.alphas or alpha == of_study
                },
                entries={self.method: _with_alpha(study.entries[self.method], alpha)},
            )
            for alpha in (sorted({*self.alphas, *own.values()}) if own else ())
        }

    def title(self, study: Study) -> str:
        """Give the method's name for people."""
        return study.methods.get(self.method, self.method)


def _with_alpha(entry: Mapping[str, Any], alpha: float) -> dict[str, Any]:
    return {**entry, "mix": {**entry["mix"], "alpha": alpha}}
