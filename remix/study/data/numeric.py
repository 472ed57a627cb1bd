"""Columns of numbers, and what to do about those that are not numeric."""

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from remix.errors import DataError
from remix.study.data.labels import listing

# The square of what is larger than 1e154 is infinite, and with it the variance of its column.
_LARGEST = 1e100
# Of a column that is numeric but for this many texts, these may stand for missing values.
_FEW_TEXTS = 2
# Of fewer rows it says nothing that all texts differ.
_FEWEST_ROWS = 20
_COMMA = re.compile(r"[+-]?\d+,\d+")
_GROUPS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_POINTED_GROUPS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?")
_UNIT = re.compile(r"[$€£]\s?[+-]?[\d.,]+|[+-]?[\d.,]+\s?[%$€£]")
_PLAIN = re.compile(r"[A-Za-z_][\w.-]*")
# YAML takes these for something else than texts.
_NO_TEXTS = ("y", "n", "yes", "no", "on", "off", "true", "false", "null")


def numeric(table: pd.DataFrame, positions: Sequence[int], *, header: bool = True) -> dict[int, np.ndarray]:
    """Give columns of a table as numbers.

    Parameters
    ----------
    table : DataFrame
    positions : sequence of int
        The columns.
    header : bool
        Whether the names of the columns are from the file. Where not, its first line may be them.

    Returns
    -------
    dict of int to ndarray of float64
        By position; NaN where a value is missing.

    Raises
    ------
    DataError
        If columns are not numeric: one error names all of them, and what to write into the catalogue. If one
        is infinite, too large to be scaled, or has no values.
    """
    found, broken = {}, {}
    for i in positions:
        numbers, texts = _numbers(table.iloc[:, i])
        found[i] = numbers
        if texts is not None:
            broken[i] = texts
    if broken:
        raise DataError(_not_numeric(table, broken, header))
    for i, numbers in found.items():
        _check_range(f"column '{table.columns[i]}' (position {i})", numbers)
    return found


def seem_numbers(texts: Sequence[str]) -> bool:
    """Tell whether texts are all numbers with a decimal comma, which may have been taken for categories.

    >>> seem_numbers(["24,23", "-1,5"]), seem_numbers(["24,23", "b"]), seem_numbers(["1", "2"])
    (True, False, False)
    """
    return all(_COMMA.fullmatch(text) for text in texts)


def have_signs(texts: Sequence[str]) -> bool:
    """Tell whether texts are all numbers with the sign of a currency or of per cent.

    >>> have_signs(["$1,161.67", "5 €"]), have_signs(["51%", "b"]), have_signs(["1", "2"])
    (True, False, False)
    """
    return all(_UNIT.fullmatch(text) for text in texts)


def yaml_line(entry: dict[str, Any]) -> str:
    """Write keys of a catalogue entry in one line, as they stand in a source that is written in one line.

    >>> yaml_line({"categorical": ["a", "b c"], "decimal": ","})
    'categorical: [a, "b c"], decimal: ","'
    """
    return ", ".join(f"{key}: {_yaml(value)}" for key, value in entry.items())


def _yaml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_yaml(each) for each in value)}]"
    if isinstance(value, bool | int):
        return json.dumps(value)
    text = str(value)
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _NO_TEXTS
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def _numbers(values: pd.Series) -> tuple[np.ndarray, pd.Series | None]:
    """Give a column as numbers, and the cells that are none, if there are such."""
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "biuf":
        return values.to_numpy(np.float64), None
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    broken = np.isnan(numbers) & values.notna().to_numpy()
    return numbers, values[broken].astype(str) if broken.any() else None


def _check_range(where: str, numbers: np.ndarray) -> None:
    if np.isinf(numbers).any():
        row = np.flatnonzero(np.isinf(numbers))[0]
        raise DataError(
            f"{where} holds an infinite value in row {row}; correct the file, or add what is written there "
            "to 'na_values'"
        )
    large = np.abs(numbers) > _LARGEST
    if large.any():
        row = np.flatnonzero(large)[0]
        raise DataError(
            f"{where} holds {numbers[row]} in row {row}, which is too large to be scaled; is it a mark for a "
            "missing value, to be added to 'na_values'?"
        )
    if np.isnan(numbers).all():
        raise DataError(f"{where} has no values at all; list it in 'drop'")


def _not_numeric(table: pd.DataFrame, broken: dict[int, pd.Series], header: bool) -> str:
    names = {i: str(table.columns[i]) for i in broken}
    texts = {i: list(cells.unique()) for i, cells in broken.items()}
    held = {i: listing([repr(text) for text in each]) for i, each in texts.items()}
    if len(broken) == 1:
        ((i, name),) = names.items()
        what, those = f"column '{name}' (position {i}) is not numeric: it holds {held[i]}", "it"
    else:
        all_of_them = ", ".join(f"'{name}' ({held[i]})" for i, name in names.items())
        what, those = f"{len(broken)} columns are not numeric: {all_of_them}", "them"
    if not header and all(len(texts[i]) == 1 and cells.index[0] == 0 for i, cells in broken.items()):
        return f"{what}; is the first line a header? Then write: header: true"
    advice = _advice(len(table), names, texts, broken)
    with_signs = [names[i] for i, each in texts.items() if have_signs(each)]
    # Numbers that are written otherwise are no categories.
    if not with_signs and not advice.keys() & {"decimal", "thousands"}:
        marks = "add what stands for a missing value to 'na_values'"
        what += f"; list {those} in 'categorical' or 'drop', or {marks}"
    if with_signs:
        what += f"; take the signs of currencies and per cent out of {listing(with_signs)}"
    return f"{what}; to read it so, add to the source: {yaml_line(advice)}" if advice else what


def _advice(
    n_rows: int, names: dict[int, str], texts: dict[int, list[str]], broken: dict[int, pd.Series]
) -> dict[str, Any]:
    """Say what to write into the source, by what the cells look like."""
    advice: dict[str, Any] = {}
    lists: dict[str, list[str]] = {"na_values": [], "categorical": [], "drop": []}
    for i, each in texts.items():
        if have_signs(each):
            continue
        if all(map(_COMMA.fullmatch, each)) and not all(map(_GROUPS.fullmatch, each)):
            advice["decimal"] = ","
        elif all(map(_GROUPS.fullmatch, each)):
            advice.setdefault("thousands", ",")
        elif all(map(_POINTED_GROUPS.fullmatch, each)):
            advice |= {"decimal": ",", "thousands": "."}
        elif len(each) <= _FEW_TEXTS and len(broken[i]) < n_rows / 2:
            lists["na_values"] += [text for text in each if text not in lists["na_values"]]
        elif all(map(_DATE.fullmatch, each)) or (len(each) == len(broken[i]) and n_rows >= _FEWEST_ROWS):
            lists["drop"].append(names[i])
        else:
            lists["categorical"].append(names[i])
    if advice.get("decimal") == "," and advice.get("thousands") == ",":
        del advice["thousands"]
    return advice | {key: value for key, value in lists.items() if value}
