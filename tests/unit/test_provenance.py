import json
import subprocess

import pytest

from remix.errors import ResultError
from remix.provenance import collect, trained_parts, training_cost, training_jobs


def git(folder, *arguments):
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def test_commit_and_whether_files_differ_from_it(tmp_path):
    (tmp_path / "envs").mkdir()
    (tmp_path / "envs/cpu.lock").write_text("")
    (tmp_path / "results").mkdir()
    (tmp_path / "results/old.csv").write_text("")
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    facts = collect(tmp_path)
    assert len(facts["commit"]) == 40
    assert facts["modified"] is False
    assert facts["lock_sha256"].startswith("e3b0c442")
    assert facts["packages"]["tensorflow"].startswith("2.")
    (tmp_path / "results/old.csv").unlink()
    assert collect(tmp_path)["modified"] is False
    (tmp_path / "envs/cpu.lock").write_text("x")
    assert collect(tmp_path)["modified"] is True


def test_outside_a_checkout(tmp_path):
    facts = collect(tmp_path)
    assert facts["commit"] is None
    assert facts["modified"] is None
    assert facts["machine"]["cores"] >= 1


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


def test_what_cannot_be_read_is_named(tmp_path):
    measure(tmp_path, "remix", 7.5, 800.0)
    (tmp_path / "made_by/task/0.05/remix.json").write_text("{")
    with pytest.raises(ResultError, match=r"remix\.json is damaged .*; remove it"):
        training_jobs(tmp_path)
