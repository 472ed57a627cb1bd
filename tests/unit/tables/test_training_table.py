import platform
import subprocess
from importlib import metadata
from pathlib import Path

import pandas as pd
import pytest

from remix.study.results import training_table
from remix.study.running import provenance
from remix.study.running.parquet import read_parquet
from remix.study.running.writing import write_parquet
from remix.study.store import Entry, Use

ROOT = Path(__file__).parents[3]
HERE = provenance.of_training(7, "CPU", 1.23456)


def trainings(*changed):
    """Three trainings; what made each is changed as given."""
    entries = [
        Entry(f"a{n}", (Use("study", method, 2),), HERE | facts)
        for n, (method, facts) in enumerate(
            zip(("baseline", "remix", "smote"), [*changed, {}, {}, {}], strict=False)
        )
    ]
    return training_table.list_trainings([("musk", "0.05", entries)])


def test_a_training_says_what_made_it():
    head = subprocess.run(
        ["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    assert HERE["commit"] == (head.stdout.strip() or None)
    assert HERE["python"] == platform.python_version()
    assert HERE["tensorflow"] == metadata.version("tensorflow")
    assert (HERE["seed"], HERE["device"], HERE["step_seconds"]) == (7, "CPU", 1.235)
    assert 20 < HERE["peak_mib"] < 20000
    assert len(HERE["lock_sha256"]) == 64
    assert set(training_table.FACTS) <= set(HERE)


def test_a_training_has_a_row_for_each_use_and_counts_once(tmp_path):
    both = Entry("a1", (Use("study", "baseline", 10), Use("study", "cost", 10)), HERE)
    later = Entry("b2", (Use("audit/authors", "remix", 3),), HERE)
    listed = training_table.list_trainings([("musk", "0.05", [both]), ("aps", "0.01", [later])])
    columns = ["run", "task", "ir", "method", "training", "repeats"]
    assert listed[columns].to_numpy().tolist() == [
        ["study", "musk", "0.05", "baseline", "a1", 10],
        ["study", "musk", "0.05", "cost", "a1", 10],
        ["audit/authors", "aps", "0.01", "remix", "b2", 3],
    ]
    (facts,) = training_table.distinct(listed)
    assert facts == {**{name: HERE[name] for name in training_table.FACTS}, "trainings": 2}
    assert training_table.differences(listed) == []
    write_parquet(listed, tmp_path / "trainings.parquet")
    assert training_table.distinct(read_parquet(tmp_path / "trainings.parquet")) == [facts]


def test_trainings_older_than_a_fact_are_listed():
    older = {name: value for name, value in HERE.items() if name != "environment"}
    entry = Entry("a1", (Use("study", "baseline", 10),), older)
    listed = training_table.list_trainings([("musk", "0.05", [entry])])
    assert training_table.differences(listed) == []
    assert training_table.distinct(listed)[0]["environment"] is None


@pytest.mark.parametrize("fact", sorted(training_table.COMPARED))
def test_each_difference_is_told_with_its_counts(fact):
    frame = trainings({}, {fact: "another"})
    (told,) = training_table.differences(frame)
    ours = training_table.short(str(HERE[fact]))
    assert told == f"Not the same {training_table.COMPARED[fact]} for all trainings: {ours} (2), another (1)."
    assert [facts["trainings"] for facts in training_table.distinct(frame)] == [2, 1]


def test_what_is_not_known_differs_from_what_is():
    """Outside of a checkout there may be no lock file."""
    (told,) = training_table.differences(trainings({"lock_sha256": None}))
    assert told.endswith("(2), none (1).")


def test_another_commit_is_no_difference():
    """What another code has trained has another name."""
    frame = trainings({"commit": "0" * 40, "modified": True})
    assert training_table.differences(frame) == []
    assert len(training_table.distinct(frame)) == 2


def test_no_trainings(tmp_path):
    frame = training_table.list_trainings([("musk", "0.05", [])])
    write_parquet(frame, tmp_path / "trainings.parquet")
    for none in (frame, read_parquet(tmp_path / "trainings.parquet")):
        assert training_table.differences(none) == []
        assert training_table.distinct(none) == []
        assert training_table.training_cost(none)["trainings"] == 0


def test_cost_is_added_up_of_each_training_once():
    frame = pd.DataFrame(
        {
            "training": ["a", "b", "a"],
            "run": ["study", "study", "sweep/0.1"],
            "seconds": [10.0, 8.0, 10.0],
            "step_seconds": [3.75, 3.25, 3.75],
            "peak_mib": [900.0, 1000.5, 900.0],
        }
    )
    assert training_table.training_cost(frame) == {
        "trainings": 2, "seconds": 18.0, "step_seconds": 7.0, "largest_rss_mib": 1000.5,
    }  # fmt: skip
