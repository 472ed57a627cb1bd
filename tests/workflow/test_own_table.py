"""From a CSV to an answer: described, saved, run, and read."""

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.workflow

METHODS = {"baseline", "cost", "smote", "mixup", "remix"}


@pytest.fixture
def described(project):
    """A project with a table as people have them, and the overlay that `describe` prints of it."""
    frame = pd.read_csv(project.folder / "tables/wine.csv").drop(columns=["proline", "hue", "ash"])
    frame["soil"] = np.resize(["chalk", "clay", "n/a", "sand"], len(frame))
    frame.to_csv(project.folder / "mine.csv", sep=";")
    command = [sys.executable, "-m", "remix.study", "describe", "mine.csv", "--target", "target"]
    result = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, check=True)
    project.overlay(result.stdout, "mine.yaml")
    return project


def test_the_methods_are_trained_on_the_table_alone_and_the_report_answers(described):
    """One of its ratios is out of reach: it is left out with the reason, and the other has its tables."""
    irs = {"datasets": {"mine": {"tasks": {"mine": {"irs": [0.3, 0.95]}}}}}
    more = described.overlay({"protocol": {"repeats": 2, "epochs": 3}, **irs})
    given = ("--configfile", "mine.yaml", more)
    out = described.snakemake("--cores", 2, *given).stdout
    results = described.folder / "results"
    scores = pd.read_parquet(results / "scores.parquet")
    assert set(scores.loc[scores["run"] == "study", "method"]) == METHODS
    assert len(described.trainings()) == len(METHODS) + 2
    assert set(scores["ir"]) == {"0.3"}
    answer = pd.read_csv(results / "tables/answer.csv")
    assert set(answer.loc[~answer["remedy"], "method"]) == {
        "sklearn.LogisticRegression",
        "sklearn.HistGradientBoostingClassifier",
    }
    assert (answer.groupby("metric").size() == 3 * len(METHODS) + 2).all()
    assert not (results / "demonstrations").exists()
    assert not (results / "tables/rank_sums.csv").exists()
    assert "Which remedy is best for mine.csv, ratio 0.3" in out
    assert re.search(r"mine \(0\.95\)\n    IR 0\.95: class \S+ needs \d+ rows", out)
    described.snakemake("--report", "report.html", *given)
    assert "Which remedy is best?" in (described.folder / "report.html").read_text()


def test_where_no_ratio_is_left_the_run_fails_and_says_why(described):
    more = described.overlay({"datasets": {"mine": {"tasks": {"mine": {"irs": [0.95]}}}}})
    failed = described.snakemake("--cores", 2, "--configfile", "mine.yaml", more, check=False)
    assert failed.returncode != 0
    assert "mine, IR 0.95: class" in (described.folder / "logs/coverage.log").read_text()
    assert not (described.folder / "results").exists()
