"""Parquet files whose damage is noticed when they are read."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from remix.errors import ResultError

# Rules, which read no table, start without it.
if TYPE_CHECKING:
    import pandas as pd

# pyarrow is imported where it is used: the library reads and writes no files, and does without it.

# Where a file keeps what it is held against when it is read. Page checksums of parquet cover all values, but
# not names and types of columns, the number of rows and what is said of the file: with these alone, of the
# bits that stand behind the values one flip in twelve passes unnoticed.
_DIGEST = b"remix_digest"
# What a file says of itself beside its values, as JSON.
_ABOUT = b"remix_about"


def table_with_digest(frame: pd.DataFrame, about: Mapping[str, Any] | None = None) -> Any:
    """Turn a frame into a table of pyarrow, with a digest of all but its values for `read_parquet`."""
    import pyarrow

    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    said = {} if about is None else {_ABOUT: json.dumps(about, separators=(",", ":")).encode()}
    table = table.replace_schema_metadata(table.schema.metadata | said)
    return table.replace_schema_metadata(
        table.schema.metadata | {_DIGEST: _digest(table.schema, table.num_rows)}
    )


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
    with _refusing_damage(path), _opened(path) as file:
        table = file.read(columns=None if columns is None else list(columns))
        if table.num_rows != file.metadata.num_rows:
            raise ValueError("the rows are not those that were written")
        # The file has what pandas knows of types twice; this is the one that was checked.
        return table.replace_schema_metadata(file.schema_arrow.metadata).to_pandas()


def parquet_columns(path: str | os.PathLike[str]) -> list[str]:
    """Read the names of the columns of a file that `write_parquet` wrote.

    Raises
    ------
    ResultError
        If the file is damaged.
    """
    with _refusing_damage(path), _opened(path) as file:
        return list(file.schema_arrow.names)


def read_about(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read what `write_parquet` was given as `about`; without the values, so that it costs little.

    Raises
    ------
    ResultError
        If the file is damaged, or says nothing of itself.
    """
    with _refusing_damage(path), _opened(path) as file:
        return json.loads(file.schema_arrow.metadata[_ABOUT])


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[Any]:
    """Open a parquet file whose columns and number of rows are those that were written."""
    from pyarrow import parquet

    with parquet.ParquetFile(path, page_checksum_verification=True) as file:
        schema = file.schema_arrow
        # Files of others have none.
        known = (schema.metadata or {}).get(_DIGEST)
        if known is not None and known != _digest(schema, file.metadata.num_rows):
            raise ValueError("the columns or rows are not those that were written")
        yield file


def _digest(schema: Any, rows: int) -> bytes:
    """Digest of the number of rows, names and types, pandas' own among them, and what is said of the file."""
    columns = [(field.name, str(field.type)) for field in schema]
    said = [schema.metadata.get(key) for key in (b"pandas", _ABOUT)]
    return hashlib.blake2b(repr((rows, columns, said)).encode(), digest_size=8).hexdigest().encode()


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
