"""The printed numbers in config/published agree with each other and with the paper's own totals."""

from pathlib import Path

import pytest

from remix.study.results.reading import read_table

PUBLISHED = Path(__file__).parents[3] / "config" / "published"


@pytest.fixture(scope="module")
def tables():
    return read_table(PUBLISHED / "table1.csv"), read_table(PUBLISHED / "table2.csv")


def test_table1_has_all_rows(tables):
    table1, _ = tables
    assert table1["task"].is_unique
    assert list(table1["kind"].value_counts()) == [8, 4]


def test_numbers_of_cells_follow_from_table1(tables):
    table1, table2 = tables
    tabular = table1[~table1["task"].str.startswith("cifar10")]
    cells = tabular["irs"].str.split(",").str.len().groupby(tabular["kind"]).sum()
    assert cells.to_dict() == {"binary": 18, "multiclass": 9}
    assert table2.groupby("kind")["n_cells"].unique().map(list).to_dict() == {
        "binary": [18],
        "multiclass": [9],
    }


def test_printed_sums_are_those_of_five_ranked_methods(tables):
    _, table2 = tables
    sums = table2.groupby(["kind", "metric"])["rank_sum"].sum()
    untied = {"binary": 18 * 15, "multiclass": 9 * 15}
    for (kind, metric), total in sums.items():
        # Ties with the lowest rank can only lower a sum; one tie of two methods lowers it by one.
        assert total <= untied[kind]
        assert untied[kind] - total == (2 if (kind, metric) == ("binary", "balanced_brier") else 0)
    assert set(table2["method"]) == {"baseline", "cost", "smote", "mixup", "remix"}
    # No method can do better than rank 1 in every cell.
    assert (table2["rank_sum"] >= table2["n_cells"]).all()
