import gzip

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packing import compress

from remix.errors import DataError, SourceError
from remix.study.data.formats import read_corpus, read_table

ROWS = [[1, 2, "a"], [3, 4, "b"]]
# A file of bytes or text, what the source says of it, the names of the columns, and the rows.
CSV = {
    "no header": ("1,2.5,a\n3,,b\n", {}, "x0 x1 x2", [[1, 2.5, "a"], [3, None, "b"]]),
    "a header below other rows": (
        "A licence, with commas\n\nand more\nclass,aa_000, ab_000\nneg,1,na\npos,na,2\n",
        {"skip_rows": 3, "header": True, "na_values": ["na"]},
        "class aa_000 ab_000",
        [["neg", 1, None], ["pos", None, 2]],
    ),
    "an unnamed column": (",X1,y\nV1,1,5\n", {"header": True}, "x0 X1 y", [["V1", 1, 5]]),
    "a byte order mark": (b"\xef\xbb\xbfa,b\n1,2\n", {"header": True}, "a b", [[1, 2]]),
    "whitespace": (" 1 2   a\n3\t4 b  \n\n", {"separator": "whitespace"}, "x0 x1 x2", ROWS),
    "tabs": ("1\t2\ta\n3\t4\tb\n", {"separator": "\t"}, "x0 x1 x2", ROWS),
    "semicolons": ("1;2;a\r\n3;4;b\r\n", {"separator": ";"}, "x0 x1 x2", ROWS),
    "commas": ("1, 2, a\n3, 4, b", {"separator": ","}, "x0 x1 x2", ROWS),
    "quotes": ('1,"a,b"\n2,"c\nd"\n', {}, "x0 x1", [[1, "a,b"], [2, "c\nd"]]),
    "NA is a value": ("1,NA\n2,None\n", {}, "x0 x1", [[1, "NA"], [2, "None"]]),
    "NA is listed": ("1,NA\n2,None\n", {"na_values": ["NA"]}, "x0 x1", [[1, None], [2, "None"]]),
    "like HTML": ("<5,3\n", {}, "x0 x1", [["<5", 3]]),
}


@pytest.mark.parametrize(("content", "source", "columns", "rows"), CSV.values(), ids=CSV)
def test_csv(read_files, content, source, columns, rows):
    table = read_files({"t.csv": content}, **source)
    assert list(table.columns) == columns.split()
    assert table.astype(object).where(table.notna(), None).to_numpy().tolist() == rows


@pytest.mark.parametrize("line", ['a "quote', '"', "it's", "", " ", '"a","b', "1,2,3,4"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_stands_in_skipped_rows_hides_no_others(read_files, line, end):
    """A quote there is not closed by one below."""
    text = end.join([line, "second", 'size,"kind"', '1,"a"', '2,"b"', ""])
    table = read_files({"t.csv": text}, skip_rows=2, header=True)
    assert table.to_numpy().tolist() == [[1, "a"], [2, "b"]]


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x1c", "\x85", "\xa0", "\u3000"])
def test_blanks_are_blanks_and_tabs_alone(read_files, sign):
    """Python splits at more signs than pandas does, which would then fill a column with missing values."""
    text = f"1{sign}5 \t a\n 2{sign}3  b \n"
    table = read_files({"t.data": text}, separator="whitespace")
    assert table.to_numpy().tolist() == [[f"1{sign}5", "a"], [f"2{sign}3", "b"]]


def test_parts_are_stacked_and_pasted(read_files):
    files = {"train.txt": "1\t2\t0\n", "test.txt": "3\t4\n5\t6\n", "test_labels.txt": "1\n0\n"}
    table = read_files(files, separator="\t", parts=["in/train.txt", ["in/test.txt", "test_labels.txt"]])
    assert table.to_numpy().tolist() == [[1, 2, 0], [3, 4, 1], [5, 6, 0]]
    assert list(table.columns) == ["x0", "x1", "x2"]


def test_a_corpus_is_read_as_the_other_files_are_and_is_no_part_of_them(read_files, tmp_path):
    source = {"parts": ["in/rows.tab"], "corpus": ["in/a.tab", "b.tab"], "separator": "\t", "skip_rows": 2}
    files = {f"{name}.tab": f"kind\ttext\n\n{name}\twords of {name}\n" for name in ("rows", "a", "b")}
    assert read_files(files, **source)["x0"].tolist() == ["rows"]
    assert read_corpus(tmp_path, source)["x1"].tolist() == ["words of a", "words of b"]
    assert read_corpus(tmp_path, {"parts": ["rows.tab"]}) is None


def test_compressed_files(read_files):
    assert read_files({"t.csv.gz": gzip.compress(b"1,a\n")}).to_numpy().tolist() == [[1, "a"]]
    assert read_files({"t.data.Z": compress(b"1,a\n2,b\n" * 4)})["x1"].tolist() == ["a", "b"] * 4


@pytest.mark.parametrize("pack", [bytes, gzip.compress, compress], ids=["plain", "gzip", "compress"])
def test_what_files_unpack_to_is_bounded(read_files, monkeypatch, pack):
    monkeypatch.setattr("remix.study.data.raw_files.MAX_BYTES", 10)
    name = {gzip.compress: "t.csv.gz", compress: "t.csv.Z"}.get(pack, "t.csv")
    with pytest.raises(SourceError, match=f"{name} is larger than 10 bytes"):
        read_files({name: pack(b"1,a\n" * 4)})


def test_no_gzip(read_files, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match=r"gzip is not there, which unpacks \.Z files"):
        read_files({"t.Z": compress(b"1,a\n")})


ARFF_FORMAT = {"format": "arff"}
ARFF = """% A comment
@RELATION tiny
@ATTRIBUTE name STRING
@ATTRIBUTE f1 REAL
@ATTRIBUTE 'class' {0, '1'}
@DATA
'a, b',1.5,0
c,?,1
"""


@pytest.mark.parametrize("source", [{"format": "arff"}, {"openml": 9}], ids=["named", "OpenML's"])
def test_arff(read_files, source):
    table = read_files({"t.arff": ARFF}, **source)
    assert list(table.columns) == ["name", "f1", "class"]
    assert table["name"].tolist() == ["a, b", "c"]
    assert table["f1"].isna().tolist() == [False, True]
    assert table["class"].tolist() == ["0", "1"]


NOMINAL = """@relation r
@attribute age integer
@attribute 'first visit' date "yyyy-MM-dd"
@attribute education {1,2,3,10}
@ATTRIBUTE seen DATE
@attribute method {1,2}
@data
29,'2020-01-05',10,2020-01-05,2
37,'2020-01-06',?,2020-01-06,1
"""


@pytest.mark.parametrize(
    ("settings", "columns"),
    [
        ({}, ["age", "education=10"]),
        ({"categorical": ["age"]}, ["age=29", "age=37", "education=10"]),
        ({"categorical": []}, ["age", "education"]),
        ({"drop": [1, "seen", "education"]}, ["age"]),
    ],
)
def test_nominal_attributes_are_categorical_as_declared_and_dates_can_be_dropped(
    read_and_prepared, settings, columns
):
    settings = {"drop": ["first visit", "seen"], "target": "method", "classes": [1, 2]} | settings
    frame = read_and_prepared({"t.arff": NOMINAL}, ARFF_FORMAT, **settings)
    assert list(frame.columns) == [*columns, "label"]
    assert frame["label"].tolist() == ["2", "1"]


def test_dates_that_are_not_dropped_are_named(read_and_prepared):
    with pytest.raises(DataError, match=r"2 columns are not numeric: 'first visit' .* drop: .*seen"):
        read_and_prepared({"t.arff": NOMINAL}, ARFF_FORMAT, target="method", classes=[1, 2])


NO_ROWS = "@RELATION r\n@ATTRIBUTE a REAL\n@DATA\n"
HEADER = {"header": True}
# Files, what the source says of them, and what is said.
UNREADABLE = {
    "empty": ({"t.csv": ""}, {}, "t.csv is empty"),
    "blank": ({"t.csv": "\n \n"}, {}, "t.csv is empty"),
    "a header alone": ({"t.csv": "a,b\n"}, HEADER, "t.csv has a header, but no rows"),
    "an ARFF header alone": ({"t": NO_ROWS}, ARFF_FORMAT, "t has a header, but no rows"),
    "all skipped": ({"t": "1,2\n"}, {"skip_rows": 3}, "t has nothing below the 3 rows that are skipped"),
    "HTML": ({"t": "\n <!DOCTYPE html>\n<title>Sign in"}, {}, "t is an HTML page, not data"),
    "marked HTML": ({"t": b"\xef\xbb\xbf  <HTML lang=en>"}, {}, "t is an HTML page, not data"),
    "HTML for ARFF": ({"t": "<html>"}, ARFF_FORMAT, "t is an HTML page, not data"),
    "Latin": ({"t": b"1,caf\xe9\n"}, {}, r"t is not UTF-8 text \(byte 0xe9 at 5\); convert it to UTF-8"),
    "short": ({"t": "1,2,a\n3,4\n"}, {}, "line 2 has 2 columns, line 1 has 3; is it cut short"),
    "long": ({"t": "1,2\n3,4,5\n"}, {}, "line 2 has 3 columns, line 1 has 2"),
    "long below others": (
        {"t": "l\n\na,b\n1,2,3\n"},
        {"skip_rows": 1, "header": True},
        "line 4 has 3 columns, line 3 has 2",
    ),
    "a name twice": ({"t": "a,b,a\n1,2,3\n"}, HEADER, "t has two columns called 'a'"),
    "no ARFF": ({"t": "no arff"}, ARFF_FORMAT, "t cannot be read as ARFF: "),
    "short ARFF": ({"t": ARFF + "too,few\n"}, ARFF_FORMAT, "t cannot be read as ARFF: "),
    "no type": ({"t": NO_ROWS.replace("REAL", "WRONG") + "1\n"}, ARFF_FORMAT, "t cannot be read as ARFF: "),
    "no value": ({"t": NO_ROWS.replace("REAL", "{x}") + "5%d\n"}, ARFF_FORMAT, "t cannot be read as ARFF: "),
    "cut gzip": ({"t.csv.gz": gzip.compress(b"1,a\n" * 50)[:-9]}, {}, "t.csv.gz cannot be unpacked: "),
    "no gzip": ({"t.gz": b"x"}, {}, "t.gz cannot be unpacked: "),
    "no compress": ({"t.Z": b"plain"}, {}, "t.Z cannot be unpacked: "),
    "a code for nothing": ({"t.Z": b"\x1f\x9d\x90\xff\xff"}, {}, "t.Z cannot be unpacked: "),
    "other rows": (
        {"a": "1\n2\n", "b": "3\n"},
        {"parts": [["a", "b"]]},
        "a has 2 rows, b has 1: they cannot be pasted",
    ),
    "other columns": ({"a": "1,2\n", "b": "3\n"}, {}, "a has 2 columns, b has 1: they cannot be stacked"),
}


@pytest.mark.parametrize(("files", "source", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_named(read_files, files, source, message):
    with pytest.raises(SourceError, match=message) as caught:
        read_files(files, **source)
    assert "\n" not in str(caught.value)


@settings(max_examples=25)
@given(st.lists(st.lists(st.floats(allow_nan=False), min_size=2, max_size=2), min_size=1, max_size=40))
def test_numbers_are_read_exactly(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("numbers")
    (folder / "t.csv").write_text("\n".join(",".join(map(repr, row)) for row in rows))
    table = read_table(folder, ["t.csv"], {"file": "t.csv"})
    np.testing.assert_array_equal(table.to_numpy(dtype=float), np.array(rows))
    assert isinstance(table.index, pd.RangeIndex)
