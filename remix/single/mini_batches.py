"""What stages draw, applied to one mini-batch in NumPy, for backends of Keras other than TensorFlow.

The counterparts in TensorFlow, for stacks of mini-batches, are in `remix.batches`; tests hold the two against
each other on the same draws. They are not called here: a program on PyTorch or JAX would have to import
TensorFlow, which takes nearly all memory of a GPU for itself unless it is told otherwise; and for a single
mini-batch TensorFlow's operations take some hundred times as long.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from remix.batches.balanced import BalancedResampling
from remix.batches.balanced_partners import BalancedPartners
from remix.batches.linked_partners import LinkedPartners
from remix.batches.mixing import Partners, SoftLabels
from remix.batches.soft_labels import MinorityLabels
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
    """Turn uniform numbers in [0, 1) into integers 0..count-1; see `remix.batches.pool.choose`."""
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


def blend(rows: np.ndarray, weight: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Blend the first B of the rows (B', …) with their partners; see `remix.batches.blending.blend`."""
    share = weight.reshape(*weight.shape, *[1] * (rows.ndim - weight.ndim))
    return share * rows[: len(order)] + (np.float32(1) - share) * rows[order]


def linked_order(labels: np.ndarray, links: np.ndarray, pick: np.ndarray) -> np.ndarray:
    """Choose partners of linked classes; see `remix.batches.linked_partners.LinkedPartners.order`.

    Parameters
    ----------
    labels : ndarray of int, shape (B,)
        Classes of the mini-batch.
    links : ndarray of bool, shape (K, K)
    pick : ndarray of float32 in [0, 1), shape (B,)

    Returns
    -------
    ndarray of int, shape (B,)
    """
    by_class = np.argsort(labels, kind="stable")
    possible = links[labels][:, labels[by_class]].cumsum(axis=1)
    nth = choose(pick, possible[:, -1])
    return by_class[(possible <= nth[:, None]).sum(axis=1)]


def with_partners(
    partners: Partners,
    labels: np.ndarray,
    dataset: ClassOrder,
    rows: np.ndarray,
    drawn: Mapping[str, np.ndarray],
    links: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Find the partners of a mini-batch's rows; see `remix.batches.partners`.

    Parameters
    ----------
    partners : PermutedPartners, BalancedPartners or LinkedPartners
    labels : ndarray of int, shape (n,)
        Classes of all rows.
    dataset : ClassOrder
        All rows, sorted by class.
    rows : ndarray of int, shape (B,)
        The mini-batch.
    drawn : mapping
        One step of what the mixing drew.
    links : ndarray of bool, shape (K, K), or None
        Which classes are neighbours; given if the partners ask.

    Returns
    -------
    rows : ndarray of int, shape (B,) or (2 B,)
        Those of the mini-batch, and behind them others that are partners only.
    order : ndarray of int, shape (B,)
        Where among them each row's partner is.
    """
    if isinstance(partners, BalancedPartners):
        second = balanced_positions(dataset, drawn["kind"], drawn["pick"])
        return np.append(rows, second), np.arange(len(rows), 2 * len(rows))
    if isinstance(partners, LinkedPartners):
        assert links is not None
        return rows, linked_order(labels[rows], links, drawn["pick"])
    return rows, drawn["order"]


def label_share(
    labels: SoftLabels, weight: np.ndarray, own: np.ndarray, partner: np.ndarray, counts: np.ndarray
) -> np.ndarray:
    """Give the share of each row's own class; see `remix.batches.soft_labels`.

    Parameters
    ----------
    labels : MixedLabels or MinorityLabels
    weight : ndarray of float32, shape () or (B,)
    own, partner : ndarray of int, shape (B,)
        Classes of the rows and of their partners.
    counts : ndarray of int, shape (K,)

    Returns
    -------
    ndarray of float32, shape () or (B,)
    """
    if not isinstance(labels, MinorityLabels):
        return weight
    kappa, tau = np.float32(labels.kappa), np.float32(labels.tau)
    ours, theirs = counts.astype(np.float32)[own], counts.astype(np.float32)[partner]
    to_partner = (ours >= kappa * theirs) & (weight < tau)
    to_own = (theirs >= kappa * ours) & (np.float32(1) - weight < tau)
    return np.where(to_partner, np.float32(0), np.where(to_own, np.float32(1), weight))


def applies(method: Method) -> bool:
    """Tell whether all that a method does to mini-batches can be done here."""
    hidden = method.mix is not None and method.mix.layers == "hidden"
    return isinstance(method.resample, BalancedResampling | None) and method.augment is None and not hidden


def batch(
    method: Method,
    x: np.ndarray,
    labels: np.ndarray,
    dataset: ClassOrder,
    rows: np.ndarray,
    drawn: Mapping[str, Mapping[str, np.ndarray]],
    links: np.ndarray | None = None,
    counts: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Make one mini-batch; see `remix.methods.Method.batch`.

    Parameters
    ----------
    method : Method
        One of which `applies` says that it can.
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
    links : ndarray of bool, shape (K, K), optional
        Which classes are neighbours, see `remix.batches.links`; given if the method asks.
    counts : ndarray, shape (K,), optional
        Rows of each class, as many times as their weights say; by default those of `dataset`.

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
    order = np.arange(len(rows))
    if method.mix is not None:
        rows, order = with_partners(method.mix.partners, labels, dataset, rows, drawn["mix"], links)
    features = x[rows].astype(np.float32)
    y = np.zeros((len(rows), n_classes), np.float32)
    y[np.arange(len(rows)), labels[rows]] = 1
    if method.mix is None:
        return features, y
    weight, own, theirs = drawn["mix"]["weight"], labels[rows[: len(order)]], labels[rows[order]]
    share = label_share(method.mix.labels, weight, own, theirs, dataset.size if counts is None else counts)
    return blend(features, weight, order), blend(y, share, order)
