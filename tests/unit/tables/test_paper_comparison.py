import pandas as pd
import pytest

from remix.study.results.tables.datasets import datasets_table
from remix.study.results.tables.gains import gains_table
from remix.study.results.tables.paper_comparison import paper_comparison_markdown, paper_comparison_table
from remix.study.results.tables.rank_sums import rank_sums_table


@pytest.fixture
def comparison(scores, study, shapes, label_counts, table1, table2):
    datasets = datasets_table(study, shapes, label_counts, {}, table1)
    rank_sums = rank_sums_table(scores, study, table2)
    return paper_comparison_table(study, datasets, rank_sums, gains_table(scores, study), table1)


def entry(comparison, subject, quantity):
    found = comparison[(comparison["subject"] == subject) & (comparison["quantity"] == quantity)]
    assert len(found) == 1
    return found.iloc[0][["published", "ours", "remark"]].tolist()


def test_table1(comparison):
    assert entry(comparison, "Musk (musk)", "Dim") == ["168", "166", "differs: counts two names"]
    assert entry(comparison, "Musk (musk)", "Inst") == ["6597", "6598", "differs"]
    assert entry(comparison, "Musk (musk)", "IRs") == ["0.05, 0.01", "0.05, 0.01", ""]
    assert entry(comparison, "CIFAR 10 (cifar10_dog)", "Dim") == ["32×32", "", "not in this study"]


def test_table2(comparison):
    assert entry(comparison, "Binary GM, SMOTE", "rank sum") == ["36", "3", "18 cells printed, 2 here"]
    assert entry(comparison, "Binary GM, SMOTE", "mean rank") == ["2.00", "1.50", ""]
    assert entry(comparison, "Binary GM, SMOTE", "position") == ["2", "1", ""]
    assert entry(comparison, "Binary GM", "order of the methods") == [
        "ReMix, SMOTE, Baseline", "SMOTE = ReMix, Baseline", "best first",
    ]  # fmt: skip


def test_figure5_has_no_printed_numbers(comparison):
    assert entry(comparison, "Binary BBS gain, ReMix", "mean over all cells") == [
        "no number printed", "+0.250", "2 cells of 1 tasks",
    ]  # fmt: skip
    assert entry(comparison, "Multi-class GM gain", "largest mean gain")[:2] == [
        "claimed: ReMix",
        "ReMix (+0.125)",
    ]
    assert entry(comparison, "Binary GM gain, ReMix", "by IR")[1] == "+0.375 at 0.05, +0.000 at 0.01"
    assert entry(comparison, "Multi-class", "IRs")[:2] == ["0.05, 0.025, 0.01", "0.1"]


def test_without_any_cell(no_scores, study, table1, table2, coverage):
    rank_sums = rank_sums_table(no_scores, study, table2)
    table = paper_comparison_table(
        study, datasets_table(study, {}, {}, {}, table1), rank_sums, gains_table(no_scores, study), table1
    )
    assert entry(table, "Musk (musk)", "Inst") == ["6597", "", "data missing"]
    assert entry(table, "Binary GM, ReMix", "rank sum") == ["22", "", "18 cells printed, 0 here"]
    text = paper_comparison_markdown(table, rank_sums, study, coverage.assign(state="missing"))
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Table 1", "## Table 2", "## Figure 5", "## Supplement",
    ]  # fmt: skip


def test_figure6_is_there_where_images_are(
    scores, mixed_scores, mixed, shapes, label_counts, table1, table2, comparison
):
    assert "Figure 6" not in set(comparison["item"])
    datasets = datasets_table(mixed, shapes | {"fashion": (60000, 784)}, label_counts, {}, table1)
    rank_sums, gains = rank_sums_table(mixed_scores, mixed, table2), gains_table(mixed_scores, mixed)
    table = paper_comparison_table(mixed, datasets, rank_sums, gains, table1)
    on_tables = table["item"] != "Figure 6"
    without = paper_comparison_table(
        mixed, datasets, rank_sums_table(scores, mixed, table2), gains_table(scores, mixed), table1
    )
    pd.testing.assert_frame_equal(table[on_tables].reset_index(drop=True), without)
    assert entry(table, "Binary images GM gain", "largest mean gain") == [
        "claimed: remix_aug, then Augment", "ReMix (+0.188)", "on shirt; the paper's is on CIFAR-10 alone",
    ]  # fmt: skip
    assert entry(table, "Binary images GM gain, Augment", "mean over all cells")[1] == "+0.188"
    assert entry(table, "CIFAR 10 (cifar10_dog)", "Dim") == ["32×32", "", "data missing"]
    assert not (table["subject"].str.startswith("Multi-class images")).any()
