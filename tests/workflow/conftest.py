import fcntl
import os
import pickle
import time
from types import SimpleNamespace

import pytest
from extended_project import OVERLAY, as_printed_tasks, extend
from faults import SEVERAL, Tally, end_all, kept, results, run, small_project
from study_project import Project, make_project

TALLY = Tally()


@pytest.fixture
def project(tmp_path):
    """A project in which nothing has run."""
    return make_project(tmp_path / "project")


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Makes a project once for all workers: the others wait for the first that asks for it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def made(name, make):
        project, kept = Project(shared / name), shared / f"{name}.pickle"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                kept.write_bytes(pickle.dumps(make(project.folder)))
        project.__dict__.update(pickle.loads(kept.read_bytes()))
        return project

    return made


@pytest.fixture(scope="session")
def finished_once(once):
    """A project whose study has run; its first run's result is ``first_run``. Table 1 has its tasks."""

    def make(folder):
        project = make_project(folder)
        as_printed_tasks(project)
        return {"first_run": project.run()}

    return once("finished", make)


@pytest.fixture
def finished(finished_once, tmp_path):
    """A copy of a project whose study has run; its first run's result is ``first_run``."""
    project = finished_once.copied_to(tmp_path / "finished")
    project.first_run = finished_once.first_run
    return project


@pytest.fixture(scope="session")
def extended_once(finished_once, once):
    """A finished study after a second run, with all that is in `extended_project`.

    It has the trainings that were there ``before``, the jobs that were ``planned``, and what the run said:
    ``second_run``.
    """

    def make(folder):
        project = finished_once.copied_to(folder)
        extend(project)
        before, planned = project.trainings(), project.planned_jobs(OVERLAY)
        return {"before": before, "planned": planned, "second_run": project.run(OVERLAY)}

    return once("extended", make)


@pytest.fixture
def extended(extended_once, tmp_path):
    """A copy of it."""
    return extended_once.copied_to(tmp_path / "extended")


@pytest.fixture
def tally():
    """Counts faults and what survives them, for the end of the report; no run goes on after its test."""
    yield TALLY
    end_all()


def pytest_terminal_summary(terminalreporter):
    if TALLY.faults:
        terminalreporter.section("faults")
        for line in TALLY.lines():
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    """The small study as it is if nothing happens: its project, its results, and how long things take."""
    project = small_project(tmp_path_factory.mktemp("undisturbed"))
    start = time.monotonic()
    run(project)
    seconds = time.monotonic() - start
    # From the start of the job, of which its Python is the larger part, to its list of what is wanted.
    listed, cut = (
        (project.folder / path).stat().st_mtime
        for path in ("results/cells/wine/0.25/1.json", "resources/variants/wine/0.25.parquet")
    )
    return SimpleNamespace(
        project=project,
        results=results(project),
        kept=kept(project),
        seconds=seconds,
        training_seconds=listed - cut,
    )


@pytest.fixture(scope="session")
def several(tmp_path_factory):
    """The project of a small study with several trainings to a cell, as it is if nothing happens."""
    project = small_project(tmp_path_factory.mktemp("several"), SEVERAL)
    run(project)
    return project
