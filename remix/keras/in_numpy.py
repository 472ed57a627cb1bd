"""What stages draw, applied to one mini-batch in NumPy, for backends of Keras other than TensorFlow.

The counterparts in TensorFlow, for stacks of mini-batches, are in `remix.batches`; tests hold the two against
each other on the same draws.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from remix.batches.balanced import BalancedResampling
from remix.errors import ConfigError
from remix.methods import Method


class ClassOrder(NamedTuple):
    """Rows sorted by class.

    Attributes
    ----------
    order : ndarray of int, shape (P,)
        Positions of the rows, those of class 0 first.
    start, size : ndarray of int, shape (K,)
        Class c owns ``order[start[c] : start[c] + size[c]]``.
    """

    order: np.ndarray
    start: np.ndarray
    size: np.ndarray


def class_order(labels: np.ndarray, n_classes: int) -> ClassOrder:
    """Sort rows by class; labels (P,)."""
    size = np.bincount(labels, minlength=n_classes)
    return ClassOrder(np.argsort(labels, kind="stable"), np.cumsum(size) - size, size)


def choose(uniform: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Turn uniform numbers in [0, 1) into integers 0..count-1; see `remix.batches.classes.choose`."""
    return np.minimum((uniform * count.astype(np.float32)).astype(int), count - 1)


def balanced_positions(index: ClassOrder, kind: np.ndarray, pick: np.ndarray) -> np.ndarray:
    """Choose rows of the classes that are present; see `remix.batches.balanced.balanced_positions`.

    Parameters
    ----------
    index : ClassOrder
        What is chosen from.
    kind, pick : ndarray of float32 in [0, 1), shapes (1,) or (B,), and (B,)
        One step of `remix.batches.balanced.BalancedResampling.draw`.

    Returns
    -------
    ndarray of int, shape (B,)
    """
    present = np.flatnonzero(index.size)
    in_turn = np.arange(len(pick)) if len(kind) == 1 else 0
    label = present[(in_turn + choose(kind, np.array(len(present)))) % len(present)]
    return index.order[index.start[label] + choose(pick, index.size[label])]


def mix(array: np.ndarray, weight: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Blend every row of (B, …) with its partner; see `remix.batches.mixing.mix`."""
    return weight * array + (np.float32(1) - weight) * array[order]


def check_stages(method: Method) -> None:
    """Refuse methods that have a stage which is applied in TensorFlow only.

    Raises
    ------
    ConfigError
    """
    if method.augment is not None:
        raise ConfigError(
            "MixedBatches: expected a method that resamples 'balanced' or mixes, received one that augments "
            "images; augment in the model, or use remix.keras.mixed_batches"
        )
    if not isinstance(method.resample, BalancedResampling | None):
        raise ConfigError(
            "MixedBatches: expected a method that resamples 'balanced' or mixes, received one that resamples "
            f"by {type(method.resample).__name__}; use remix.keras.mixed_batches"
        )


def batch(
    method: Method,
    x: np.ndarray,
    labels: np.ndarray,
    dataset: ClassOrder,
    rows: np.ndarray,
    drawn: Mapping[str, Mapping[str, np.ndarray]],
) -> tuple[np.ndarray, np.ndarray]:
    """Make one mini-batch; see `remix.methods.Method.batch`.

    Parameters
    ----------
    method : Method
        One that `check_stages` lets pass.
    x : ndarray, shape (n, …)
        Features of all rows.
    labels : ndarray of int, shape (n,)
        Classes of all rows.
    dataset : ClassOrder
        All rows, sorted by class.
    rows : ndarray of int, shape (B,)
        The mini-batch as drawn.
    drawn : mapping
        One step of `remix.methods.Method.draw`.

    Returns
    -------
    x : ndarray of float32, shape (B, …)
        In the scale in which they were given, images too.
    y : ndarray of float32, shape (B, K)
        Labels: one-hot, or soft where rows were mixed.
    """
    n_classes = len(dataset.size)
    if isinstance(method.resample, BalancedResampling):
        if method.resample.pool == "dataset":
            rows = balanced_positions(dataset, **drawn["resample"])
        else:
            rows = rows[balanced_positions(class_order(labels[rows], n_classes), **drawn["resample"])]
    features = x[rows].astype(np.float32)
    y = np.eye(n_classes, dtype=np.float32)[labels[rows]]
    if method.mix is not None:
        features, y = (mix(array, **drawn["mix"]) for array in (features, y))
    return features, y
