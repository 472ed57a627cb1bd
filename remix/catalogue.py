"""The methods by name, as compositions of stages, for an installed library.

What config/methods.yaml says of the paper's methods, and config/extended.yaml of others; a test holds them
against each other. A method's entry is explained in config/README.md, the methods in docs/methods.md.
"""

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any

from remix.batches.entries import is_for_images
from remix.errors import ConfigError

_ALPHA = {"tables": 0.1, "images": 0.2}
METHODS: Mapping[str, Mapping[str, Any]] = {
    "baseline": {},
    "cost": {"loss_weights": "balanced"},
    "smote": {"resample": "smote"},
    "mixup": {"mix": {"alpha": _ALPHA}},
    "remix": {"resample": "balanced", "mix": {"alpha": _ALPHA}},
    "augment": {"resample": "balanced", "augment": "image"},
    "remix_aug": {"resample": "balanced", "augment": "image", "mix": {"alpha": 0.2}},
    # From here on, those that came after the paper.
    "class_balanced": {"loss_weights": "class_balanced"},
    "focal": {"loss": "focal"},
    "ldam_drw": {"loss": "ldam", "loss_weights": {"class_balanced": {"beta": 0.9999, "start": 0.8}}},
    "logit_adjusted": {"loss": "logit_adjusted"},
    "smote_before": {"before_training": "smote"},
    "undersampling": {"before_training": "undersampling"},
    "remix_chou": {"mix": {"alpha": _ALPHA, "labels": "minority"}},
    "balanced_mixup": {"mix": {"alpha": _ALPHA, "partners": "balanced"}},
    "manifold_mixup": {"mix": {"alpha": _ALPHA, "layers": "hidden"}},
    "manifold_remix": {"resample": "balanced", "mix": {"alpha": _ALPHA, "layers": "hidden"}},
    "remix_row_weights": {"resample": "balanced", "mix": {"alpha": _ALPHA, "weights": "row"}},
    "remix_dataset_pool": {"resample": {"balanced": {"pool": "dataset"}}, "mix": {"alpha": _ALPHA}},
    "remix_linked": {"resample": "balanced", "mix": {"alpha": _ALPHA, "partners": "linked_classes"}},
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
