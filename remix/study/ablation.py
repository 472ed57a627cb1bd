"""The ablation of ReMix: balance, mixing and the class prior, in every combination."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from remix.catalogue import with_base
from remix.study.study import Study

RUN = "ablation"
# Ways to balance classes, with titles for people; the first is none.
BALANCES = {
    "none": "not balanced",
    "resampling": "resampled",
    "weights": "cost weights",
    "logit_adjustment": "logit adjustment",
}
# The method of each balance, without mixing and with it.
TRAINED = {
    "none": ("baseline", "mixup"),
    "resampling": ("balanced", "remix"),
    "weights": ("cost", "cost_mixup"),
    "logit_adjustment": ("logit_adjusted", "logit_adjusted_mixup"),
}
# Those that a study must run itself. So a small study is not made a large one.
OF_THE_STUDY = ("baseline", "cost", "mixup", "remix")


class Combination(NamedTuple):
    """One method of the ablation.

    Attributes
    ----------
    balance : str
        One of `BALANCES`.
    mixed : bool
        Whether rows are mixed.
    exchanged : bool
        Whether the class prior is exchanged for equal shares after training.
    """

    balance: str
    mixed: bool
    exchanged: bool

    @property
    def trained(self) -> str:
        """The method that is trained for it."""
        return TRAINED[self.balance][self.mixed]

    @property
    def method(self) -> str:
        """Its name in the ablation."""
        return f"{self.trained}_prior" if self.exchanged else self.trained


COMBINATIONS = tuple(
    Combination(balance, mixed, exchanged)
    for balance in BALANCES
    for mixed in (False, True)
    for exchanged in (False, True)
)


@dataclass(frozen=True)
class Ablation:
    """Whether and how often the ablation is trained.

    Attributes
    ----------
    train : bool
    repeats : int
        How many of the study's repeats it has, at most.
    """

    train: bool
    repeats: int

    def study(self, study: Study, methods: Mapping[str, Mapping[str, Any]]) -> Study | None:
        """Build the study that the ablation is.

        Parameters
        ----------
        study : Study
        methods : mapping of str to mapping
            Entries of all methods that there are; the study's own are taken from it.

        Returns
        -------
        Study or None
            The study's tasks on tables with all `COMBINATIONS`. None if it is not asked for, or if the study
            has no such task, or not the methods that are compared.
        """
        tasks = [name for name, task in study.tasks.items() if task.image is None]
        if not self.train or not tasks or not set(OF_THE_STUDY) <= set(study.methods):
            return None
        own = {**methods, **study.entries}
        return dataclasses.replace(
            study.only(tasks).first_repeats(self.repeats),
            run=RUN,
            entries={each.method: _entry(with_base(own[each.trained], own), each) for each in COMBINATIONS},
        )


def _entry(trained: Mapping[str, Any], combination: Combination) -> dict[str, Any]:
    """Give the entry of a combination, from that of what is trained for it."""
    stages = {key: value for key, value in trained.items() if key != "after"}
    if not combination.exchanged:
        return stages
    title = f"{trained.get('title', combination.trained)}, balanced prior"
    return {**stages, "title": title, "after": {"prior": "balanced"}}
