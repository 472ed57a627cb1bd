"""How stages are written in config/methods.yaml; imports nothing, so that configuration can be read fast."""

from collections.abc import Mapping
from typing import Any


def stage_entry(entry: str | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Split a stage's entry into its name and its parameters.

    >>> stage_entry("balanced"), stage_entry({"balanced": {"pool": "dataset"}})
    (('balanced', {}), ('balanced', {'pool': 'dataset'}))
    """
    if isinstance(entry, str):
        return entry, {}
    ((name, parameters),) = entry.items()
    return name, dict(parameters or {})
