import numpy as np
import pytest

from remix.tables.scores import scores_markdown, scores_table


def test_mean_std_and_folds(scores):
    table = scores_table(scores).set_index(["task", "ir", "method", "metric"])
    entry = table.loc[("musk", "0.05", "remix", "g_mean")]
    assert entry["mean"] == 0.875
    assert entry["std"] == pytest.approx(np.std([0.8125, 0.9375], ddof=1))
    assert entry["n_folds"] == 2
    assert len(table) == 3 * 3 * 2


def test_markdown_marks_the_best_by_direction_and_shows_gaps(scores, study, coverage):
    text = scores_markdown(scores_table(scores), study, coverage)
    _, g_mean, brier = text.split("## ")[:3]

    def row(section, start):
        line = next(line for line in section.splitlines() if line.replace(" ", "").startswith(start))
        return [cell.strip() for cell in line.split("|")[3:-1]]

    assert row(g_mean, "|musk|0.05") == ["0.500 ± 0.088", "0.750 ± 0.088", "**0.875** ± 0.088"]
    assert row(brier, "|musk|0.05") == ["0.250 ± 0.088", "0.250 ± 0.088", "**0.125** ± 0.088"]
    assert row(g_mean, "|aps|0.01") == ["–", "–", "–"]
    assert g_mean.startswith("G-mean (higher is better)")
    assert brier.startswith("Balanced Brier score (lower is better)")


def test_one_fold_has_no_spread(scores, study, coverage):
    text = scores_markdown(scores_table(scores[scores["fold"] == 0]), study, coverage)
    assert "**0.812** |" in text
    assert "nan" not in text


def test_no_cells(no_scores, study, coverage):
    missing = coverage.assign(state="missing")
    assert "| aps" in scores_markdown(scores_table(no_scores), study, missing)
