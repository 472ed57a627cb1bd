import json
import platform
import subprocess
from importlib import metadata
from pathlib import Path

import pandas as pd
import pytest

from remix import made_by
from remix.errors import ResultError
from remix.records import write_parquet

ROOT = Path(__file__).parents[2]


def described(**changed):
    facts = made_by.describe("0f" * 32, 7, "CPU", 1.23456)
    return facts | changed


@pytest.fixture
def trainings(tmp_path):
    """Three trainings that were made alike, in their files."""
    paths = [tmp_path / f"musk/0.05/{method}.json" for method in ("baseline", "remix", "smote")]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(described()))
    return paths


def rewrite(path, **changed):
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))


def test_a_training_says_what_made_it():
    facts = described()
    head = subprocess.run(
        ["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    assert facts["commit"] == (head.stdout.strip() or None)
    assert facts["python"] == platform.python_version()
    assert facts["tensorflow"] == metadata.version("tensorflow")
    assert (facts["code"], facts["seed"], facts["device"]) == ("0f" * 32, 7, "CPU")
    assert facts["step_seconds"] == 1.235
    assert len(facts["lock_sha256"]) == 64
    assert set(made_by.COMPARED) <= set(facts)


def test_trainings_are_read_by_their_places(trainings):
    frame = made_by.read(trainings)
    assert frame[["task", "ir", "method"]].to_numpy().tolist() == [
        ["musk", "0.05", method] for method in ("baseline", "remix", "smote")
    ]
    assert made_by.differences(frame) == []
    (facts,) = made_by.distinct(frame)
    assert facts["trainings"] == 3


def test_a_damaged_file_is_named(trainings):
    trainings[1].write_text("{")
    with pytest.raises(ResultError, match=r"remix\.json is damaged .*; remove it"):
        made_by.read(trainings)


def test_gathered_trainings_are_read_with_others(trainings, tmp_path):
    rewrite(trainings[0], commit=None, lock_sha256=None)
    frame = made_by.read(trainings)
    write_parquet(frame.iloc[:2], tmp_path / "made_by.parquet")
    write_parquet(made_by.read([]), tmp_path / "none.parquet")
    read = made_by.read([tmp_path / "made_by.parquet", tmp_path / "none.parquet", trainings[2]])
    pd.testing.assert_frame_equal(read, frame)
    assert made_by.differences(read) == made_by.differences(frame) != []
    assert made_by.distinct(read) == made_by.distinct(frame)
    assert made_by.read([tmp_path / "none.parquet"]).empty


@pytest.mark.parametrize("fact", sorted(made_by.COMPARED))
def test_each_difference_is_told_with_its_counts(fact, trainings):
    ours = str(described()[fact])
    rewrite(trainings[1], **{fact: "another"})
    frame = made_by.read(trainings)
    (told,) = made_by.differences(frame)
    assert told == (
        f"Not the same {made_by.COMPARED[fact]} for all trainings: {made_by.short(ours)} (2), another (1)."
    )
    assert [facts["trainings"] for facts in made_by.distinct(frame)] == [2, 1]


def test_what_is_not_known_differs_from_what_is(trainings):
    """Outside of a checkout there may be no lock file."""
    rewrite(trainings[0], lock_sha256=None)
    (told,) = made_by.differences(made_by.read(trainings))
    assert told.endswith("(2), none (1).")


def test_another_commit_with_the_same_code_is_no_difference(trainings):
    rewrite(trainings[0], commit="0" * 40, modified=True)
    frame = made_by.read(trainings)
    assert made_by.differences(frame) == []
    assert len(made_by.distinct(frame)) == 2


def test_no_trainings():
    frame = made_by.read([])
    assert made_by.differences(frame) == []
    assert made_by.distinct(frame) == []
    assert isinstance(frame, pd.DataFrame)
