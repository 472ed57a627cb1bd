"""Labels as people have them, read as class numbers."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from remix.errors import ConfigError, DataError

EXPECTED = "expected class numbers 0..K-1 as integers, or one-hot rows"


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
    """

    batched: bool
    one_hot: bool
    n_classes: int


def label_form(shape: tuple[int | None, ...], integer: bool, n_classes: int | None) -> LabelForm:
    """Find out how labels are written from the shape and type of those of one element.

    A last axis of length 1 is ignored. Integers are class numbers, of one row or of a mini-batch; other
    labels, and integers in two axes, are one-hot.

    Parameters
    ----------
    shape : tuple of int or None
        None stands for a length that is not known beforehand.
    integer : bool
        Whether the labels are integers.
    n_classes : int, optional
        K, if it is known.

    Raises
    ------
    ConfigError
        If K is not given and does not follow from the labels.
    DataError
        If labels of this form are not known, or mean two things.

    Examples
    --------
    >>> label_form((None,), True, 3)
    LabelForm(batched=True, one_hot=False, n_classes=3)
    >>> label_form((3,), False, None)
    LabelForm(batched=False, one_hot=True, n_classes=3)
    """
    received = f"received {'integer' if integer else 'float'} labels of shape {shape}"
    shape = shape[:-1] if shape[-1:] == (1,) else shape
    if integer and len(shape) < 2:
        if n_classes is None:
            raise ConfigError(f"n_classes: expected the number of classes, received none; {received}")
        if shape == (n_classes,):
            raise DataError(
                f"{received}, which may be a one-hot row or a mini-batch of {n_classes} class numbers; "
                "cast one-hot labels to float"
            )
        return LabelForm(batched=len(shape) == 1, one_hot=False, n_classes=n_classes)
    if len(shape) not in (1, 2) or shape[-1] is None:
        raise DataError(f"labels: {EXPECTED}; {received}")
    if n_classes not in (None, shape[-1]):
        raise DataError(f"labels: expected one-hot rows of n_classes={n_classes} columns; {received}")
    return LabelForm(batched=len(shape) == 2, one_hot=True, n_classes=shape[-1])


def class_numbers(y: Any, n_classes: int | None = None) -> tuple[np.ndarray, int]:
    """Read the labels of all rows.

    Parameters
    ----------
    y : array-like, shape (n,), (n, 1) or (n, K)
        Class numbers as integers, or one-hot rows.
    n_classes : int, optional
        K; by default what is found in the labels.

    Returns
    -------
    labels : ndarray of int32, shape (n,)
        Classes 0..K-1.
    n_classes : int

    Raises
    ------
    DataError
        If the labels are neither.

    Examples
    --------
    >>> class_numbers([[1.0, 0.0], [0.0, 1.0]])
    (array([0, 1], dtype=int32), 2)
    """
    y = np.asarray(y)
    received = f"received {y.dtype} labels of shape {y.shape}"
    if not len(y) if y.ndim else True:
        raise DataError(f"labels: {EXPECTED}; {received}")
    y = y[:, 0] if y.shape[1:] == (1,) else y
    if y.ndim == 1 and y.dtype.kind in "iub":
        found = (int(y.min()), int(y.max()))
        n_classes = max(found[1] + 1, 2) if n_classes is None else n_classes
        if found[0] < 0 or found[1] >= n_classes:
            raise DataError(
                f"labels: expected class numbers 0..{n_classes - 1}, received {found[0]}..{found[1]}"
            )
        return y.astype(np.int32), n_classes
    if y.ndim != 2 or y.dtype.kind not in "iubf":
        raise DataError(f"labels: {EXPECTED}; {received}")
    if n_classes not in (None, y.shape[1]):
        raise DataError(f"labels: expected one-hot rows of n_classes={n_classes} columns; {received}")
    if not ((y == 0) | (y == 1)).all() or not (y.sum(axis=1) == 1).all():
        raise DataError("labels: expected one-hot rows, received rows that are not a single 1 among 0s")
    return y.argmax(axis=1).astype(np.int32), y.shape[1]
