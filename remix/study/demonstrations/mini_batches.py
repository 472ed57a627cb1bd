"""Mini-batches to look at: the very ones that a network would be trained on."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from remix.batches.blending import blend
from remix.batches.drawing import draw_epoch, epoch_steps
from remix.batches.pool import Pool
from remix.methods import DRAWING_STAGES, Method
from remix.training import TrainingSet

# Rows of a mini-batch, as in the paper's study.
BATCH_SIZE = 64


class Drawn(NamedTuple):
    """Random numbers of n mini-batches.

    Attributes
    ----------
    rows : ndarray of int32, shape (n, B)
        Positions in the training part, before anything is done to them.
    stages : mapping of str to mapping of str to ndarray
        What `remix.methods.Method.draw` gives; first axis n.
    """

    rows: np.ndarray
    stages: Mapping[str, Mapping[str, np.ndarray]]


def training_set(features: np.ndarray, labels: np.ndarray, name: str, network: int = 0) -> TrainingSet:
    """Give made-up data the form in which networks are trained on it.

    Parameters
    ----------
    features : ndarray, shape (n, d)
    labels : ndarray of int, shape (n,)
    name : str
        Of the data; seeds derive from it.
    network : int
        Networks of different numbers start from different weights and see different mini-batches.
    """
    features = features.astype(np.float32)
    # No weights are chosen by a validation loss here, so the training part stands in for a validation part.
    return TrainingSet(features, labels, features, labels, name, "made up", network, 0)


def draw_batches(method: Method, data: TrainingSet, count: int, seed: int) -> Drawn:
    """Draw the first `count` mini-batches of a training, epoch by epoch, as `StackTrainer` does."""
    n_rows, n_classes = len(data.labels), int(data.labels.max()) + 1
    steps = epoch_steps([n_rows], BATCH_SIZE, "filled")
    order = data.generator(seed, "batches")
    generators = {name: data.generator(seed, name) for name in DRAWING_STAGES}
    epochs = [
        (draw_epoch(order, n_rows, steps, BATCH_SIZE), method.draw(generators, steps, BATCH_SIZE, n_classes))
        for _ in range(-(-count // steps))
    ]
    rows, stages = tf.nest.map_structure(lambda *arrays: np.concatenate(arrays)[:count], *epochs)
    return Drawn(rows, stages)


def make_batches(method: Method, data: TrainingSet, drawn: Drawn) -> tuple[np.ndarray, np.ndarray]:
    """Apply a method to drawn mini-batches.

    Returns
    -------
    x : ndarray of float32, shape (n, B, d)
        Where networks mix in a hidden layer, as they do when it is the input's turn.
    y : ndarray of float32, shape (n, B, K)
        Labels, soft where rows were mixed.
    """
    count = len(drawn.rows)
    # The stages work on a stack of folds; here the mini-batches of one fold are stacked.
    n_classes = int(data.labels.max()) + 1
    pool = Pool.from_folds(
        [data.features] * count, [data.labels] * count, n_classes, linked=method.needs_links
    )
    rows, stages = tf.nest.map_structure(tf.constant, (drawn.rows, drawn.stages))
    batch = method.batch(pool, rows, stages)
    x = batch.x if batch.hidden is None else blend(batch.x, batch.hidden.weight, batch.hidden.order)
    return x.numpy(), batch.y.numpy()


def partners_of(method: Method, data: TrainingSet, drawn: Drawn) -> tuple[np.ndarray, np.ndarray]:
    """Give what the rows of drawn mini-batches are mixed with, by the shapes of `make_batches`."""
    mixing = {**drawn.stages["mix"], "weight": np.zeros_like(drawn.stages["mix"]["weight"])}
    return make_batches(method, data, drawn._replace(stages={**drawn.stages, "mix": mixing}))


def shares_of(method: Method, drawn: Drawn) -> np.ndarray:
    """Give the share λ of every row in what it is mixed to, (n, B); NaN if the method does not mix."""
    if method.mix is None:
        return np.full(drawn.rows.shape, np.nan)
    weight = drawn.stages["mix"]["weight"]
    return np.broadcast_to(weight.reshape(len(weight), -1), drawn.rows.shape)


def alpha_of(method: Method) -> float:
    """Give the α of a method's mixing; NaN if it does not mix."""
    return np.nan if method.mix is None else method.mix.alpha
