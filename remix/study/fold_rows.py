"""The folds of a training's cell, and their rows: the same for networks and for plain classifiers."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from remix.protocol import Protocol
from remix.study.data.catalogue import Task
from remix.study.data.columns import features
from remix.study.running.parquet import read_parquet
from remix.study.splits import FoldRows
from remix.study.trainings import Training


def fold_rows(training: Training, variant: pd.DataFrame, files: Mapping[str, Path]) -> FoldRows:
    """Make the folds of a training's cell, and their rows.

    Parameters
    ----------
    training : Training
    variant : DataFrame
        What is in the first of its inputs.
    files : mapping of str to Path
        Where the inputs are.

    Raises
    ------
    DataError
        If a fold cannot be made; names task, IR, repeat and fold.
    """
    given = training.definition
    whole = [features(read_parquet(files[path])) for path in training.inputs[1:]]
    return FoldRows.of_cell(
        variant,
        Task.from_definition(given["task"]),
        training.ir,
        Protocol.from_mapping(given["protocol"]),
        seed=given["seed"],
        fill=whole[0].mean() if whole else None,
        by_groups=given.get("splits") == "groups",
    )
