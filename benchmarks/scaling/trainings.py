"""Seconds per epoch of the study's trainer on random data of several sizes, in one process of one thread."""

import json
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.speed.cells import Cell, Part, flops
from benchmarks.speed.ours import Clock, trainer
from benchmarks.study import default_study
from remix.study.runtime import configure_tensorflow


@dataclass(frozen=True)
class Size:
    """What is trained: a stack of folds, each of so many rows with so many features; two classes."""

    folds: int = 20
    rows: int = 2000
    features: int = 50

    def cell(self) -> Cell:
        """Draw random data of this size, under the settings of the default study."""
        study, rng = default_study(), np.random.default_rng(0)
        parts = [
            Part(
                rng.normal(size=(self.rows, self.features)).astype(np.float32),
                (np.arange(self.rows) % 20 == 0).astype(np.int64),
            )
            for _ in range(self.folds)
        ]
        names = [(i, 0) for i in range(self.folds)]
        return Cell("random", "0.05", 2, parts, names, {}, study.protocol, study.seed)


SERIES = {
    "folds": [Size(folds=n) for n in (1, 2, 5, 10, 20, 40)],
    "rows": [Size(rows=n) for n in (250, 500, 1000, 2000, 4000, 8000)],
    "features": [Size(features=n) for n in (6, 12, 25, 50, 100, 200, 400)],
}


def seconds_per_epoch(cell: Cell, epochs: int) -> float:
    """Train a cell's folds at once for some epochs after a first; gives the median."""
    clock = Clock()
    trainer(cell, epochs, range(len(cell.parts))).run(clock)
    return statistics.median(np.diff(clock.times).tolist())


def measure(series: str, epochs: int) -> Iterator[dict[str, float]]:
    """Measure every size of a series: its value, seconds per epoch, GFLOP of an epoch of all folds."""
    for size in SERIES[series]:
        cell = size.cell()
        yield {
            "value": getattr(size, series),
            "seconds": seconds_per_epoch(cell, epochs),
            "gflop": 1e-9 * flops(cell, needed=True) * size.folds,
        }


if __name__ == "__main__":
    configure_tensorflow(threads=1)
    print(json.dumps(list(measure(sys.argv[1], int(sys.argv[2])))))
