"""What cannot be made mini-batches of is refused before NumPy or TensorFlow stumble over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from remix.errors import DataError, one_line
from remix.lazy import tf

JOIN = "join them to one array of numbers, and take it apart again in the model"
ENCODE = "make numbers of texts and categories first, by scikit-learn's OneHotEncoder for one"
NAMES = "scikit-learn's LabelEncoder makes class numbers of names"


def as_array(name: str, values: Any) -> np.ndarray:
    """Make an array of what is one.

    Raises
    ------
    DataError
    """
    kind = type(values).__name__
    if hasattr(values, "toarray"):
        raise DataError(
            f"{name}: expected a dense array, received a sparse {kind}; .toarray() makes it dense"
        )
    try:
        return np.asarray(values)
    except (ValueError, TypeError, RuntimeError) as error:
        raise DataError(
            f"{name}: expected one array, with rows of one shape, received a {kind} that NumPy makes none "
            f"of: {one_line(error)}"
        ) from error


def features(x: Any, n_rows: int) -> np.ndarray:
    """Read the features of so many rows.

    Raises
    ------
    DataError
        If they are not one dense array of numbers with a row for each label.
    """
    parts = x if isinstance(x, tuple | list) and len(x) != n_rows else ()
    if isinstance(x, Mapping) or any(hasattr(part, "shape") for part in parts):
        raise DataError(f"x: expected one array, received a {type(x).__name__} of {len(x)} inputs; {JOIN}")
    array = _of_columns(x) if hasattr(x, "select_dtypes") else as_array("x", x)
    is_number = array.dtype.kind in "iubf"
    if array.ndim == 0 or len(array) != n_rows or not is_number:
        raise DataError(
            f"x: expected numbers of shape ({n_rows}, …), a row for each label; received {array.dtype} of "
            f"shape {array.shape}{'' if is_number else f'; {ENCODE}'}"
        )
    return array


def _of_columns(frame: Any) -> np.ndarray:
    """Read a table of pandas."""
    for name, dtype in frame.dtypes.items():
        if dtype.kind not in "iubf":
            raise DataError(f"x: expected columns of numbers, received {name!r} of {dtype}; {ENCODE}")
    array = np.asarray(frame)
    if array.dtype != object:
        return array
    # So pandas has it where numbers stand beside truth values, as after get_dummies, or are missing.
    array = frame.to_numpy(np.float64, na_value=np.nan)
    is_whole = all(dtype.kind != "f" for dtype in frame.dtypes) and np.isfinite(array).all()
    return array.astype(np.int64) if is_whole else array


def check_spec(name: str, spec: Any) -> None:
    """Refuse a component of a dataset that is not one dense tensor of numbers.

    Raises
    ------
    DataError
    """
    expected = f"{name}: expected one dense tensor with a known number of axes, received"
    if isinstance(spec, dict | tuple | list):
        raise DataError(f"{expected} a {type(spec).__name__} of {len(spec)} inputs; {JOIN}")
    if isinstance(spec, tf.RaggedTensorSpec):
        raise DataError(f"{expected} a ragged one; .to_tensor() fills its rows up")
    if isinstance(spec, tf.SparseTensorSpec):
        raise DataError(f"{expected} a sparse one; tf.sparse.to_dense makes it dense")
    if not isinstance(spec, tf.TensorSpec) or spec.shape.rank is None:
        raise DataError(f"{expected} {spec}; tf.ensure_shape says how many there are")
    if not (spec.dtype.is_floating or spec.dtype.is_integer or spec.dtype.is_bool):
        raise DataError(
            f"{name}: expected numbers, received {spec.dtype.name}; {ENCODE if name == 'x' else NAMES}"
        )
