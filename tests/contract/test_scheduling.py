"""What the workflow changes in the scheduler: it looks less often at ready jobs, and at their inputs."""

import asyncio
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from snakemake.scheduling.job_scheduler import JobScheduler

ROOT = Path(__file__).parents[2]


SNAKEMAKES_OWN = JobScheduler.update_input_sizes


@pytest.fixture
def changed(monkeypatch):
    """The scheduler as workflow/rules/scheduling.smk leaves it."""
    # Fails where Snakemake no longer has one of them: then what takes its place, and its tests, can go.
    for name in ("_schedule_reevalutation", "update_input_sizes"):
        monkeypatch.setattr(JobScheduler, name, None)
    exec((ROOT / "workflow/rules/scheduling.smk").read_text(), {})
    return JobScheduler


@pytest.fixture
def look_again(changed):
    return changed._schedule_reevalutation


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


class Input(str):
    """An input of a job, that counts how often it is looked up."""

    there = True

    def __init__(self, _):
        self.looked_up = 0

    async def exists(self):
        self.looked_up += 1
        return self.there

    async def size(self):
        return len(self)


def sizes(method, scheduler, *inputs):
    asyncio.run(method(scheduler, [SimpleNamespace(input=[path]) for path in inputs]))
    return dict(scheduler._input_sizes)


def test_sizes_of_inputs_are_those_that_snakemake_finds(changed):
    inputs = [Input("a"), Input("bcd"), Input("not there")]
    inputs[2].there = False
    ours, theirs = (SimpleNamespace(_input_sizes={}) for _ in range(2))
    expected = sizes(SNAKEMAKES_OWN, theirs, *inputs)
    assert sizes(changed.update_input_sizes, ours, *inputs) == expected
    assert expected == {"a": 1, "bcd": 3, "not there": None}


def test_an_input_is_looked_up_once_it_is_there_and_never_again(changed):
    first, late = Input("a"), Input("late")
    late.there = False
    scheduler = SimpleNamespace(_input_sizes={})
    for _ in range(3):
        sizes(changed.update_input_sizes, scheduler, first, late)
    late.there = True
    for _ in range(2):
        assert sizes(changed.update_input_sizes, scheduler, first, late, Input("new"))["late"] == 4
    assert (first.looked_up, late.looked_up) == (1, 4)
    assert scheduler._input_sizes["new"] == 3
