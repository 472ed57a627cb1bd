"""Runs that are killed, locked out, or changed half-way; each is mended by the same command again."""

import contextlib
import random
import shutil
import subprocess
import time

import psutil
import pytest
from faults import (
    SMALL,
    copy_of,
    differences,
    jobs_of,
    kept,
    kill,
    leftovers,
    part_of,
    plain_rerun,
    results,
    run,
    small_project,
    started,
    wait_until,
)  # fmt: skip

from remix.study.store import stored

pytestmark = pytest.mark.faults
SEED = 20261124
ROUNDS = 10  # of each kind
LOCKED = "Directory cannot be locked"


def lasts(process, delay):
    """Wait for a process for some seconds; gives them, or how long it took if it ended before.

    The machine may be less busy by now than when the undisturbed run was timed.
    """
    start = time.monotonic()
    with contextlib.suppress(subprocess.TimeoutExpired, psutil.TimeoutExpired):
        process.wait(timeout=delay)
    return time.monotonic() - start


@pytest.mark.parametrize("number", range(ROUNDS))
def test_snakemake_is_killed_at_a_random_moment(undisturbed, tmp_path, tally, number):
    draw, seconds = random.Random(f"{SEED} {number}"), undisturbed.seconds
    with tally.round("SIGKILL of Snakemake"):
        for attempt in range(5):
            project = small_project(tmp_path / str(attempt))
            # The work spreads over the rounds: each has a part of its own of an undisturbed run.
            delay = (number + draw.random()) / ROUNDS * seconds
            print(f"attempt {attempt}: SIGKILL of Snakemake after {delay:.2f} s")
            process = started(project)
            seconds = lasts(process, delay)
            if process.poll() is None:
                kill(process)
                if differences(project, undisturbed.results):
                    break
        else:
            pytest.fail("no run was interrupted")
        # What is there is whole, and what was begun has not taken its place.
        assert part_of(results(project), undisturbed.results)
        assert part_of(kept(project), undisturbed.kept)
        plain_rerun(project)
        assert differences(project, undisturbed.results) == []
        assert kept(project) == undisturbed.kept


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_training_job_is_killed_at_a_random_moment(undisturbed, tmp_path, tally, number):
    draw, seconds = random.Random(f"{SEED} training {number}"), undisturbed.training_seconds
    with tally.round("SIGKILL of a training job"):
        # Its data is there; what it trains and all that follows is not.
        project = copy_of(undisturbed.project, tmp_path)
        for attempt in range(5):
            shutil.rmtree(project.folder / "results")
            process = started(project)
            (job,) = wait_until(lambda process=process: jobs_of(process, "train"), process)
            delay = draw.uniform(0, seconds)
            print(f"attempt {attempt}: SIGKILL of the training job after {delay:.2f} s")
            seconds = lasts(job, delay)
            with contextlib.suppress(psutil.NoSuchProcess):
                job.kill()
            # It may have done its work just before.
            if process.wait() != 0:
                break
        else:
            pytest.fail("every training ended before it was to be killed")
        failed_by_its_training(project)
        assert results(project) == {}
        assert part_of(kept(project), undisturbed.kept)
        # Nothing is locked: Snakemake itself has ended as it should.
        assert LOCKED not in plain_rerun(project).stdout
        assert differences(project, undisturbed.results) == []
        assert kept(project) == undisturbed.kept


def failed_by_its_training(project):
    """A run in the background has said which of its jobs has failed."""
    printed = (project.folder / "printed.txt").read_text()
    assert "Error in rule train" in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_job_is_killed_after_its_first_training_was_kept(several, tmp_path, tally, number):
    """What was kept is not trained again; every other time it is Snakemake that is killed."""
    draw, victim = random.Random(f"{SEED} several {number}"), "Snakemake" if number % 2 else "its job"
    with tally.round(f"SIGKILL between the trainings of a cell: {victim}"):
        project = copy_of(several, tmp_path)
        for attempt in range(5):
            shutil.rmtree(project.folder / "results")
            process = started(project)
            assert wait_until(lambda: dates(project), process)
            (job,) = jobs_of(process, "train")
            delay = draw.uniform(0, 1)
            print(f"attempt {attempt}: SIGKILL of {victim} {delay:.2f} s after the first training was kept")
            lasts(job, delay)
            if number % 2:
                if process.poll() is None:
                    kill(process)
            else:
                with contextlib.suppress(psutil.NoSuchProcess):
                    job.kill()
                process.wait()
            before = dates(project)
            if len(before) < len(kept(several)):
                break
        else:
            pytest.fail("every job ended before it was to be killed")
        assert before
        assert part_of(kept(project), kept(several))
        if not number % 2:
            failed_by_its_training(project)
        plain_rerun(project)
        after = dates(project)
        assert before.items() <= after.items()
        log = (project.folder / "logs/train/wine/0.25/1.log").read_text()
        assert f"{len(after)} trainings are wanted, {len(before)} of them are there" in log
        assert log.count("kept as") == len(after) - len(before)
        assert kept(project) == kept(several)
        assert differences(project, results(several)) == []


def dates(project):
    """When each training that is kept was written."""
    folder = project.folder / "results"
    return {path.name: path.stat().st_mtime_ns for path in stored(folder)}


def test_a_stale_lock_says_what_to_do(undisturbed, tmp_path, tally):
    with tally.round("stale lock"):
        project = small_project(tmp_path)
        locks = project.folder / ".snakemake" / "locks"
        process = started(project)
        assert wait_until(lambda: locks.is_dir() and any(locks.iterdir()) and jobs_of(process), process)
        kill(process)
        refused = run(project, check=False)
        assert refused.returncode != 0
        assert "the remaining lock was likely caused by a kill signal" in refused.stdout
        assert "--unlock" in refused.stdout
        assert "Traceback" not in refused.stdout
        assert "Unlocked working directory." in project.snakemake("--unlock").stdout
        run(project)
        assert differences(project, undisturbed.results) == []


def test_of_two_runs_at_once_the_second_is_refused_and_the_first_is_undisturbed(undisturbed, tmp_path, tally):
    with tally.round("two runs at once"):
        project = small_project(tmp_path)
        process = started(project)
        assert wait_until(lambda: jobs_of(process, "train"), process)
        second = run(project, check=False)
        assert second.returncode != 0
        assert LOCKED in second.stdout
        assert "make sure that no other Snakemake process" in second.stdout
        assert "Traceback" not in second.stdout
        assert process.wait() == 0, (project.folder / "printed.txt").read_text()
        assert differences(project, undisturbed.results) == []
        assert "Nothing to be done" in plain_rerun(project).stdout


def test_a_job_of_a_killed_run_does_not_overwrite_what_the_next_run_wrote(undisturbed, tmp_path, tally):
    """Another run starts at once, with fewer epochs, while a training of many would still go on."""
    with tally.round("changed after SIGKILL, while jobs ran"):
        project = small_project(tmp_path, SMALL | {"protocol": {"epochs": 100_000}})
        process = started(project)
        assert wait_until(lambda: trains(project), process)
        (job,) = jobs_of(process, "train")
        process.kill()
        process.wait()
        project.overlay(SMALL, "small.yaml")
        plain_rerun(project)
        assert not job.is_running()
        assert differences(project, undisturbed.results) == []
        assert kept(project) == undisturbed.kept
        log = (project.folder / "logs/train/wine/0.25/1.log").read_text()
        assert "has ended" not in log


def trains(project):
    """Whether something has been trained for an epoch."""
    log = project.folder / "logs/train/wine/0.25/1.log"
    return log.exists() and "epoch 1/" in log.read_text()


def test_configuration_changed_half_way_and_back(undisturbed, tmp_path, tally):
    changed = SMALL | {"protocol": {"epochs": 2}}
    with tally.round("configuration changed half-way"):
        project = small_project(tmp_path)
        process = started(project)
        assert wait_until(lambda: jobs_of(process, "evaluate"), process)
        kill(process)
        project.overlay(changed, "small.yaml")
        plain_rerun(project)
        other = small_project(tmp_path / "other", changed)
        run(other)
        assert differences(project, results(other)) == []
        # Ranks of a single method are what they are.
        assert {"cells/wine/0.25/study/baseline", "tables/scores.csv"} < set(
            differences(other, undisturbed.results)
        )
        # What was trained before stays, for the way back.
        assert kept(project) == undisturbed.kept | kept(other)
    with tally.round("configuration changed back"):
        project.overlay(SMALL, "small.yaml")
        before = dates(project)
        assert LOCKED not in plain_rerun(project).stdout
        assert differences(project, undisturbed.results) == []
        assert dates(project) == before
        assert leftovers(project) == []
        assert "Nothing to be done" in run(project, "-n").stdout
