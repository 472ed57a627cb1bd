"""Methods by name, or as compositions of stages, with the α that suits the data."""

import math
from collections.abc import Mapping
from typing import Any

from remix.batches.entries import is_for_images
from remix.catalogue import METHODS, stages
from remix.errors import ConfigError
from remix.methods import Method


def method_named(
    method: str | Mapping[str, Any], *, alpha: float | None = None, images: bool = False
) -> Method:
    """Give a method by its name, or by its stages.

    Parameters
    ----------
    method : str or mapping
        A name in `remix.catalogue.METHODS`, or an entry as in config/methods.yaml; its title is left out.
    alpha : float, optional
        Of the mixing, instead of the method's own; methods that do not mix ignore it.
    images : bool
        Whether the data are images: the α of a method may depend on it, and augmentation needs it.

    Raises
    ------
    ConfigError
        If there is no such method, or it cannot be applied.

    Examples
    --------
    >>> method_named("mixup").mix.alpha, method_named("mixup", images=True).mix.alpha
    (0.1, 0.2)
    >>> method_named({"resample": {"balanced": {"pool": "dataset"}}}).resample.pool
    'dataset'
    """
    if isinstance(method, str) and method not in METHODS:
        raise ConfigError(
            f"method: expected one of {', '.join(METHODS)}, or a mapping of stages; received '{method}'"
        )
    if not isinstance(method, str | Mapping):
        raise ConfigError(f"method: expected a name or a mapping of stages, received {method!r}")
    entry = METHODS[method] if isinstance(method, str) else method
    if is_for_images(entry) and not images:
        raise ConfigError(
            f"method {method!r} augments images: expected rows of shape (height, width, channels), received "
            "rows of another shape"
        )
    built = Method.from_spec(stages(entry, alpha, images=images))
    if built.mix is not None:
        check_alpha(built.mix.alpha)
    return built


def check_alpha(alpha: Any) -> None:
    """Refuse what Beta(α, α) does not exist for."""
    if not isinstance(alpha, int | float) or isinstance(alpha, bool) or not 0 < alpha < math.inf:
        raise ConfigError(f"alpha: expected a number above 0, received {alpha!r}")


def check_layers(where: str, method: Method) -> None:
    """Refuse what would have to be done inside of a network that is not ours."""
    if method.mix is not None and method.mix.layers == "hidden":
        raise ConfigError(
            f"{where}: expected a method that mixes its input, received one with layers: hidden, of which a "
            "Keras model knows nothing; write layers: input, or train with remix.ReMixClassifier"
        )
