"""The corrections of probabilities after training; `remix.calibration` applies them.

A study tries some of them on every method, for the table ``calibration``. Any of them makes a method of its
own, by the key ``after`` of its entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

# Rules, which correct nothing, start without it.
if TYPE_CHECKING:
    import pandas as pd

Prior = Literal["natural", "balanced"]
PRIORS: tuple[Prior, ...] = ("natural", "balanced")
Criterion = Literal["g_mean", "balanced_accuracy"]
CRITERIA: tuple[Criterion, ...] = ("g_mean", "balanced_accuracy")
# What was done to the probabilities of a method without the key `after`.
UNCORRECTED = "none"


@dataclass(frozen=True)
class Correction:
    """A remedy: which prior the probabilities are brought to, and whether a temperature follows.

    Attributes
    ----------
    name : str
        Name in calibration files.
    title : str
        Name for people.
    prior : {'natural', 'balanced'} or None
        The prior that the class mix of the training is exchanged for; None leaves it.
    temperature : bool
        Whether a temperature is fitted, after the prior was exchanged. Validation rows count under the prior
        that the probabilities were brought to: all alike, or, for ``'balanced'``, each class alike.
    threshold : {'g_mean', 'balanced_accuracy'} or None
        The score on the validation rows for which weights of the classes are chosen, see
        `remix.thresholds.choose_class_weights`; then nothing else is done.
    """

    name: str
    title: str
    prior: Prior | None = None
    temperature: bool = False
    threshold: Criterion | None = None


CORRECTIONS: dict[str, Correction] = {
    correction.name: correction
    for correction in (
        Correction(UNCORRECTED, "As trained"),
        Correction("temperature", "Temperature", temperature=True),
        Correction("prior", "Natural prior", "natural"),
        Correction("prior_temperature", "Natural prior + temperature", "natural", True),
        Correction("balanced", "Balanced prior", "balanced"),
        Correction("balanced_temperature", "Balanced prior + temperature", "balanced", True),
    )
}

# All that may follow a training, by name: what the table tries on every method, and chosen thresholds.
REMEDIES: dict[str, Correction] = CORRECTIONS | {
    correction.name: correction
    for correction in (
        Correction("threshold_g_mean", "Threshold for the g-mean", threshold="g_mean"),
        Correction(
            "threshold_balanced_accuracy",
            "Threshold for the balanced accuracy",
            threshold="balanced_accuracy",
        ),
    )
}

# What is computed of corrected probabilities: under the natural prior, then under the balanced one.
NATURAL_METRICS = ("ece", "brier", "log_loss")
BALANCED_METRICS = ("balanced_brier", "g_mean")


def is_unfitted(temperatures: pd.Series) -> pd.Series:
    """Tell which fitted temperatures are none: 0 or infinity, where probabilities were left as they are."""
    return temperatures.isin([0.0, float("inf")])


def remedy(after: Mapping[str, Any]) -> Correction:
    """Find the correction that the key ``after`` of a method's entry asks for.

    Parameters
    ----------
    after : mapping
        ``prior``, ``temperature`` and ``threshold``, as far as they are given.

    Raises
    ------
    KeyError
        If there is no such correction: the schema of methods refuses it before.

    Examples
    --------
    >>> remedy({"prior": "balanced", "temperature": True}).name, remedy({"threshold": "g_mean"}).name
    ('balanced_temperature', 'threshold_g_mean')
    >>> remedy({}).name
    'none'
    """
    asked = (after.get("prior"), after.get("temperature", False), after.get("threshold"))
    by_parts = {(each.prior, each.temperature, each.threshold): each for each in REMEDIES.values()}
    return by_parts[asked]
