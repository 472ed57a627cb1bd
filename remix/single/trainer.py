"""Train one multi-layer perceptron in NumPy.

A single network gains nothing from the stack and its compiled step: TensorFlow takes seconds to import and to
compile, hundreds of MiB, and for a mini-batch of a table more time to call its operations than to compute
them.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.special import log_softmax

from remix.batches.links import class_links
from remix.losses.cross_entropy import CrossEntropy
from remix.losses.logit_adjusted import LogitAdjustedLoss
from remix.methods import Method
from remix.networks import MLP
from remix.protocol import Protocol
from remix.single.mini_batches import ClassOrder, applies, class_order, make_batches
from remix.single.network import Network
from remix.training import PREDICTION_ROWS, Draws, FoldRecord, Trainer, TrainingSet, Watcher

# Features of mini-batches that are made at once: enough for few calls, and little enough for the cache;
# changes no result but where dropout is drawn.
BLOCK_BYTES = 2**20


class SingleModel(NamedTuple):
    """The trained network.

    Attributes
    ----------
    weights : list of list of ndarray
        Kernel and bias of each layer, of the one network.
    records : list of FoldRecord
    step_seconds : float
    """

    weights: list[list[np.ndarray]]
    records: list[FoldRecord]
    step_seconds: float


def trains(method: Method) -> bool:
    """Tell whether all of a method can be done here: its stages, and its loss."""
    return applies(method) and isinstance(method.loss, CrossEntropy | LogitAdjustedLoss)


class SingleTrainer(Trainer):
    """Trains one network on one training part, by the draws of `remix.training.StackTrainer`.

    All but dropout, whose masks TensorFlow draws there and NumPy here. Without dropout the two differ by the
    rounding of float32 only.

    Parameters
    ----------
    sets, method, protocol
        As in `remix.training.Trainer`; one training set, of rows of a table, and a method that `trains`.
    architecture : MLP
    seed : int
    **options
        The others of `remix.training.Trainer`.

    Raises
    ------
    TrainingError
        If the training part lacks a class.
    """

    def __init__(
        self,
        sets: Sequence[TrainingSet],
        method: Method,
        protocol: Protocol,
        *,
        architecture: MLP,
        seed: int,
        **options: Any,
    ) -> None:
        super().__init__(sets, method, protocol, seed=seed, **options)
        (self.data,) = self.sets
        shape = self.data.features.shape[1:]
        weights = architecture.weights(self.data.generator(seed, "weights"), shape, self.n_classes)
        self.network = Network(weights, architecture.dropout)
        self.kept = self.network.flat.copy()
        self.offset = np.zeros(self.n_classes, np.float32)
        if isinstance(method.loss, LogitAdjustedLoss):
            self.offset = method.loss.offsets(self.counts[0]).astype(np.float32)
        self.by_class = class_order(self.data.labels, self.n_classes)
        widths = shape[0] + self.n_classes + sum(self.network.dropped_widths)
        self.block = max(1, BLOCK_BYTES // (4 * self.batch_size * widths))
        self.links = None
        if method.needs_links:
            data = self.data
            self.links = class_links(data.features, data.labels, self.n_classes, data.sample_weight)

    def run(self, progress: Watcher | None = None, patience: int | None = None) -> SingleModel:
        """Train the network; see `remix.training.Trainer.train`."""
        records, step_seconds = self.train(progress, patience)
        return SingleModel([[weight.copy() for weight in self.network.weights]], records, step_seconds)

    # A loss that is not finite is an error of its own.
    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def train_epoch(
        self, rows: np.ndarray, draws: Sequence[Draws], rates: np.ndarray, class_weights: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Make one mini-batch after the other, and step; see `remix.training.Trainer.train_epoch`."""
        dataset, (own,) = self._dataset(rows), draws
        rate, loss, mass = float(rates[0]), 0.0, np.zeros(self.n_classes)
        for start in range(0, self.steps, self.block):
            block = slice(start, start + self.block)
            drawn = {
                stage: {name: array[block, 0] for name, array in arrays.items()}
                for stage, arrays in own.items()
            }
            x, y = make_batches(
                self.methods[0],
                self.data.features,
                self.data.labels,
                dataset,
                rows[block, 0],
                drawn,
                self.links,
                self.counts[0],
            )
            weighted = y * class_weights[0]
            weighted *= self.row_weights[block, 0, :, None]
            mass += weighted.sum(axis=(0, 1))
            of_rows = weighted.sum(axis=2)
            masks = self._masks(len(x))
            for step in range(len(x)):
                of_step = [mask[step] for mask in masks]
                loss += self.network.step(x[step], y[step], of_rows[step], self.offset, rate, of_step)
        return np.array([loss], np.float32), mass[None]

    def _dataset(self, rows: np.ndarray) -> ClassOrder:
        """Sort by class what a method draws from if it draws from the whole training part.

        See `remix.training.StackTrainer.dataset_index`.
        """
        if self.data.sample_weight is None:
            return self.by_class
        drawn = rows.ravel()
        index = class_order(self.data.labels[drawn], self.n_classes)
        return index._replace(order=drawn[index.order])

    def _masks(self, steps: int) -> list[np.ndarray]:
        """Draw the dropout of some steps, (steps, B, width) for each layer; see `Network.step`."""
        return [
            (self.dropout_generator.random((steps, self.batch_size, width), dtype=np.float32) < keep) / keep
            for keep, width in ((self.network.keep, width) for width in self.network.dropped_widths)
        ]

    def validation_losses(self) -> np.ndarray:
        """Compute the cross-entropy of the validation part, (1,); NaN where there is none."""
        x, labels = self.data.validation_features, self.data.validation_labels
        if not len(labels):
            return np.full(1, np.nan)
        blocks = (
            self.network.logits(x[start : start + PREDICTION_ROWS])
            for start in range(0, len(x), PREDICTION_ROWS)
        )
        logs = log_softmax(np.concatenate(list(blocks)), axis=1)[np.arange(len(labels)), labels]
        return -np.average(logs, weights=self.data.validation_weight, keepdims=True)

    def keep(self, better: np.ndarray) -> None:
        """Keep the weights, if they are better; see `remix.training.Trainer.keep`."""
        if better.all():
            self.kept[:] = self.network.flat

    def restore(self) -> None:
        """Put the weights back that were kept."""
        self.network.flat[:] = self.kept
