"""Disks that are full, read-only, damaged or misdated; each is mended by the same command again."""

import os
import re
import shutil
import time

import pandas as pd
import pytest
from faults import (
    SMALL,
    copy_of,
    differences,
    flip,
    leftovers,
    mount,
    mounted,
    plain_rerun,
    results,
    run,
    small_project,
    why_no_mounts,
)  # fmt: skip

pytestmark = pytest.mark.faults
PREDICTIONS = "results/predictions/wine/0.25/baseline.parquet"
TRAINED = [
    PREDICTIONS,
    "results/validation/wine/0.25/baseline.parquet",
    "results/training/wine/0.25/baseline.csv",
]


@pytest.fixture
def project(undisturbed, tmp_path):
    """A copy of the undisturbed study."""
    return copy_of(undisturbed.project, tmp_path)


@pytest.fixture
def mounts(tmp_path):
    reason = why_no_mounts(tmp_path / "probe")
    if reason:
        pytest.skip(reason)


def jobs(result):
    """What jobs of a run said of themselves."""
    return re.findall(r"^Job \d+: (.*)$", result.stdout, re.M)


def error(result):
    """The one line that says what is wrong."""
    assert result.returncode != 0
    assert "Traceback" not in result.stdout
    (line,) = set(re.findall(r"^(?:error|Nothing was started): .*$", result.stdout, re.M))
    return line


def test_the_disk_is_full_while_predictions_are_written(mounts, undisturbed, project, tally):
    # Its data is there; what it trains and all that follows is not.
    shutil.rmtree(project.folder / "results")
    folder = project.folder / "results/predictions"
    with (
        tally.round("disk full while predictions are written"),
        mounted("-t", "tmpfs", "-o", "size=4k", "tmpfs", folder),
    ):
        assert error(run(project, check=False)) == (
            f"error: {PREDICTIONS}: No space left on device; make room on its disk, and run the same "
            "command again"
        )
        assert not any((project.folder / path).exists() for path in TRAINED)
        assert leftovers(project) == []
        mount("-o", "remount,size=1m", folder)
        plain_rerun(project)
        assert differences(project, undisturbed.results) == []


def test_the_disk_is_full_while_data_is_fetched(mounts, undisturbed, tmp_path, tally):
    """A full disk is no fault of the source: the dataset is not left out."""
    project = small_project(tmp_path)
    folder = project.folder / "resources"
    with (
        tally.round("disk full while data is fetched"),
        mounted("-t", "tmpfs", "-o", "size=8k", "tmpfs", folder),
    ):
        assert "No space left on device; make room on its disk" in error(run(project, check=False))
        assert not (project.folder / "results/tables").exists()
        mount("-o", "remount,size=1m", folder)
        plain_rerun(project)
        assert differences(project, undisturbed.results) == []


@pytest.mark.parametrize("name", ["results", "results/tables"])
def test_results_are_read_only(mounts, undisturbed, project, tally, name):
    folder = project.folder / name
    (project.folder / "results/tables/scores.csv").unlink()
    with tally.round("read-only results"), mounted("--bind", folder, folder):
        mount("-o", "remount,bind,ro", folder)
        line = error(run(project, check=False))
        assert line == (
            f"Nothing was started: {folder} cannot be written; make it writable, or choose another folder "
            "with --directory, and run the same command again"
        )
        mount("-o", "remount,bind,rw", folder)
        plain_rerun(project)
        assert differences(project, undisturbed.results) == []


DAMAGES = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "flipped bits": lambda path: flip(path, seed=1, count=5),
    "other text": lambda path: path.write_text("<html>not found</html>"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_predictions_file_is_damaged(undisturbed, project, tally, damage):
    """Before they are scored. What reads them says which file it is and what to do; then it is made again."""
    shutil.rmtree(project.folder / "results/scores")
    shutil.rmtree(project.folder / "results/tables")
    (project.folder / "results/scores.parquet").unlink()
    with tally.round("damaged predictions"):
        damage(project.folder / PREDICTIONS)
        line = error(run(project, check=False))
        assert re.fullmatch(
            rf"error: wine, IR 0.25, baseline: {PREDICTIONS} is damaged \(.*\); remove it, and run the same "
            "command again",
            line,
        )
        assert "tables/scores.csv" in differences(project, undisturbed.results)
        (project.folder / PREDICTIONS).unlink()
        plain_rerun(project)
        assert differences(project, undisturbed.results) == []


def test_predictions_of_changed_settings_are_damaged(undisturbed, project, tmp_path, tally):
    """Tables of the former settings are there, and newer than nothing that is left of the one file."""
    with tally.round("damaged predictions, changed settings"):
        changed = SMALL | {"protocol": {"epochs": 2}}
        expected = small_project(tmp_path / "expected", changed)
        run(expected)
        project.overlay(changed, "small.yaml")
        run(project, targets=[PREDICTIONS])
        (project.folder / PREDICTIONS).write_bytes(b"damaged")
        assert f"{PREDICTIONS} is damaged" in error(run(project, check=False))
        (project.folder / PREDICTIONS).unlink()
        plain_rerun(project)
        assert differences(project, results(expected)) == []
        assert differences(project, undisturbed.results) != []


def test_a_damaged_variant_is_named(undisturbed, project, tally):
    path = "resources/variants/wine/0.25.parquet"
    shutil.rmtree(project.folder / "results")
    with tally.round("damaged variant"):
        flip(project.folder / path, seed=1, count=5)
        assert f"{path} is damaged (" in error(run(project, check=False))
        (project.folder / path).unlink()
        plain_rerun(project)
        assert differences(project, undisturbed.results) == []


def dated(folder, seconds):
    """Give all files of a folder another date."""
    for path in folder.rglob("*"):
        os.utime(path, (time.time() + seconds,) * 2, follow_symlinks=False)


def test_the_clock_was_set_back(undisturbed, project, tally):
    """Results of tomorrow would seem newer than all that is changed today."""
    with tally.round("clock set back"):
        for folder in ("results", "resources"):
            dated(project.folder / folder, 86400)
        line = error(run(project, check=False))
        assert "dated after now" in line
        command = re.search("`(find .*)`", line).group(1)
        assert os.system(f"cd {project.folder} && {command}") == 0
        assert "Nothing to be done" in plain_rerun(project).stdout
        assert differences(project, undisturbed.results) == []


def test_outputs_older_than_inputs_cost_work_at_most(undisturbed, project, tally):
    """A clock that was set back before anything ran, and then forward."""
    with tally.round("outputs older than inputs"):
        dated(project.folder / "results", -86400)
        plain_rerun(project)
        assert differences(project, undisturbed.results) == []
        assert "Nothing to be done" in plain_rerun(project).stdout


def test_code_of_an_older_date_is_noticed(undisturbed, project, tally):
    """As it is unpacked from an archive: with its date, which is before that of the results."""
    with tally.round("other code of an older date"):
        metrics, before = project.folder / "remix/metrics.py", time.time() - 30 * 86400
        metrics.write_text(metrics.read_text() + "\n# Other code.\n")
        os.utime(metrics, (before, before))
        rerun = jobs(plain_rerun(project))
        assert any(job.startswith("score all methods") for job in rerun)
        assert not any(job.startswith("train") for job in rerun)
        assert differences(project, undisturbed.results) == []
        script = project.folder / "workflow/scripts/score.py"
        script.write_text(script.read_text() + "\n# Another script.\n")
        os.utime(script, (before, before))
        assert any(job.startswith("score all methods") for job in jobs(plain_rerun(project)))


def test_data_of_an_older_date_is_noticed(undisturbed, project, tally):
    """A file that a source names gets other content and an older date, and then what it was."""
    with tally.round("other data of an older date"):
        table, before = project.folder / "tables/wine.csv", time.time() - 30 * 86400
        content = table.read_bytes()
        frame = pd.read_csv(table)
        frame.iloc[:, 0] = frame.iloc[::-1, 0].to_numpy()
        frame.to_csv(table, index=False)
        os.utime(table, (before, before))
        plain_rerun(project)
        assert PREDICTIONS.removeprefix("results/") in differences(project, undisturbed.results)
        table.write_bytes(content)
        os.utime(table, (before - 60, before - 60))
        plain_rerun(project)
        assert differences(project, undisturbed.results) == []
