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
    fork_servers,
    forks,
    jobs_of,
    kill,
    leftovers,
    plain_rerun,
    results,
    run,
    small_project,
    started,
    wait_until,
)  # fmt: skip

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
        assert results(project).items() <= undisturbed.results.items()
        plain_rerun(project)
        assert differences(project, undisturbed.results) == []


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_training_job_is_killed_at_a_random_moment(undisturbed, tmp_path, tally, number):
    """Every other time it is the process that Snakemake has started, else the fork that does its work."""
    draw, seconds = random.Random(f"{SEED} training {number}"), undisturbed.training_seconds
    victim = "the process of Snakemake" if number % 2 else "its fork"
    with tally.round(f"SIGKILL of a training job: {victim}"):
        # Its data is there; what it trains and all that follows is not.
        project = copy_of(undisturbed.project, tmp_path)
        for attempt in range(5):
            shutil.rmtree(project.folder / "results")
            process = started(project)
            (job,) = wait_until(lambda process=process: jobs_of(process, "train"), process)
            if not number % 2:
                (job,) = wait_until(lambda project=project: forks(project), process)
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
        printed = (project.folder / "printed.txt").read_text()
        assert "Error in rule train" in printed
        assert "Traceback" not in printed
        assert results(project) == {}
        # Nothing is locked: Snakemake itself has ended as it should.
        assert LOCKED not in plain_rerun(project).stdout
        assert differences(project, undisturbed.results) == []


def test_the_server_of_the_forks_is_killed(undisturbed, tmp_path, tally):
    """What it has forked goes on; what comes after does without, or has another."""
    with tally.round("SIGKILL of the fork server"):
        project = copy_of(undisturbed.project, tmp_path)
        shutil.rmtree(project.folder / "results")
        process = started(project)
        wait_until(lambda: forks(project), process)
        (server,) = fork_servers(project)
        server.kill()
        assert process.wait() == 0
        assert differences(project, undisturbed.results) == []


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
        assert wait_until(lambda: trains(project, "baseline"), process)
        (job,) = jobs_of(process, "train")
        process.kill()
        process.wait()
        project.overlay(SMALL, "small.yaml")
        plain_rerun(project)
        assert not job.is_running()
        assert differences(project, undisturbed.results) == []
        log = (project.folder / "logs/train/wine/0.25/baseline.log").read_text()
        assert "has ended" not in log


def trains(project, method):
    """Whether a method has been trained for an epoch."""
    log = project.folder / f"logs/train/wine/0.25/{method}.log"
    return log.exists() and "epoch 1/" in log.read_text()


def test_configuration_changed_half_way_and_back(undisturbed, tmp_path, tally):
    changed = SMALL | {"protocol": {"epochs": 2}}
    with tally.round("configuration changed half-way"):
        project = small_project(tmp_path)
        process = started(project)
        assert wait_until(lambda: jobs_of(process, "score"), process)
        kill(process)
        project.overlay(changed, "small.yaml")
        plain_rerun(project)
        other = small_project(tmp_path / "other", changed)
        run(other)
        assert differences(project, results(other)) == []
        # Ranks of a single method are what they are.
        assert differences(other, undisturbed.results) == [
            "predictions/wine/0.25/baseline.parquet", "tables/scores.csv"
        ]  # fmt: skip
    with tally.round("configuration changed back"):
        project.overlay(SMALL, "small.yaml")
        assert LOCKED not in plain_rerun(project).stdout
        assert differences(project, undisturbed.results) == []
        assert leftovers(project) == []
        assert "Nothing to be done" in run(project, "-n").stdout
