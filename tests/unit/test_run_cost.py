from datetime import datetime

import pandas as pd
import pytest

from remix.study.running.run_cost import core_seconds, for_people, spent, training_cost

RUN = "\n  Date: 2026-11-24 18:31:27\nProvided cores: 2\nFinished jobid: 1 (Rule: train)\n"
COLUMNS = ["training", "run", "begun", "seconds", "step_seconds", "peak_mib"]


@pytest.fixture
def trainings():
    """Two trainings in a run of 90.5 s; one of them is wanted twice."""
    lines = [
        ("a", "study", "2026-11-24 18:31:40", 10.0, 3.75, 900.0),
        ("b", "study", "2026-11-24 18:32:40", 8.0, 3.25, 1000.5),
        ("a", "sweep/0.1", "2026-11-24 18:31:40", 10.0, 3.75, 900.0),
    ]
    return pd.DataFrame(lines, columns=COLUMNS)


@pytest.fixture
def logs(tmp_path):
    """A run that has ended; a later one trained nothing."""
    (tmp_path / "1.snakemake.log").write_text(RUN + "Elapsed time: 0:01:30.500000\n")
    later = RUN.replace("18:31:27", "19:00:00") + "Elapsed time: 0:00:03.0\n"
    (tmp_path / "2.snakemake.log").write_text(later)
    (tmp_path / "3.snakemake.log").write_text("Nothing to be done.\n")
    return tmp_path


def test_cost_of_training_is_added_up(trainings):
    assert training_cost(trainings) == {
        "trainings": 2, "seconds": 18.0, "step_seconds": 7.0, "largest_rss_mib": 1000.5,
    }  # fmt: skip
    assert training_cost(trainings.iloc[:0])["trainings"] == 0


def test_the_run_that_trained_is_found(logs, trainings):
    assert core_seconds(logs, trainings) == 181.0
    (logs / "1.snakemake.log").write_text(RUN + "Elapsed time: 1 day, 2:00:00.5\n")
    assert core_seconds(logs, trainings) == 2 * (26 * 3600 + 0.5)


@pytest.mark.parametrize(
    "changes",
    [
        {"begun": "2026-11-24 18:31:26"},
        {"begun": "2026-11-24 18:32:50", "seconds": 10.0},
        {"begun": "2026-11-24 18:59:00"},
    ],
    ids=["begun before", "ended after", "between two runs"],
)
def test_runs_that_made_a_part_of_the_trainings_are_not_taken(logs, trainings, changes):
    for column, value in changes.items():
        trainings.loc[1, column] = value
    assert core_seconds(logs, trainings) is None
    assert spent(trainings, logs) is None


def test_no_run_and_no_trainings(logs, trainings):
    assert core_seconds(logs / "none", trainings) is None
    assert core_seconds(logs, trainings.iloc[:0]) is None


def test_a_run_that_goes_on_counts_until_now(logs, trainings):
    (logs / "1.snakemake.log").write_text(RUN)
    assert core_seconds(logs, trainings) is None
    assert core_seconds(logs, trainings, now=datetime(2026, 11, 24, 18, 33, 0)) == 186.0


def test_the_time_of_a_run_is_split(logs, trainings):
    parts = spent(trainings, logs)
    assert parts.tolist() == [7.0, 11.0, 163.0]
    assert for_people(parts)["%"].tolist() == ["3.9", "6.1", "90.1", "100.0", "96.1"]
