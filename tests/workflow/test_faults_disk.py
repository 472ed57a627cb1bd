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
    kept,
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
CELL = "results/cells/wine/0.25/1.json"
# As `results` of faults.py calls what is wanted of the cell.
BASELINE = "cells/wine/0.25/study/baseline"


@pytest.fixture
def project(undisturbed, tmp_path):
    """A copy of the undisturbed study."""
    return copy_of(undisturbed.project, tmp_path)


@pytest.fixture
def mounts(tmp_path):
    reason = why_no_mounts(tmp_path / "probe")
    if reason:
        pytest.skip(reason)


@pytest.fixture
def training(undisturbed):
    """Where the one training of the study is kept."""
    (name,) = undisturbed.kept
    return f"results/{name}"


def jobs(result):
    """What jobs of a run said of themselves."""
    return re.findall(r"^Job \d+: (.*)$", result.stdout, re.M)


def error(result):
    """The one line that says what is wrong."""
    assert result.returncode != 0
    assert "Traceback" not in result.stdout
    (line,) = set(re.findall(r"^(?:error|Nothing was started): .*$", result.stdout, re.M))
    return line


def test_the_disk_is_full_while_a_training_is_written(mounts, undisturbed, project, training, tally):
    # Its data is there; what it trains and all that follows is not.
    shutil.rmtree(project.folder / "results")
    folder = project.folder / "results/trainings"
    with (
        tally.round("disk full while a training is written"),
        mounted("-t", "tmpfs", "-o", "size=4k", "tmpfs", folder),
    ):
        assert error(run(project, check=False)) == (
            f"error: {training}: No space left on device; make room on its disk, and run the same "
            "command again"
        )
        assert kept(project) == {}
        assert not (project.folder / CELL).exists()
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


@pytest.mark.parametrize("name", ["results", "results/tables", "results/trainings"])
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


def forget_evaluation(project):
    """Let the trainings be evaluated, and all tables be made, again."""
    shutil.rmtree(project.folder / "results/scores")
    shutil.rmtree(project.folder / "results/tables")
    (project.folder / "results/scores.parquet").unlink()


def is_damaged(training):
    """Pattern of the line that says so."""
    return rf"error: {training} is damaged \(.*\); remove it, and run the same command again"


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_training_is_damaged(undisturbed, project, training, tally, damage):
    """Before it is evaluated. What reads it says which file it is and what to do; then it is made again."""
    forget_evaluation(project)
    with tally.round("damaged training"):
        damage(project.folder / training)
        assert re.fullmatch(is_damaged(training), error(run(project, check=False)))
        assert {BASELINE, "tables/scores.csv"} <= set(differences(project, undisturbed.results))
        (project.folder / training).unlink()
        assert f"{training} is gone; it is made anew" in plain_rerun(project).stdout
        assert kept(project) == undisturbed.kept
        assert differences(project, undisturbed.results) == []


def test_a_training_is_damaged_before_its_cell_is_listed(undisturbed, project, training, tally):
    """As after a job that was killed; it is not taken for one that is there."""
    forget_evaluation(project)
    shutil.rmtree(project.folder / "results/cells")
    with tally.round("damaged training, unlisted"):
        DAMAGES["truncated"](project.folder / training)
        assert re.fullmatch(is_damaged(training), error(run(project, check=False)))
        (project.folder / training).unlink()
        plain_rerun(project)
        assert kept(project) == undisturbed.kept
        assert differences(project, undisturbed.results) == []


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_the_list_of_a_cell_is_damaged(undisturbed, project, training, tally, damage):
    """It is made again without a question, for nothing is lost with it."""
    before = (project.folder / training).stat().st_mtime_ns
    with tally.round("damaged list of a cell"):
        damage(project.folder / CELL)
        assert f"{CELL} is gone; it is made anew" in plain_rerun(project).stdout
        assert (project.folder / training).stat().st_mtime_ns == before
        assert differences(project, undisturbed.results) == []


def test_a_training_was_half_written(undisturbed, project, training, tally):
    """As by a job that was killed meanwhile: what lies there is taken for no training."""
    with tally.round("half-written training"):
        path = project.folder / training
        half = path.with_name(f".{path.stem}-abc123.parquet")
        half.write_bytes(path.read_bytes()[:1000])
        path.unlink()
        plain_rerun(project)
        assert kept(project) == undisturbed.kept
        assert differences(project, undisturbed.results) == []


def test_a_training_of_changed_settings_is_damaged(undisturbed, project, tmp_path, tally):
    """Tables of the former settings are there, and newer than nothing that is left of the one file."""
    with tally.round("damaged training, changed settings"):
        changed = SMALL | {"protocol": {"epochs": 2}}
        expected = small_project(tmp_path / "expected", changed)
        run(expected)
        (name,) = kept(expected)
        damaged = project.folder / "results" / name
        project.overlay(changed, "small.yaml")
        run(project, targets=[CELL])
        damaged.write_bytes(b"damaged")
        assert re.fullmatch(is_damaged(f"results/{name}"), error(run(project, check=False)))
        damaged.unlink()
        plain_rerun(project)
        assert differences(project, results(expected)) == []
        assert differences(project, undisturbed.results) != []
        assert kept(project) == kept(expected) | undisturbed.kept


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
        assert any(job.startswith("evaluate wine") for job in rerun)
        assert not any(job.startswith("train") for job in rerun)
        assert differences(project, undisturbed.results) == []
        script = project.folder / "workflow/scripts/evaluate.py"
        script.write_text(script.read_text() + "\n# Another script.\n")
        os.utime(script, (before, before))
        assert any(job.startswith("evaluate wine") for job in jobs(plain_rerun(project)))


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
        assert BASELINE in differences(project, undisturbed.results)
        table.write_bytes(content)
        os.utime(table, (before - 60, before - 60))
        plain_rerun(project)
        assert differences(project, undisturbed.results) == []
