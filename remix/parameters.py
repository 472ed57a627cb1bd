"""Checks of the options that stages are given: each stage refuses what it does not know."""

import math
from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np

from remix.errors import ConfigError


def check_number(
    name: str, value: Any, *, least: float = 0.0, most: float = math.inf, below: float = math.inf
) -> None:
    """Refuse what is not a finite number in [least, most] and below a bound.

    Raises
    ------
    ConfigError

    Examples
    --------
    >>> check_number("focal: gamma", -1)
    Traceback (most recent call last):
        ...
    remix.errors.ConfigError: focal: gamma: expected a number of at least 0, received -1
    """
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not is_number or not (least <= value <= most and value < below):
        bounds = f"at least {least:g}"
        bounds += f" and at most {most:g}" if most < math.inf else ""
        bounds += f" and less than {below:g}" if below < math.inf else ""
        raise ConfigError(f"{name}: expected a number of {bounds}, received {value!r}")


def check_count(name: str, value: Any, *, least: int) -> None:
    """Refuse what is not a whole number, or too small.

    Raises
    ------
    ConfigError

    Examples
    --------
    >>> check_count("smote: neighbours", 2.5, least=1)
    Traceback (most recent call last):
        ...
    remix.errors.ConfigError: smote: neighbours: expected a whole number of at least 1, received 2.5
    """
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
        raise ConfigError(f"{name}: expected a whole number of at least {least}, received {value!r}")


def check_choice(name: str, value: Any, allowed: Iterable[str]) -> None:
    """Refuse what is not one of some words.

    Raises
    ------
    ConfigError

    Examples
    --------
    >>> check_choice("balanced: pool", "Dataset", ["batch", "dataset"])
    Traceback (most recent call last):
        ...
    remix.errors.ConfigError: balanced: pool: expected one of batch, dataset, received 'Dataset'
    """
    allowed = list(allowed)
    if not isinstance(value, str) or value not in allowed:
        raise ConfigError(f"{name}: expected one of {', '.join(allowed)}, received {value!r}")


def check_alpha(alpha: Any) -> None:
    """Refuse what Beta(α, α) does not exist for."""
    if isinstance(alpha, bool) or not isinstance(alpha, Real) or not 0 < float(alpha) < math.inf:
        raise ConfigError(f"alpha: expected a number above 0, received {alpha!r}")
