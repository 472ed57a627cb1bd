"""From the raw files of a source to one table, as the files have it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from remix.errors import SourceError
from remix.study.data.columns import NOTES, column_names, find_column
from remix.study.data.declared import open_arff, open_keel, open_parquet
from remix.study.data.delimited import open_delimited
from remix.study.data.images.reading import READERS, read_images
from remix.study.data.raw_files import unpacked
from remix.study.data.recordings import read_recordings
from remix.study.data.sources.names import base_name, rows_of_parts

# In ``na_values`` by columns, what stands for a missing value in all of them.
EVERYWHERE = "*"


class _Part(Protocol):
    """A file of which the columns are known, and the cells are yet to be read."""

    @property
    def columns(self) -> list[str]: ...

    def read(self, as_written: Collection[int], marks: Sequence[Sequence[Any]]) -> pd.DataFrame: ...


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
        Catalogue entry of the source: ``format``, ``separator``, ``header``, ``skip_rows``, ``comment``,
        ``quote``, ``decimal``, ``thousands``, ``encoding``, ``na_values``, ``window``.
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
        `remix.study.data.recordings.read_recordings` does. ``attrs`` may have `NOMINAL`, `UNNAMED` and
        `NOTES` of `remix.study.data.columns`.

    Raises
    ------
    SourceError
        If a file is empty, an HTML page, not in its encoding (UTF-8 unless the source names another; a byte
        order mark is allowed) or not in its format, or if the files do not fit together.
    """
    rows = rows_of_parts(source) or [[name] for name in files]
    rows = [[base_name(part) for part in row] for row in rows]
    if source.get("format") in READERS:
        assert image is not None  # the configuration has it, see `remix.study.config.checks`
        return read_images(folder, rows, source["format"], image)
    if source.get("format") == "recordings":
        return read_recordings([folder / name for names in rows for name in names], source["window"])
    tables = []
    for names in rows:
        parts = {name: _open(folder / name, source) for name in names}
        tables.append((names, _paste(parts, as_written, source.get("na_values", ()))))
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


def _paste(
    parts: Mapping[str, _Part], as_written: Collection[str | int] | str, na_values: Any
) -> pd.DataFrame:
    columns = [column for part in parts.values() for column in part.columns]
    if len(parts) > 1:
        # Files without a header all start with x0.
        columns = column_names([""] * len(columns))
    chosen = range(len(columns)) if isinstance(as_written, str) else as_written
    wanted = {find_column(columns, column) for column in chosen}
    marks = _marks(columns, na_values)
    tables, start = {}, 0
    for name, part in parts.items():
        own = range(start, start + len(part.columns))
        tables[name] = part.read([i - start for i in own if i in wanted], [marks[i] for i in own])
        start = own.stop
    first, *others = tables
    for name in others:
        if len(tables[name]) != len(tables[first]):
            lengths = f"{first} has {len(tables[first])} rows, {name} has {len(tables[name])}"
            raise SourceError(f"{lengths}: they cannot be pasted side by side")
    if not others:
        return tables[first]
    pasted = pd.concat(tables.values(), axis=1).set_axis(columns, axis=1)
    pasted.attrs = {NOTES: _notes(tables.values())}
    return pasted


def _marks(columns: Sequence[str], na_values: Any) -> list[list[Any]]:
    """Give what stands for a missing value in each column."""
    if not isinstance(na_values, Mapping):
        return [list(na_values)] * len(columns)
    marks = [list(na_values.get(EVERYWHERE, ())) for _ in columns]
    for column, own in na_values.items():
        at = find_column(columns, column)
        if at is not None:
            marks[at] += own
        elif column != EVERYWHERE:
            raise SourceError(
                f"na_values: there is no column '{column}'; there is {', '.join(columns[:8])} …"
            )
    return marks


def _notes(tables: Iterable[pd.DataFrame]) -> list[str]:
    return [note for table in tables for note in table.attrs.get(NOTES, ())]


def _stack(tables: Sequence[tuple[list[str], pd.DataFrame]]) -> pd.DataFrame:
    (first_names, first), *others = tables
    for names, table in others:
        if list(table.columns) != list(first.columns):
            widths = f"{first_names[0]} has {first.shape[1]} columns, {names[0]} has {table.shape[1]}"
            same = " of other names" if table.shape[1] == first.shape[1] else ""
            raise SourceError(f"{widths}{same}: they cannot be stacked")
    stacked = pd.concat([table for _, table in tables], ignore_index=True)
    stacked.attrs = {**first.attrs, NOTES: _notes(table for _, table in tables)}
    return stacked


def _open(path: Path, source: Mapping[str, Any]) -> _Part:
    form = source.get("format", "arff" if "openml" in source else "csv")
    if form == "parquet":
        return open_parquet(path)
    text = _text(path, source)
    if form == "arff":
        return open_arff(text, path.name)
    skip = source.get("skip_rows", 0)
    if isinstance(skip, Mapping):
        counts = {base_name(name): count for name, count in skip.items()}
        for name in counts:
            if not (path.parent / name).is_file():
                raise SourceError(f"skip_rows: there is no file '{name}' among those that are read")
        source = {**source, "skip_rows": counts.get(path.name, 0)}
    return open_keel(text, path.name, source) if form == "keel" else open_delimited(text, path.name, source)


def _text(path: Path, source: Mapping[str, Any]) -> str:
    content = unpacked(path)
    if not content.strip():
        raise SourceError(f"{path.name} is empty")
    encoding = source.get("encoding", "utf-8")
    try:
        # A byte order mark is no part of the text.
        return content.decode(encoding).removeprefix("\ufeff")
    except LookupError:
        raise SourceError(f"there is no encoding '{encoding}'; write one such as latin-1 or cp1252") from None
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        line = content[:start].count(b"\n") + 1
        byte = f"byte {content[start]:#04x} at {start}, line {line}"
        name = "UTF-8" if encoding == "utf-8" else encoding
        likely = likely_encoding(content, encoding)
        hint = f"it is likely to be {likely}: write encoding: {likely}"
        raise SourceError(f"{path.name} is not {name} text ({byte}); {hint}") from None


def likely_encoding(content: bytes, tried: str) -> str:
    """Guess an encoding: by its mark, by the zeros of UTF-16, or the first of Europe's that fits."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    zeros = content[:1000].count(0)
    if zeros > len(content[:1000]) / 4:
        return "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
    for encoding in ("utf-8", "cp1252"):
        if encoding != tried:
            try:
                content.decode(encoding)
            except UnicodeError:
                continue
            return encoding
    return "latin-1"  # in which every byte is a letter
