import pandas as pd

from remix.tables.datasets import datasets_markdown, datasets_table


def test_sizes_and_printed_numbers(study, shapes, label_counts, table1):
    table = datasets_table(study, shapes, label_counts, table1).set_index(["task", "ir"])
    musk = table.loc[("musk", "0.01")]
    assert (musk["features"], musk["rows"], musk["minority_rows"], musk["majority_rows"]) == (
        166,
        6598,
        55,
        5581,
    )
    assert (musk["published_features"], musk["published_rows"]) == ("168", 6597)
    assert musk["note"] == "166 features, printed 168 (counts two names); 6,598 rows, printed 6,597"
    landsat = table.loc[("landsat", "0.1")]
    assert (landsat["classes"], landsat["minority_rows"], landsat["majority_rows"]) == (
        "b, c vs a",
        153,
        1533,
    )
    assert landsat["note"] == "IRs 0.1, printed 0.25, 0.1"


def test_a_missing_dataset_is_a_gap(study, shapes, label_counts, table1):
    aps = datasets_table(study, shapes, label_counts, table1).set_index("task").loc["aps"]
    assert aps[["features", "rows", "minority_rows", "majority_rows", "published_rows"]].isna().all()
    assert aps["note"] == "not in the paper"


def test_markdown_has_one_row_per_task(study, shapes, label_counts, table1, coverage):
    text = datasets_markdown(datasets_table(study, shapes, label_counts, table1), study, coverage)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line[:1] == "|"]
    by_task = {row[0]: row[1:] for row in rows[2:]}
    assert list(by_task) == ["musk", "aps", "landsat"]
    assert by_task["musk"] == [
        "Musk", "Binary", "1 vs 0", "166", "168", "6,598", "6,597",
        "0.05: 279, 0.01: 55", "5,581", "0.01, 0.05",
    ]  # fmt: skip
    assert by_task["aps"][3:] == ["–", "–", "–", "–", "0.01: –", "–", "–"]
    assert "3 of 4 cells" in text


def test_many_classes_are_called_the_rest(study, table1):
    definition = study.tasks["landsat"]
    object.__setattr__(definition, "classes", tuple("abcdefg"))
    table = datasets_table(study, {}, {}, table1)
    assert table["classes"].iloc[-1] == "b, c vs rest"
    object.__setattr__(definition, "merged", True)
    object.__setattr__(definition, "minority", ("b",))
    assert datasets_table(study, {}, {}, table1)["classes"].iloc[-1] == "b vs rest (merged)"
    assert isinstance(table, pd.DataFrame)
