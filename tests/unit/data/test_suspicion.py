"""Columns that identify rows, never change, or tell the label; and headers that are rows."""

import numpy as np
import pandas as pd
import pytest

from remix.errors import DataError
from remix.study.data.suspicion import identifier, remark

N = 240
RNG = np.random.default_rng(1)
LABELS = (np.arange(N) % 12 == 0).astype(int)
SHUFFLED = RNG.permutation(N)
IDENTIFIERS = {
    "from 0": np.arange(N),
    "from 1": np.arange(1, N + 1),
    "with gaps": np.cumsum(RNG.integers(1, 9, N)),
    "downwards": np.arange(N)[::-1],
    "as fractions": np.arange(N) / 1.0,
    "shuffled": SHUFFLED,
    "shuffled from 1000": SHUFFLED + 1000,
    "texts": [f"P{i:04}" for i in SHUFFLED],
    "numbers as texts": [f"{i:04}" for i in range(N)],
}
FEATURES = {
    "measured in order": np.arange(N) + 0.25,
    "rounded": RNG.integers(0, 90, N),
    "whole and far apart": RNG.permutation(10**6)[:N],
    "in order with repeats": np.sort(RNG.integers(0, 200, N)),
    "in order, some missing": [None, *range(1, N)],
    "few rows": np.arange(19),
    "few texts": [f"P{i}" for i in range(19)],
    "texts with repeats": ["a", *(f"P{i}" for i in range(N - 2)), "a"],
}


@pytest.mark.parametrize("case", IDENTIFIERS)
def test_what_identifies_rows_is_refused_unless_it_is_kept(read_and_prepared, case):
    texts = case.endswith("texts") or case == "texts"
    table = pd.DataFrame({"size": RNG.normal(size=N).round(3), "who": IDENTIFIERS[case], "y": LABELS})
    settings = {"target": "y", "classes": [0, 1], **({"categorical": ["who"]} if texts else {})}
    files = {"t.csv": table.to_csv(index=False)}
    with pytest.raises(
        DataError, match=r"column 'who' \(position 1\) seems to identify the rows: it.*'keep'"
    ):
        read_and_prepared(files, {"header": True}, **settings)
    assert "who" in str(read_and_prepared(files, {"header": True}, keep=["who"], **settings).columns)
    plain = {key: value for key, value in settings.items() if key != "categorical"}
    assert list(read_and_prepared(files, {"header": True}, drop=["who"], **plain)) == ["size", "label"]


@pytest.mark.parametrize("case", FEATURES)
def test_features_are_not_taken_for_identifiers(case):
    assert identifier(pd.Series(FEATURES[case])) is None


@pytest.mark.parametrize("values", [SHUFFLED, [5, *range(N - 1)], RNG.normal(size=N)])
def test_a_first_column_without_a_name_is_refused(read_and_prepared, values):
    """As pandas and R write the index, which need not be in order after rows were drawn."""
    table = pd.DataFrame({"": values, "size": RNG.normal(size=N), "y": LABELS}).to_csv(index=False)
    settings = {"target": "y", "classes": [0, 1]}
    with pytest.raises(
        DataError, match=r"column 'x0' .*: it is the first one and has no name.*Write drop: \[x0\]"
    ):
        read_and_prepared({"t.csv": table}, {"header": True}, **settings)
    for key in ({"drop": [0]}, {"drop": ["x0"]}, {"keep": [0]}, {"groups": 0}):
        read_and_prepared({"t.csv": table}, {"header": True, **key}, **settings)
    # Where no column has a name, the first one has none either.
    body = table.partition("\n")[2]
    if len(set(values)) < N or np.mod(values, 1).any():
        read_and_prepared({"t.csv": body}, target=-1, classes=[0, 1])


HALF = np.where(LABELS & (np.arange(N) < N // 2), 9, SHUFFLED % 7)
FILLED = np.where(LABELS, RNG.normal(size=N), np.nan)
TOLD = {
    "constant": (np.ones(N), "is constant: all rows have the value 1.0"),
    "never known": ([None] * N, "is constant: all rows have no value"),
    "a copy of the label": (
        LABELS,
        "may tell the label: all 20 rows with the value 1 are of class b, 100%",
    ),
    "filled in for one class": (
        FILLED,
        "may tell the label: all 220 rows with no value are of class a,",
    ),
    "half of a class": (HALF, "may tell the label: all 10 rows with the value 9 are of class b, 50% of"),
    "numbers that differ": (RNG.permutation(10**6)[:N], "may name the rows: its whole numbers are all diff"),
    "rare values of the majority": (SHUFFLED // 4, None),
    "noise": (RNG.normal(size=N), None),
    "two kinds": (SHUFFLED % 2, None),
}


@pytest.mark.parametrize(("values", "expected"), TOLD.values(), ids=TOLD)
def test_what_is_suspicious_is_named(values, expected):
    found = remark("f", pd.Series(values), LABELS, ["a", "b"])
    assert (found or "").startswith(f"column 'f' {expected}" if expected else "")
    assert (found is None) == (expected is None)


def test_what_is_suspicious_is_recorded_and_said(run, make_dataset, tmp_path, caplog):
    table = pd.DataFrame({"one": 7, "told": LABELS * 3, "size": RNG.normal(size=N), "y": LABELS})
    table.to_csv(tmp_path / "t.csv", index=False)
    source = {"file": str(tmp_path / "t.csv"), "header": True}
    record = run(make_dataset(source, target="y", classes=[0, 1]))
    assert [note.partition("'")[2].partition("'")[0] for note in record["notes"]] == ["one", "told"]
    assert all(note in caplog.text for note in record["notes"])
    kept = run(make_dataset(source, target="y", classes=[0, 1], keep=["one", "told"]))
    assert kept["notes"] == []


def test_numbers_that_are_taken_for_categories_are_said(run, make_dataset, tmp_path):
    rows = "".join(f"{i % 7},5;{i % 5};{'ab'[i % 2]}\n" for i in range(40))
    (tmp_path / "t.csv").write_text(rows)
    source = {"file": str(tmp_path / "t.csv"), "separator": ";", "categorical": [0, 1]}
    (note,) = run(make_dataset(source))["notes"]
    assert note == "column 'x0' is categorical, and seems to hold numbers: is decimal ','?"


# Header, target, classes, and what is said of it; nothing where it is a header.
HEADERS = {
    "a class above the labels": (
        "0.5,3,neg",
        -1,
        ["neg", "pos"],
        "the column of the label is called 'neg', which is",
    ),
    "a class of numbers": ("0.5,3.5,1", -1, ["0", "1"], "the column of the label is called '1'"),
    "numbers": ("0.5,-3,y", "y", ["neg", "pos"], "columns are called 0.5, -3"),
    "numbers that grow": ("0.5,3.25,y", "y", ["neg", "pos"], "columns are called 0.5, 3.25"),
    "a column of the class's name": ("a,b,pos", "pos", ["neg", "pos"], None),
    "positions": ("0,1,2", -1, ["0", "1", "2"], None),
    "positions from 1": ("1,2,3", -1, ["1", "2", "3"], None),
    "years": ("2019,2020,y", "y", ["neg", "pos"], None),
    "wavelengths": ("400.5,401,401.5,402,y", "y", ["neg", "pos"], None),
    "names": ("a,b,y", -1, ["neg", "pos"], None),
    "one number among names": ("a,b,7,y", -1, ["neg", "pos"], None),
}


@pytest.mark.parametrize(("header", "target", "classes", "message"), HEADERS.values(), ids=HEADERS)
def test_a_header_that_is_a_row_is_refused(read_and_prepared, header, target, classes, message):
    width = header.count(",")
    body = "".join(f"{','.join([str(i / 7)] * width)},{label}\n" for i, label in enumerate(classes * 3))
    settings = {"target": target, "classes": classes}
    if message is None:
        assert len(
            read_and_prepared({"t.csv": f"{header}\n{body}"}, {"header": True}, **settings)
        ) == 3 * len(classes)
        return
    with pytest.raises(DataError, match=f"header seems to be a row of data: {message}.*'header: false'"):
        read_and_prepared({"t.csv": f"{header}\n{body}"}, {"header": True}, **settings)


@pytest.mark.parametrize(
    ("text", "settings", "message"),
    [
        ("a,b,y\n1,2,n\n3,4,p\n", {}, "not among the classes: y; .*write 'header: true'"),
        ("a,y\nu,n\nv,p\n", {"categorical": [0]}, "not among the classes: y; .*write 'header: true'"),
    ],
)
def test_a_row_that_is_a_header_is_refused(read_and_prepared, text, settings, message):
    with pytest.raises(DataError, match=message):
        read_and_prepared({"t.csv": text}, target=-1, classes=["n", "p"], **settings)


def test_a_header_that_may_be_a_row_is_said(make_dataset, read_and_prepared, tmp_path, run):
    text = "Private,40\n" + "".join(f"{job},{i % 5 / 3}\n" for i, job in enumerate(["Private", "State"] * 8))
    (tmp_path / "t.csv").write_text(text.replace("40", "hours"))
    dataset = make_dataset(
        {"file": str(tmp_path / "t.csv"), "header": True},
        target="hours", classes=["0.0", str(1 / 3), str(2 / 3), "1.0", str(4 / 3)], categorical=[0],
    )  # fmt: skip
    (note,) = run(dataset)["notes"]
    assert note == "column 'Private' is called as one of its values: is the header a row of data?"
