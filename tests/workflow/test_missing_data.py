"""Datasets that cannot be had: skipped, said so, tried again."""

import pandas as pd
import pytest
from extended_project import OVERLAY, unreachable

pytestmark = pytest.mark.workflow


def test_what_is_skipped_is_said_everywhere(extended_once):
    results = extended_once.folder / "results"
    coverage = pd.read_csv(results / "tables/coverage.csv", dtype=str)
    assert len(coverage) == 3
    line = coverage.set_index("task").loc["wine_far"]
    assert "127.0.0.1" in line.to_string()
    for path in ["summary.txt", "tables/rank_sums.md", "tables/scores.md", "tables/gains.md"]:
        text = (results / path).read_text()
        assert "wine_far" in text, path
        assert "2 of 3 cells" in text, path
    assert "wine_far" in (results / "figures/figure5_gains.svg").read_text()
    assert "wine_far" in extended_once.second_run.stdout


def test_a_later_run_tries_again_and_takes_a_file_that_was_placed(extended):
    jobs = extended.planned_jobs(OVERLAY)
    assert jobs["fetch"] == 1
    assert "train" not in jobs

    placed = extended.folder / "data" / "wine_far" / "wine_far.csv"
    placed.parent.mkdir(parents=True)
    placed.write_bytes((extended.folder / "tables/wine.csv").read_bytes())
    seen = "resources/raw/coverage.csv"
    assert "fetch wine_far" in extended.run(OVERLAY, arguments=[seen]).stdout
    coverage = pd.read_csv(extended.folder / seen).set_index("task")
    assert coverage.loc["wine_far", "state"] == "present"
    assert extended.planned_jobs(OVERLAY)["train"] == 2

    # And kept, when the file is no longer there.
    placed.unlink()
    assert extended.planned_jobs(OVERLAY, arguments=[seen]) == {}


def test_on_missing_fail_stops(project):
    tasks = {"study": {"tasks": ["wine_far"]}}
    far = project.overlay(tasks | unreachable())
    result = project.run(far, "--config", "on_missing=fail", "--", "tables", check=False)
    assert result.returncode != 0
    assert "error: wine_far" in result.stdout
    assert "Traceback" not in result.stdout
    assert not (project.folder / "results/tables/rank_sums.csv").exists()
