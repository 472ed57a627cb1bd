import dataclasses
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from small_study import RECORDS

from remix.errors import DataError
from remix.study.results.coverage import (
    coverage_note,
    coverage_table,
    reasons_by_source,
    refuse_unreachable,
)
from remix.study.results.tables.coverage import coverage_markdown, make
from remix.study.running.writing import write_parquet
from remix.study.study import Study


def test_one_row_per_cell_in_order(coverage):
    assert coverage[["task", "ir", "state"]].to_numpy().tolist() == [
        ["musk", "0.05", "present"],
        ["musk", "0.01", "present"],
        ["aps", "0.01", "missing"],
        ["landsat", "0.1", "present"],
    ]
    assert list(coverage["source"]) == ["wheel: musk2.csv"] * 2 + ["", "placed: sat.trn, sat.tst"]


def test_reasons_are_one_line_and_can_be_split(coverage):
    assert reasons_by_source(coverage["reasons"][0]) == [("openml 1116", "no answer within 10 s")]
    assert reasons_by_source(coverage["reasons"][2]) == [
        ("url uci.example/421/aps.zip", "status 404"),
        ("openml 41138", "connection refused"),
    ]


def test_note_names_the_missing_cells_and_the_reason_of_each_source(coverage):
    assert coverage_note(coverage) == (
        "3 of 4 cells; missing: aps (0.01) – uci.example: status 404, openml 41138: connection refused."
    )
    assert coverage_note(coverage.assign(state="missing", reasons="")).count("no source is listed") == 3
    assert coverage_note(coverage[coverage["state"] == "present"]) == "3 of 3 cells, none missing."


def test_note_joins_the_tasks_of_a_dataset_and_cuts_long_reasons(coverage):
    both = coverage.assign(state="missing", dataset="one", reasons="file x.csv: " + "very long " * 50)
    note = coverage_note(both, width=40)
    assert note.startswith(
        "0 of 4 cells; missing: musk (0.05, 0.01), aps (0.01), landsat (0.1) – file x.csv: very"
    )
    assert note.endswith(" ….")
    assert len(note) < 120


def test_markdown_lists_what_is_suspicious_once_for_each_dataset(coverage):
    noted = coverage.assign(notes=["one | two", "one | two", "three", ""])
    section = coverage_markdown(noted).partition("## Suspicious in the data\n\n")[2]
    assert section == "- musk: one\n- musk: two\n"
    assert "Suspicious" not in coverage_markdown(coverage)


def test_markdown_lists_what_is_missing_and_how_to_supply_it(coverage):
    text = coverage_markdown(coverage)
    assert "have data: 3 of 4" in text
    assert "- aps: `url uci.example/421/aps.zip`: status 404; `openml 41138`: connection refused." in text
    assert "`data_dir/aps/`" in text
    assert "`data_dir/musk/`" not in text
    assert "- musk: `openml 1116`: no answer within 10 s" in text


def test_many_copies_are_said_of_their_tasks(coverage):
    copies = coverage.assign(copies=[0.005, 0.0234, np.nan, 0.01])
    assert coverage_note(copies).removeprefix(coverage_note(coverage)) == (
        " Of the test rows, these are exact copies of rows trained on: musk 2.3%."
    )
    assert coverage_note(copies.assign(copies=0.01)) == coverage_note(coverage)
    assert coverage_note(copies[copies["state"] == "present"]).endswith(
        "none missing. Of the test rows, these are exact copies of rows trained on: musk 2.3%."
    )


def test_the_table_for_machines_has_the_share_of_copies(study, coverage, tmp_path):
    """In the table all rows are alike; of a cell without a variant it is not known."""
    labels = np.repeat([0, 1], [20, 8])
    frame = pd.DataFrame({"row": np.arange(28), "x": 0.0, "label": labels})
    write_parquet(frame, tmp_path / "v.parquet")
    runs = SimpleNamespace(study=study)
    table = make(runs, coverage, {("musk", "0.05"): tmp_path / "v.parquet"}).values
    assert table["copies"].tolist()[0] == 1
    assert table["copies"].isna().tolist() == [False, True, True, True]
    pd.testing.assert_frame_equal(table.drop(columns="copies"), coverage)


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        ({"0": 1000, "1": 200}, ""),
        ({"0": 1000, "1": 49}, "IR 0.05: class 1 needs 50 rows (0.05 × 1000) and has 49; the largest IR"),
        (
            {"0": 60, "1": 49},
            "IR 0.05: class 1 has 3 rows, too few to be trained, validated and tested on in 2 folds; choose "
            "a larger imbalance ratio",
        ),
        # All of its rows are in: no ratio makes more of them.
        (
            {"0": 60, "1": 3},
            "IR 0.05: class 1 has 3 rows, too few to be trained, validated and tested on in 2 folds; list "
            "it in datasets.musk.omit_classes, or join it to another class",
        ),
        ({"0": 15, "1": 9}, "IR 0.05: no minority row would be left of 15 × 0.05; choose a larger IR"),
        (None, ""),
    ],
)
def test_a_ratio_that_is_out_of_reach_is_left_out_with_the_reason(study, classes, said):
    records = {**RECORDS, "musk": RECORDS["musk"] | {"classes": classes}}
    found = coverage_table(study, records).set_index(["task", "ir"])
    cell = found.loc[("musk", "0.05")]
    assert (cell["state"] == "missing") == bool(said)
    assert cell["source"] == "wheel: musk2.csv"
    if said:
        assert cell["reasons"].startswith(said)
        assert said[: len("IR 0.05: ")] in coverage_note(found.reset_index(), width=200)
    assert (found.loc["landsat", "state"] == "present").all()


def test_of_all_rows_no_larger_ratio_is_advised(study):
    given = study.to_mapping()
    given["tasks"]["musk"]["irs"] = ["natural"]
    records = {**RECORDS, "musk": RECORDS["musk"] | {"classes": {"0": 60, "1": 3}}}
    found = coverage_table(Study.from_mapping(given), records).set_index("task").loc["musk"]
    assert found["reasons"].startswith("IR natural: class 1 has 3 rows, too few to be trained")
    assert found["reasons"].endswith("list it in datasets.musk.omit_classes, or join it to another class")


def test_images_are_counted_as_they_are_used(mixed):
    """Of 60 images six are of the minority; 0.05 × 54 would be two of them, and two are too few."""
    given = mixed.to_mapping()
    given["protocol"]["images"]["rows"] = {"binary": 60, "multiclass": 60}
    few = Study.from_mapping(given)
    counts = {str(k): 50 for k in range(10)}
    records = {**RECORDS, "fashion": RECORDS["fashion"] | {"classes": counts}}
    for study, expected in ((mixed, ["present", "present"]), (few, ["present", "missing"])):
        found = coverage_table(study, records).set_index("task").loc["shirt"]
        assert found["ir"].tolist() == ["0.1", "0.05"]
        assert found["state"].tolist() == expected, found["reasons"].tolist()


def test_nothing_left_or_nothing_to_be_left_out_is_an_error(study, coverage):
    reason = "IR 0.05: class 1 needs 500 rows (0.5 × 1000) and has 49"
    out = coverage.assign(state="missing", source="url: a.csv", reasons=reason)
    one = pd.concat([out.iloc[:1], coverage.iloc[1:]])
    refuse_unreachable(one, "skip")
    refuse_unreachable(coverage, "fail")
    for table, on_missing in ((one, "fail"), (out.iloc[:1], "skip")):
        with pytest.raises(DataError, match=r"^musk, IR 0\.05: class 1 needs 500 rows"):
            refuse_unreachable(table, on_missing)


def test_the_data_of_what_is_out_of_reach_needs_no_supply(coverage):
    out = coverage.assign(state="missing", source="url: a.csv", reasons="IR 0.5: too large")
    text = coverage_markdown(out)
    assert "`IR 0.5`: too large" in text
    assert "To supply it" not in text


def test_a_long_tail_whose_last_class_is_too_small_is_left_out_with_the_reason(study):
    tail = dataclasses.replace(
        study.tasks["landsat"],
        minority=study.tasks["landsat"].classes[1:],
        irs=("0.1", "0.02"),
        profile="exponential",
    )
    study = dataclasses.replace(study, tasks={"landsat": tail})
    classes = dict.fromkeys(tail.classes, 100)
    found = coverage_table(study, {tail.dataset: RECORDS[tail.dataset] | {"classes": classes}})
    assert found["state"].tolist() == ["present", "missing"]
    assert found["reasons"][1].startswith(
        f"IR 0.02: class {tail.classes[-1]} has 2 rows, too few to be trained"
    )
