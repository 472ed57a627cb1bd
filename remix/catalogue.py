"""The methods by name, as compositions of stages: the paper's, and those that came later.

They are read from methods.yaml and later_methods.yaml beside this module. A method's entry is explained in
config/README.md, the methods in docs/methods.md.
"""

from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

import yaml

from remix.errors import ConfigError
from remix.parameters import check_alpha


def _read(name: str) -> Mapping[str, Mapping[str, Any]]:
    text = resources.files("remix").joinpath(name).read_text(encoding="utf-8")
    return yaml.safe_load(text)["methods"]


# Keys of an entry that names a classifier which is no network.
BESIDE_ESTIMATORS = ("title", "estimator", "parameters", "trained_prior", "after")

LATER_METHODS = _read("later_methods.yaml")
METHODS = {**_read("methods.yaml"), **LATER_METHODS}


def is_for_images(method: Mapping[str, Any]) -> bool:
    """Tell whether a method's entry has a stage that works on images only.

    >>> is_for_images({"resample": "balanced"}), is_for_images({"augment": "image"})
    (False, True)
    """
    return "augment" in method


def is_for_tables(method: Mapping[str, Any]) -> bool:
    """Tell whether a method's entry names a classifier that is no network: it takes rows of tables only.

    >>> is_for_tables({"estimator": "sklearn.linear_model.LogisticRegression"}), is_for_tables({})
    (True, False)
    """
    return "estimator" in method


def is_for(method: Mapping[str, Any], *, images: bool) -> bool:
    """Tell whether a method is trained on images, or on tables."""
    return not (is_for_tables(method) if images else is_for_images(method))


def with_base(entry: Mapping[str, Any], methods: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Give a method's entry with the stages of the method that it names as its ``base``.

    Parameters
    ----------
    entry : mapping
    methods : mapping of str to mapping
        The entries among which the base is, beside those of `LATER_METHODS`.

    Returns
    -------
    mapping
        The entry itself, if it has no base.

    Examples
    --------
    >>> with_base({"base": "focal", "after": {"temperature": True}}, {})
    {'loss': 'focal', 'after': {'temperature': True}}
    """
    if "base" not in entry:
        return entry
    base = methods[entry["base"]] if entry["base"] in methods else LATER_METHODS[entry["base"]]
    stages_of_base = {stage: value for stage, value in base.items() if stage != "title"}
    return stages_of_base | {key: value for key, value in entry.items() if key != "base"}


TABLE_METHODS = tuple(name for name, entry in METHODS.items() if not is_for_images(entry))


def stages(
    method: str | Mapping[str, Any], alpha: float | None = None, *, images: bool = False
) -> dict[str, Any]:
    """Give the stages of a method, without its title and with one α.

    Parameters
    ----------
    method : str or mapping
        A name in `METHODS`, or an entry as in methods.yaml.
    alpha : float, optional
        Of the mixing, instead of the method's own; methods that do not mix ignore it.
    images : bool
        Whether the data are images: the α of a method may depend on it, and augmentation needs it.

    Returns
    -------
    dict
        A specification for `remix.methods.Method.from_spec`.

    Raises
    ------
    ConfigError
        If there is no such method, it is for images only and the data are none, or its α is not above 0.

    Examples
    --------
    >>> stages("remix")
    {'resample': 'balanced', 'mix': {'alpha': 0.1}}
    >>> stages("remix", images=True)
    {'resample': 'balanced', 'mix': {'alpha': 0.2}}
    >>> stages({"title": "Mine", "mix": {"alpha": 0.1}}, alpha=0.4)
    {'mix': {'alpha': 0.4}}
    """
    allowed = f"{', '.join(METHODS if images else TABLE_METHODS)}, or a mapping of stages"
    entry = METHODS.get(method) if isinstance(method, str) else method
    if not isinstance(entry, Mapping):
        raise ConfigError(f"method: expected one of {allowed}; received {method!r}")
    if is_for_images(entry) and not images:
        raise ConfigError(
            f"method: {method!r} augments images, rows of shape (height, width, channels); "
            f"for other rows there are {allowed}"
        )
    spec = {stage: value for stage, value in entry.items() if stage != "title"}
    if isinstance(mix := spec.get("mix"), Mapping):
        own, kind = mix.get("alpha"), "images" if images else "tables"
        if isinstance(own, Mapping):
            if kind not in own:
                raise ConfigError(f"alpha: expected a number, or one for {kind}, received {dict(own)!r}")
            own = own[kind]
        if alpha is not None or "alpha" in mix:
            chosen = own if alpha is None else alpha
            check_alpha(chosen)
            spec["mix"] = {**mix, "alpha": chosen}
    return spec


def stage_entry(stage: str, entry: str | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Split a stage's entry into its name and its parameters.

    Raises
    ------
    ConfigError
        If it is neither a name nor a mapping of one name to parameters.

    Examples
    --------
    >>> stage_entry("resample", "balanced"), stage_entry("resample", {"balanced": {"pool": "dataset"}})
    (('balanced', {}), ('balanced', {'pool': 'dataset'}))
    """
    if isinstance(entry, str):
        return entry, {}
    if isinstance(entry, Mapping) and len(entry) == 1:
        ((name, parameters),) = entry.items()
        if parameters is None or isinstance(parameters, Mapping):
            return name, dict(parameters or {})
    raise ConfigError(f"{stage}: expected a name, or one name with its parameters, received {entry!r}")


def contradictions(method: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Find keys of a method's entry that cannot stand together; gives the key and what is wrong.

    >>> (((stage, option), text),) = contradictions(
    ...     {"resample": "smote", "mix": {"alpha": 1, "partners": "balanced"}}
    ... )
    >>> stage, option, text.partition(";")[0]
    ('mix', 'partners', "'balanced' draws the mini-batch to mix with from all classes")
    """
    yield from _about_the_base(method)
    if is_for_tables(method):
        says = "it names a classifier that is no network; it cannot stand beside"
        for stage in [key for key in method if key not in (*BESIDE_ESTIMATORS, "base")]:
            yield ("estimator",), f"{says} {stage!r}, a stage of networks: remove one"
    if "threshold" in (after := method.get("after", {})):
        text = "'threshold' chooses a prior itself; it cannot stand beside {!r}: keep one of the two"
        yield from ((("after", key), text.format(key)) for key in ("prior", "temperature") if key in after)
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


def _about_the_base(method: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Find stages beside those that a base brings."""
    if "base" in method:
        says = f"it brings all stages of '{method['base']}'; it cannot stand beside"
        for stage in [key for key in method if key not in ("title", "base", "after")]:
            yield ("base",), f"{says} {stage!r}: remove one"
