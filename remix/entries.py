"""How stages are written in methods.yaml; imports nothing, so that configuration can be read fast."""

from collections.abc import Iterator, Mapping
from typing import Any


def is_for_images(method: Mapping[str, Any]) -> bool:
    """Tell whether a method's entry has a stage that works on images only.

    >>> is_for_images({"resample": "balanced"}), is_for_images({"augment": "image"})
    (False, True)
    """
    return "augment" in method


def stages_of(method: Mapping[str, Any], *, images: bool, alpha: float | None = None) -> dict[str, Any]:
    """Give the stages of a method's entry: without its title, and with one α.

    Parameters
    ----------
    method : mapping
        The entry; its α may be a mapping of ``tables`` and ``images``.
    images : bool
        Whether the data are images.
    alpha : float, optional
        Of the mixing, instead of the entry's own.

    Examples
    --------
    >>> entry = {"title": "Mine", "mix": {"alpha": {"tables": 0.1, "images": 0.2}}}
    >>> stages_of(entry, images=True), stages_of(entry, images=True, alpha=0.4)
    ({'mix': {'alpha': 0.2}}, {'mix': {'alpha': 0.4}})
    """
    stages = {stage: value for stage, value in method.items() if stage != "title"}
    if isinstance(mix := stages.get("mix"), Mapping):
        own = mix.get("alpha")
        if isinstance(own, Mapping):
            own = own["images" if images else "tables"]
        chosen = own if alpha is None else alpha
        if chosen is not None:
            stages["mix"] = {**mix, "alpha": chosen}
    return stages


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
