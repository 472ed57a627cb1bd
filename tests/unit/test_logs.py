import logging
import os

import pytest

from remix.errors import DataError
from remix.logs import job


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
