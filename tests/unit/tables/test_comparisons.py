import dataclasses

import numpy as np
import pytest
from scipy import stats
from scores import fold_scores

from remix.metrics import METRICS
from remix.study.compare.ranking import cell_means
from remix.study.results.tables.comparisons import comparisons_markdown, comparisons_table


def many_cells(study, n_tasks=9, metrics=("g_mean", "balanced_brier")):
    """A study of binary tasks, and scores in which ReMix leads by g-mean and trails by Brier score."""
    rng = np.random.default_rng(0)
    tasks = {
        f"t{i}": dataclasses.replace(study.tasks["musk"], name=f"t{i}", dataset=f"d{i // 2}", irs=("0.05",))
        for i in range(n_tasks)
    }

    def value(cell, method, metric, fold):
        return rng.random() / 10 + 2.5 * (method == "remix")

    scores = fold_scores(value, [("binary", task, "0.05") for task in tasks], study.methods, metrics)
    return dataclasses.replace(study, tasks=tasks), scores


def test_a_line_per_kind_metric_and_pair(scores, study):
    table = comparisons_table(scores, study)
    assert table.groupby(["kind", "metric"]).size().to_dict() == dict.fromkeys(
        [(k, m) for k in ("binary", "multiclass") for m in ("g_mean", "balanced_brier")], 3
    )
    lines = table.set_index(["kind", "metric", "first", "second"])
    # Gains of ReMix over the baseline: 0.375 and 0 in g-mean, 0.125 and 0.375 in Brier score.
    assert lines.loc[("binary", "g_mean", "remix", "baseline"), "mean_difference"] == 0.1875
    assert lines.loc[("binary", "balanced_brier", "remix", "baseline"), "mean_difference"] == 0.25
    assert lines.loc[("multiclass", "balanced_brier", "smote", "baseline"), "mean_difference"] == -0.125
    # Both binary cells are of one dataset.
    binary = table[table["kind"] == "binary"]
    assert (binary["n_cells"] == 2).all()
    assert (binary["n_datasets"] == 1).all()
    assert binary["low"].isna().all()
    assert (table.loc[table["kind"] == "multiclass", "n_cells"] == 1).all()


def test_against_scipy(study):
    study, scores = many_cells(study)
    table = comparisons_table(scores, study)
    for metric, part in table.groupby("metric"):
        means = cell_means(scores, metric)
        friedman = stats.friedmanchisquare(*means.to_numpy().T)
        assert (part["friedman"].iloc[0], part["friedman_p"].iloc[0]) == pytest.approx(tuple(friedman))
        assert part["friedman"].nunique() == part["critical_difference"].nunique() == 1
        for _, pair in part.iterrows():
            expected = stats.wilcoxon(means[pair["first"]], means[pair["second"]]).pvalue
            assert pair["wilcoxon_p"] == pytest.approx(expected)
    assert (table["n_datasets"] == 5).all()


def test_metrics_with_one_value_per_class_are_left_out(study):
    few, scores = many_cells(study, 3, ("brier_1", "ece", "g_mean"))
    assert list(comparisons_table(scores, few)["metric"].unique()) == ["g_mean", "ece"]
    names = [name for name, metric in METRICS.items() if metric.compares]
    assert not {"calibration_slope", "recall_{class}", "net_benefit_{percent}"} & set(names)
    few, scores = many_cells(study, 3, names)
    assert list(comparisons_table(scores, few)["metric"].unique()) == names


def test_markdown(study, coverage):
    study, scores = many_cells(study, metrics=("g_mean", "balanced_brier", "ece"))
    text = comparisons_markdown(comparisons_table(scores, study), study, coverage)
    rows = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith("|")}
    assert [cell.strip() for cell in rows["ReMix"].split("|")[1:-1]] == ["ReMix", "**1.00**", "3.00"]
    assert [cell.strip() for cell in rows["Cells"].split("|")[1:-1]] == ["Cells", "9", "9"]
    cells = [cell.strip() for cell in rows["ReMix – Baseline"].split("|")[1:-1]]
    assert cells[1].startswith("**+2.5")
    assert cells[4].startswith("**-2.5")
    # 2/2⁹ times three pairs.
    assert cells[2] == "0.012"
    assert "Expected calibration error (lower is better)" in rows["Binary"]
    assert "aps (0.01)" in text
    assert "cannot happen" not in text


def test_where_no_difference_could_be_told_it_is_said(scores, study, coverage):
    four, few = many_cells(study, 4)
    text = comparisons_markdown(comparisons_table(few, four), four, coverage)
    assert "With 4 cells and 3 pairs that cannot happen: the smallest possible p is 0.375" in text
    one = scores[scores["task"] == "landsat"]
    text = comparisons_markdown(comparisons_table(one, study), study, coverage)
    assert "One cell is not enough for any of these tests." in text
    assert "nan" not in text.lower()


def test_one_method_is_compared_with_none(scores, study, coverage):
    table = comparisons_table(scores[scores["method"] == "remix"], study)
    assert table.empty
    assert "There are fewer than two methods, or no cell." in comparisons_markdown(table, study, coverage)


def test_images_are_compared_among_all_their_methods(mixed_scores, mixed):
    table = comparisons_table(mixed_scores, mixed)
    pairs = table[table["metric"] == "g_mean"].groupby("kind", sort=False).size()
    assert pairs.to_dict() == {"binary": 3, "multiclass": 3, "binary_images": 6}
