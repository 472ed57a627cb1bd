"""Labels as people have them, read as class numbers."""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from remix.errors import ConfigError, DataError
from remix.keras.inputs import NAMES, as_array
from remix.parameters import check_count

LabelMode = Literal["auto", "categorical", "binary"]

EXPECTED = "expected class numbers 0..K-1, or one-hot rows"
ONE_CLASS = (
    "a row needs one class to balance by: of soft labels the largest, by argmax(axis=1); where a row has "
    "several labels, train a model for each"
)


class Labels(NamedTuple):
    """Labels of all rows.

    Attributes
    ----------
    numbers : ndarray of int32, shape (n,)
        Classes 0..K-1.
    n_classes : int
        K.
    binary : bool
        Whether mini-batches have the share of class 1, or else a column for each class.
    """

    numbers: np.ndarray
    n_classes: int
    binary: bool


@dataclass(frozen=True)
class LabelForm:
    """How the labels of a dataset's elements are written.

    Attributes
    ----------
    batched : bool
        Whether an element is a mini-batch, or else a single row.
    one_hot : bool
        Whether a row has a one-hot label, or else a class number.
    n_classes : int
        K.
    binary : bool
        Whether mini-batches have the share of class 1, or else a column for each class.
    """

    batched: bool
    one_hot: bool
    n_classes: int
    binary: bool = False


def _known(n_classes: int | None, label_mode: str) -> int | None:
    """Give the number of classes, if it is known before the labels are."""
    if n_classes is None:
        return 2 if label_mode == "binary" else None
    check_count("n_classes", n_classes, least=2)
    return n_classes


def label_form(
    shape: tuple[int | None, ...], integer: bool, n_classes: int | None, label_mode: str = "auto"
) -> LabelForm:
    """Find out how labels are written from the shape and type of those of one element.

    A last axis of length 1 is ignored. Integers are class numbers, of one row or of a mini-batch. Floats in
    one column are class numbers too, and binary targets if there are two classes. Other labels are one-hot.

    Parameters
    ----------
    shape : tuple of int or None
        None stands for a length that is not known beforehand.
    integer : bool
        Whether the labels are integers.
    n_classes : int, optional
        K, if it is known.
    label_mode : {'auto', 'categorical', 'binary'}
        As in `remix.keras.BatchSettings`.

    Raises
    ------
    ConfigError
        If K is not given and does not follow from the labels.
    DataError
        If labels of this form are not known, or mean two things.

    Examples
    --------
    >>> label_form((None,), True, 3)
    LabelForm(batched=True, one_hot=False, n_classes=3, binary=False)
    >>> label_form((3,), False, None)
    LabelForm(batched=False, one_hot=True, n_classes=3, binary=False)
    >>> label_form((None, 1), False, None)
    LabelForm(batched=True, one_hot=False, n_classes=2, binary=True)
    """
    n_classes = _known(n_classes, label_mode)
    received = f"received {'integer' if integer else 'float'} labels of shape {shape}"
    column = shape[-1:] == (1,)
    shape = shape[:-1] if column else shape
    if integer and len(shape) < 2:
        if n_classes is None:
            raise ConfigError(f"n_classes: expected the number of classes, received none; {received}")
        if shape == (n_classes,):
            raise DataError(
                f"{received}, which may be a one-hot row or a mini-batch of {n_classes} class numbers; "
                "cast one-hot labels to float"
            )
        return LabelForm(len(shape) == 1, False, n_classes, label_mode == "binary")
    # One axis of floats may be a one-hot row as well: that it is where its length is, or gives, K.
    if not shape or (len(shape) == 1 and (column or shape[0] is None or n_classes not in (None, shape[0]))):
        n_classes = 2 if n_classes is None else n_classes
        binary = label_mode == "binary" or (label_mode == "auto" and n_classes == 2)
        return LabelForm(len(shape) == 1, False, n_classes, binary)
    if len(shape) not in (1, 2) or shape[-1] is None:
        raise DataError(f"labels: {EXPECTED}; {received}")
    if n_classes not in (None, shape[-1]):
        raise DataError(f"labels: expected one-hot rows of n_classes={n_classes} columns; {received}")
    return LabelForm(len(shape) == 2, True, shape[-1], label_mode == "binary")


def class_numbers(y: Any, n_classes: int | None = None, label_mode: str = "auto") -> Labels:
    """Read the labels of all rows.

    Parameters
    ----------
    y : array-like, shape (n,), (n, 1) or (n, K)
        Class numbers, or one-hot rows. Floats in one column are binary targets if there are two classes.
    n_classes : int, optional
        K; by default what is found in the labels.
    label_mode : {'auto', 'categorical', 'binary'}
        As in `remix.keras.BatchSettings`.

    Returns
    -------
    Labels

    Raises
    ------
    ConfigError, DataError
        If the labels, or their number, are none.

    Examples
    --------
    >>> class_numbers([[1.0, 0.0], [0.0, 1.0]])
    Labels(numbers=array([0, 1], dtype=int32), n_classes=2, binary=False)
    >>> class_numbers([0.0, 1.0])
    Labels(numbers=array([0, 1], dtype=int32), n_classes=2, binary=True)
    """
    n_classes = _known(n_classes, label_mode)
    y = as_array("labels", y)
    received = f"received {y.dtype} labels of shape {y.shape}"
    if y.dtype.kind not in "iubf":
        raise DataError(f"labels: {EXPECTED}; {received}; {NAMES}")
    y = y[:, 0] if y.shape[1:] == (1,) else y
    if y.ndim not in (1, 2) or not y.size:
        raise DataError(f"labels: {EXPECTED}; {received}")
    if y.ndim == 1:
        if y.dtype.kind == "f" and not (whole := np.isfinite(y) & (np.floor(y) == y)).all():
            raise DataError(f"labels: {EXPECTED}; received {y[~whole][0]}; {ONE_CLASS}")
        found = (int(y.min()), int(y.max()))
        n_classes = max(found[1] + 1, 2) if n_classes is None else n_classes
        if found[0] < 0 or found[1] >= n_classes:
            raise DataError(
                f"labels: expected class numbers 0..{n_classes - 1}, received {found[0]}..{found[1]}"
            )
        targets = label_mode == "auto" and y.dtype.kind == "f" and n_classes == 2
        return Labels(y.astype(np.int32), n_classes, targets or label_mode == "binary")
    if n_classes not in (None, y.shape[1]):
        raise DataError(f"labels: expected one-hot rows of n_classes={n_classes} columns; {received}")
    if not ((y == 0) | (y == 1)).all() or not (y.sum(axis=1) == 1).all():
        raise DataError(
            f"labels: expected one-hot rows, received rows that are not a single 1 among 0s; {ONE_CLASS}"
        )
    return Labels(y.argmax(axis=1).astype(np.int32), y.shape[1], label_mode == "binary")
