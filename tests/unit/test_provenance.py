import subprocess

from remix.provenance import collect, training_cost, training_jobs


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


def test_cost_of_training_is_added_up(tmp_path):
    assert training_cost(training_jobs(tmp_path))["jobs"] == 0
    for method, seconds, memory in [("a", 10.5, "900.1"), ("b", 20.0, "1000.5"), ("c", 0.1, "-")]:
        path = tmp_path / "task" / "0.05" / f"{method}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"s\th:m:s\tmax_rss\n{seconds}\t0:00:10\t{memory}\n")
    assert training_cost(training_jobs(tmp_path)) == {"jobs": 3, "seconds": 30.6, "largest_rss_mib": 1000.5}


def test_jobs_that_were_not_measured_are_gaps(tmp_path):
    path = tmp_path / "task" / "0.05" / "remix.tsv"
    path.parent.mkdir(parents=True)
    path.write_text("s\tmax_rss\n7.5\t800\n")
    jobs = training_jobs(tmp_path, [("task", "0.05", "remix"), ("task", "0.05", "smote")])
    assert jobs["method"].tolist() == ["remix", "smote"]
    assert jobs["seconds"].isna().tolist() == [False, True]
    assert training_cost(jobs) == {"jobs": 1, "seconds": 7.5, "largest_rss_mib": 800.0}
