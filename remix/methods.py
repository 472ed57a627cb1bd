"""A method is a composition of stages: resample → mix → loss weights."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from remix.batches.balanced import BalancedResampling
from remix.batches.class_weights import balanced_class_weights
from remix.batches.mixing import Mixing
from remix.batches.smote import Smote
from remix.errors import ConfigError

Resampling = BalancedResampling | Smote

RESAMPLERS: dict[str, type[Resampling]] = {"balanced": BalancedResampling, "smote": Smote}
LOSS_WEIGHTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"balanced": balanced_class_weights}


@dataclass(frozen=True)
class Method:
    """What a method does to mini-batches and to the loss; every part may be absent.

    Attributes
    ----------
    resample : BalancedResampling, Smote or None
        Changes the class mix of a mini-batch.
    mix : Mixing or None
        Blends rows and labels of the (resampled) mini-batch.
    loss_weights : callable or None
        Maps the class counts of a training part, (..., K), to loss weights of the same shape.
    """

    resample: Resampling | None = None
    mix: Mixing | None = None
    loss_weights: Callable[[np.ndarray], np.ndarray] | None = None

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> "Method":
        """Build a method from its entry in config/methods.yaml, such as ``{resample: balanced}``.

        Raises
        ------
        ConfigError
            If a stage, or a parameter of one, does not exist.
        """
        unknown = set(spec) - {"resample", "mix", "loss_weights"}
        if unknown:
            raise ConfigError(
                f"unknown stage '{sorted(unknown)[0]}'; a method is made of resample, mix and loss_weights"
            )
        resample = mix = loss_weights = None
        if "resample" in spec:
            name, parameters = _named(spec["resample"])
            kind = _lookup("resample", name, RESAMPLERS)
            resample = _build(f"resample {name}", kind, parameters)
        if "mix" in spec:
            mix = _build("mix", Mixing, spec["mix"])
        if "loss_weights" in spec:
            loss_weights = _lookup("loss_weights", spec["loss_weights"], LOSS_WEIGHTS)
        return cls(resample, mix, loss_weights)


def _named(entry: str | Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Split ``balanced`` or ``{balanced: {pool: dataset}}`` into the name and its parameters."""
    if isinstance(entry, str):
        return entry, {}
    ((name, parameters),) = entry.items()
    return name, parameters or {}


def _lookup(stage: str, name: str, choices: Mapping[str, Any]) -> Any:
    if name not in choices:
        raise ConfigError(f"unknown {stage} '{name}'; allowed: {', '.join(sorted(choices))}")
    return choices[name]


def _build(what: str, kind: type, parameters: Mapping[str, Any]) -> Any:
    fields = {field.name for field in dataclasses.fields(kind)}
    required = {field.name for field in dataclasses.fields(kind) if field.default is dataclasses.MISSING}
    if not required <= set(parameters) <= fields:
        given = ", ".join(parameters) or "nothing"
        raise ConfigError(f"{what} was given {given}; allowed: {', '.join(sorted(fields))}")
    return kind(**parameters)
