import dataclasses

import numpy as np
import pandas as pd

from remix.study.results.tables.gains import gains_markdown, gains_table


def test_gains_are_positive_where_the_method_is_better(scores, study):
    table = gains_table(scores, study).set_index(["kind", "metric", "ir", "method"])["gain"]
    assert table[("binary", "g_mean", "0.05", "remix")] == 0.375
    assert table[("binary", "balanced_brier", "All", "remix")] == (0.125 + 0.375) / 2
    assert table[("multiclass", "balanced_brier", "0.1", "smote")] == -0.125


def test_markdown(scores, study, coverage):
    text = gains_markdown(gains_table(scores, study), study, coverage)
    row = next(line for line in text.splitlines() if line.startswith("| 0.05"))
    assert [cell.strip() for cell in row.split("|")[1:-1]] == ["0.05", "1", "1", "+0.250", "**+0.375**"]
    assert text.count("## ") == 4
    assert "draw datasets, not cells or folds" in text
    assert "3 of 4 cells; missing: aps (0.01)" in text


def test_there_may_be_no_method_to_compare(scores, study, coverage):
    table = gains_table(scores[scores["method"] == "baseline"], study)
    assert table.empty
    assert "There is no method beside the baseline, or no cell." in gains_markdown(table, study, coverage)


def test_the_interval_draws_datasets_not_tasks(scores, study, coverage):
    more = scores[scores["kind"] == "binary"].copy()
    more["task"] = "aps"
    better = (more["method"] == "remix") & (more["metric"] == "g_mean")
    more.loc[better, "value"] += 0.25
    both = pd.concat([scores, more])
    apart = gains_table(both, study).set_index(["kind", "metric", "ir", "method"])
    line = apart.loc[("binary", "g_mean", "0.05", "remix")]
    assert (line["gain"], line["low"], line["high"], line["n_datasets"]) == (0.5, 0.375, 0.625, 2)
    assert "**+0.500 [+0.375, +0.625]**" in gains_markdown(apart.reset_index(), study, coverage)

    same = dataclasses.replace(study.tasks["aps"], dataset="musk")
    one = dataclasses.replace(study, tasks={**study.tasks, "aps": same})
    line = gains_table(both, one).set_index(["kind", "metric", "ir", "method"]).loc[line.name]
    assert (line["gain"], line["n_tasks"], line["n_datasets"]) == (0.5, 2, 1)
    assert np.isnan(line["low"])
    assert np.isnan(line["high"])
