"""The corrections of probabilities that a study tries on every method; `remix.calibration` applies them."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

Prior = Literal["natural", "balanced"]
PRIORS: tuple[Prior, ...] = ("natural", "balanced")


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
    """

    name: str
    title: str
    prior: Prior | None = None
    temperature: bool = False


CORRECTIONS: dict[str, Correction] = {
    correction.name: correction
    for correction in (
        Correction("none", "As trained"),
        Correction("temperature", "Temperature", temperature=True),
        Correction("prior", "Natural prior", "natural"),
        Correction("prior_temperature", "Natural prior + temperature", "natural", True),
        Correction("balanced", "Balanced prior", "balanced"),
        Correction("balanced_temperature", "Balanced prior + temperature", "balanced", True),
    )
}

# What is computed of corrected probabilities: under the natural prior, then under the balanced one.
NATURAL_METRICS = ("ece", "brier", "log_loss")
BALANCED_METRICS = ("balanced_brier", "g_mean")


def is_unfitted(temperatures: pd.Series) -> pd.Series:
    """Tell which fitted temperatures are none: 0 or infinity, where probabilities were left as they are."""
    return temperatures.isin([0.0, float("inf")])
