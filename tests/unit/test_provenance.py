import subprocess

from remix.study.running.provenance import of_run


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
    facts = of_run(tmp_path)
    assert len(facts["commit"]) == 40
    assert facts["modified"] is False
    assert facts["lock_sha256"].startswith("e3b0c442")
    assert facts["packages"]["tensorflow"].startswith("2.")
    (tmp_path / "results/old.csv").unlink()
    assert of_run(tmp_path)["modified"] is False
    (tmp_path / "envs/cpu.lock").write_text("x")
    assert of_run(tmp_path)["modified"] is True


def test_outside_a_checkout(tmp_path):
    facts = of_run(tmp_path)
    assert facts["commit"] is None
    assert facts["modified"] is None
    assert facts["machine"]["cores"] >= 1
