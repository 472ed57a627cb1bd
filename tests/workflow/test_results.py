"""A table or a figure is a module and a caption; it is found by its folder, and can be made alone."""

import subprocess
import sys

import pandas as pd
import pytest
from extended_project import OVERLAY, add_a_table

from remix.study.__main__ import main

pytestmark = pytest.mark.workflow


def test_a_table_is_a_module_and_a_caption(finished):
    add_a_table(finished)
    assert finished.planned_jobs() == {"tables": 1, "figures": 1, "pages": 1, "all": 1}


def test_it_is_in_the_report_and_can_be_made_alone(extended):
    tables = extended.folder / "results/tables"
    assert "The hardest cells" in (tables / "hardest.html").read_text()
    before = pd.read_csv(tables / "hardest.csv")
    assert set(before["task"]) == {"breast_cancer", "wine"}
    (tables / "hardest.csv").unlink()
    made = subprocess.run(
        [sys.executable, "-m", "remix.study", "make", "hardest", "--configfile", "study.yaml", OVERLAY],
        cwd=extended.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "results/tables/hardest.csv" in made.stdout
    pd.testing.assert_frame_equal(pd.read_csv(tables / "hardest.csv"), before)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["hardes"], "error: there is no table or figure 'hardes'"),
        (["audit"], "error: this study does not make audit; it is made with the audit"),
        (["row_lists"], "error: this study does not make row_lists; it is made of long tails"),
    ],
)
def test_a_result_that_is_not_there_is_one_line(finished_once, capsys, arguments, message):
    folder = finished_once.folder
    overlay = str(folder / "study.yaml")
    assert main(["make", *arguments, "--directory", str(folder), "--configfile", overlay]) == 1
    told = capsys.readouterr().err
    assert told.startswith(message)
    assert len(told.splitlines()) == 1
