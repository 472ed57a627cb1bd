"""What stages draw, applied to mini-batches in NumPy, for one network and for any backend of Keras.

The counterparts in TensorFlow, for stacks of mini-batches, are in `remix.batches`; tests hold the two against
each other on the same draws. They are not called here: a program on PyTorch or JAX would have to import
TensorFlow, which takes nearly all memory of a GPU for itself unless it is told otherwise; and for a few small
mini-batches TensorFlow's operations take some hundred times as long.

All functions take several mini-batches at once, (M, B): what an operation costs to call is then shared.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from remix.batches.balanced import BalancedResampling
from remix.batches.balanced_partners import BalancedPartners
from remix.batches.inverse_partners import InversePartners
from remix.batches.linked_partners import LinkedPartners
from remix.batches.margin_labels import MarginLabels
from remix.batches.mixing import Partners, SoftLabels
from remix.batches.pool import class_sizes
from remix.batches.soft_labels import MinorityLabels
from remix.methods import Method


class ClassOrder(NamedTuple):
    """Rows sorted by class, of one pool or of M.

    Attributes
    ----------
    order : ndarray of int, shape (P,) or (M, P)
        Positions of the rows, those of class 0 first.
    start, size : ndarray of int, shape (K,) or (M, K)
        Class c owns ``order[start[c] : start[c] + size[c]]``.
    """

    order: np.ndarray
    start: np.ndarray
    size: np.ndarray


def class_order(labels: np.ndarray, n_classes: int) -> ClassOrder:
    """Sort the rows of a pool by class, labels (P,), or of each of M pools, (M, P)."""
    size = class_sizes(labels, n_classes)
    return ClassOrder(np.argsort(labels, kind="stable"), np.cumsum(size, axis=-1) - size, size)


def choose(uniform: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Turn uniform numbers in [0, 1) into integers 0..count-1; see `remix.batches.pool.choose`."""
    return np.minimum((uniform * count.astype(np.float32)).astype(int), count - 1)


def balanced_positions(index: ClassOrder, kind: np.ndarray, pick: np.ndarray) -> np.ndarray:
    """Choose rows of the classes that are present; see `remix.batches.balanced.balanced_positions`.

    Parameters
    ----------
    index : ClassOrder
        What is chosen from: one pool, or one for each mini-batch.
    kind, pick : ndarray of float32 in [0, 1), shapes (M, 1) or (M, B), and (M, B)
        What `remix.batches.balanced.BalancedResampling.draw` drew.

    Returns
    -------
    ndarray of int, shape (M, B)
    """
    present = index.size > 0
    n_present = present.sum(axis=-1, keepdims=True)
    in_turn = np.arange(pick.shape[1]) if kind.shape[1] == 1 else 0
    slot = (in_turn + choose(kind, n_present)) % n_present
    label = _at(np.argsort(~present, kind="stable"), slot)
    return _at(index.order, _at(index.start, label) + choose(pick, _at(index.size, label)))


def blend(rows: np.ndarray, weight: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Blend the first B of the rows (M, B', …) with their partners; see `remix.batches.blending.blend`."""
    share = weight.reshape(*weight.shape, *[1] * (rows.ndim - weight.ndim))
    partners = _at(rows, order)
    partners *= np.float32(1) - share
    blended = rows[:, : order.shape[1]] * share
    blended += partners
    return blended


def linked_order(labels: np.ndarray, links: np.ndarray, pick: np.ndarray) -> np.ndarray:
    """Choose partners of linked classes; see `remix.batches.linked_partners.LinkedPartners.order`.

    Parameters
    ----------
    labels : ndarray of int, shape (M, B)
        Classes of the mini-batches.
    links : ndarray of bool, shape (K, K)
    pick : ndarray of float32 in [0, 1), shape (M, B)

    Returns
    -------
    ndarray of int, shape (M, B)
    """
    by_class = np.argsort(labels, kind="stable")
    possible = links[labels[:, :, None], _at(labels, by_class)[:, None, :]].cumsum(axis=2)
    nth = choose(pick, possible[:, :, -1])
    return _at(by_class, (possible <= nth[:, :, None]).sum(axis=2))


def inverse_order(labels: np.ndarray, counts: np.ndarray, tau: float, pick: np.ndarray) -> np.ndarray:
    """Choose partners by the inverse prior; see `remix.batches.inverse_partners.InversePartners.order`.

    Parameters
    ----------
    labels : ndarray of int, shape (M, B)
        Classes of the mini-batches.
    counts : ndarray, shape (K,)
        Rows of each class in the training part.
    tau : float
    pick : ndarray of float32 in [0, 1), shape (M, B)

    Returns
    -------
    ndarray of int, shape (M, B)
    """
    upto = (counts.astype(np.float32)[labels].astype(float) ** -tau).cumsum(axis=1)
    point = pick.astype(float) * upto[:, -1:]
    return np.minimum((upto[:, None, :] <= point[:, :, None]).sum(axis=2), labels.shape[1] - 1)


def moved_to_the_rarer(
    weight: np.ndarray, own: np.ndarray, partner: np.ndarray, counts: np.ndarray
) -> np.ndarray:
    """Move shares (M, B) to favour the rarer class; see `remix.batches.prior_weights.moved_to_the_rarer`."""
    ours, theirs = counts.astype(np.float32)[own], counts.astype(np.float32)[partner]
    moved = weight + theirs / (ours + theirs)
    return np.where(moved > 1, moved - np.float32(1), moved)


def with_partners(
    partners: Partners,
    labels: np.ndarray,
    dataset: ClassOrder,
    rows: np.ndarray,
    drawn: Mapping[str, np.ndarray],
    links: np.ndarray | None,
    counts: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Find the partners of the rows of mini-batches; see `remix.batches.partners`.

    Parameters
    ----------
    partners : PermutedPartners, BalancedPartners, LinkedPartners or InversePartners
    labels : ndarray of int, shape (n,)
        Classes of all rows.
    dataset : ClassOrder
        All rows, sorted by class.
    rows : ndarray of int, shape (M, B)
        The mini-batches.
    drawn : mapping
        What the mixing drew.
    links : ndarray of bool, shape (K, K), or None
        Which classes are neighbours; given if the partners ask.
    counts : ndarray, shape (K,)
        Rows of each class, as many times as their weights say.

    Returns
    -------
    rows : ndarray of int, shape (M, B) or (M, 2 B)
        Those of the mini-batches, and behind them others that are partners only.
    order : ndarray of int, shape (M, B)
        Where among them each row's partner is.
    """
    if isinstance(partners, BalancedPartners):
        second = balanced_positions(dataset, drawn["kind"], drawn["pick"])
        size = rows.shape[1]
        return np.concatenate([rows, second], axis=1), np.broadcast_to(np.arange(size, 2 * size), rows.shape)
    if isinstance(partners, LinkedPartners):
        assert links is not None
        return rows, linked_order(labels[rows], links, drawn["pick"])
    if isinstance(partners, InversePartners):
        return rows, inverse_order(labels[rows], counts, partners.tau, drawn["pick"])
    return rows, drawn["order"]


def label_share(
    labels: SoftLabels, weight: np.ndarray, own: np.ndarray, partner: np.ndarray, counts: np.ndarray
) -> np.ndarray:
    """Give the share of each row's own class; see `remix.batches.soft_labels`.

    Parameters
    ----------
    labels : MixedLabels, MinorityLabels or MarginLabels
    weight : ndarray of float32, shape (M,) or (M, B)
    own, partner : ndarray of int, shape (M, B)
        Classes of the rows and of their partners.
    counts : ndarray, shape (K,)

    Returns
    -------
    ndarray of float32, shape (M,) or (M, B)
    """
    if not isinstance(labels, MinorityLabels | MarginLabels):
        return weight
    weight = weight.reshape(len(own), -1)
    ours, theirs = counts.astype(np.float32)[own], counts.astype(np.float32)[partner]
    one, two = np.float32(1), np.float32(2)
    if isinstance(labels, MarginLabels):
        boundary = one / (one + (ours / theirs) ** np.float32(labels.omega))
        beyond = one - weight > boundary
        return np.where(beyond, weight / (two * (one - boundary)), one - (one - weight) / (two * boundary))
    kappa, tau = np.float32(labels.kappa), np.float32(labels.tau)
    to_partner = (ours >= kappa * theirs) & (weight < tau)
    to_own = (theirs >= kappa * ours) & (one - weight < tau)
    return np.where(to_partner, np.float32(0), np.where(to_own, one, weight))


def applies(method: Method) -> bool:
    """Tell whether all that a method does to mini-batches can be done here."""
    hidden = method.mix is not None and method.mix.layers == "hidden"
    return isinstance(method.resample, BalancedResampling | None) and method.augment is None and not hidden


def make_batches(
    method: Method,
    x: np.ndarray,
    labels: np.ndarray,
    dataset: ClassOrder,
    rows: np.ndarray,
    drawn: Mapping[str, Mapping[str, np.ndarray]],
    links: np.ndarray | None = None,
    counts: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Make mini-batches; see `remix.methods.Method.batch`.

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
    rows : ndarray of int, shape (M, B)
        The mini-batches as drawn.
    drawn : mapping
        What `remix.methods.Method.draw` drew for them.
    links : ndarray of bool, shape (K, K), optional
        Which classes are neighbours, see `remix.batches.links`; given if the method asks.
    counts : ndarray, shape (K,), optional
        Rows of each class, as many times as their weights say; by default those of `dataset`.

    Returns
    -------
    x : ndarray of float32, shape (M, B, …)
        In the scale in which they were given, images too.
    y : ndarray of float32, shape (M, B, K)
        Labels: one-hot, or soft where rows were mixed.
    """
    n_classes = len(dataset.size)
    if isinstance(method.resample, BalancedResampling):
        if method.resample.pool == "dataset":
            rows = balanced_positions(dataset, **drawn["resample"])
        else:
            rows = _at(rows, balanced_positions(class_order(labels[rows], n_classes), **drawn["resample"]))
    order, counts = np.empty((len(rows), 0), int), dataset.size if counts is None else counts
    if method.mix is not None:
        rows, order = with_partners(method.mix.partners, labels, dataset, rows, drawn["mix"], links, counts)
    features = x[rows].astype(np.float32, copy=False)
    classes = labels[rows]
    y = np.zeros((*rows.shape, n_classes), np.float32)
    y.reshape(-1, n_classes)[np.arange(rows.size), classes.ravel()] = 1
    if method.mix is None:
        return features, y
    weight, own, theirs = drawn["mix"]["weight"], classes[:, : order.shape[1]], _at(classes, order)
    if method.mix.weights == "prior":
        weight = moved_to_the_rarer(weight, own, theirs, counts)
    share = label_share(method.mix.labels, weight, own, theirs, counts)
    return blend(features, weight, order), blend(y, share, order)


def _at(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Take what stands at some places (M, B): of values (n,), or of each mini-batch's own, (M, n, …)."""
    if values.ndim == 1:
        return values[places]
    # Of one mini-batch, in half the time.
    return values[0][places] if len(values) == 1 else values[np.arange(len(values))[:, None], places]
