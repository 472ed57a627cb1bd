"""The columns of prepared datasets and of variants that are no features."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from remix.errors import SourceError

# Position in the prepared dataset, which variants have.
ROW = "row"
LABEL = "label"
# Which rows belong together: the last column, and only of datasets of which the catalogue says it.
GROUP = "group"
# Whether a row may be trained on: behind the label, and only in variants with a long tail, whose rows are all
# tested.
TRAINED = "trained"
# What is known of a table beside its cells, in ``attrs``: which columns the file declares to be nominal,
# whether its header gives the first column no name, and sentences on what is suspicious.
NOMINAL, UNNAMED, NOTES = "nominal", "unnamed", "notes"


def find_column(names: Sequence[str], column: str | int) -> int | None:
    """Find a column by its name or by its position, of which -1 is the last; None if there is none.

    >>> find_column(["size", "label"], "label"), find_column(["size", "label"], -1), find_column(["size"], 1)
    (1, 1, None)
    """
    if isinstance(column, int):
        return column % len(names) if -1 <= column < len(names) else None
    return names.index(column) if column in names else None


def column_names(given: Sequence[str], file: str = "") -> list[str]:
    """Name columns without a name by their position.

    Raises
    ------
    SourceError
        If two columns have the same name.

    >>> column_names(["", "size"])
    ['x0', 'size']
    """
    names = [name or f"x{i}" for i, name in enumerate(given)]
    twice = next((name for name, count in Counter(names).items() if count > 1), None) if any(given) else None
    if twice is not None:
        raise SourceError(
            f"{file} has two columns called '{twice}'; rename one or, if the first line is a row, write "
            "'header: false'"
        )
    return names


def feature_names(columns: Sequence[str]) -> list[str]:
    """Choose the features among the columns of a prepared dataset or a variant.

    A dataset without groups may have a feature that is called as they are: it does not stand last.

    >>> feature_names(["row", "x0", "label", "group"]), feature_names(["group", "label"])
    (['x0'], ['group'])
    """
    others = {ROW, LABEL, *(GROUP for name in columns[-1:] if name == GROUP)}
    if LABEL in columns and [*columns][columns.index(LABEL) + 1 :][:1] == [TRAINED]:
        others.add(TRAINED)
    return [name for name in columns if name not in others]


def features(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the features of a prepared dataset or a variant."""
    return frame[feature_names(list(frame.columns))]


def may_be_trained(variant: pd.DataFrame) -> np.ndarray | None:
    """Give which rows of a variant may be trained on, bool (n,); None where all may."""
    names = list(variant.columns)
    return variant[TRAINED].to_numpy() if TRAINED in names and TRAINED not in feature_names(names) else None
