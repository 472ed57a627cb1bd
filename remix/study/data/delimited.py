"""Text files of rows whose cells are separated by a sign: csv and its kin."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from remix.errors import SourceError
from remix.study.data.columns import NOTES, UNNAMED, column_names

# What always stands for a missing value in csv files; a source may list more.
MISSING = ("", "nan", "NaN", "NAN")
_BLANKS = re.compile("[ \t]+")


@dataclass(frozen=True)
class Delimited:
    """A file whose columns and rows are known, and whose cells are still text.

    Attributes
    ----------
    name : str
        Of the file.
    text : str
        All below the rows that are skipped.
    columns : list of str
    rows : int
        Without the header.
    unnamed : bool
        Whether the header gives the first column no name.
    skipped : list of str
        The lines that are skipped.
    source : mapping
        How it is written: ``separator``, ``header``, ``quote``, ``decimal``, ``thousands``.
    """

    name: str
    text: str
    columns: list[str]
    rows: int
    unnamed: bool
    skipped: list[str]
    source: Mapping[str, Any]

    def read(self, as_written: Collection[int], marks: Sequence[Sequence[Any]]) -> pd.DataFrame:
        """Turn cells into numbers, where all cells of a column are some.

        Parameters
        ----------
        as_written : collection of int
            Positions of columns that stay texts.
        marks : sequence of sequence, one for each column
            What stands for a missing value beside `MISSING`. Blanks around it do not count.

        Returns
        -------
        DataFrame

        Raises
        ------
        SourceError
            If pandas cannot read it, or counts other rows.
        """
        separator = self.source.get("separator", ",")
        quoting = csv.QUOTE_NONE if separator == "whitespace" else csv.QUOTE_MINIMAL
        thousands = self.source.get("thousands")
        # pandas' fast engine looks away from a sign of more than one byte, such as a non-breaking blank.
        engine: dict[str, Any] = {"engine": "python"}
        if thousands is None or thousands.isascii():
            engine = {"engine": "c", "low_memory": False}
        missing = {name: [*MISSING, *own] for name, own in zip(self.columns, marks, strict=True)}
        try:
            table = pd.read_csv(
                io.StringIO(self.text),
                sep=r"\s+" if separator == "whitespace" else separator,
                header=0 if self.source.get("header", False) else None,
                names=self.columns,
                dtype={self.columns[i]: str for i in as_written},
                index_col=False,
                skipinitialspace=True,
                quotechar=self.source.get("quote", '"'),
                quoting=quoting,
                decimal=self.source.get("decimal", "."),
                thousands=thousands,
                keep_default_na=False,
                na_values=missing,
                **engine,
            )
        except (pd.errors.ParserError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise SourceError(f"{self.name} cannot be read as csv: {reason}") from None
        if len(table) != self.rows:
            raise SourceError(
                f"{self.name} has {self.rows} rows, or {len(table)} by another way of counting: a quote is "
                "not closed, or a character stands for a line break; correct the file"
            )
        for i, name in enumerate(self.columns):
            if isinstance(table[name].dtype, pd.StringDtype):
                table[name] = self._without_blanks(table[name], missing[name], i in as_written)
        table.attrs = {UNNAMED: self.unnamed, NOTES: self._notes(table)}
        return table

    def _without_blanks(self, cells: pd.Series, missing: Sequence[Any], as_written: bool) -> pd.Series:
        """Find the missing values that blanks hide; pandas looks away from those before a cell only."""
        stripped = cells.str.strip()
        hidden = stripped.isin([str(mark).strip() for mark in missing])
        if not hidden.any():
            return cells
        stripped = stripped.mask(hidden)
        if as_written:
            return stripped
        plain = stripped
        if "thousands" in self.source:
            plain = plain.str.replace(self.source["thousands"], "", regex=False)
        plain = plain.str.replace(self.source.get("decimal", "."), ".", regex=False)
        numbers = pd.to_numeric(plain, errors="coerce")
        return stripped if (numbers.isna() & plain.notna()).any() else numbers

    def _notes(self, table: pd.DataFrame) -> list[str]:
        """Say that the last line that is skipped looks like a row."""
        numeric = [i for i, kind in enumerate(table.dtypes) if pd.api.types.is_numeric_dtype(kind)]
        if not self.skipped or not numeric or self.source.get("header", False):
            return []
        cells = next((row for _, row in _rows(self.skipped[-1], self.name, self.source)), [])
        found = pd.to_numeric(pd.Series([cells[i] for i in numeric if i < len(cells)]), errors="coerce")
        if len(cells) != table.shape[1] or found.isna().any():
            return []
        line = len(self.skipped)
        return [
            f"line {line} of {self.name}, which skip_rows leaves out, looks like a row; to skip lines of one "
            f"file only, write skip_rows: {{FILE: {line}}}"
        ]


def open_delimited(
    text: str, name: str, source: Mapping[str, Any], names: Sequence[str] | None = None
) -> Delimited:
    """Find the columns of a file, and count its rows.

    Parameters
    ----------
    text : str
        All of the file.
    name : str
        Of the file.
    source : mapping
        How it is written: ``skip_rows``, ``comment``, and what `Delimited` says.
    names : sequence of str, optional
        Of the columns, where the file does not name them in its first row.

    Raises
    ------
    SourceError
        If there are no rows, or a row has another number of columns than the first. pandas would fill short
        rows, such as the last one of a file that was cut, with missing values.
    """
    skip = source.get("skip_rows", 0)
    # Not by pandas, for which a quote in a skipped row may begin a text that goes on below.
    stream = io.StringIO(text, newline="")
    skipped = [above for _ in range(skip) if (above := stream.readline())]
    # Lines keep their numbers; pandas would also cut what follows the sign within a line.
    comment = source.get("comment")
    if comment:
        text = "".join("\n" if line.lstrip().startswith(comment) else line for line in stream)
    else:
        text = stream.read()
    header = source.get("header", False)
    rows = _rows(text, name, source, len(skipped))
    try:
        top, first = next(rows)
    except StopIteration:
        raise SourceError(f"{name} has nothing below the {skip} rows that are skipped") from None
    count = 0 if header else 1
    for number, row in rows:
        count += 1
        if len(row) != len(first):
            where = f"line {number} has {len(row)} columns, line {top} has {len(first)}"
            raise SourceError(f"{name}: {where}; is it cut short, or is the separator another one?")
    if count == 0:
        raise SourceError(f"{name} has a header, but no rows")
    given = [cell.strip() if header else "" for cell in first]
    if names is not None:
        if len(names) != len(first):
            raise SourceError(f"{name}: its header declares {len(names)} columns, its rows have {len(first)}")
        given = list(names)
    return Delimited(name, text, column_names(given, name), count, header and not given[0], skipped, source)


def _rows(text: str, name: str, source: Mapping[str, Any], above: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Give line number and cells of each row that is not blank; some lines stand above the text."""
    stream = io.StringIO(text, newline="")
    separator = source.get("separator", ",")
    if separator == "whitespace":
        for number, line in enumerate(stream, start=above + 1):
            # What pandas takes for blanks, and nothing else that Python does.
            if stripped := line.strip(" \t\r\n"):
                yield number, _BLANKS.split(stripped)
        return
    quote = source.get("quote", '"')
    reader = csv.reader(stream, delimiter=separator, quotechar=quote, skipinitialspace=True)
    try:
        for row in reader:
            if len(row) > 1 or (row and row[0].strip()):
                yield above + reader.line_num, row
    except csv.Error as error:
        raise SourceError(f"{name} cannot be read as csv: {error}") from None
