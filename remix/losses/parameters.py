"""Numbers that losses and class weights are given."""

import math
from typing import Any

import numpy as np

from remix.errors import ConfigError


def check_number(name: str, value: Any, *, least: float = 0.0, below: float = math.inf) -> None:
    """Refuse what is not a number in [least, below).

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
    if not is_number or not least <= value < below:
        bounds = f"at least {least:g}" + (f" and less than {below:g}" if below < math.inf else "")
        raise ConfigError(f"{name}: expected a number of {bounds}, received {value!r}")
