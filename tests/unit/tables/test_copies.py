import dataclasses

import numpy as np
import pandas as pd
import pytest

from remix.study.copies import share_of_copies
from remix.study.splits import repeated_folds
from remix.study.study import Switches

CELL = ("musk", "0.05")


@pytest.fixture
def cell(study):
    """The study, with tables of the cell: 120 rows of which many are twins, or of which none are."""
    draw = np.random.default_rng(0)
    labels = np.repeat([0, 1], [90, 30])
    values = {"twins": draw.integers(0, 2, (120, 4)).astype(float), "others": draw.normal(size=(120, 4))}
    frames = {
        name: pd.DataFrame(x, columns=list("abcd")).assign(label=labels, group=np.arange(120) // 4)
        for name, x in values.items()
    }
    for frame in frames.values():
        frame.insert(0, "row", np.arange(120))
    return study, frames


def counted(frame, study, groups=None):
    """The same share by comparing every test row with every row trained on."""
    protocol, shares = study.protocol, []
    names = {"task": CELL[0], "ir": CELL[1], "seed": study.seed}
    for fold in repeated_folds(frame["label"].to_numpy(), **names, repeats=protocol.repeats, groups=groups):
        x = frame[list("abcd")].to_numpy()
        equal = (x[fold.test, None] == x[fold.train]) | (
            np.isnan(x[fold.test, None]) & np.isnan(x[fold.train])
        )
        shares.append(equal.all(axis=2).any(axis=1).mean())
    return np.mean(shares)


def test_copies_are_test_rows_with_a_twin_that_was_trained_on(cell):
    study, frames = cell
    rare = frames["twins"].assign(a=np.where(np.arange(120) % 3, np.arange(120), 0))
    for frame in (frames["twins"], rare):
        assert share_of_copies(frame, study, *CELL) == counted(frame, study)
    assert 0 < counted(rare, study) < 0.5
    assert share_of_copies(frames["others"], study, *CELL) == 0


def test_missing_values_and_zeros_are_equal_whatever_their_bits(cell):
    study, frames = cell
    frame = frames["twins"].assign(a=np.where(np.arange(120) % 2, 0.0, -0.0), b=np.nan)
    frame.loc[::3, "b"] = -np.float64("nan")
    assert share_of_copies(frame, study, *CELL) == counted(frame, study) > 0.9


def test_they_are_counted_on_the_folds_of_the_study(cell):
    study, frames = cell
    frame = frames["twins"].assign(a=np.arange(120) // 4)
    tasks = study.tasks | {"musk": dataclasses.replace(study.tasks["musk"], grouped=True)}
    by_groups = dataclasses.replace(study, tasks=tasks, switches=Switches(splits="groups"))
    assert share_of_copies(frame, study, *CELL) > 0
    # All twins are in one group.
    assert share_of_copies(frame, by_groups, *CELL) == counted(frame, study, frame["group"].to_numpy()) == 0
