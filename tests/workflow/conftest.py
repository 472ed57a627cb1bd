import shutil

import pytest
from study_project import Project, make_project


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
