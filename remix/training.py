"""Train a stack of networks at once, by one compiled step: a network for each fold of a cell and each method.

The main path, from top to bottom: `Trainer.train` loops over epochs, `Trainer.run_epoch` draws an epoch's
random numbers in NumPy, and `StackTrainer.train_steps`, compiled, gathers, resamples and mixes some of its
mini-batches at once, then steps through them.

On a CPU the methods of a cell are trained one after the other. On a GPU, which a single method keeps busy for
a small part of its time, those that `can_share` a stack are trained at once.
"""

from __future__ import annotations

import dataclasses
import itertools
import logging
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from typing import Protocol as Interface

import numpy as np

from remix import seeding
from remix.adam import Adam
from remix.batches.drawing import LastBatch, draw_epoch, draw_weighted_epoch, epoch_steps, row_weights
from remix.batches.mini_batch import MiniBatch
from remix.batches.pool import ClassIndex, Pool, as_input, class_index_of, class_sizes, padded
from remix.errors import TrainingError
from remix.lazy import tf
from remix.learning_rate import LearningRate
from remix.methods import DRAWING_STAGES, BeforeTraining, Method
from remix.networks import Architecture, StackedNetwork
from remix.protocol import Protocol

logger = logging.getLogger(__name__)

# Rows of each fold, or images, that are predicted at a time; bounds the memory, changes no result.
PREDICTION_ROWS, PREDICTION_IMAGES = 2048, 256
# Features and labels of mini-batches that are made at once: enough for few calls, little for the cache;
# changes no result. On a GPU, whose caches are not what counts: as many as are no burden to its memory.
BLOCK_BYTES, XLA_BLOCK_BYTES = 2**23, 2**28
PROGRESS_LINES = 20

# Of each stage of a method, the arrays that it drew, by their names.
Draws = Mapping[str, Mapping[str, np.ndarray]]
# Of NumPy or, where nobody waits for the device, a tensor.
Array = Any
# Computes logits (S, B, K) of features (S, B, …).
Logits = Callable[..., Any]


@dataclass(frozen=True)
class TrainingSet:
    """One fold's training and validation parts.

    Attributes
    ----------
    features, validation_features : ndarray, shapes (n, …) and (n_validation, …)
        Of tables: (n, d), float32, preprocessed, without missing values. Images: (n, H, W, C), uint8. There
        may be no rows for validation; their loss is then NaN.
    labels, validation_labels : ndarray of int, shapes (n,) and (n_validation,)
        Classes 0..K-1.
    task, ir : str
        The cell. With `repeat` and `fold` it names the fold in messages and in the names of its seeds.
    repeat, fold : int
    sample_weight, validation_weight : ndarray of float, shapes (n,) and (n_validation,), optional
        How many rows each one stands for. Rows are drawn in proportion to their weight, see
        `remix.batches.drawing.draw_weighted_epoch`, so that every stage of a method and the loss know of it.
        Of the folds that are trained together all have weights, or none.
    """

    features: np.ndarray
    labels: np.ndarray
    validation_features: np.ndarray
    validation_labels: np.ndarray
    task: str
    ir: str
    repeat: int
    fold: int
    sample_weight: np.ndarray | None = None
    validation_weight: np.ndarray | None = None

    def __str__(self) -> str:
        return f"{self.task}, IR {self.ir}, repeat {self.repeat}, fold {self.fold}"

    def class_counts(self, n_classes: int) -> np.ndarray:
        """Count the rows of each class in the training part, as many times as their weights say; (K,)."""
        return np.bincount(self.labels, self.sample_weight, n_classes)

    def resampled(self, stage: BeforeTraining, rng: np.random.Generator) -> TrainingSet:
        """Give the set with the training part that a stage makes of it before training.

        Raises
        ------
        TrainingError
            If rows have weights that are not whole numbers: a row can be there once or twice, not 1.5 times.
        """
        features, labels = self.features, self.labels
        if self.sample_weight is not None:
            times = self.sample_weight.astype(int)
            if (times != self.sample_weight).any():
                raise TrainingError(
                    f"{self}: sample weights must be whole numbers to resample rows before training; "
                    "for others, use a method that resamples mini-batches"
                )
            features, labels = np.repeat(features, times, axis=0), np.repeat(labels, times)
        features, labels = stage.apply(features, labels, rng)
        return dataclasses.replace(self, features=features, labels=labels, sample_weight=None)

    def draw_epoch(self, rng: np.random.Generator, steps: int, batch_size: int) -> np.ndarray:
        """Draw the rows of an epoch's mini-batches, (steps, batch_size)."""
        if self.sample_weight is None:
            return draw_epoch(rng, len(self.labels), steps, batch_size)
        return draw_weighted_epoch(rng, self.sample_weight, steps, batch_size)

    def generator(self, seed: int, purpose: str) -> np.random.Generator:
        """Give the fold's own generator for one purpose: no draw depends on which others are made."""
        return seeding.generator(seed, purpose, self.task, self.ir, self.repeat, self.fold)


@dataclass(frozen=True)
class FoldRecord:
    """What happened while one fold was trained.

    Attributes
    ----------
    train_rows : int
        Rows that were trained on: those of the training part, or what was made of them before training.
    train_loss : float
        Mean loss over the last epoch's mini-batches, as the method made and weighted them.
    validation_loss : float
        Cross-entropy of the validation part under the weights that were kept.
    learning_rate : float
        In force at the end.
    best_epoch : int
        Epoch, counted from 1, whose weights were kept.
    batches : int
        Mini-batches drawn in all epochs.
    batches_lacking : tuple of int, length K
        How many of them held no row of each class before anything was resampled.
    class_share : tuple of float, length K
        The class prior that the predictions stand for: the share of each class in what was trained on
        (labels after resampling and mixing, times loss weights, as these were in each epoch), and what the
        loss makes of it. An approximation where the loss is no proper score, or weights begin later; see
        `remix.losses.loss.Loss.prediction_prior`.
    resampling : dict of str to int
        In how many of the mini-batches the resampling had too little to work with, where it tells; see
        `remix.batches.smote.Smote.diagnose`.
    """

    train_rows: int
    train_loss: float
    validation_loss: float
    learning_rate: float
    best_epoch: int
    batches: int
    batches_lacking: tuple[int, ...]
    class_share: tuple[float, ...]
    resampling: dict[str, int]


class StackedModel:
    """The trained networks of a stack: of each method in turn, one for each training set.

    Attributes
    ----------
    records : list of FoldRecord
        One for each network.
    step_seconds : float
        How long the training steps took: all epochs, without setting up and compiling.
    """

    def __init__(
        self, network: StackedNetwork, logits: Logits, records: list[FoldRecord], step_seconds: float
    ) -> None:
        self._network, self._logits = network, logits
        self.records = records
        self.step_seconds = step_seconds

    @property
    def weights(self) -> list[list[np.ndarray]]:
        """Weights of each network, as its architecture draws them; without what it keeps of mini-batches."""
        stacked = [variable.numpy() for variable in self._network.variables]
        return [list(network) for network in zip(*stacked, strict=True)]

    def predict(self, features: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Predict the class probabilities of each fold's own rows.

        Parameters
        ----------
        features : sequence of ndarray, shapes (n_f, …)
            Rows for each fold of the stack, in the form of that fold's training part.

        Returns
        -------
        list of float32 ndarray, shapes (n_f, K)
            One for each network: those of the first method for each fold, then those of the next.
        """
        found = _logits_of(self._logits, features, len(self.records))
        return [tf.nn.softmax(logits).numpy() for logits in found]


class DrawnEpoch(NamedTuple):
    """The random numbers of an epoch, and what they come to.

    Attributes
    ----------
    rows, draws
        See `Trainer.train_epoch`.
    counts : ndarray of int, shape (F, steps, K)
        Rows of each class in the mini-batches of each fold, before anything is resampled.
    """

    rows: np.ndarray
    draws: Sequence[Draws]
    counts: np.ndarray


class Diagnostics(NamedTuple):
    """What is known of the mini-batches of some epochs.

    Attributes
    ----------
    lacking : ndarray of int, shape (F, K)
        Numbers of mini-batches without a row of each class.
    class_mass : array of float64, shape (S, K)
        Weight of each class in what was trained on.
    resampling : list of dict of str to ndarray of int, shape (F,)
        For each method, the numbers of mini-batches that it tells of, see `remix.methods.Method.diagnose`.
    """

    lacking: np.ndarray
    class_mass: Array
    resampling: list[dict[str, np.ndarray]]

    def plus(self, other: Diagnostics) -> Diagnostics:
        """Add those of further epochs."""
        return Diagnostics(
            self.lacking + other.lacking,
            self.class_mass + other.class_mass,
            [
                {name: value + theirs[name] for name, value in ours.items()}
                for ours, theirs in zip(self.resampling, other.resampling, strict=True)
            ],
        )


def can_share(method: Method) -> Hashable:
    """Give what methods must have in common to be trained in one stack.

    They are trained on the same rows, by networks of one form, in which rows are mixed at the same places.
    """
    hidden = method.mix is not None and method.mix.layers == "hidden" and method.mix.weights
    return method.before_training, method.loss.output_scale, hidden


class Trainer(ABC):
    """Trains networks side by side, one for each method and fold: the loop over epochs, and what is drawn.

    There are S networks: those of the first method for each of F folds, then those of the next. What is left
    to others is how networks are computed: `StackTrainer` and `remix.single.trainer.SingleTrainer`.

    Parameters
    ----------
    sets : sequence of TrainingSet
        Folds of one cell; their sizes may differ.
    methods : Method or sequence of Method
        What is done to the mini-batches and the loss; of several, `can_share` is the same. Loss weights that
        begin later make another loss of it: from there on the learning rate, which stays as it is, falls by
        the new loss alone, and of these epochs the best one is selected.
    protocol : Protocol
        Epochs, learning rate, selection of the weights.
    n_classes, batch_size : int
        K, rows per mini-batch B.
    seed : int
        The study's seed.
    last_batch : {'filled', 'partial', 'dropped'}
        What becomes of an epoch's last rows where they are fewer than a batch.
    steps : int, optional
        Mini-batches per epoch; by default what the folds need, see `remix.batches.drawing.epoch_steps`.

    Raises
    ------
    TrainingError
        If a training part lacks a class; names the fold.
    """

    # What computes learning rates and which epochs are the best: NumPy, or its like on a device. There losses
    # are looked at after some epochs only, for the host would wait for them.
    xp: Any = np
    epochs_between_checks = 1

    def __init__(
        self,
        sets: Sequence[TrainingSet],
        methods: Method | Sequence[Method],
        protocol: Protocol,
        *,
        n_classes: int,
        batch_size: int,
        seed: int,
        last_batch: LastBatch = "filled",
        steps: int | None = None,
    ) -> None:
        for data in sets:
            missing = set(range(n_classes)) - set(data.labels.tolist())
            if missing:
                raise TrainingError(
                    f"{data}: class {min(missing)} is missing from the training part; choose a larger IR"
                )
        self.methods = [methods] if isinstance(methods, Method) else list(methods)
        if len(set(map(can_share, self.methods))) > 1:
            raise ValueError("these methods cannot share a stack; see remix.training.can_share")
        before_training = self.methods[0].before_training
        if before_training is not None:
            sets = [data.resampled(before_training, data.generator(seed, "before_training")) for data in sets]
        self.sets, self.protocol = sets, protocol
        self.stack = len(self.methods) * len(sets)
        self.n_classes, self.batch_size = n_classes, batch_size
        rows = [len(data.labels) for data in sets]
        self.steps = epoch_steps(rows, batch_size, last_batch) if steps is None else steps
        self.counts = np.stack([data.class_counts(n_classes) for data in sets])
        given = [method.loss_weights for method in self.methods]
        self.class_weights = np.concatenate(
            [
                np.ones(self.counts.shape, np.float32) if weights is None else weights.weights(self.counts)
                for weights in given
            ]
        )
        self.unweighted_epochs = np.repeat(
            [0 if weights is None else weights.unweighted_epochs(protocol.epochs) for weights in given],
            len(sets),
        )
        self.row_weights = np.stack(
            [row_weights(n, self.steps, batch_size, last_batch) for n in rows], axis=1
        )
        self.order_generators = [data.generator(seed, "batches") for data in sets]
        # Each method draws as if it were alone: comparisons are paired.
        self.stage_generators = [
            [{name: data.generator(seed, name) for name in DRAWING_STAGES} for data in sets]
            for _ in self.methods
        ]
        # Dropout masks are shared along the stack, so their seed names the cell alone.
        self.dropout_generator = seeding.generator(seed, "dropout", sets[0].task, sets[0].ir)
        self.compile_seconds = 0.0

    @abstractmethod
    def train_epoch(
        self,
        rows: np.ndarray,
        draws: Sequence[Draws],
        rates: Array,
        class_weights: np.ndarray,
    ) -> tuple[Array, Array]:
        """Make an epoch's mini-batches, and step through them.

        Parameters
        ----------
        rows : ndarray of int32, shape (steps, F, B)
            Positions in the training parts.
        draws : sequence of mapping
            What each method drew, see `remix.methods.Method.draw`; its arrays begin with (steps, F).
        rates, class_weights : arrays of float32, shapes (S,) and (S, K)

        Returns
        -------
        losses : array of float32, shape (S,)
            Sums over the mini-batches.
        mass : array of float32, shape (S, K)
            Weight of each class in what was trained on.
        """

    @abstractmethod
    def validation_losses(self) -> Array:
        """Compute each network's cross-entropy of its validation part, (S,); NaN where no fold has one."""

    @abstractmethod
    def keep(self, better: Array) -> None:
        """Keep the weights of the networks (S,) that are marked, in place of those kept before."""

    @abstractmethod
    def restore(self) -> None:
        """Put the weights back that were kept."""

    def train(
        self, progress: Watcher | None = None, patience: int | None = None
    ) -> tuple[list[FoldRecord], float]:
        """Train for all epochs and settle which weights are kept.

        Parameters
        ----------
        progress : Watcher, optional
            Told of every epoch. By default a `Progress` of this stack; given one, it tells the log how far a
            cell is, where this stack is not all of it.
        patience : int, optional
            With the selection ``'best_validation'``: training ends when, for so many epochs, no network of
            the stack had a lower validation loss than ever before.

        Returns
        -------
        records : list of FoldRecord
        step_seconds : float
            How long the training steps took: all epochs, without setting up and compiling.

        Raises
        ------
        TrainingError
            If a loss is not finite; names the fold.
        """
        epochs, stack = self.protocol.epochs, self.stack
        rate = LearningRate(self.protocol.learning_rate, stack, self.xp)
        best = _BestEpoch(stack, self.xp) if self.protocol.selection == "best_validation" else None
        diagnostics = None
        failed = self.xp.zeros((stack,), np.int64)
        progress = progress or Progress(epochs)
        progress.start(rows_per_epoch=stack * self.steps * self.batch_size)
        started = time.perf_counter()
        for epoch in range(1, epochs + 1):
            weighted = np.greater(epoch, self.unweighted_epochs)
            rate.forget(np.equal(epoch, self.unweighted_epochs + 1))
            losses, diagnosed = self.run_epoch(rate.rate, weighted)
            diagnostics = diagnosed if diagnostics is None else diagnostics.plus(diagnosed)
            failed = self.xp.where((failed == 0) & ~self.xp.isfinite(losses), epoch, failed)
            if epoch % self.epochs_between_checks == 0 or epoch == epochs:
                self.check_finite(np.asarray(losses), np.asarray(failed))
            rate.update(losses)
            validation = self.validation_losses() if best is not None else None
            progress.report(epoch, losses, rate.rate, validation)
            if best is not None:
                self.keep(best.update(epoch, self.xp.where(weighted, validation, np.inf)))
                waited = epoch - best.epoch
                if patience is not None and weighted.all() and np.all(waited >= patience):
                    break
        assert diagnostics is not None
        losses, rates = np.asarray(losses), np.asarray(rate.rate)
        step_seconds = time.perf_counter() - started - self.compile_seconds
        if best is not None:
            self.restore()
        best_epoch = np.full(stack, epoch) if best is None else np.asarray(best.epoch)
        validation = np.asarray(self.validation_losses())
        shares = self.prediction_priors(np.asarray(diagnostics.class_mass))
        of_networks = itertools.product(range(len(self.methods)), enumerate(self.sets))
        records = [
            FoldRecord(
                train_rows=len(data.labels),
                train_loss=float(losses[i]),
                validation_loss=float(validation[i]),
                learning_rate=float(rates[i]),
                best_epoch=int(best_epoch[i]),
                batches=epoch * self.steps,
                batches_lacking=tuple(diagnostics.lacking[fold].tolist()),
                class_share=tuple(shares[i].tolist()),
                resampling={name: int(value[fold]) for name, value in diagnostics.resampling[method].items()},
            )
            for i, (method, (fold, data)) in enumerate(of_networks)
        ]
        return records, step_seconds

    def prediction_priors(self, mass: np.ndarray) -> np.ndarray:
        """Compute what predictions of each network stand for, (S, K), from the weights of classes (S, K)."""
        shares = np.split(mass / mass.sum(axis=1, keepdims=True), len(self.methods))
        return np.concatenate(
            [
                method.loss.prediction_prior(share, self.counts)
                for method, share in zip(self.methods, shares, strict=True)
            ]
        )

    def run_epoch(self, rates: Array, weighted: np.ndarray) -> tuple[Array, Diagnostics]:
        """Train one epoch at learning rates (S,); `weighted`: to whom the loss weights apply, (S,).

        Returns
        -------
        losses : array of float32, shape (S,)
            Mean over the mini-batches.
        diagnostics : Diagnostics
        """
        rows, draws, counts = self.draw_epoch()
        class_weights = np.where(weighted[:, None], self.class_weights, np.float32(1))
        losses, mass = self.train_epoch(rows, draws, rates, class_weights)
        return losses / self.steps, Diagnostics(
            lacking=(counts == 0).sum(axis=1),
            class_mass=self.xp.asarray(mass, np.float64),
            resampling=[
                {name: flags.sum(axis=1) for name, flags in method.diagnose(counts).items()}
                for method in self.methods
            ],
        )

    def draw_epoch(self) -> DrawnEpoch:
        """Draw the next epoch."""
        rows = np.stack(
            [
                data.draw_epoch(generator, self.steps, self.batch_size)
                for generator, data in zip(self.order_generators, self.sets, strict=True)
            ],
            axis=1,
        )
        draws = [
            self.draw_stages(method, generators)
            for method, generators in zip(self.methods, self.stage_generators, strict=True)
        ]
        return DrawnEpoch(rows, draws, self.batch_counts(rows))

    def draw_stages(
        self, method: Method, generators: Sequence[Mapping[str, np.random.Generator]]
    ) -> dict[str, dict[str, np.ndarray]]:
        """Draw what a method needs for an epoch of each fold, by these generators of the folds."""
        of_folds = [method.draw(own, self.steps, self.batch_size, self.n_classes) for own in generators]
        return {
            stage: {name: np.stack([drawn[stage][name] for drawn in of_folds], axis=1) for name in arrays}
            for stage, arrays in of_folds[0].items()
        }

    def batch_counts(self, rows: np.ndarray) -> np.ndarray:
        """Count the rows of each class in mini-batches (steps, F, B) as drawn; gives (F, steps, K)."""
        labels = np.stack([data.labels[rows[:, i]] for i, data in enumerate(self.sets)])
        return class_sizes(labels, self.n_classes)

    def check_finite(self, losses: np.ndarray, failed: np.ndarray) -> None:
        """Stop at a loss that is NaN or infinite; `failed` is the epoch since which it is, (S,), or 0."""
        for i in np.flatnonzero(failed)[:1]:
            raise TrainingError(
                f"{self.sets[i % len(self.sets)]}: the loss is {losses[i]} in epoch {failed[i]}; "
                "lower protocol.learning_rate.initial or look for extreme values in the data"
            )


class StackTrainer(Trainer):
    """Trains one network per method and fold, all of them in one compiled step.

    A network's result depends on its own method and training set, the seeds and the number of steps, not on
    its stack.

    Parameters
    ----------
    sets, methods, protocol
        As in `Trainer`.
    architecture : Architecture
        What the networks are.
    seed : int
        The study's seed.
    xla : bool, optional
        Whether XLA compiles the step; by default if the networks are on a GPU, where launching some 170
        operations takes far longer than computing them. On CPUs it gains nothing. Changes no result but by
        rounding. The host then waits for the device about twenty times in a training, not in each epoch.
    **options
        `n_classes`, `batch_size`, `last_batch` and `steps`, as in `Trainer`.

    Raises
    ------
    TrainingError
        If a training part lacks a class; names the fold.
    """

    def __init__(
        self,
        sets: Sequence[TrainingSet],
        methods: Method | Sequence[Method],
        protocol: Protocol,
        *,
        architecture: Architecture,
        seed: int,
        xla: bool | None = None,
        **options: Any,
    ) -> None:
        super().__init__(sets, methods, protocol, seed=seed, **options)
        architecture = architecture.with_output_scale(self.methods[0].loss.output_scale)
        shape = self.sets[0].features.shape[1:]
        self.xla = on_gpu() if xla is None else xla
        weights = [
            architecture.weights(data.generator(seed, "weights"), shape, self.n_classes) for data in self.sets
        ]
        self.network = architecture.stacked(weights * len(self.methods), xla=self.xla)
        self.logits: Logits = self.network.logits
        if self.xla:
            self.xp = tf.experimental.numpy
            self.epochs_between_checks = max(1, protocol.epochs // PROGRESS_LINES)
            self.logits = tf.function(self.network.logits, autograph=False, jit_compile=True)
        self.variables = self.network.variables
        # What predicts.
        self.state = [*self.variables, *self.network.statistics]
        self.kept: list[tf.Variable] = []
        self.adam = Adam(self.variables)
        self.pool = Pool.from_folds(
            [data.features for data in self.sets],
            [data.labels for data in self.sets],
            self.n_classes,
            weights=[data.sample_weight for data in self.sets],
            linked=any(method.needs_links for method in self.methods),
        )
        self.class_counts = tf.constant(self.counts, tf.float32)
        # Steps whose mini-batches are made at once.
        of_row = math.prod(shape) + self.n_classes
        bound = XLA_BLOCK_BYTES if self.xla else BLOCK_BYTES
        self.block = max(1, bound // (4 * self.stack * self.batch_size * of_row))
        if self.xla:
            # As equal as can be: XLA, whose shapes are fixed, has the last one filled up.
            self.block = math.ceil(self.steps / math.ceil(self.steps / self.block))
        self.drawn_ahead: DrawnEpoch | None = None
        self.compiled_block: Callable[..., tuple[tf.Tensor, tf.Tensor]] | None = None
        # Its loop is TensorFlow's own: to translate Python's would take longer than to train a small cell.
        self.train_block = tf.function(self.train_steps, autograph=False, jit_compile=self.xla or None)

    def run(self, progress: Watcher | None = None, patience: int | None = None) -> StackedModel:
        """Train the networks; see `Trainer.train`."""
        return StackedModel(self.network, self.logits, *self.train(progress, patience))

    def train_epoch(
        self, rows: np.ndarray, draws: Sequence[Draws], rates: Array, class_weights: np.ndarray
    ) -> tuple[Array, Array]:
        """Make an epoch's mini-batches, some at a time, and step through them; see `Trainer.train_epoch`."""
        losses, mass = tf.zeros(rates.shape), tf.zeros(class_weights.shape)
        for block in self.blocks(rows, draws):
            inputs = (*block, tf.convert_to_tensor(rates), tf.constant(class_weights), losses, mass)
            if self.compiled_block is None:
                started = time.perf_counter()
                self.compiled_block = self.compile_block(*inputs)
                self.compile_seconds = time.perf_counter() - started
            losses, mass = self.compiled_block(*inputs)
        if not self.xla:
            return losses.numpy(), mass.numpy()
        # A GPU computes meanwhile, and is not waited for.
        self.drawn_ahead = super().draw_epoch()
        return losses, mass

    def draw_epoch(self) -> DrawnEpoch:
        """Give what was drawn while the last epoch was trained, or draw; see `Trainer.draw_epoch`."""
        drawn, self.drawn_ahead = self.drawn_ahead, None
        return drawn or super().draw_epoch()

    def blocks(self, rows: np.ndarray, draws: Sequence[Draws]) -> Iterator[tuple[Any, ...]]:
        """Cut an epoch into blocks; gives what `train_steps` is given of each first."""
        dropout_seeds = self.dropout_generator.integers(2**31, size=(self.steps, 2), dtype=np.int32)
        dataset = self.dataset_index(rows)
        for start in range(0, self.steps, self.block):
            steps: slice | np.ndarray = slice(start, start + self.block)
            if self.xla:
                steps = np.arange(start, start + self.block) % self.steps
            yield (
                tf.constant(min(self.block, self.steps - start)),
                dataset,
                *tf.nest.map_structure(
                    lambda drawn, steps=steps: tf.constant(drawn[steps]),
                    (rows, draws, self.row_weights, dropout_seeds),
                ),
            )

    def dataset_index(self, rows: np.ndarray) -> ClassIndex:
        """Sort by class what a method draws from if it draws from the whole training part.

        That is the training part; where its rows have weights, the epoch's rows (steps, F, B), among which
        each has as many places as its weight asks for.
        """
        if all(data.sample_weight is None for data in self.sets):
            return self.pool.by_class
        drawn = np.concatenate(rows, axis=1)
        labels = np.stack([data.labels[own] for data, own in zip(self.sets, drawn, strict=True)])
        index = class_index_of(labels, self.n_classes)
        return index._replace(order=tf.gather(drawn, index.order, batch_dims=1))

    def compile_block(self, *inputs: Any) -> Callable[..., tuple[tf.Tensor, tf.Tensor]]:
        """Compile `train_steps`; `inputs` are those of one block.

        For blocks of any number of steps, but by XLA for one: that of all blocks.
        """
        if self.xla:
            compiled = self.train_block.get_concrete_function(*inputs)
            # XLA compiles when it is first called: here to train on no step.
            compiled(tf.zeros_like(inputs[0]), *inputs[1:])
            return compiled

        def of_any_length(drawn: tf.Tensor) -> tf.TensorSpec:
            return tf.TensorSpec((None, *drawn.shape[1:]), drawn.dtype)

        count, dataset, rows, draws, row_weights, dropout_seeds, *rest = inputs
        block = tf.nest.map_structure(of_any_length, (rows, draws, row_weights, dropout_seeds))
        # Asked for by name: of functions that are called, TensorFlow warns if many are new to it.
        return self.train_block.get_concrete_function(count, dataset, *block, *rest)

    def train_steps(
        self,
        count: tf.Tensor,
        dataset: ClassIndex,
        rows: tf.Tensor,
        draws: Sequence[dict[str, dict[str, tf.Tensor]]],
        row_weights: tf.Tensor,
        dropout_seeds: tf.Tensor,
        rates: tf.Tensor,
        class_weights: tf.Tensor,
        losses: tf.Tensor,
        mass: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Make the mini-batches of some steps, and step through them.

        All of them at once: what is done to rows is little work in many operations, and each operation costs
        as much time for a block as for a step.

        Parameters
        ----------
        count : int32 tensor, shape ()
            How many steps are trained on; what is behind these fills a block up.
        dataset : ClassIndex
            What a method draws from if it draws from the whole training part.
        rows, draws, row_weights, dropout_seeds
            The random numbers of the steps and weights of their rows, with the step as first axis.
        rates, class_weights : float32 tensors, shapes (S,) and (S, K)
        losses, mass : float32 tensors, shapes (S,) and (S, K)
            Sums over the steps so far: losses of each network, and weights of the classes in them.

        Returns
        -------
        losses, mass : float32 tensors
            The same with these steps.
        """
        folds = len(self.sets)

        def merged(drawn: tf.Tensor) -> tf.Tensor:
            return tf.reshape(drawn, (-1, *drawn.shape[2:]))

        def by_step(made: tf.Tensor) -> tf.Tensor:
            return tf.reshape(made, (-1, folds, *made.shape[1:]))

        pool = self.pool._replace(by_class=dataset).repeated(tf.shape(rows)[0])
        batches = [
            method.batch(pool, merged(rows), tf.nest.map_structure(merged, drawn), xla=self.xla)
            for method, drawn in zip(self.methods, draws, strict=True)
        ]
        # One behind the other, the methods of a step make the stack.
        made = joined([batch.map(by_step) for batch in batches], axis=1)
        row_weights = joined([row_weights] * len(batches), axis=1)
        weighted = made.y * class_weights[:, None, :] * row_weights[..., None]
        loss_weights, class_mass = tf.reduce_sum(weighted, axis=3), tf.reduce_sum(weighted, axis=2)

        def train_step(step: tf.Tensor, losses: tf.Tensor, mass: tf.Tensor) -> tuple[tf.Tensor, ...]:
            batch = made.map(lambda of_steps: of_steps[step])
            losses += self.update(batch, loss_weights[step], dropout_seeds[step], rates)
            return step + 1, losses, mass + class_mass[step]

        _, losses, mass = tf.while_loop(lambda step, *_: step < count, train_step, (0, losses, mass))
        return losses, mass

    def update(
        self, batch: MiniBatch, weights: tf.Tensor, dropout_seed: tf.Tensor, rates: tf.Tensor
    ) -> tf.Tensor:
        """Take one step of Adam in every network; gives the loss of each before it, (S,).

        The loss is the sum over the rows of what they cost times `weights`, (S, B).
        """
        masks = self.network.dropout_masks(dropout_seed, self.batch_size)
        with tf.GradientTape() as tape:
            logits = self.network.logits(batch.x, masks, batch.hidden, training=True)
            losses = tf.reduce_sum(weights * self.row_losses(logits, batch.y), axis=1)
            # Networks share no weight: the gradient of the sum holds each one's own gradient.
            total = tf.reduce_sum(losses)
            if self.network.loss_scale != 1.0:
                total *= self.network.loss_scale
        gradients = tape.gradient(total, self.variables)
        if self.network.loss_scale != 1.0:
            gradients = [gradient / self.network.loss_scale for gradient in gradients]

        self.adam.step(gradients, rates)
        return losses

    def row_losses(self, logits: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """Compute what rows (S, B) cost, each by the loss of its network's method, from logits (S, B, K)."""
        if len(self.methods) == 1:
            return self.methods[0].loss.row_losses(logits, y, self.class_counts)
        count = len(self.methods)
        of_methods = zip(self.methods, tf.split(logits, count), tf.split(y, count), strict=True)
        return tf.concat(
            [method.loss.row_losses(own, labels, self.class_counts) for method, own, labels in of_methods],
            axis=0,
        )

    def validation_losses(self) -> Array:
        """Compute each network's cross-entropy of its validation part, (S,); NaN where no fold has one."""
        if not any(len(data.validation_labels) for data in self.sets):
            return np.full(self.stack, np.nan)
        logits = _logits_of(self.logits, [data.validation_features for data in self.sets], self.stack)
        return self.xp.stack(
            [
                _mean(
                    tf.nn.sparse_softmax_cross_entropy_with_logits(
                        labels=data.validation_labels.astype(np.int32), logits=of_network
                    ),
                    data.validation_weight,
                )
                for data, of_network in zip(itertools.cycle(self.sets), logits, strict=False)
            ]
        )

    def keep(self, better: np.ndarray) -> None:
        """Keep the weights of the networks that are marked; see `Trainer.keep`."""
        self.kept = self.kept or [tf.Variable(variable) for variable in self.state]
        for kept, variable in zip(self.kept, self.state, strict=True):
            chosen = tf.reshape(better, (-1, *[1] * (len(variable.shape) - 1)))
            kept.assign(tf.where(chosen, variable, kept))

    def restore(self) -> None:
        """Put the weights back that were kept."""
        for kept, variable in zip(self.kept, self.state, strict=True):
            variable.assign(kept)


class _BestEpoch:
    """The epoch of each network's lowest validation loss so far."""

    def __init__(self, stack: int, xp: Any) -> None:
        self.xp = xp
        self.loss = xp.full((stack,), np.inf, np.float64)
        self.epoch = xp.zeros((stack,), np.int64)

    def update(self, epoch: int, losses: Array) -> Array:
        """Take note of an epoch's losses, (S,); gives where they are the lowest so far."""
        losses = self.xp.asarray(losses, np.float64)
        better = losses < self.loss
        self.loss = self.xp.where(better, losses, self.loss)
        self.epoch = self.xp.where(better, epoch, self.epoch)
        return better


class Watcher(Interface):
    """What is told of a training as it goes on."""

    def start(self, rows_per_epoch: int) -> None:
        """Begin with the next stack."""

    def report(self, epoch: int, losses: Array, rates: Array, validation: Array | None) -> None:
        """Take note that an epoch of the stack has ended; epochs count from 1.

        Losses, learning rates and, where the selection needs them, validation losses have shape (S,). On a
        GPU they are there, and `numpy.asarray` waits for them: who does not look, does not wait.
        """


class Progress:
    """Lines in the log: epoch, loss, learning rate and speed, about twenty for a cell.

    Parameters
    ----------
    epochs : int
        Of each stack.
    stacks : int
        How many stacks of folds are trained one after the other.
    """

    def __init__(self, epochs: int, stacks: int = 1) -> None:
        self.epochs, self.stacks = epochs, stacks
        self.every = max(1, epochs * stacks // PROGRESS_LINES)
        self.stack = self.reported = 0
        self.rows = self.started = self.time = 0.0

    def start(self, rows_per_epoch: int) -> None:
        """Begin with the next stack."""
        self.rows = rows_per_epoch
        self.stack += 1
        self.time = time.monotonic()
        self.reported = (self.stack - 1) * self.epochs
        if self.stack == 1:
            self.started = self.time

    def report(self, epoch: int, losses: Array, rates: Array, validation: Array | None = None) -> None:
        """Take note that an epoch of the stack has ended; epochs count from 1."""
        done, total = (self.stack - 1) * self.epochs + epoch, self.epochs * self.stacks
        if done % self.every and done not in (1, total):
            return
        losses, rates = np.asarray(losses), np.asarray(rates)
        now = time.monotonic()
        speed = (done - self.reported) * self.rows / max(now - self.time, 1e-9)
        self.reported, self.time = done, now
        where = f"stack {self.stack}/{self.stacks}, " if self.stacks > 1 else ""
        logger.info(
            f"{where}epoch {epoch}/{self.epochs}"
            f"  loss {losses.mean():.4f} ({losses.min():.4f} to {losses.max():.4f})"
            f"  learning rate {rates.min():.1e} to {rates.max():.1e}  {speed:,.0f} rows/s"
        )
        if done == 1:
            # The first epoch includes compiling the step.
            left = _duration((now - self.started) * (total - 1))
            logger.info(f"all {total:,} epochs of this cell will take at most about {left}")


def _duration(seconds: float) -> str:
    """Write a time for people.

    >>> _duration(40), _duration(1000), _duration(80000)
    ('40 s', '17 min', '22 h')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


def _mean(losses: tf.Tensor, weights: np.ndarray | None) -> Array:
    """Average the losses of rows, by their weights if they have any."""
    return tf.reduce_mean(losses) if weights is None else np.average(losses.numpy(), weights=weights)


def _logits_of(compute: Logits, features: Sequence[np.ndarray], stack: int) -> list[tf.Tensor]:
    """Compute the logits (n_f, K) of each of so many networks for the rows of its fold, some at a time."""
    folds, longest = len(features), max(map(len, features))
    size = PREDICTION_ROWS if features[0].ndim == 2 else PREDICTION_IMAGES
    blocks = []
    for start in range(0, longest, size):
        rows = as_input(tf.constant(padded([x[start : start + size] for x in features], 0)))
        blocks.append(compute(joined([rows] * (stack // folds), axis=0)))
    logits = tf.concat(blocks, axis=1)
    return [logits[network, : len(features[network % folds])] for network in range(stack)]


def joined(parts: Sequence[Any], axis: int) -> Any:
    """Put tensors, or tuples of them, behind each other along an axis."""
    if len(parts) == 1:
        return parts[0]
    return tf.nest.map_structure(lambda *own: None if own[0] is None else tf.concat(own, axis), *parts)


def on_gpu() -> bool:
    """Tell whether what is computed now is computed on a GPU."""
    return "GPU" in tf.zeros(()).device
