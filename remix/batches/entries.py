"""How stages are written in config/methods.yaml; imports nothing, so that configuration can be read fast."""

from collections.abc import Mapping
from typing import Any


def is_for_images(method: Mapping[str, Any]) -> bool:
    """Tell whether a method's entry has a stage that works on images only.

    >>> is_for_images({"resample": "balanced"}), is_for_images({"augment": "image"})
    (False, True)
    """
    return "augment" in method


def stage_entry(entry: str | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Split a stage's entry into its name and its parameters.

    >>> stage_entry("balanced"), stage_entry({"balanced": {"pool": "dataset"}})
    (('balanced', {}), ('balanced', {'pool': 'dataset'}))
    """
    if isinstance(entry, str):
        return entry, {}
    ((name, parameters),) = entry.items()
    return name, dict(parameters or {})
