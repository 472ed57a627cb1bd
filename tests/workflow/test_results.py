"""A table or a figure is a module and a caption; it is found by its folder, and can be made alone."""

import subprocess
import sys

import pandas as pd
import pytest

pytestmark = pytest.mark.workflow

HARDEST = '''\
"""Which cells are hardest: those where the best method has the lowest g-mean."""

import pandas as pd

from remix.study.results import markdown
from remix.study.results.made import MadeTable

TITLE = "The hardest cells"
CATEGORY = "Verdict"
ORDER = 11
READS = {"scores": "results/tables/scores.csv"}


def make(runs, scores):
    """Order the cells by the best mean g-mean."""
    best = scores[scores["metric"] == "g_mean"].groupby(["task", "ir"])["mean"].max().sort_values()
    table = best.rename("best").reset_index()
    return MadeTable(table, markdown.document("The hardest cells", markdown.table(table.astype(str))))
'''


def test_a_table_is_a_module_and_a_caption(finished):
    (finished.folder / "remix/study/results/tables/hardest.py").write_text(HARDEST)
    (finished.folder / "workflow/report/hardest.rst").write_text("Cells, the hardest first.\n")
    jobs = finished.planned_jobs()
    assert jobs == {"tables": 1, "figures": 1, "pages": 1, "all": 1}

    made = subprocess.run(
        [sys.executable, "-m", "remix.study", "make", "hardest", "--configfile", "study.yaml"],
        cwd=finished.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "results/tables/hardest.csv" in made.stdout
    table = pd.read_csv(finished.folder / "results/tables/hardest.csv")
    assert set(table["task"]) == {"breast_cancer", "wine"}

    finished.run()
    assert "The hardest cells" in (finished.folder / "results/tables/hardest.html").read_text()
    pd.testing.assert_frame_equal(pd.read_csv(finished.folder / "results/tables/hardest.csv"), table)
    assert finished.planned_jobs() == {}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["hardes"], "error: there is no table or figure 'hardes'"),
        (["audit"], "error: this study does not make audit; it is made with the audit"),
    ],
)
def test_a_result_that_is_not_there_is_one_line(finished_once, arguments, message):
    made = subprocess.run(
        [sys.executable, "-m", "remix.study", "make", *arguments, "--configfile", "study.yaml"],
        cwd=finished_once.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 1
    assert made.stderr.startswith(message)
