import shutil
import time
from types import SimpleNamespace

import pytest
from faults import Tally, end_all, results, run, small_project
from study_project import Project, make_project

TALLY = Tally()


def pytest_collection_modifyitems(items):
    """Let one worker run all tests that need the finished study, which then runs once."""
    for item in items:
        if "finished_once" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("finished"))


@pytest.fixture
def project(tmp_path):
    """A project in which nothing has run."""
    return make_project(tmp_path / "project")


@pytest.fixture(scope="session")
def finished_once(tmp_path_factory):
    project = make_project(tmp_path_factory.mktemp("finished") / "project")
    project.first_run = project.run()
    return project


@pytest.fixture
def finished(finished_once, tmp_path):
    """A copy of a project whose study has run; its first run's result is ``first_run``."""
    shutil.copytree(finished_once.folder, tmp_path / "finished", symlinks=True)
    project = Project(tmp_path / "finished")
    project.first_run = finished_once.first_run
    return project


@pytest.fixture
def tally():
    """Counts faults and what survives them, for the end of the report; no run goes on after its test."""
    yield TALLY
    end_all()


def pytest_terminal_summary(terminalreporter):
    if TALLY.rounds:
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
    measured = (project.folder / "results/benchmarks/train/wine/0.25/baseline.tsv").read_text()
    training_seconds = float(measured.splitlines()[1].split()[0])
    return SimpleNamespace(
        project=project, results=results(project), seconds=seconds, training_seconds=training_seconds
    )
