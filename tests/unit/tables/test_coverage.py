from types import SimpleNamespace

import numpy as np
import pandas as pd

from remix.study.results.coverage import coverage_note, reasons_by_source
from remix.study.results.tables.coverage import coverage_markdown, make
from remix.study.running.writing import write_parquet


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
