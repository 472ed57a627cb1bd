"""Problems of a configuration, and the words they are told in."""

import datetime
import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

KeyPath = tuple[Any, ...]


@dataclass(frozen=True)
class Problem:
    """Something wrong at one place of the merged configuration.

    Attributes
    ----------
    keys : tuple
        Keys and list positions that lead to the value.
    text : str
        What is wrong, and what is allowed.
    at : tuple or None
        Keys that lead to the line to be named, where it is not that of `keys`.
    on_command_line : str or None
        What to say instead where the value comes from ``--config``.
    """

    keys: KeyPath
    text: str
    at: KeyPath | None = None
    on_command_line: str | None = None

    @property
    def place(self) -> KeyPath:
        """Keys that lead to the line to be named."""
        return self.keys if self.at is None else self.at


def dotted(keys: KeyPath) -> str:
    """Write a path of keys for people.

    >>> dotted(("datasets", "musk", "sources", 0, "url"))
    'datasets.musk.sources[0].url'
    """
    text = ""
    for key in keys:
        if isinstance(key, int) and not isinstance(key, bool):
            text += f"[{key}]"
        else:
            text += f".{key}" if text else str(key)
    return text


def shown(value: Any) -> str:
    """Write a value as YAML has it, shortened.

    >>> shown("a"), shown(True), shown([1, 2]), shown(float("nan"))
    ("'a'", 'true', 'a list', '.nan')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else f"{value[:57]}...")
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value}".replace("nan", ".nan").replace("inf", ".inf")
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list) else str(value)


def kind(value: Any) -> str:
    """Name the type of a scalar as YAML sees it, such as ``'a truth value'``."""
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, int | float):
        return "a number"
    return "a date" if isinstance(value, datetime.date) else "a value of another type"


def listing(choices: Iterable[Any], last: str = "or") -> str:
    """Join choices: ``a, b or c``.

    >>> listing(["a", "b", "c"]), listing(["a"])
    ('a, b or c', 'a')
    """
    *rest, final = [str(choice) for choice in choices]
    return f"{', '.join(rest)} {last} {final}" if rest else final


def nearest(value: Any, names: Iterable[str]) -> str | None:
    """Find the name that is likely to be meant."""
    near = difflib.get_close_matches(str(value), names, n=1)
    return near[0] if near else None


def unknown(what: str, value: Any, allowed: Iterable[Any], choices: str | None = None) -> str:
    """Say that a name is unknown, what it may have been meant to be, and what is allowed.

    Parameters
    ----------
    what : str
        Such as ``'key'``.
    value : object
        The unknown name.
    allowed : iterable
        Names that exist.
    choices : str, optional
        What is allowed, where it is more than these names.

    >>> unknown("key", "alhpa", ["alpha"])
    "unknown key 'alhpa'; did you mean 'alpha'? Allowed: alpha"
    """
    names = [str(name) for name in allowed]
    near = nearest(value, names)
    if choices is None:
        choices = ", ".join(names[:40]) + (f" and {len(names) - 40} more" if len(names) > 40 else "")
    if near:
        return f"unknown {what} {shown(value)}; did you mean '{near}'? Allowed: {choices}"
    return f"unknown {what} {shown(value)}. Allowed: {choices or 'none'}"
