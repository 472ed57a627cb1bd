"""The folds of a cell, and their rows: read and made once, for networks and for other classifiers."""

import functools
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from remix.protocol import Protocol
from remix.study.data.catalogue import Task
from remix.study.data.columns import features
from remix.study.running.parquet import read_parquet
from remix.study.splits import FoldRows
from remix.study.trainings import Training


class CellRows:
    """Gives the folds of a cell's trainings, and their rows.

    Parameters
    ----------
    files : mapping of str to Path
        Where the inputs of the trainings are.
    """

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files
        self._variant = functools.lru_cache(maxsize=1)(lambda path: read_parquet(files[path]))
        self._rows: dict[object, FoldRows] = {}

    def variant(self, training: Training) -> pd.DataFrame:
        """Give what is in the first input of a training."""
        return self._variant(training.inputs[0])

    def of(self, training: Training) -> FoldRows:
        """Give folds and their rows, made once for all trainings in turn that have the same.

        Raises
        ------
        DataError
            If a fold cannot be made; names task, IR, repeat and fold.
        """
        given = training.definition
        protocol = Protocol.from_mapping(given["protocol"])
        clip = protocol.tables and protocol.tables.clip
        by_groups = given.get("splits") == "groups"
        cut = given["seed"], protocol.splits, protocol.repeats, protocol.validation_fraction, by_groups
        same = training.inputs, cut, clip
        if same not in self._rows:
            self._rows.clear()
            whole = [features(read_parquet(self._files[path])) for path in training.inputs[1:]]
            self._rows[same] = FoldRows.of_cell(
                self.variant(training),
                Task.from_definition(given["task"]),
                training.ir,
                protocol,
                seed=given["seed"],
                fill=whole[0].mean() if whole else None,
                by_groups=by_groups,
            )
        return self._rows[same]
