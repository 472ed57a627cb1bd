from datetime import datetime

import pandas as pd
import pytest

from remix.run_cost import core_seconds, for_people, parts

RUN = """
  Date: 2026-11-24 18:31:27
Provided cores: 2
Finished jobid: 1 (Rule: train)
Finished jobid: 2 (Rule: score)
Finished jobid: 3 (Rule: train_sweep)
"""


@pytest.fixture
def logs(tmp_path):
    """A run of two training jobs; a later one trained nothing."""
    (tmp_path / "1.snakemake.log").write_text(RUN + "Elapsed time: 0:01:30.500000\n")
    (tmp_path / "2.snakemake.log").write_text("Provided cores: 2\nElapsed time: 0:00:03.0\n")
    return tmp_path


def test_the_run_that_trained_is_found(logs):
    assert core_seconds(logs, 2) == 181.0
    (logs / "1.snakemake.log").write_text(RUN + "Elapsed time: 1 day, 2:00:00.5\n")
    assert core_seconds(logs, 2) == 2 * (26 * 3600 + 0.5)


def test_runs_that_made_a_part_of_the_jobs_are_not_taken(logs):
    assert core_seconds(logs, 3) is None
    assert core_seconds(logs / "none", 2) is None


def test_a_run_that_goes_on_counts_until_now(logs):
    (logs / "1.snakemake.log").write_text(RUN)
    assert core_seconds(logs, 2) is None
    assert core_seconds(logs, 2, now=datetime(2026, 11, 24, 18, 32, 0)) == 66.0


def test_the_time_of_a_run_is_split():
    jobs = pd.DataFrame({"seconds": [10.0, 8.0], "step_seconds": [3.75, 3.25]})
    spent = parts(jobs, 181.0)
    assert spent.tolist() == [7.0, 11.0, 163.0]
    assert for_people(spent)["%"].tolist() == ["3.9", "6.1", "90.1", "100.0", "96.1"]
