import errno
import logging
import os
import subprocess
import sys
import time

import pytest

from remix.errors import DataError
from remix.study.running.logs import job


def test_everything_goes_to_the_file(tmp_path, capfd):
    path = tmp_path / "logs" / "a.log"
    with job(path) as logger:
        logger.info("from the logger")
        logging.getLogger("remix.training").info("from a module")
        print("from print")
        os.write(2, b"from C\n")
    text = path.read_text()
    for source in ("the logger", "a module", "print", "C"):
        assert f"from {source}" in text
    print("afterwards")
    captured = capfd.readouterr()
    assert captured.out == "afterwards\n"
    assert captured.err == ""


def test_an_error_is_one_line_without_traceback(tmp_path):
    with pytest.raises(SystemExit) as stop, job(tmp_path / "a.log"):
        raise DataError("musk, IR 0.5: too few rows")
    assert stop.value.code == 1
    assert (tmp_path / "a.log").read_text() == "error: musk, IR 0.5: too few rows\n"


def test_an_error_stays_one_line_whatever_a_name_is_made_of(tmp_path):
    with pytest.raises(SystemExit), job(tmp_path / "a.log"):
        raise DataError("class 'a\nb' \x1b[31mhas no row")
    assert (tmp_path / "a.log").read_text() == "error: class 'a b' \N{REPLACEMENT CHARACTER}[31mhas no row\n"


def test_a_defect_keeps_its_traceback(tmp_path):
    with pytest.raises(SystemExit), job(tmp_path / "a.log"):
        raise KeyError("x")
    assert "Traceback" in (tmp_path / "a.log").read_text()


def test_jobs_in_one_process_keep_their_logs_apart(tmp_path):
    for name in ("a", "b"):
        with job(tmp_path / name) as logger:
            logger.info(name)
    assert (tmp_path / "a").read_text().endswith(" a\n")
    assert (tmp_path / "b").read_text().count("\n") == 1


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "make room on its disk"),
        (errno.EROFS, "make its disk writable, or choose another"),
    ],
)
def test_what_a_disk_refuses_is_one_line_with_the_remedy(tmp_path, number, remedy):
    with pytest.raises(SystemExit), job(tmp_path / "a.log"):
        raise OSError(number, "no", "results/a.parquet")
    (line,) = (tmp_path / "a.log").read_text().splitlines()
    assert line.startswith("error: results/a.parquet: ")
    assert remedy in line
    assert line.endswith("run the same command again")


def started_by_one_that_ends(folder, waits):
    """Start a job that would sleep for a minute; gives its log and a file that it makes before it begins."""
    log, begins = folder / "a.log", folder / "begins"
    child = (
        f"import pathlib, time; from remix.study.running.logs import job; time.sleep({0 if waits else 2})\n"
        f"pathlib.Path({str(begins)!r}).touch()\n"
        f"with job({str(log)!r}): print('begun'); time.sleep(60)"
    )
    run = (
        "import os, pathlib, subprocess, sys, time\n"
        "os.environ.update(REMIX_RUN=str(os.getpid()))\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        f"while {waits} and not pathlib.Path({str(log)!r}).exists(): time.sleep(0.05)"
    )
    subprocess.run([sys.executable, "-c", run], check=True, timeout=60)
    return log, begins


def wait_for(what):
    end = time.monotonic() + 30
    while not what() and time.monotonic() < end:
        time.sleep(0.05)


def test_a_job_does_not_outlive_the_run_that_started_it(tmp_path):
    log, _ = started_by_one_that_ends(tmp_path, waits=True)
    wait_for(lambda: "has ended" in log.read_text())
    assert log.read_text().splitlines() == [
        "begun", "error: the run that started this job has ended; run the same command again"
    ]  # fmt: skip


def test_a_job_does_not_begin_when_the_run_has_ended(tmp_path):
    """Its log may be that of a new run."""
    log, begins = started_by_one_that_ends(tmp_path, waits=False)
    wait_for(begins.exists)
    time.sleep(0.5)
    assert begins.exists()
    assert not log.exists()
