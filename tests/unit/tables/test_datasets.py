import dataclasses

import pandas as pd
import pytest

from remix.study.results.tables.datasets import (
    datasets_markdown,
    datasets_table,
    dimension,
    printed_dimension,
)


def test_sizes_and_printed_numbers(study, shapes, label_counts, table1):
    table = datasets_table(study, shapes, label_counts, {}, table1).set_index(["task", "ir"])
    musk = table.loc[("musk", "0.01")]
    assert musk[["features", "rows", "minority_rows", "majority_rows"]].tolist() == [166, 6598, 55, 5581]
    assert (musk["published_features"], musk["published_rows"]) == ("168", 6597)
    assert musk["note"] == "166 features, printed 168 (counts two names); 6,598 rows, printed 6,597"
    landsat = table.loc[("landsat", "0.1")]
    assert landsat[["classes", "minority_rows", "majority_rows"]].tolist() == ["b, c vs a", 153, 1533]
    assert landsat["note"] == "IRs 0.1, printed 0.25, 0.1"


def test_a_missing_dataset_is_a_gap(study, shapes, label_counts, table1):
    aps = datasets_table(study, shapes, label_counts, {}, table1).set_index("task").loc["aps"]
    assert aps[["features", "rows", "minority_rows", "majority_rows", "published_rows"]].isna().all()
    assert aps["note"] == "not in the paper"


def test_tasks_on_texts_say_what_was_learnt_from_what(study, shapes, label_counts, table1, coverage):
    texts = {"aps": "5 components", "landsat": "9 components"}
    tasks = {name: dataclasses.replace(task, text=texts.get(name, "")) for name, task in study.tasks.items()}
    study = dataclasses.replace(study, tasks=tasks)
    table = datasets_table(study, shapes, label_counts, {}, table1)
    notes = table.drop_duplicates("task").set_index("task")["note"]
    assert notes["aps"] == "not in the paper; 5 components"
    assert notes["landsat"] == "IRs 0.1, printed 0.25, 0.1; 9 components"
    assert "- aps: not in the paper; 5 components." in datasets_markdown(table, study, coverage)


def test_markdown_has_one_row_per_task(study, shapes, label_counts, table1, coverage):
    copies = {("musk", "0.05"): 0.0123, ("musk", "0.01"): 0.011, ("landsat", "0.1"): 0.0}
    text = datasets_markdown(datasets_table(study, shapes, label_counts, copies, table1), study, coverage)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line[:1] == "|"]
    by_task = {row[0]: row[1:] for row in rows[2:]}
    assert list(by_task) == ["musk", "aps", "landsat"]
    assert by_task["musk"] == [
        "Musk", "Binary", "1 vs 0", "166", "168", "6,598", "6,597",
        "0.05: 279, 0.01: 55", "5,581", "1.2%", "0.01, 0.05",
    ]  # fmt: skip
    assert by_task["aps"][3:] == ["–", "–", "–", "–", "0.01: –", "–", "–", "–"]
    assert by_task["landsat"][-2] == "0.0%"
    assert "3 of 4 cells" in text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "b, c vs rest"),
        ({"merged": True, "minority": ("b",)}, "b vs rest (merged)"),
    ],
)
def test_many_classes_are_called_the_rest(study, table1, changed, said):
    task = dataclasses.replace(study.tasks["landsat"], classes=tuple("abcdefg"), **changed)
    study = dataclasses.replace(study, tasks={"landsat": task})
    assert datasets_table(study, {}, {}, {}, table1)["classes"].tolist() == [said]


@pytest.fixture
def cifar(table1):
    """Printed lines with the remark on a ratio that cannot be had."""
    remark = "0.25 takes 11,250 dogs"
    return table1.assign(irs_remark=table1["irs_remark"].where(table1["task"] != "cifar10_dog", remark))


def test_images_show_their_size_and_need_not_name_the_channels(mixed, shapes, cifar, mixed_coverage):
    # How many columns they are stored in tells nothing of it.
    images = {"cifar10": (50000, 3072), "fashion": (60000, 1)}
    table = datasets_table(mixed, shapes | images, {}, {}, cifar)
    assert table.set_index("task").loc["shirt", "features"].tolist() == [784, 784]
    dog = table.set_index("task").loc["cifar10_dog"]
    assert (dog["features"], dog["rows"], dog["rows_used"]) == (3072, 50000, 50000)
    assert dog["note"] == "IRs 0.05, printed 0.25, 0.1, 0.05 (0.25 takes 11,250 dogs)"
    text = datasets_markdown(table, mixed, mixed_coverage)
    assert "| 32 × 32 × 3 |" in text
    assert "| 28 × 28 × 1 |" in text
    assert dimension(mixed.tasks["shirt"], pd.NA) == printed_dimension(mixed.tasks["shirt"], "") == ""
    assert printed_dimension(mixed.tasks["cifar10_dog"], 3072) == "32×32"


def test_fewer_images_are_said(mixed, shapes, cifar, mixed_coverage):
    images = dataclasses.replace(mixed.protocol.images, rows={"binary": 8000, "multiclass": 9000})
    fewer = dataclasses.replace(mixed, protocol=dataclasses.replace(mixed.protocol, images=images))
    table = datasets_table(fewer, shapes | {"cifar10": (50000, 3072), "fashion": (5000, 784)}, {}, {}, cifar)
    used = table.drop_duplicates("task").set_index("task")["rows_used"]
    assert pd.isna(used["aps"])
    assert used.drop("aps").to_dict() == {"musk": 6598, "landsat": 6435, "shirt": 5000, "cifar10_dog": 8000}
    note = table.set_index("task").loc["cifar10_dog", "note"]
    assert note.endswith("; only 8,000 rows used (protocol.images.rows)")
    text = datasets_markdown(table, fewer, mixed_coverage)
    assert "| 8,000 of 50,000 |" in text
    assert "of 6,598" not in text
