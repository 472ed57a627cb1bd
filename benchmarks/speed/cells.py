"""A cell of the default study as every contender is given it: the folds' training parts, and the settings."""

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from benchmarks.study import ROOT, default_study, made
from remix.errors import RemixError
from remix.protocol import Protocol
from remix.study.data.catalogue import Task
from remix.study.splits import FoldRows


class Part(NamedTuple):
    """The training part of a fold: features (n, d), float32 and preprocessed, and classes (n,)."""

    features: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class Cell:
    """What one method is trained on, and how.

    Attributes
    ----------
    task, ir : str
    n_classes : int
    parts : list of Part
        Of each fold.
    folds : list of (int, int)
        Repeat and fold of each.
    spec : dict
        The method's stages, as in methods.yaml.
    protocol : Protocol
    seed : int
    """

    task: str
    ir: str
    n_classes: int
    parts: list[Part]
    folds: list[tuple[int, int]]
    spec: dict[str, Any]
    protocol: Protocol
    seed: int

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of the hidden layers."""
        tables = self.protocol.tables
        assert tables is not None
        return (tables.trained_width(self.n_features, self.n_classes),) * tables.hidden_layers

    @property
    def dropout(self) -> float:
        """Share of the units that are dropped after each hidden layer but the last."""
        assert self.protocol.tables is not None
        return self.protocol.tables.dropout

    @property
    def n_features(self) -> int:
        """Number of features d."""
        return int(self.parts[0].features.shape[1])

    @property
    def rows(self) -> float:
        """Rows of a training part, on average."""
        return float(np.mean([len(part.labels) for part in self.parts]))

    @property
    def resampling(self) -> str | None:
        """Name of the method's way to resample a mini-batch, if it has one."""
        resample = self.spec.get("resample")
        return next(iter(resample)) if isinstance(resample, dict) else resample

    @property
    def alpha(self) -> float | None:
        """The α of the method's mixing, if it mixes."""
        return self.spec["mix"]["alpha"] if "mix" in self.spec else None


def variant_path(task: str, ir: str) -> Path:
    """Where the workflow puts the data of a cell."""
    return ROOT / "resources" / "variants" / task / f"{ir}.parquet"


def fetch(cells: list[tuple[str, str]]) -> None:
    """Have the workflow fetch and prepare the data of cells (task, IR)."""
    if not made(*(variant_path(*cell).relative_to(ROOT) for cell in cells)):
        raise RemixError("the data could not be had; Snakemake says above why")


def load_cell(task: str, ir: str, method: str) -> Cell:
    """Read a cell, cut it into the study's folds and scale each training part."""
    study = default_study()
    training = json.loads(json.dumps(study.training(task, method), default=list))
    return make_cell(
        pd.read_parquet(variant_path(task, ir)),
        Task.from_definition(training["task"]),
        ir,
        training["method"],
        Protocol.from_mapping(training["protocol"]),
        study.seed,
    )


def make_cell(
    variant: pd.DataFrame, task: Task, ir: str, spec: dict[str, Any], protocol: Protocol, seed: int
) -> Cell:
    """Cut a variant into the study's folds, with each training part scaled."""
    rows = FoldRows.of_cell(variant, task, ir, protocol, seed=seed)
    labels = variant["label"].to_numpy(np.int64)
    parts = [Part(rows.of_fold(fold)[0], labels[fold.train]) for fold in rows.folds]
    names = [fold.index for fold in rows.folds]
    return Cell(task.name, ir, task.n_classes, parts, names, spec, protocol, seed)


def products(cell: Cell) -> list[int]:
    """Count the weights of each dense layer, without biases.

    A row that is trained on costs 6 operations for each: a multiplication and an addition in the forward
    pass, in the gradient by the weights, and in the gradient by the layer's inputs.
    """
    return [a * b for a, b in pairwise([cell.n_features, *cell.widths, cell.n_classes])]


def flops(cell: Cell, *, needed: bool = False) -> float:
    """Count the floating-point operations of the dense layers in one fold-epoch: 6 × weights × rows.

    With `needed`, without the gradient by the inputs of the first layer, which nobody needs or computes.
    """
    weights = products(cell)
    return float(cell.rows * (6 * sum(weights) - (2 * weights[0] if needed else 0)))
