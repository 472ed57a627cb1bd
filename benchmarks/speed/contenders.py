"""Who takes part, and how each makes the best use of all cores."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol as Interface

from benchmarks.speed.cells import Cell

METHODS = ("baseline", "smote", "remix")


@dataclass(frozen=True)
class Training:
    """What was trained in the measured time.

    Attributes
    ----------
    fold_epochs : int
        Epochs of all folds.
    seconds : float
        That they took.
    losses : list of float
        Mean loss of each fold over the mini-batches of its last epoch.
    rss_mib : list of float
        Largest memory of each of its worker processes, if it has any.
    """

    fold_epochs: int
    seconds: float
    losses: list[float]
    rss_mib: Sequence[float] = ()


class Train(Interface):
    """The function ``train`` of a contender's module."""

    def __call__(self, cell: Cell, epochs: int, folds: Sequence[int], begin: Callable[[], None]) -> Training:
        """Train some folds of a cell, given by their positions, for one epoch and then for `epochs` more.

        The first epoch is warm-up, as is all that comes before it: importing, tracing, compiling. When it is
        over `begin` is called, which returns when all processes are so far; from then on time counts.
        """


@dataclass(frozen=True)
class Contender:
    """One way to train the folds of a cell.

    Attributes
    ----------
    name, title : str
        On the command line, and for people.
    module : str
        In this package; has ``train``.
    epochs : int
        That are measured by default, of each fold; slow contenders train fewer.
    folds : int or None
        How many folds each process trains, where they share them; together all if None.
    per_core : bool
        Whether there is a process of one thread on each core; otherwise there is one process, which may use
        all cores.
    shared : bool
        Whether the processes share the folds among them; otherwise each trains all, as jobs of a
        study do.
    methods : tuple of str
    package : str or None
        That must be there besides those of the study.
    note : str
        What is to be known of it, for the table's foot.
    """

    name: str
    title: str
    module: str
    epochs: int
    folds: int | None = None
    per_core: bool = True
    shared: bool = True
    methods: tuple[str, ...] = METHODS
    package: str | None = None
    note: str = ""

    def missing(self) -> str | None:
        """Say why it cannot take part here, if it cannot."""
        if self.package is None:
            return None
        tried = subprocess.run(
            [sys.executable, "-c", f"import {self.package}"], capture_output=True, text=True, check=False
        )
        return (tried.stderr.strip().splitlines() or ["?"])[-1] if tried.returncode else None


CONTENDERS = (
    Contender(
        "ours",
        "ReMix, a job on each core",
        "ours",
        epochs=100,
        shared=False,
        note="all folds of a cell at once, in a process of one thread; a process on each core, each with a "
        "cell of its own, as the study runs; the time is that of one cell where all cores are busy",
    ),
    Contender(
        "ours_alone",
        "ReMix, one job",
        "ours",
        epochs=30,
        per_core=False,
        methods=("baseline",),
        note="the same, while nothing else runs: how long one waits for one cell; one core only",
    ),
    Contender(
        "keras_fit",
        "Keras fit per fold",
        "keras_fit",
        epochs=5,
        folds=1,
        note="`model.fit` of a model for each fold, with arrays or, where batches are changed, a PyDataset "
        "in NumPy and imbalanced-learn; a process of one thread on each core, which share the folds; the "
        "first epoch of each fold, with building and tracing, is warm-up",
    ),
    Contender(
        "sklearn_mlp",
        "scikit-learn MLPClassifier",
        "sklearn_mlp",
        epochs=20,
        per_core=False,
        methods=("baseline",),
        note="joblib over folds, a process of one thread on each core; it has no dropout and its learning "
        "rate stays as it is",
    ),
    Contender(
        "pytorch_loop",
        "PyTorch loop per fold",
        "pytorch_loop",
        epochs=10,
        package="torch",
        note="plain loops over index batches with fused Adam; batches are changed in PyTorch; a process of "
        "one thread on each core, which share the folds",
    ),
)
