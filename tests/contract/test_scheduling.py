"""What the workflow changes in the scheduler: it looks at the ready jobs once a second, not more often."""

import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from snakemake.scheduling.job_scheduler import JobScheduler

ROOT = Path(__file__).parents[2]


@pytest.fixture
def look_again(monkeypatch):
    """The method as workflow/rules/scheduling.smk leaves it."""
    # Fails where Snakemake no longer has it: then the file, and this test, can go.
    monkeypatch.setattr(JobScheduler, "_schedule_reevalutation", None)
    exec((ROOT / "workflow/rules/scheduling.smk").read_text(), {})
    return JobScheduler._schedule_reevalutation


def woken(scheduler):
    """How often the scheduler was woken, once nothing is waited for any more."""
    while any(isinstance(thread, threading.Timer) for thread in threading.enumerate()):
        time.sleep(0.01)
    times = 0
    while scheduler._open_jobs.acquire(blocking=False):
        times += 1
    return times


def test_many_jobs_that_end_wake_the_scheduler_once(look_again):
    scheduler = SimpleNamespace(_open_jobs=threading.Semaphore(0))
    for _ in range(50):
        look_again(scheduler, 0.2)
    assert woken(scheduler) == 1


def test_it_is_woken_again_whenever_it_asks_for_it(look_again):
    scheduler = SimpleNamespace(_open_jobs=threading.Semaphore(0))
    for _ in range(3):
        look_again(scheduler, 0.01)
        assert woken(scheduler) == 1
