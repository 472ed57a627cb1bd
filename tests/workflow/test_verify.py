"""A cell that is run again, and compared with the reference run of the checkout."""

import json

import pandas as pd
import pytest

pytestmark = pytest.mark.workflow

CELL = "results/verify/wine/0.25.txt"


@pytest.fixture
def with_reference(finished):
    """A project whose finished study is its reference run."""
    finished.snakemake("--cores", 1, "reference", "--configfile", "study.yaml")
    return finished


def verify(project, *arguments, check=True):
    return project.snakemake("--cores", 1, *arguments, "--configfile", "study.yaml", check=check)


def test_the_same_scores_agree_and_others_differ(with_reference):
    verify(with_reference, CELL)
    text = (with_reference.folder / CELL).read_text()
    assert text.startswith("wine/0.25 agrees with the reference run: none of ")
    assert "(all are the same)" in text

    path = with_reference.folder / "results/reference/tables/scores.csv"
    table = pd.read_csv(path, dtype={"ir": str})
    moved = (table["task"] == "wine") & (table["method"] == "remix") & (table["metric"] == "g_mean")
    table.assign(mean=table["mean"] - 0.01 * moved).to_csv(path, index=False)
    verify(with_reference, CELL)
    first, line, empty = (with_reference.folder / CELL).read_text().splitlines()[:3]
    assert first.startswith("wine/0.25 differs from the reference run: 1 of ")
    assert line.startswith("remix, g_mean: ")
    assert empty == ""


@pytest.mark.parametrize(
    ("target", "change", "said"),
    [
        ("results/verify/wine/0.1.txt", {}, "the reference run has no cell wine/0.1; it has "),
        (CELL, {"seed": 2}, "wine/0.25 cannot be compared with the reference run: seed is 1 here, 2 there"),
    ],
)
def test_what_cannot_be_compared_starts_nothing(with_reference, target, change, said):
    facts = with_reference.folder / "results/reference/provenance.json"
    content = json.loads(facts.read_text())
    content["study"] |= change
    facts.write_text(json.dumps(content))
    result = verify(with_reference, target, check=False)
    assert result.returncode == 1
    assert f"Nothing was started: {said}" in result.stdout
    assert "Traceback" not in result.stdout
    assert "Nothing to be done" in verify(with_reference, "tables").stdout  # and nothing is locked


def test_without_a_reference_run(finished):
    result = verify(finished, CELL, check=False)
    assert result.returncode == 1
    assert "Nothing was started: " in result.stdout
    assert "Traceback" not in result.stdout
