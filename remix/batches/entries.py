"""How stages are written in config/methods.yaml; imports nothing, so that configuration can be read fast."""

from collections.abc import Iterator, Mapping
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


def contradictions(method: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Find keys of a method's entry that cannot stand together; gives the key and what is wrong.

    >>> (((stage, option), text),) = contradictions(
    ...     {"resample": "smote", "mix": {"alpha": 1, "partners": "balanced"}}
    ... )
    >>> stage, option, text.partition(";")[0]
    ('mix', 'partners', "'balanced' draws the mini-batch to mix with from all classes")
    """
    mix = method.get("mix", {})
    if mix.get("partners") != "balanced":
        return
    says = "'balanced' draws the mini-batch to mix with from all classes"
    if "resample" in method:
        text = "it cannot stand beside 'resample', which balances the mini-batch itself: keep one of the two"
        yield ("mix", "partners"), f"{says}; {text}"
    if mix.get("layers") == "hidden":
        text = "its rows are there at the input only: write 'layers: input', or other partners"
        yield ("mix", "partners"), f"{says}; {text}"
