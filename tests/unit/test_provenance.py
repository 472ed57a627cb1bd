import subprocess

import pytest

from remix.study.running.provenance import SETTINGS, of_run, of_training


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


def test_a_folder_in_another_repository_is_no_checkout(tmp_path):
    git(tmp_path, "init")
    git(tmp_path, "commit", "--allow-empty", "-m", "of a thesis")
    inner = tmp_path / "remix"
    inner.mkdir()
    assert of_run(tmp_path)["commit"] is not None
    assert (of_run(inner)["commit"], of_run(inner)["modified"]) == (None, None)
    link = tmp_path.with_name("link")
    link.symlink_to(tmp_path)
    assert of_run(link)["commit"] == of_run(tmp_path)["commit"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "none"),
        ({"TF_ENABLE_ONEDNN_OPTS": "0"}, "TF_ENABLE_ONEDNN_OPTS=0"),
        ({"XLA_FLAGS": "", "TF_ENABLE_ONEDNN_OPTS": "1"}, "TF_ENABLE_ONEDNN_OPTS=1 XLA_FLAGS="),
        ({"TF_CPP_MIN_LOG_LEVEL": "3"}, "none"),
    ],
)
def test_settings_that_move_predictions_are_in_what_made_a_training(monkeypatch, settings, told):
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert of_training(1, "CPU", 1.0)["environment"] == told
