"""Parquet files whose damage is noticed when they are read."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd

from remix.errors import ResultError

# pyarrow is imported where it is used: the library reads and writes no files, and does without it.

# Where a file keeps what it is held against when it is read. Parquet's own page checksums cover neither names
# and types of columns nor the number of rows: with these alone, a flipped bit can pass unnoticed.
_DIGESTS = b"remix_digests"
# What a file says of itself beside its values, as JSON.
_ABOUT = b"remix_about"


def table_with_digests(frame: pd.DataFrame, about: Mapping[str, Any] | None = None) -> Any:
    """Turn a frame into a table of pyarrow, with digests of its columns and its values for `read_parquet`."""
    import pyarrow

    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    said = {} if about is None else {_ABOUT: json.dumps(about, separators=(",", ":")).encode()}
    table = table.replace_schema_metadata(table.schema.metadata | said)
    digests = {"schema": _schema_digest(table.schema), "columns": _column_digests(table)}
    more = {_DIGESTS: json.dumps(digests, separators=(",", ":")).encode()}
    return table.replace_schema_metadata(table.schema.metadata | more)


def read_parquet(path: str | os.PathLike[str], columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a frame that `write_parquet` wrote; never other values than were written.

    Parameters
    ----------
    path : path-like
        The file.
    columns : sequence of str, optional
        Those to read; all if not given.

    Returns
    -------
    DataFrame

    Raises
    ------
    ResultError
        If the file is damaged.
    """
    with _refusing_damage(path), _opened(path) as (file, digests):
        table = file.read(columns=None if columns is None else list(columns))
        if any(digests.get(name, found) != found for name, found in _column_digests(table).items()):
            raise ValueError("the values are not those that were written")
        # The file has what pandas knows of types twice; this is the one that was checked.
        return table.replace_schema_metadata(file.schema_arrow.metadata).to_pandas()


def parquet_columns(path: str | os.PathLike[str]) -> list[str]:
    """Read the names of the columns of a file that `write_parquet` wrote.

    Raises
    ------
    ResultError
        If the file is damaged.
    """
    with _refusing_damage(path), _opened(path) as (file, _):
        return list(file.schema_arrow.names)


def read_about(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read what `write_parquet` was given as `about`; without the values, so that it costs little.

    Raises
    ------
    ResultError
        If the file is damaged, or says nothing of itself.
    """
    with _refusing_damage(path), _opened(path) as (file, _):
        return json.loads(file.schema_arrow.metadata[_ABOUT])


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[tuple[Any, dict[str, str]]]:
    """Open a parquet file whose schema is the one that was written; give it, and digests by column."""
    from pyarrow import parquet

    with parquet.ParquetFile(path, page_checksum_verification=True) as file:
        schema = file.schema_arrow
        # Files of earlier versions have none.
        known = json.loads((schema.metadata or {}).get(_DIGESTS, '{"schema": null, "columns": {}}'))
        if known["schema"] not in (None, _schema_digest(schema)):
            raise ValueError("the columns are not those that were written")
        yield file, known["columns"]


def _schema_digest(schema: Any) -> str:
    """Digest of names and types, pandas' own among them."""
    columns = [(field.name, str(field.type)) for field in schema]
    said = [schema.metadata[b"pandas"], *([schema.metadata[_ABOUT]] if _ABOUT in schema.metadata else [])]
    return _digest(repr((columns, *said)).encode())


def _column_digests(table: Any) -> dict[str, str]:
    from pyarrow import types

    return {
        name: _digest(
            column.to_numpy().tobytes()
            if types.is_primitive(column.type)
            else repr(column.to_pylist()).encode()
        )
        for name, column in zip(table.column_names, table.columns, strict=True)
    }


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=8).hexdigest()


@contextmanager
def _refusing_damage(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn what goes wrong in reading a file that is there into one error that says what to do."""
    try:
        yield
    except (FileNotFoundError, PermissionError):
        raise
    # Damaged bytes raise nearly anything, from deep within libraries: OSError, KeyError, UnicodeDecodeError.
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise ResultError(
            f"{os.fspath(path)} is damaged ({reason}); remove it, and run the same command again"
        ) from None
