"""Labels and categories as they are written, and the classes that labels stand for."""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from remix.errors import DataError

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
# What may follow a whole number and changes nothing about it.
_POINT = re.compile(r"\.0*")


def label_text(label: Any) -> str:
    """Write a label or a category: a text without the blanks around it, a number as short as it can be.

    >>> label_text(" 1.0"), label_text("pos"), label_text(1.0), label_text(1), label_text(0.50)
    ('1.0', 'pos', '1', '1', '0.5')
    """
    if isinstance(label, str):
        return label.strip()
    text = str(label)
    number = number_of(text)
    return text if number is None else format(number, "f")


def is_number(text: str) -> bool:
    """Tell whether a text is a number.

    >>> is_number("-1.5e3"), is_number("V57")
    (True, False)
    """
    return bool(_NUMBER.fullmatch(text))


def number_of(text: str) -> Decimal | None:
    """Give the value of a text that is a number; None for another one.

    >>> number_of("1.50"), number_of("V57")
    (Decimal('1.5'), None)
    """
    if not is_number(text):
        return None
    number = Decimal(text).normalize()
    return number or Decimal(0)


def by_value(text: str) -> tuple[bool, Decimal, str]:
    """Sort numbers by value, before other texts.

    >>> sorted(["b", "10", "9", "09"], key=by_value)
    ['09', '9', '10', 'b']
    """
    number = number_of(text)
    return number is None, number or Decimal(0), text


def labels_of(
    values: pd.Series,
    classes: Sequence[str],
    source: Mapping[str, Any],
    omit_classes: Sequence[str] = (),
    *,
    omit_unlabelled: bool = False,
) -> pd.Series:
    """Give the class of each row.

    Parameters
    ----------
    values : Series, length n
        The column of the label: texts as they are written, or numbers.
    classes : sequence of str
        All classes.
    source : mapping
        Catalogue entry of the source: ``labels``, if it has them, name the classes of what it writes.
    omit_classes : sequence of str
        Further classes, whose rows are to be left out.
    omit_unlabelled : bool
        Whether rows without a label are to be left out.

    Returns
    -------
    Series of str, length n
        Of `classes`; missing where the row is to be left out. The log says by which rule they were found.

    Raises
    ------
    DataError
        If a row has no label or none of the classes, and is not to be left out; or if a class has no row.
    """
    missing = values.isna().to_numpy()
    if missing.any() and not omit_unlabelled:
        first = np.flatnonzero(missing)[0]
        rows = f"{missing.sum()} rows have no label, the first of them row {first}"
        rows = f"row {first} has no label" if missing.sum() == 1 else rows
        raise DataError(
            f"{rows}; is the target '{values.name}' the right column? To leave them out, write "
            "omit_unlabelled: true"
        )
    everything = [*classes, *omit_classes]
    texts = {raw: label_text(raw) for raw in values[~missing].unique()}
    found, rule = _classes_of(sorted(set(texts.values()), key=by_value), everything, source)
    if strangers := [text for text, label in found.items() if label is None]:
        is_name = not source.get("header") and len(strangers) == 1 and texts[values.iloc[0]] == strangers[0]
        hint = "; if the first line is a header, write 'header: true'" if is_name else ""
        raise DataError(
            f"column '{values.name}' holds labels that are not among the classes: {listing(strangers)}; the "
            f"classes are {listing(classes)}; is it the right column, or does 'labels' lack something?{hint}"
        )
    if absent := [label for label in everything if label not in found.values()]:
        raise DataError(f"no row has the class {listing(absent)}; column '{values.name}' has the others only")
    logging.getLogger("remix").info(f"labels in column '{values.name}' are matched {rule}")
    final = {raw: found[text] for raw, text in texts.items() if found[text] not in omit_classes}
    return pd.Series(values.map(final).to_numpy(dtype=object), dtype="str")


def _classes_of(
    texts: Sequence[str], classes: Sequence[str], source: Mapping[str, Any]
) -> tuple[dict[str, str | None], str]:
    """Find the class of each label, and say by which rule: as it is written, or by value.

    Labels such as 250.1 and 250.10 are different codes. By value, where all are numbers, 1.0
    is the class 1 only if it cannot mean two of them.
    """
    raws = {str(raw).strip(): str(label) for raw, label in source.get("labels", {}).items()}
    known = {label: label for label in classes} | raws
    as_written = {text: known.get(text) for text in texts}
    numbers = {text: number_of(text) for text in texts}
    renamed = {number_of(raw) for raw in raws}
    # What 'labels' names by another writing of the number is not the class of that name.
    otherwise = any(text not in raws and numbers[text] in renamed - {None} for text in texts)
    if None not in as_written.values() and not otherwise:
        return as_written, "as they are written"
    values = {**_values(classes, known), **_values(raws, known)}
    writings = {(numbers[text], _whole(text)) for text in texts}
    if None in numbers.values() or len(writings) > len(set(numbers.values())) or None in values.values():
        return as_written, "as they are written"
    return {text: values.get(numbers[text]) for text in texts}, "by their values, for all are numbers"


def _values(texts: Iterable[str], known: Mapping[str, str]) -> dict[Decimal | None, str | None]:
    """Give the classes of numbers by value; None for a value that stands for several."""
    found: dict[Decimal | None, str | None] = {}
    for text in texts:
        number = number_of(text)
        if number is not None:
            found[number] = known[text] if found.get(number, known[text]) == known[text] else None
    return found


def _whole(text: str) -> str:
    """Write a whole number without the point and the zeros that may follow it."""
    number, point, zeros = text.partition(".")
    return number if _POINT.fullmatch(point + zeros) else text


def listing(items: Sequence[str], shown: int = 5) -> str:
    """Show the first of some items.

    >>> listing([*"abcdefg"])
    'a, b, c, d, e …'
    """
    return ", ".join(items[:shown]) + (" …" if len(items) > shown else "")
