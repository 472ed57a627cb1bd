import json
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from remix.errors import ResultError
from remix.run_cost import (
    core_seconds,
    for_people,
    spent,
    trained_parts,
    training_cost,
    training_jobs,
    with_sweep,
)

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


def test_the_time_of_a_run_is_split(logs):
    """A method that is trained as another one was copied, and is no training job."""
    jobs = pd.DataFrame({"seconds": [10.0, 8.0, np.nan], "step_seconds": [3.75, 3.25, 3.25]})
    parts = spent(jobs, logs)
    assert parts.tolist() == [7.0, 11.0, 163.0]
    assert for_people(parts)["%"].tolist() == ["3.9", "6.1", "90.1", "100.0", "96.1"]
    assert spent(jobs.iloc[:1], logs) is None


def measure(results, method, seconds, peak, part=""):
    """Write what there is of a job once it has run."""
    for path, text in (
        (results / "benchmarks" / part / "train", f"s\th:m:s\tmax_rss\n{seconds}\t0:00:10\t12.5\n"),
        (results / part / "made_by", json.dumps({"step_seconds": seconds / 2, "peak_mib": peak})),
    ):
        file = path / "task" / "0.05" / f"{method}{'.tsv' if 'max_rss' in text else '.json'}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def test_cost_of_training_is_added_up(tmp_path):
    """Memory is that of the training, not of the process that waits for it."""
    assert training_cost(training_jobs(tmp_path))["jobs"] == 0
    for method, seconds, peak in [("a", 10.5, 900.1), ("b", 20.0, 1000.5), ("c", 0.1, None)]:
        measure(tmp_path, method, seconds, peak)
    jobs = training_jobs(tmp_path)
    assert training_cost(jobs) == {"jobs": 3, "seconds": 30.6, "largest_rss_mib": 1000.5}
    assert jobs["step_seconds"].tolist() == [5.25, 10.0, 0.05]


def test_jobs_that_were_not_measured_are_gaps(tmp_path):
    measure(tmp_path, "remix", 7.5, 800.0)
    jobs = training_jobs(tmp_path, jobs=[("task", "0.05", "remix"), ("task", "0.05", "smote")])
    assert jobs["method"].tolist() == ["remix", "smote"]
    assert jobs["seconds"].isna().tolist() == [False, True]
    assert training_cost(jobs) == {"jobs": 1, "seconds": 7.5, "largest_rss_mib": 800.0}


def test_trainings_of_a_study_of_its_sweep_and_of_its_audit(tmp_path):
    for part in ("", "sweep/0.4", "sweep/0.2", "audit/authors"):
        measure(tmp_path, "remix", 7.5, 800.0, part)
    assert trained_parts(tmp_path, "") == ["."]
    assert trained_parts(tmp_path, "audit") == ["audit/authors"]
    assert trained_parts(tmp_path, "sweep") == ["sweep/0.2", "sweep/0.4"]
    assert training_jobs(tmp_path, "sweep/0.4")["step_seconds"].tolist() == [3.75]
    assert trained_parts(tmp_path / "none", "") == []
    every = with_sweep(training_jobs(tmp_path), tmp_path)
    assert every.index.get_level_values("part").tolist() == ["", "sweep/0.2", "sweep/0.4"]


def test_what_cannot_be_read_is_named(tmp_path):
    measure(tmp_path, "remix", 7.5, 800.0)
    (tmp_path / "made_by/task/0.05/remix.json").write_text("{")
    with pytest.raises(ResultError, match=r"remix\.json is damaged .*; remove it"):
        training_jobs(tmp_path)
