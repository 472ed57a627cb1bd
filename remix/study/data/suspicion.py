"""Columns that can hardly be features: what identifies rows, what never changes, what tells the label."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from remix.study.data.labels import is_number

# Of fewer rows, order and difference may be chance.
_FEWEST_ROWS = 20
# Whole numbers that all differ, in no order, are nothing unusual in a small table.
_MANY_ROWS = 200
# A value is said to tell a class from this share of the class on, and this number of rows.
_TOLD_SHARE, _TOLD_ROWS = 0.5, 10


def identifier(values: pd.Series, *, unnamed: bool = False) -> str | None:
    """Say why a column seems to number or to name the rows; None if it does not.

    Parameters
    ----------
    values : Series, length n
        The column as read: numbers, or the texts of categories.
    unnamed : bool
        Whether it is the first column of a file whose header gives it no name.

    Returns
    -------
    str or None
        Such as ``'its whole numbers are all different and in order'``.

    Examples
    --------
    >>> identifier(pd.Series(range(100, 300, 2)))
    'its whole numbers are all different and in order'
    >>> identifier(pd.Series([0.5, 1.5, 0.5])) is None
    True
    """
    if unnamed:
        return "it is the first one and has no name, as an index that was written with the table"
    if len(values) < _FEWEST_ROWS or values.hasnans or not values.is_unique:
        return None
    numbers = _whole_numbers(values)
    if numbers is None:
        return None if _is_numeric(values) else "its texts are all different"
    steps = np.diff(numbers)
    if (steps > 0).all() or (steps < 0).all():
        return "its whole numbers are all different and in order"
    if numbers.max() - numbers.min() == len(numbers) - 1:
        return "it numbers the rows, in another order"
    return None


def remark(name: str, values: pd.Series, labels: np.ndarray, classes: Sequence[str]) -> str | None:
    """Name what is suspicious about a feature, and no reason to refuse it.

    Parameters
    ----------
    name : str
        Of the column.
    values : Series, length n
        The column as read.
    labels : ndarray of int, length n
        Position of each row's class in `classes`.
    classes : sequence of str
        All labels.

    Returns
    -------
    str or None
        That the column is constant; that one of its values tells a class, for no other row has it, and half
        of those of the class do; or that its whole numbers are all different.
    """
    codes, found = pd.factorize(values, use_na_sentinel=False)
    if len(found) == 1:
        return f"column '{name}' is constant: all rows have {_shown(found[0])}"
    k = len(classes)
    table = np.bincount(codes * k + labels, minlength=len(found) * k).reshape(-1, k)
    of_value, of_class = table.sum(axis=1), table.sum(axis=0)
    told = (table == of_value[:, None]) & (table >= np.maximum(_TOLD_SHARE * of_class, _TOLD_ROWS))
    if told.any():
        # The largest share; of equal ones, that of the rarest class.
        shares = np.where(told, table / of_class - of_class / len(values) ** 2, 0)
        value, label = divmod(int(shares.argmax()), k)
        return (
            f"column '{name}' may tell the label: all {of_value[value]} rows with {_shown(found[value])} are "
            f"of class {classes[label]}, {of_value[value] / of_class[label]:.0%} of that class"
        )
    if len(values) >= _MANY_ROWS and len(found) == len(values) and _whole_numbers(values) is not None:
        return f"column '{name}' may name the rows: its whole numbers are all different"
    return None


def _is_numeric(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values) or all(is_number(str(v).strip()) for v in values)


def _whole_numbers(values: pd.Series) -> np.ndarray | None:
    """Give the numbers of a column if all of them are whole."""
    if not _is_numeric(values):
        return None
    numbers = pd.to_numeric(values).to_numpy(np.float64)
    return numbers if (numbers == np.floor(numbers)).all() else None


def _shown(value: object) -> str:
    return "no value" if pd.isna(value) else f"the value {value}"
