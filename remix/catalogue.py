"""The methods by name, as compositions of stages: what config/methods.yaml says, for an installed library.

A test holds the two against each other. A method's entry is explained in config/README.md.
"""

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any

from remix.batches.entries import is_for_images
from remix.errors import ConfigError

METHODS: Mapping[str, Mapping[str, Any]] = {
    "baseline": {},
    "cost": {"loss_weights": "balanced"},
    "smote": {"resample": "smote"},
    "mixup": {"mix": {"alpha": {"tables": 0.1, "images": 0.2}}},
    "remix": {"resample": "balanced", "mix": {"alpha": {"tables": 0.1, "images": 0.2}}},
    "augment": {"resample": "balanced", "augment": "image"},
    "remix_aug": {"resample": "balanced", "augment": "image", "mix": {"alpha": 0.2}},
}
TABLE_METHODS = tuple(name for name, entry in METHODS.items() if not is_for_images(entry))


def stages(
    method: str | Mapping[str, Any], alpha: float | None = None, *, images: bool = False
) -> dict[str, Any]:
    """Give the stages of a method, without its title and with one α.

    Parameters
    ----------
    method : str or mapping
        A name in `METHODS`, or an entry as in config/methods.yaml.
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
    if isinstance(spec.get("mix"), Mapping):
        own = spec["mix"].get("alpha")
        own = own["images" if images else "tables"] if isinstance(own, Mapping) else own
        chosen = own if alpha is None else alpha
        if chosen is not None:
            check_alpha(chosen)
            spec["mix"] = {**spec["mix"], "alpha": chosen}
    return spec


def check_alpha(alpha: Any) -> None:
    """Refuse what Beta(α, α) does not exist for."""
    if isinstance(alpha, bool) or not isinstance(alpha, Real) or not 0 < float(alpha) < math.inf:
        raise ConfigError(f"alpha: expected a number above 0, received {alpha!r}")
