import pandas as pd
import pytest

from remix.study.report.summary import WIDTH, paper_lines, summary_text
from remix.study.results.tables.rank_sums import rank_sums_table

FILES = {
    "tables": ["results/tables/gains.csv", "results/tables/gains.md", "results/tables/scores.csv"],
    "figures": ["results/figures/figure5_gains.png", "results/figures/figure5_gains.svg"],
}
CLAIMS = pd.DataFrame(
    {
        "claim": ["ReMix is first", "SMOTE is second", "Images are better"],
        "verdict": ["holds", "undecided", "undecided"],
        "effect_name": ["remix − cost", "smote − cost", ""],
        "effect": [0.125, -0.5, float("nan")],
        "low": [0.0625, -1.0, float("nan")],
        "high": [0.25, 0.25, float("nan")],
        "n_cells": [14, 6, 0],
    }
)


@pytest.fixture
def summary(scores, study, coverage, table2):
    """Writes the summary of a study, in which something is changed."""

    def written(study=study, coverage=coverage, scores=scores, claims=CLAIMS, data_dir="data", **changed):
        found = paper_lines(rank_sums_table(scores, study, table2), claims, study)
        return summary_text(study, coverage, found, **FILES | changed, data_dir=data_dir)

    return written


def test_summary(summary):
    text = summary(data_dir="mine")
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "3 of 4 cells × 3 methods × 2 folds = 18 networks." in text
    assert "results/tables/: gains.{csv,md}, scores.csv" in text
    assert "results/figures/: figure5_gains.{png,svg}" in text
    assert "aps: aps (0.01)\n    url uci.example/421/aps.zip: status 404\n" in text
    assert "mine/aps/" in text
    assert "✓ ReMix is first: holds (remix − cost: +0.125, 95 % +0.062 to +0.250)" in text
    assert "? SMOTE is second: undecided (smote − cost: -0.500, 95 % -1.000 to +0.250)" in text
    assert "Images" not in text
    lines = [line.split() for line in text.splitlines()]
    assert ["ReMix", "3", "(1.50)", "22", "(1.22)", "2", "(1.00)", "22", "(1.22)"] in lines
    assert ["ReMix", "1", "(1.00)", "12", "(1.33)", "1", "(1.00)", "9", "(1.00)"] in lines


def test_a_warning_comes_first(summary):
    text = summary(warnings=["Not the same processor."])
    assert text.startswith("Warning: Not the same processor.\n\nMade\n----\n")


def test_nothing_left_out(summary, coverage):
    text = summary(coverage=coverage[coverage["state"] == "present"])
    assert "Nothing: the data of every cell of the study was there." in text


def test_nothing_made(summary, no_scores, coverage):
    missing = coverage.assign(state="missing", reasons="openml 3: " + "a long reason " * 20)
    text = summary(coverage=missing, scores=no_scores, claims=CLAIMS.iloc[2:], tables=[], figures=[])
    assert "claims" not in text
    assert "0 of 4 cells" in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_images_are_counted_with_their_own_methods(summary, mixed_scores, mixed, mixed_coverage):
    text = summary(mixed, mixed_coverage, mixed_scores)
    assert "5 of 7 cells: 3 × 3 methods × 2 folds + 2 × 4 methods × 2 folds = 34 networks." in text
    block = text.split("Rank sums, binary images")[1]
    assert block.splitlines()[0].endswith("; 2 cells here)")
    assert ["Augment", "3", "(1.50)", "3", "(1.50)"] in [line.split() for line in block.splitlines()]
    assert "paper" not in block.split("\n\n")[0]


def test_an_effect_of_one_dataset_has_no_interval(summary):
    text = summary(claims=CLAIMS.assign(low=float("nan"), high=float("nan")))
    assert "✓ ReMix is first: holds (remix − cost: +0.125)" in text
