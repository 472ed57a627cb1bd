import numpy as np
import pytest
from small_study import rows_below

from remix.study.results.tables.scores import scores_markdown, scores_table


def test_mean_std_and_folds(scores):
    table = scores_table(scores).set_index(["task", "ir", "method", "metric"])
    entry = table.loc[("musk", "0.05", "remix", "g_mean")]
    assert entry["mean"] == 0.875
    assert entry["std"] == pytest.approx(np.std([0.8125, 0.9375], ddof=1))
    assert entry["n_folds"] == 2
    assert len(table) == 3 * 3 * 2


def test_markdown_marks_the_best_by_direction_and_shows_gaps(scores, study, coverage):
    text = scores_markdown(scores_table(scores), study, coverage)
    g_mean = rows_below(text, "## G-mean (higher is better)")
    brier = rows_below(text, "## Balanced Brier score (lower is better)")
    assert g_mean[2] == ["musk", "0.05", "0.500 ± 0.088", "0.750 ± 0.088", "**0.875** ± 0.088"]
    assert brier[2] == ["musk", "0.05", "0.250 ± 0.088", "0.250 ± 0.088", "**0.125** ± 0.088"]
    assert g_mean[4] == ["aps", "0.01", "–", "–", "–"]


def test_one_fold_has_no_spread(scores, study, coverage):
    text = scores_markdown(scores_table(scores[scores["fold"] == 0]), study, coverage)
    assert "**0.812** |" in text
    assert "nan" not in text
