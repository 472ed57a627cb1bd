import os
import time

import pytest

from remix.study.running.working_folder import obstacle


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results" / "tables").mkdir(parents=True)
    return tmp_path


def write(path, ahead=0.0):
    path.write_text("x")
    os.utime(path, (time.time() + ahead,) * 2)


def test_nothing_is_in_the_way_of_a_first_run(folder):
    assert obstacle([".snakemake", "results"], ["resources", "results"]) is None


def test_small_differences_of_clocks_are_no_obstacle(folder):
    write(folder / "results/tables/a.csv", ahead=20)
    assert obstacle(["results"], ["results"]) is None


def test_dates_after_now_are_told(folder):
    write(folder / "results/tables/a.csv", ahead=3600)
    (line,) = obstacle([], ["resources", "results"]).splitlines()
    assert line.startswith("results/tables/a.csv: dated after now")
    assert "`find resources results -newermt now -exec touch -d now {} +`" in line
    write(folder / "results/b.csv", ahead=3600)
    assert obstacle([], ["results"]).startswith("results/b.csv and 1 more: dated after now")
    assert obstacle([], ["resources"]) is None


def test_a_folder_that_cannot_be_written_is_named(folder, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "results")
    (line,) = obstacle(["logs", "results"], []).splitlines()
    assert line.startswith(f"{folder / 'results'} cannot be written; make it writable")
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "tables")
    assert obstacle(["logs", "results"], []).startswith(f"{folder / 'results/tables'} cannot be written")
    # What is not there yet is made in the working directory.
    monkeypatch.setattr(os, "access", lambda path, mode: path.absolute() != folder)
    assert obstacle(["results"], []) is None
    assert obstacle(["logs"], []).startswith(f"{folder} cannot be written")
