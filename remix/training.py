"""Train a stack of folds at once: one compiled step for the networks of all folds of a cell.

The main path, from top to bottom: `Trainer.train` loops over epochs, `Trainer.run_epoch` draws an epoch's
random numbers in NumPy, and `StackTrainer.train_steps`, compiled, gathers, resamples and mixes some of its
mini-batches at once, then steps through them.
"""

from __future__ import annotations

import dataclasses
import logging
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
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

# Of each stage, the arrays that it drew, by their names.
Draws = Mapping[str, Mapping[str, np.ndarray]]


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
    """The trained networks of a stack of folds, in the order of their training sets.

    Attributes
    ----------
    records : list of FoldRecord
    step_seconds : float
        How long the training steps took: all epochs, without setting up and compiling.
    """

    def __init__(
        self, network: StackedNetwork, records: list[FoldRecord], step_seconds: float = math.nan
    ) -> None:
        self._network = network
        self.records = records
        self.step_seconds = step_seconds

    @property
    def weights(self) -> list[list[np.ndarray]]:
        """Weights of each network, as its architecture draws them."""
        stacked = [variable.numpy() for variable in self._network.variables]
        return [list(network) for network in zip(*stacked, strict=True)]

    def predict(self, features: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Predict the class probabilities of each fold's own rows.

        Parameters
        ----------
        features : sequence of ndarray, shapes (n_s, …)
            Rows for each fold of the stack, in the form of that fold's training part.

        Returns
        -------
        list of float32 ndarray, shapes (n_s, K)
        """
        return [tf.nn.softmax(logits).numpy() for logits in _logits(self._network, features)]


class DrawnEpoch(NamedTuple):
    """The random numbers of an epoch, and what they come to.

    Attributes
    ----------
    rows, draws
        See `Trainer.train_epoch`.
    counts : ndarray of int, shape (S, steps, K)
        Rows of each class in the mini-batches, before anything is resampled.
    """

    rows: np.ndarray
    draws: Draws
    counts: np.ndarray


class Trainer(ABC):
    """Trains networks side by side, one for each fold: the loop over epochs, and all that is drawn.

    What is left to others is how networks are computed: `StackTrainer` and
    `remix.single.trainer.SingleTrainer`.

    Parameters
    ----------
    sets : sequence of TrainingSet
        Folds of one cell; their sizes may differ.
    method : Method
        What is done to the mini-batches and the loss. Loss weights that begin later make another loss of it:
        from there on the learning rate, which stays as it is, falls by the new loss alone, and of these
        epochs the best one is selected.
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

    def __init__(
        self,
        sets: Sequence[TrainingSet],
        method: Method,
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
        if method.before_training is not None:
            sets = [
                data.resampled(method.before_training, data.generator(seed, "before_training"))
                for data in sets
            ]
        self.sets, self.method, self.protocol = sets, method, protocol
        self.n_classes, self.batch_size = n_classes, batch_size
        rows = [len(data.labels) for data in sets]
        self.steps = epoch_steps(rows, batch_size, last_batch) if steps is None else steps
        self.counts = np.stack([data.class_counts(n_classes) for data in sets])
        self.class_weights, self.unweighted_epochs = np.ones((len(sets), n_classes), np.float32), 0
        if method.loss_weights is not None:
            self.class_weights = method.loss_weights.weights(self.counts)
            self.unweighted_epochs = method.loss_weights.unweighted_epochs(protocol.epochs)
        self.row_weights = np.stack(
            [row_weights(n, self.steps, batch_size, last_batch) for n in rows], axis=1
        )
        self.order_generators = [data.generator(seed, "batches") for data in sets]
        self.stage_generators = [
            {name: data.generator(seed, name) for name in DRAWING_STAGES} for data in sets
        ]
        # Dropout masks are shared along the stack, so their seed names the cell alone.
        self.dropout_generator = seeding.generator(seed, "dropout", sets[0].task, sets[0].ir)
        self.compile_seconds = 0.0

    @abstractmethod
    def train_epoch(
        self,
        rows: np.ndarray,
        draws: Draws,
        rates: np.ndarray,
        class_weights: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Make an epoch's mini-batches, and step through them.

        Parameters
        ----------
        rows : ndarray of int32, shape (steps, S, B)
            Positions in the training parts.
        draws : mapping
            What the method drew, see `remix.methods.Method.draw`; its arrays begin with (steps, S).
        rates, class_weights : ndarray of float32, shapes (S,) and (S, K)

        Returns
        -------
        losses : ndarray of float32, shape (S,)
            Sums over the mini-batches.
        mass : ndarray of float32, shape (S, K)
            Weight of each class in what was trained on.
        """

    @abstractmethod
    def validation_losses(self) -> np.ndarray:
        """Compute the cross-entropy of each fold's validation part, (S,); NaN where no fold has one."""

    @abstractmethod
    def keep(self, better: np.ndarray) -> None:
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
        epochs, stack = self.protocol.epochs, len(self.sets)
        rate = LearningRate(self.protocol.learning_rate, stack)
        best = _BestEpoch(stack) if self.protocol.selection == "best_validation" else None
        diagnostics: dict[str, np.ndarray] = {}
        progress = progress or Progress(epochs)
        progress.start(rows_per_epoch=stack * self.steps * self.batch_size)
        started = time.perf_counter()
        losses = np.empty(stack)
        for epoch in range(1, epochs + 1):
            weighted = epoch > self.unweighted_epochs
            if epoch == self.unweighted_epochs + 1:
                rate.forget()
            losses, diagnosed = self.run_epoch(rate.rate, weighted)
            diagnostics = {name: diagnostics.get(name, 0) + value for name, value in diagnosed.items()}
            self.check_finite(losses, epoch)
            rate.update(losses)
            validation = self.validation_losses() if best is not None else None
            progress.report(epoch, losses, rate.rate, validation)
            if best is not None and validation is not None and weighted:
                self.keep(best.update(epoch, validation))
                if patience is not None and (epoch - best.epoch >= patience).all():
                    break
        step_seconds = time.perf_counter() - started - self.compile_seconds
        if best is not None:
            self.restore()
        best_epoch = np.full(stack, epoch) if best is None else best.epoch
        validation = self.validation_losses()
        lacking, mass = diagnostics.pop("lacking"), diagnostics.pop("class_mass")
        share = self.method.loss.prediction_prior(mass / mass.sum(axis=1, keepdims=True), self.counts)
        records = [
            FoldRecord(
                train_rows=len(data.labels),
                train_loss=float(losses[i]),
                validation_loss=float(validation[i]),
                learning_rate=float(rate.rate[i]),
                best_epoch=int(best_epoch[i]),
                batches=epoch * self.steps,
                batches_lacking=tuple(lacking[i].tolist()),
                class_share=tuple(share[i].tolist()),
                resampling={name: int(value[i]) for name, value in diagnostics.items()},
            )
            for i, data in enumerate(self.sets)
        ]
        return records, step_seconds

    def run_epoch(self, rates: np.ndarray, weighted: bool = True) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Train one epoch at learning rates (S,); `weighted`: whether the method's loss weights apply.

        Returns
        -------
        losses : ndarray of float32, shape (S,)
            Mean over the mini-batches.
        diagnostics : dict of str to ndarray
            Numbers of mini-batches: ``lacking`` (S, K), without a row of each class; those that the method
            tells, (S,). And ``class_mass`` (S, K), the weight of each class in what was trained on.
        """
        rows, draws, counts = self.draw_epoch()
        class_weights = self.class_weights if weighted else np.ones_like(self.class_weights)
        losses, mass = self.train_epoch(rows, draws, rates, class_weights)
        diagnosed = {name: flags.sum(axis=1) for name, flags in self.method.diagnose(counts).items()}
        return losses / self.steps, {
            "lacking": (counts == 0).sum(axis=1),
            "class_mass": mass.astype(np.float64),
            **diagnosed,
        }

    def draw_epoch(self) -> DrawnEpoch:
        """Draw the next epoch."""
        rows = np.stack(
            [
                data.draw_epoch(generator, self.steps, self.batch_size)
                for generator, data in zip(self.order_generators, self.sets, strict=True)
            ],
            axis=1,
        )
        fold_draws = [
            self.method.draw(generators, self.steps, self.batch_size, self.n_classes)
            for generators in self.stage_generators
        ]
        draws = {
            stage: {name: np.stack([drawn[stage][name] for drawn in fold_draws], axis=1) for name in arrays}
            for stage, arrays in fold_draws[0].items()
        }
        return DrawnEpoch(rows, draws, self.batch_counts(rows))

    def batch_counts(self, rows: np.ndarray) -> np.ndarray:
        """Count the rows of each class in mini-batches (steps, S, B) as drawn; gives (S, steps, K)."""
        labels = np.stack([data.labels[rows[:, i]] for i, data in enumerate(self.sets)])
        return class_sizes(labels, self.n_classes)

    def check_finite(self, losses: np.ndarray, epoch: int) -> None:
        """Stop at the first loss that is NaN or infinite."""
        for data, loss in zip(self.sets, losses, strict=True):
            if not np.isfinite(loss):
                raise TrainingError(
                    f"{data}: the loss is {loss} in epoch {epoch}; "
                    "lower protocol.learning_rate.initial or look for extreme values in the data"
                )


class StackTrainer(Trainer):
    """Trains one network per fold, all of them in one compiled step.

    A fold's result depends on its own training set, the seeds and the number of steps, not on its stack.

    Parameters
    ----------
    sets, method, protocol
        As in `Trainer`.
    architecture : Architecture
        What the networks are.
    seed : int
        The study's seed.
    xla : bool, optional
        Whether XLA compiles the step; by default if the networks are on a GPU, where launching some 170
        operations takes far longer than computing them. On CPUs it gains nothing. Changes no result but by
        rounding.
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
        method: Method,
        protocol: Protocol,
        *,
        architecture: Architecture,
        seed: int,
        xla: bool | None = None,
        **options: Any,
    ) -> None:
        super().__init__(sets, method, protocol, seed=seed, **options)
        architecture = architecture.with_output_scale(method.loss.output_scale)
        shape = self.sets[0].features.shape[1:]
        self.xla = "GPU" in tf.zeros(()).device if xla is None else xla
        self.network = architecture.stacked(
            [
                architecture.weights(data.generator(seed, "weights"), shape, self.n_classes)
                for data in self.sets
            ],
            xla=self.xla,
        )
        self.variables = self.network.variables
        self.kept: list[tf.Variable] = []
        self.adam = Adam(self.variables)
        self.pool = Pool.from_folds(
            [data.features for data in self.sets],
            [data.labels for data in self.sets],
            self.n_classes,
            weights=[data.sample_weight for data in self.sets],
            linked=method.needs_links,
        )
        self.class_counts = tf.constant(self.counts, tf.float32)
        # Mini-batches of each fold that are made at once.
        of_row = math.prod(shape) + self.n_classes
        bound = XLA_BLOCK_BYTES if self.xla else BLOCK_BYTES
        self.block = max(1, bound // (4 * len(self.sets) * self.batch_size * of_row))
        if self.xla:
            # As equal as can be: XLA, whose shapes are fixed, has the last one filled up.
            self.block = math.ceil(self.steps / math.ceil(self.steps / self.block))
        self.drawn_ahead: DrawnEpoch | None = None
        self.compiled_block: Callable[..., tuple[tf.Tensor, tf.Tensor]] | None = None
        # Its loop is TensorFlow's own: to translate Python's would take longer than to train a small cell.
        self.train_block = tf.function(self.train_steps, autograph=False, jit_compile=self.xla or None)

    def run(self, progress: Watcher | None = None, patience: int | None = None) -> StackedModel:
        """Train the networks; see `Trainer.train`."""
        return StackedModel(self.network, *self.train(progress, patience))

    def train_epoch(
        self, rows: np.ndarray, draws: Draws, rates: np.ndarray, class_weights: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Make an epoch's mini-batches, some at a time, and step through them; see `Trainer.train_epoch`."""
        losses, mass = tf.zeros(rates.shape), tf.zeros(class_weights.shape)
        for block in self.blocks(rows, draws):
            inputs = (*block, tf.constant(rates), tf.constant(class_weights), losses, mass)
            if self.compiled_block is None:
                started = time.perf_counter()
                self.compiled_block = self.compile_block(*inputs)
                self.compile_seconds = time.perf_counter() - started
            losses, mass = self.compiled_block(*inputs)
        if self.xla:
            # A GPU computes meanwhile: it is waited for below.
            self.drawn_ahead = super().draw_epoch()
        return losses.numpy(), mass.numpy()

    def draw_epoch(self) -> DrawnEpoch:
        """Give what was drawn while the last epoch was trained, or draw; see `Trainer.draw_epoch`."""
        drawn, self.drawn_ahead = self.drawn_ahead, None
        return drawn or super().draw_epoch()

    def blocks(self, rows: np.ndarray, draws: Draws) -> Iterator[tuple[Any, ...]]:
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

        That is the training part; where its rows have weights, the epoch's rows (steps, S, B), among which
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
        draws: dict[str, dict[str, tf.Tensor]],
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
            The random numbers and weights of the steps, with the step as first axis.
        rates, class_weights : float32 tensors, shapes (S,) and (S, K)
        losses, mass : float32 tensors, shapes (S,) and (S, K)
            Sums over the steps so far: losses of each fold, and weights of the classes in them.

        Returns
        -------
        losses, mass : float32 tensors
            The same with these steps.
        """
        stack = len(self.sets)

        def merged(drawn: tf.Tensor) -> tf.Tensor:
            return tf.reshape(drawn, (-1, *drawn.shape[2:]))

        def by_step(made: tf.Tensor) -> tf.Tensor:
            return tf.reshape(made, (-1, stack, *made.shape[1:]))

        pool = self.pool._replace(by_class=dataset).repeated(tf.shape(rows)[0])
        batch = self.method.batch(pool, merged(rows), tf.nest.map_structure(merged, draws), xla=self.xla)
        made = batch.map(by_step)
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
        """Take one step of Adam in every network; gives the loss of each fold before it, (S,).

        The loss is the sum over the rows of what they cost times `weights`, (S, B).
        """
        masks = self.network.dropout_masks(dropout_seed, self.batch_size)
        with tf.GradientTape() as tape:
            logits = self.network.logits(batch.x, masks, batch.hidden)
            row_losses = self.method.loss.row_losses(logits, batch.y, self.class_counts)
            losses = tf.reduce_sum(weights * row_losses, axis=1)
            # The folds share no weight: the gradient of the sum holds each fold's own gradient.
            total = tf.reduce_sum(losses)
            if self.network.loss_scale != 1.0:
                total *= self.network.loss_scale
        gradients = tape.gradient(total, self.variables)
        if self.network.loss_scale != 1.0:
            gradients = [gradient / self.network.loss_scale for gradient in gradients]

        self.adam.step(gradients, rates)
        return losses

    def validation_losses(self) -> np.ndarray:
        """Compute the cross-entropy of each fold's validation part, (S,); NaN where no fold has one."""
        if not any(len(data.validation_labels) for data in self.sets):
            return np.full(len(self.sets), np.nan)
        logits = _logits(self.network, [data.validation_features for data in self.sets])
        return np.array(
            [
                _mean(
                    tf.nn.sparse_softmax_cross_entropy_with_logits(
                        labels=data.validation_labels.astype(np.int32), logits=fold_logits
                    ),
                    data.validation_weight,
                )
                for data, fold_logits in zip(self.sets, logits, strict=True)
            ]
        )

    def keep(self, better: np.ndarray) -> None:
        """Keep the weights of the networks that are marked; see `Trainer.keep`."""
        self.kept = self.kept or [tf.Variable(variable) for variable in self.variables]
        for kept, variable in zip(self.kept, self.variables, strict=True):
            chosen = better.reshape(-1, *[1] * (len(variable.shape) - 1))
            kept.assign(tf.where(chosen, variable, kept))

    def restore(self) -> None:
        """Put the weights back that were kept."""
        for kept, variable in zip(self.kept, self.variables, strict=True):
            variable.assign(kept)


class _BestEpoch:
    """The epoch of each fold's lowest validation loss so far."""

    def __init__(self, stack: int) -> None:
        self.loss = np.full(stack, np.inf)
        self.epoch = np.zeros(stack, int)

    def update(self, epoch: int, losses: np.ndarray) -> np.ndarray:
        """Take note of an epoch's losses, (S,); gives where they are the lowest so far."""
        better = losses < self.loss
        self.loss = np.where(better, losses, self.loss)
        self.epoch = np.where(better, epoch, self.epoch)
        return better


class Watcher(Interface):
    """What is told of a training as it goes on."""

    def start(self, rows_per_epoch: int) -> None:
        """Begin with the next stack."""

    def report(
        self, epoch: int, losses: np.ndarray, rates: np.ndarray, validation: np.ndarray | None
    ) -> None:
        """Take note that an epoch of the stack has ended; epochs count from 1.

        Losses, learning rates and, where the selection needs them, validation losses have shape (S,).
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

    def report(
        self, epoch: int, losses: np.ndarray, rates: np.ndarray, validation: np.ndarray | None = None
    ) -> None:
        """Take note that an epoch of the stack has ended; epochs count from 1."""
        done, total = (self.stack - 1) * self.epochs + epoch, self.epochs * self.stacks
        if done % self.every and done not in (1, total):
            return
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


def _mean(losses: tf.Tensor, weights: np.ndarray | None) -> float:
    """Average the losses of rows, by their weights if they have any."""
    return tf.reduce_mean(losses).numpy() if weights is None else np.average(losses.numpy(), weights=weights)


def _logits(network: StackedNetwork, features: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Compute each network's logits (n_s, K) for its own rows, a bounded number at a time."""
    longest = max(map(len, features))
    size = PREDICTION_ROWS if features[0].ndim == 2 else PREDICTION_IMAGES
    blocks = [
        network.logits(as_input(tf.constant(padded([x[start : start + size] for x in features], 0)))).numpy()
        for start in range(0, longest, size)
    ]
    logits = np.concatenate(blocks, axis=1)
    return [fold[: len(x)] for fold, x in zip(logits, features, strict=True)]
