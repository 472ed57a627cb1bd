"""Keras' ``fit`` for each fold, with a dataset that resamples and mixes each mini-batch in NumPy."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.speed.cells import Cell, Part
from benchmarks.speed.contenders import Training
from benchmarks.speed.numpy_batches import balanced, mixup, smote


class Batches(keras.utils.PyDataset):
    """The mini-batches of a fold, drawn anew for every epoch.

    Parameters
    ----------
    part : Part
    cell : Cell
        Its method says what is done to a mini-batch.
    seed : int
    """

    def __init__(self, part: Part, cell: Cell, seed: int) -> None:
        super().__init__()
        self.part, self.cell = part, cell
        self.rng = np.random.default_rng(seed)
        self.order = self.rng.permutation(len(part.labels))

    def __len__(self) -> int:
        return -(-len(self.order) // self.cell.protocol.batch_size)

    def __getitem__(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        size, (features, labels) = self.cell.protocol.batch_size, self.part
        rows = self.order[step * size : (step + 1) * size]
        if self.cell.resampling == "balanced":
            rows = rows[balanced(self.rng, labels[rows])]
        x, batch_labels = features[rows], labels[rows]
        if self.cell.resampling == "smote":
            x, batch_labels = smote(self.rng, x, batch_labels)
        y = np.eye(self.cell.n_classes, dtype=np.float32)[batch_labels]
        return (x, y) if self.cell.alpha is None else mixup(self.rng, x, y, self.cell.alpha)

    def on_epoch_end(self) -> None:
        """Draw the next epoch."""
        self.order = self.rng.permutation(len(self.order))


class _Clock(keras.callbacks.Callback):
    """Counts the time from the end of a model's first epoch to the end of its last one."""

    def __init__(self, begin: Callable[[], None]) -> None:
        super().__init__()
        self.begin = begin
        self.started = self.stopped = self.loss = 0.0
        self.epochs = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Take note that an epoch has ended; they count from 0."""
        self.stopped, self.loss = time.perf_counter(), float((logs or {})["loss"])
        self.epochs = epoch
        if epoch == 0:
            self.begin()
            self.started = time.perf_counter()


def build(cell: Cell) -> keras.Model:
    """Build the study's network."""
    model = keras.Sequential([keras.Input((cell.n_features,))])
    for i, width in enumerate(cell.widths):
        model.add(keras.layers.Dense(width, activation="relu"))
        if i < len(cell.widths) - 1:
            model.add(keras.layers.Dropout(cell.dropout))
    model.add(keras.layers.Dense(cell.n_classes, activation="softmax"))
    optimizer = keras.optimizers.Adam(cell.protocol.learning_rate.initial)
    model.compile(optimizer=optimizer, loss="categorical_crossentropy")
    return model


def train(cell: Cell, epochs: int, folds: Sequence[int], begin: Callable[[], None]) -> Training:
    """Fit a model for each fold in turn; see `benchmarks.speed.contenders.Train`."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    rate, losses, fold_epochs, seconds = cell.protocol.learning_rate, [], 0, 0.0
    for number, i in enumerate(folds):
        keras.utils.clear_session()
        keras.utils.set_random_seed(i)
        model, part = build(cell), cell.parts[i]
        clock = _Clock(begin if number == 0 else lambda: None)
        plateau = keras.callbacks.ReduceLROnPlateau(
            "loss", rate.factor, rate.patience, min_delta=rate.min_delta, min_lr=rate.minimum
        )
        options = {"epochs": 1 + epochs, "verbose": 0, "callbacks": [clock, plateau]}
        if cell.resampling is None and cell.alpha is None:
            y = np.eye(cell.n_classes, dtype=np.float32)[part.labels]
            model.fit(part.features, y, batch_size=cell.protocol.batch_size, **options)
        else:
            model.fit(Batches(part, cell, i), **options)
        fold_epochs += clock.epochs
        seconds += clock.stopped - clock.started
        losses.append(clock.loss)
    return Training(fold_epochs, seconds, losses)
