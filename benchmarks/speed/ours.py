"""The study's own trainer: all folds of a cell in one compiled step."""

import dataclasses
import time
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.speed.cells import Cell
from benchmarks.speed.contenders import Training
from remix.methods import Method
from remix.networks import MLP
from remix.study.runtime import configure_tensorflow
from remix.training import StackTrainer, TrainingSet


class Clock:
    """When each epoch ended, and the losses of the last one; the first is over when `begin` returns."""

    def __init__(self, begin: Callable[[], None] = lambda: None) -> None:
        self.begin = begin
        self.times: list[float] = []
        self.losses = np.empty(0)

    def start(self, rows_per_epoch: int) -> None:
        """Begin with the stack."""

    def report(
        self, epoch: int, losses: np.ndarray, rates: np.ndarray, validation: np.ndarray | None
    ) -> None:
        """Take note that an epoch has ended."""
        if epoch == 1:
            self.begin()
        self.times.append(time.perf_counter())
        self.losses = losses


def trainer(cell: Cell, epochs: int, folds: Sequence[int]) -> StackTrainer:
    """Set up the trainer of folds of a cell, for some epochs after a first."""
    sets = [
        TrainingSet(
            part.features, part.labels, part.features[:1], part.labels[:1], cell.task, cell.ir, *names
        )
        for part, names in [(cell.parts[i], cell.folds[i]) for i in folds]
    ]
    return StackTrainer(
        sets,
        Method.from_spec(cell.spec),
        dataclasses.replace(cell.protocol, epochs=1 + epochs),
        architecture=MLP(cell.widths, cell.dropout),
        n_classes=cell.n_classes,
        batch_size=cell.protocol.batch_size,
        seed=cell.seed,
    )


def train(cell: Cell, epochs: int, folds: Sequence[int], begin: Callable[[], None]) -> Training:
    """Train folds of a cell at once; see `benchmarks.speed.contenders.Train`."""
    configure_tensorflow(threads=1)
    clock = Clock(begin)
    trainer(cell, epochs, folds).run(clock)
    return Training(len(folds) * epochs, clock.times[-1] - clock.times[0], clock.losses.tolist())
