"""Tables whose files say what their columns hold: ARFF, KEEL and Parquet."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from remix.errors import SourceError
from remix.study.data.columns import NOMINAL, column_names
from remix.study.data.delimited import Delimited, open_delimited
from remix.study.data.raw_files import MAX_BYTES, refuse_html

_NAME = r"""(?:"[^"]*"|'[^']*'|[^\s{]+)"""
_DATES = re.compile(rf"^(\s*@attribute\s+{_NAME})\s+date\b.*$", re.IGNORECASE | re.MULTILINE)
_KEEL_ATTRIBUTE = re.compile(rf"\s*@attribute\s+({_NAME})\s*(\{{|\w+)", re.IGNORECASE)
_KEEL_DATA = re.compile(r"^\s*@data\b.*$", re.IGNORECASE | re.MULTILINE)
# What stands for a missing value in files of KEEL.
_KEEL_MISSING = ("?", "<null>")


@dataclass(frozen=True)
class Declared:
    """A table that was read as its file declares it."""

    table: pd.DataFrame

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self.table.columns)

    def read(self, as_written: Collection[int], marks: Sequence[Sequence[Any]]) -> pd.DataFrame:
        """Give the table without what stands for a missing value; its types are the file's."""
        if not any(marks):
            return self.table
        table = self.table.copy()
        for name, own in zip(self.columns, marks, strict=True):
            texts, numbers = {str(mark).strip() for mark in own}, [m for m in own if not isinstance(m, str)]
            is_number = pd.api.types.is_numeric_dtype(table[name])
            table[name] = table[name].mask(table[name].isin(numbers if is_number else texts))
        table.attrs = self.table.attrs
        return table


@dataclass(frozen=True)
class Keel:
    """A file of KEEL: names and kinds of columns, then rows as in a csv file."""

    rows: Delimited
    nominal: list[str]

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return self.rows.columns

    def read(self, as_written: Collection[int], marks: Sequence[Sequence[Any]]) -> pd.DataFrame:
        """Read the rows; see `remix.study.data.delimited.Delimited.read`."""
        texts = {i for i, name in enumerate(self.columns) if name in self.nominal}
        table = self.rows.read({*as_written, *texts}, [[*_KEEL_MISSING, *own] for own in marks])
        table.attrs[NOMINAL] = self.nominal
        return table


def open_keel(text: str, name: str, source: Mapping[str, Any]) -> Keel:
    """Read the header of a file of KEEL.

    Raises
    ------
    SourceError
        If it has none, or its rows are others.
    """
    data = _KEEL_DATA.search(text)
    if data is None:
        raise SourceError(f"{name} has no line '@data', as files of KEEL do; is its format another one?")
    found = [_KEEL_ATTRIBUTE.match(line) for line in text[: data.start()].splitlines()]
    kinds = {match[1].strip("'\""): match[2] for match in found if match}
    above = text[: data.end()].count("\n") + 1
    rows = open_delimited(text, name, {**source, "skip_rows": above, "header": False}, list(kinds))
    return Keel(rows, [column for column, kind in kinds.items() if kind == "{"])


def open_arff(text: str, name: str) -> Declared:
    """Read an ARFF file. Its dates are texts: no feature, and to be dropped.

    Raises
    ------
    SourceError
        If it is none.
    """
    # Imported here, for few sources need it.
    import arff

    # liac-arff knows no dates.
    text = _DATES.sub(r"\1 STRING", text)
    try:
        content = arff.loads(text)
    except arff.ArffException as error:
        # Its own text is a format in which the line is the last number; the data's % signs would be others.
        said = str(error.line).join(str(error.message).rsplit("%d", 1))
        said = " ".join(said.split()).rstrip(".")
        raise SourceError(
            f"{name} cannot be read as ARFF: {said}; are names with blanks in quotes?"
        ) from None
    if not content["data"]:
        raise SourceError(f"{name} has a header, but no rows")
    columns = column_names([attribute.strip() for attribute, _ in content["attributes"]], name)
    table = pd.DataFrame(content["data"], columns=columns)
    kinds = [kind for _, kind in content["attributes"]]
    table.attrs[NOMINAL] = [name for name, kind in zip(columns, kinds, strict=True) if isinstance(kind, list)]
    return Declared(table)


def open_parquet(path: Path) -> Declared:
    """Read a Parquet file. What is neither a number nor a truth value is a text.

    Raises
    ------
    SourceError
        If it is none, or would take more than `MAX_BYTES`.
    """
    # Imported here, for few sources need it.
    import pyarrow
    from pyarrow import parquet

    refuse_html(path)
    try:
        about = parquet.read_metadata(path)
        size = 8 * about.num_rows * about.num_columns
        size = max(size, sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups)))
        if size > MAX_BYTES:
            raise SourceError(f"{path.name} is larger than {MAX_BYTES} bytes when unpacked")
        table = pd.read_parquet(path)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise SourceError(f"{path.name} cannot be read as Parquet: {reason}") from None
    if table.empty:
        raise SourceError(f"{path.name} has no rows")
    table = table.reset_index(drop=True).set_axis(column_names([str(c) for c in table], path.name), axis=1)
    for name in table:
        kind = table[name].dtype
        if not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind)):
            table[name] = table[name].astype(object).map(str, na_action="ignore")
    table.attrs = {}
    return Declared(table)
