"""From the raw files of a source to one table, as the files have it."""

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from remix.errors import SourceError
from remix.study.data.columns import find_column
from remix.study.data.images.reading import READERS, read_images
from remix.study.data.raw_files import unpacked
from remix.study.data.recordings import read_recordings
from remix.study.data.sources.names import base_name, rows_of_parts

# What `read_table` says of a table beside its cells, in ``attrs``: which columns the file declares to be
# nominal, and whether its header gives the first column no name.
NOMINAL, UNNAMED = "nominal", "unnamed"
# What always stands for a missing value in csv files; a source may list more.
MISSING = ("", "nan", "NaN", "NAN")
_BLANKS = re.compile("[ \t]+")
_DATES = re.compile(
    r"""^(\s*@attribute\s+(?:"[^"]*"|'[^']*'|\S+))\s+date\b.*$""", re.IGNORECASE | re.MULTILINE
)


def read_table(
    folder: Path,
    files: Sequence[str],
    source: Mapping[str, Any],
    image: tuple[int, int, int] | None = None,
    as_written: Collection[str | int] | str = (),
) -> pd.DataFrame:
    """Read the table of a dataset from its raw files.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the raw files.
    files : sequence of str
        Their names in table order. They are stacked as rows, unless the source's ``parts`` have lists of
        files, which are pasted side by side as columns.
    source : mapping
        Catalogue entry of the source: ``format``, ``separator``, ``header``, ``skip_rows``, ``na_values``,
        ``window``.
    image : tuple of int, optional
        Height, width and channels, where the rows are images.
    as_written : collection of str or int, or 'all', optional
        Columns, by name or position, whose cells stay texts: codes such as ``01`` and ``250.10`` are no
        numbers. Those that the table does not have are left to `remix.study.data.preparation.prepare`.

    Returns
    -------
    pandas.DataFrame
        One row per row of the data, in order. Columns have unique names: those of the header or of the ARFF
        attributes, else ``x0, x1, …`` by position. Files of images give what
        `remix.study.data.images.reading.read_images` says, recordings what
        `remix.study.data.recordings.read_recordings` does. Where a table is in one file, or files are
        stacked, ``attrs`` has `NOMINAL` and `UNNAMED`.

    Raises
    ------
    SourceError
        If a file is empty, an HTML page, not UTF-8 (a byte order mark is allowed) or not in its format, or
        if the files do not fit together.
    """
    rows = rows_of_parts(source) or [[name] for name in files]
    rows = [[base_name(part) for part in row] for row in rows]
    if source.get("format") in READERS:
        return read_images(folder, rows, source["format"], image)
    if source.get("format") == "recordings":
        return read_recordings([folder / name for names in rows for name in names], source["window"])
    tables = []
    for names in rows:
        parts = {name: _open(folder / name, source) for name in names}
        tables.append((names, _paste(parts, as_written)))
    return _stack(tables)


def read_corpus(folder: Path, source: Mapping[str, Any]) -> pd.DataFrame | None:
    """Read the texts of a source that are no rows of the data, but that something may be learnt from.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the raw files.
    source : mapping
        Catalogue entry of the source: the files of ``corpus``, in the format of its other ones.

    Returns
    -------
    pandas.DataFrame or None
        As `read_table`; None where the source has no corpus.

    Raises
    ------
    SourceError
        As `read_table`.
    """
    if "corpus" not in source:
        return None
    return read_table(folder, [], {**source, "parts": source["corpus"]})


@dataclass(frozen=True)
class _Csv:
    """A csv file whose columns and rows are known, and whose cells are still text.

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
    source : mapping
        How it is written.
    """

    name: str
    text: str
    columns: list[str]
    rows: int
    unnamed: bool
    source: Mapping[str, Any]

    def read(self, as_written: Collection[int]) -> pd.DataFrame:
        """Turn cells into numbers, but for those of some columns and where a cell of the column is none."""
        separator = self.source.get("separator", ",")
        try:
            table = pd.read_csv(
                io.StringIO(self.text),
                sep=r"\s+" if separator == "whitespace" else separator,
                header=0 if self.source.get("header", False) else None,
                names=self.columns,
                dtype={self.columns[i]: str for i in as_written},
                index_col=False,
                skipinitialspace=True,
                quoting=csv.QUOTE_NONE if separator == "whitespace" else csv.QUOTE_MINIMAL,
                keep_default_na=False,
                na_values=[*MISSING, *self.source.get("na_values", ())],
                low_memory=False,
            )
        except (pd.errors.ParserError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise SourceError(f"{self.name} cannot be read as csv: {reason}") from None
        if len(table) != self.rows:
            raise SourceError(
                f"{self.name} has {self.rows} rows, or {len(table)} by another way of counting: a quote is "
                "not closed, or a character stands for a line break; correct the file"
            )
        table.attrs[UNNAMED] = self.unnamed
        return table


@dataclass(frozen=True)
class _Typed:
    """A table whose file says what its columns hold."""

    table: pd.DataFrame

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self.table.columns)

    def read(self, as_written: Collection[int]) -> pd.DataFrame:
        """Give the table as its file declares it, whatever is asked for."""
        return self.table


def _paste(parts: Mapping[str, _Csv | _Typed], as_written: Collection[str | int] | str) -> pd.DataFrame:
    columns = [column for part in parts.values() for column in part.columns]
    if len(parts) > 1:
        # Files without a header all start with x0.
        columns = _column_names([""] * len(columns))
    chosen = range(len(columns)) if isinstance(as_written, str) else as_written
    wanted = {find_column(columns, column) for column in chosen}
    tables, start = {}, 0
    for name, part in parts.items():
        own = range(start, start + len(part.columns))
        tables[name] = part.read([i - start for i in own if i in wanted])
        start = own.stop
    first, *others = tables
    for name in others:
        if len(tables[name]) != len(tables[first]):
            lengths = f"{first} has {len(tables[first])} rows, {name} has {len(tables[name])}"
            raise SourceError(f"{lengths}: they cannot be pasted side by side")
    if not others:
        return tables[first]
    pasted = pd.concat(tables.values(), axis=1).set_axis(columns, axis=1)
    pasted.attrs = {}
    return pasted


def _stack(tables: Sequence[tuple[list[str], pd.DataFrame]]) -> pd.DataFrame:
    (first_names, first), *others = tables
    for names, table in others:
        if list(table.columns) != list(first.columns):
            widths = f"{first_names[0]} has {first.shape[1]} columns, {names[0]} has {table.shape[1]}"
            same = " of other names" if table.shape[1] == first.shape[1] else ""
            raise SourceError(f"{widths}{same}: they cannot be stacked")
    stacked = pd.concat([table for _, table in tables], ignore_index=True)
    stacked.attrs = dict(first.attrs)
    return stacked


def _open(path: Path, source: Mapping[str, Any]) -> _Csv | _Typed:
    text = _text(path)
    if source.get("format", "arff" if "openml" in source else "csv") == "arff":
        return _Typed(_read_arff(text, path.name))
    return _open_csv(text, path.name, source)


def _text(path: Path) -> str:
    content = unpacked(path)
    if not content.strip():
        raise SourceError(f"{path.name} is empty")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"byte {content[error.start]:#04x} at {error.start}"
        raise SourceError(f"{path.name} is not UTF-8 text ({byte}); convert it to UTF-8") from None


def _open_csv(text: str, name: str, source: Mapping[str, Any]) -> _Csv:
    skip = source.get("skip_rows", 0)
    # Not by pandas, for which a quote in a skipped row may begin a text that goes on below.
    stream = io.StringIO(text, newline="")
    for _ in range(skip):
        stream.readline()
    text = stream.read()
    separator, header = source.get("separator", ","), source.get("header", False)
    given, rows = _checked_columns(text, name, separator, skip, header)
    return _Csv(name, text, _column_names(given, name), rows, header and not given[0], source)


def _checked_columns(text: str, name: str, separator: str, skip: int, header: bool) -> tuple[list[str], int]:
    """Give the names of the columns of a csv file, empty without a header, and count its rows.

    All rows are found to have as many columns.
    pandas would fill short rows, such as the last one of a file that was cut, with missing values.
    """
    rows = _rows(text, name, separator, skip)
    try:
        line, first = next(rows)
    except StopIteration:
        raise SourceError(f"{name} has nothing below the {skip} rows that are skipped") from None
    count = 0 if header else 1
    for number, row in rows:
        count += 1
        if len(row) != len(first):
            where = f"line {number} has {len(row)} columns, line {line} has {len(first)}"
            raise SourceError(f"{name}: {where}; is it cut short, or is the separator another one?")
    if count == 0:
        raise SourceError(f"{name} has a header, but no rows")
    return [cell.strip() if header else "" for cell in first], count


def _rows(text: str, name: str, separator: str, skip: int) -> Iterator[tuple[int, list[str]]]:
    """Give line number and cells of each row that is not blank; `skip` lines stand above the text."""
    stream = io.StringIO(text, newline="")
    if separator == "whitespace":
        for number, line in enumerate(stream, start=skip + 1):
            # What pandas takes for blanks, and nothing else that Python does.
            if stripped := line.strip(" \t\r\n"):
                yield number, _BLANKS.split(stripped)
        return
    reader = csv.reader(stream, delimiter=separator, skipinitialspace=True)
    try:
        for row in reader:
            if len(row) > 1 or (row and row[0].strip()):
                yield skip + reader.line_num, row
    except csv.Error as error:
        raise SourceError(f"{name} cannot be read as csv: {error}") from None


def _column_names(given: Sequence[str], file: str = "") -> list[str]:
    """Name columns without a name by their position; two columns must not have the same name."""
    names = [name or f"x{i}" for i, name in enumerate(given)]
    twice = next((name for name, count in Counter(names).items() if count > 1), None) if any(given) else None
    if twice is not None:
        raise SourceError(f"{file} has two columns called '{twice}'")
    return names


def _read_arff(text: str, name: str) -> pd.DataFrame:
    # Imported here, for few sources need it.
    import arff

    # liac-arff knows no dates. They are texts: no feature, and to be dropped.
    text = _DATES.sub(r"\1 STRING", text)
    try:
        content = arff.loads(text)
    except arff.ArffException as error:
        # Its own text is a format in which the line is the last number; the data's % signs would be others.
        said = str(error.line).join(str(error.message).rsplit("%d", 1))
        raise SourceError(f"{name} cannot be read as ARFF: {' '.join(said.split())}") from None
    if not content["data"]:
        raise SourceError(f"{name} has a header, but no rows")
    columns = _column_names([attribute.strip() for attribute, _ in content["attributes"]], name)
    table = pd.DataFrame(content["data"], columns=columns)
    kinds = [kind for _, kind in content["attributes"]]
    table.attrs[NOMINAL] = [name for name, kind in zip(columns, kinds, strict=True) if isinstance(kind, list)]
    return table
