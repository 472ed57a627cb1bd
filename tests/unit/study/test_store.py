"""Where trainings are kept."""

import numpy as np
import pandas as pd
import pytest

from remix.errors import ResultError
from remix.study.running.writing import write_parquet
from remix.study.store import (
    Entry,
    Use,
    definition,
    forget_cells_that_lost_trainings,
    made_by,
    path_of,
    read_cell,
    read_training,
    stored,
    write_cell,
    write_training,
)

ABOUT = {"method": {"mix": {"alpha": 0.1}}, "uses": [["study", "α", 2]]}


@pytest.fixture
def kept(trained, tmp_path):
    path = path_of(tmp_path, "toy", "0.2", "ab12")
    write_training(path, trained(), ABOUT, {"device": "CPU", "commit": None, "seconds": 0.1})
    return path


def test_what_is_written_is_read_again_bit_for_bit(kept, trained):
    read = read_training(kept)
    for part, made in zip(read, trained(), strict=True):
        pd.testing.assert_frame_equal(part, made, check_exact=True)
    assert read.predictions["p_0"].dtype == np.float32
    assert definition(kept) == ABOUT
    assert made_by(kept) == {"device": "CPU", "commit": None, "seconds": 0.1}
    before = kept.read_bytes()
    write_training(kept, read, definition(kept), made_by(kept))
    assert kept.read_bytes() == before


def test_numbers_of_folds_are_read_bit_for_bit(kept, trained):
    losses = np.random.default_rng(0).normal(size=(500, 2)) * 10.0 ** np.arange(-250, 250)[:, None]
    folds = pd.DataFrame({"repeat": range(500), "fold": 0, "train_loss": losses[:, 0], "other": losses[:, 1]})
    write_training(kept, trained()._replace(folds=folds), {}, {})
    pd.testing.assert_frame_equal(read_training(kept).folds, folds, check_exact=True)


def flip(content, place):
    return content[:place] + bytes([content[place] ^ 8]) + content[place + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"no parquet",
        lambda content: content[: len(content) // 2],
        lambda content: flip(content, len(content) // 4),
    ],
    ids=["empty", "other", "cut", "value"],
)
def test_damage_is_named_in_one_line_that_says_what_to_do(kept, damage):
    kept.write_bytes(damage(kept.read_bytes()))
    with pytest.raises(ResultError, match=r"ab12\.parquet is damaged .*remove it, and run the same") as told:
        read_training(kept)
    assert len(str(told.value).splitlines()) == 1


def test_absence_is_named_and_so_is_a_file_of_another_kind(kept):
    write_parquet(pd.DataFrame({"a": [1]}), kept)
    for read in (read_training, made_by, definition):
        with pytest.raises(ResultError, match=r"ab12\.parquet is damaged"):
            read(kept)
    kept.unlink()
    with pytest.raises(ResultError, match=r"ab12\.parquet is gone; run the same command again"):
        read_training(kept)


def test_all_that_is_kept_is_listed(kept, tmp_path):
    other = path_of(tmp_path, "alpha", "0.05", "cd")
    other.parent.mkdir(parents=True)
    other.touch()
    (other.parent / ".cd.parquet.part").touch()
    assert stored(tmp_path) == [other, kept]
    assert stored(tmp_path / "none") == []


ENTRIES = [
    Entry("ab12", (Use("study", "baseline", 10), Use("sweep/0.1", "remix", 10)), {"device": "CPU"}),
    Entry("cd34", (Use("audit/authors", "smote", 3),), {"commit": None}),
]


def test_the_list_of_a_cell_may_have_parts(tmp_path):
    parts = [tmp_path / "1.json", tmp_path / "2.json"]
    for part, entry in zip(parts, ENTRIES, strict=True):
        write_cell(part, [entry])
    assert read_cell(parts) == ENTRIES
    write_cell(parts[0], [])
    assert read_cell(parts[:1]) == []


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '[{"training": "a"}]', '[{"training": "a", "uses": [[1]]}]']
)
def test_a_damaged_list_is_named(tmp_path, text):
    part = tmp_path / "1.json"
    part.write_text(text)
    with pytest.raises(
        ResultError, match=r"1\.json is damaged .*; remove it, and run the same command again"
    ):
        read_cell([part])


def test_cells_that_lost_trainings_are_forgotten(tmp_path, kept):
    """The others, and those that were never trained, are left alone."""
    lists = {
        "whole": [ENTRIES[0]],
        "lost": ENTRIES,
        "none": [],
    }
    parts = {name: tmp_path / f"cells/toy/0.2/{name}.json" for name in [*lists, "never", "damaged"]}
    for name, entries in lists.items():
        write_cell(parts[name], entries)
    parts["damaged"].write_text("{")
    lost = list(forget_cells_that_lost_trainings(tmp_path, parts.values()))
    assert lost == [path_of(tmp_path, "toy", "0.2", "cd34"), parts["damaged"]]
    assert [name for name, part in parts.items() if part.exists()] == ["whole", "none"]
    assert kept.exists()
    assert list(forget_cells_that_lost_trainings(tmp_path, parts.values())) == []
