import dataclasses

import pandas as pd
import pytest
from small_study import rows_below

from remix.study.results.tables.batches import batches_markdown, batches_table

SIZES = {"musk": 4, "landsat": 8}


def sized(study, sizes):
    """The study with other numbers of rows in a mini-batch."""
    tasks = {
        name: dataclasses.replace(task, batch_size=sizes.get(name, 4)) for name, task in study.tasks.items()
    }
    return dataclasses.replace(study, tasks=tasks)


def record(lacking, shares, **further):
    """Two folds of 10 mini-batches each; `lacking` gives, by class, the numbers of both folds."""
    lines = {"repeat": 0, "fold": [0, 1], "train_rows": 20, "batches": 10}
    lines |= {f"batches_lacking_{label}": numbers for label, numbers in lacking.items()}
    lines |= {f"class_share_{label}": share for label, share in enumerate(shares)}
    return pd.DataFrame({**lines, **further})


def together(records):
    keys = ["task", "ir", "method"]
    parts = [frame.assign(**dict(zip(keys, cell, strict=True))) for cell, frame in records.items()]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def records():
    binary = {0: [0, 0], 1: [5, 7]}
    several = {0: [0, 0], 1: [1, 1], 2: [3, 5]}
    return {
        ("musk", "0.05", "baseline"): record(binary, [0.95, 0.05]),
        ("musk", "0.05", "smote"): record(binary, [0.75, 0.25], smote_limited=[4, 2], smote_repeated=[1, 2]),
        ("musk", "0.05", "remix"): record(binary, [0.75, 0.25]),
        ("landsat", "0.1", "baseline"): record(several, [0.8, 0.1, 0.1]),
        ("landsat", "0.1", "smote"): record(several, [0.4, 0.3, 0.3], smote_limited=[9, 9], smote_repeated=0),
        ("landsat", "0.1", "remix"): record(several, [0.4, 0.35, 0.25]),
    }


@pytest.fixture
def datasets():
    lines = [("musk", "0.05", 5, 95), ("landsat", "0.1", 10, 80)]
    return pd.DataFrame(lines, columns=["task", "ir", "minority_rows", "majority_rows"])


@pytest.fixture
def table(records, study, datasets):
    return batches_table(together(records), sized(study, SIZES), datasets)


def test_numbers_by_hand(table):
    by = table.set_index(["task", "method", "class"])
    musk = by.loc[("musk", "smote", 1)]
    assert musk["lacking"] == 12 / 20
    assert musk["lacking_worst_fold"] == 0.7
    assert musk["natural_share"] == 0.05
    assert musk["trained_share"] == 0.25
    assert (musk["smote_limited"], musk["smote_repeated"]) == (6 / 20, 3 / 20)
    # One of 20 rows is of the minority: 4 rows drawn miss it 16 times of 20.
    assert musk["lacking_by_chance"] == pytest.approx(0.8)
    assert musk["n_folds"] == 2
    landsat = by.loc[("landsat", "remix", 2)]
    assert (landsat["lacking"], landsat["trained_share"], landsat["natural_share"]) == (0.4, 0.25, 0.1)
    # Two of 20 rows, 8 drawn: 12 / 20 × 11 / 19.
    assert by.loc[("landsat", "remix", 1), "lacking_by_chance"] == pytest.approx(12 / 20 * 11 / 19)
    assert set(by["smote_limited"].dropna().index.get_level_values("method")) == {"smote"}


def test_a_mini_batch_of_all_rows_lacks_nothing(records, study, datasets):
    large = batches_table(together(records), sized(study, {"musk": 64, "landsat": 64}), datasets)
    assert (large["lacking_by_chance"] == 0).all()


def test_majorities_are_left_out(table):
    assert table.loc[table["task"] == "landsat", "class"].unique().tolist() == [1, 2]


def test_markdown_answers_at_a_glance(table, study, coverage):
    text = batches_markdown(table, study, coverage)
    glance = rows_below(text, "## Means over the tasks")
    assert glance[0][:6] == [
        "Kind", "IR", "Tasks", "No minority row", "Lowest – highest task", "In the data",
    ]  # fmt: skip
    assert glance[2] == [
        "Binary", "0.05", "1", "**60 %**", "60 % – 60 %", "5.0 %", "5.0 %", "25 %", "25 %",
    ]  # fmt: skip
    # Classes 1 and 2 are missing in 10 and 40 % of the mini-batches.
    assert glance[3][3] == "**25 %**"
    lacking = rows_below(text, "## Mini-batches without a minority row")
    assert lacking[2] == ["musk", "0.05", "4", "60 %", "–", "70 %", "80 %"]
    assert lacking[3] == ["landsat", "0.1", "8", "25 %", "40 %", "50 %", "35 %"]
    assert rows_below(text, "## Share of a minority class")[3][2:] == ["10 %", "10 %", "30 %", "30 %"]
    assert rows_below(text, "## Where SMOTE lacked rows")[2] == ["musk", "0.05", "SMOTE", "30 %", "15 %"]
    assert "3 of 4 cells; missing: aps (0.01)" in text
    assert "nan" not in text


def test_without_smote_nothing_is_said_of_it(table, study, coverage):
    without = table.assign(smote_limited=float("nan"))
    assert "SMOTE lacked" not in batches_markdown(without, study, coverage)


def test_of_a_long_tail_each_class_has_its_own_share(study):
    """Of 100, 50 and 25 rows, as 1, 1/2 and 1/4: 20 rows to train on hold about 6 and 3."""
    task = dataclasses.replace(
        study.tasks["landsat"],
        minority=study.tasks["landsat"].classes[1:],
        profile="exponential",
        irs=("0.25",),
    )
    study = dataclasses.replace(study, tasks={"landsat": task})
    records = together({("landsat", "0.25", "baseline"): record({0: 0, 1: 1, 2: 3}, [0.6, 0.3, 0.1])})
    sizes = pd.DataFrame(
        [("landsat", "0.25", 25, 100)], columns=["task", "ir", "minority_rows", "majority_rows"]
    )
    table = batches_table(records, sized(study, {"landsat": 1}), sizes).set_index("class")
    assert table["natural_share"].tolist() == pytest.approx([2 / 7, 1 / 7])
    assert table["lacking_by_chance"].tolist() == pytest.approx([14 / 20, 17 / 20])
