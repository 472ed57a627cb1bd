import bz2
import gzip
import lzma

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packing import compress, zip_of

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
    "decimal commas": (
        "a;b;c\n24,23;1.004,1;x\n-1,5;39;y\n",
        {"header": True, "separator": ";", "decimal": ",", "thousands": "."},
        "a b c",
        [[24.23, 1004.1, "x"], [-1.5, 39, "y"]],
    ),
    "thousands": ('"54,947",1\n"1,161.67",2\n', {"thousands": ","}, "x0 x1", [[54947, 1], [1161.67, 2]]),
    "non-breaking blanks of thousands": (
        "12\u202f345,6;x\n1\u202f161;y\n",
        {"separator": ";", "decimal": ",", "thousands": "\u202f"},
        "x0 x1",
        [[12345.6, "x"], [1161, "y"]],
    ),
    "Latin": (b"gr\xf6\xdfe,th\xe9\n1,2\n", {"header": True, "encoding": "latin-1"}, "größe thé", [[1, 2]]),
    "UTF-16": ("a,é\n1,2\n".encode("utf-16"), {"header": True, "encoding": "utf-16"}, "a é", [[1, 2]]),
    "comments": (
        "# from 2020\na,b\n1,x#1\n  # more, of it\n#\n2,y\n",
        {"header": True, "comment": "#"},
        "a b",
        [[1, "x#1"], [2, "y"]],
    ),
    "single quotes": ("1,'a, b'\n2,'it''s'\n", {"quote": "'"}, "x0 x1", [[1, "a, b"], [2, "it's"]]),
    "marks with blanks around them": (
        "1, ?,a\n2,3 ,? \n? ,4,'?'\n",
        {"na_values": [" ?"]},
        "x0 x1 x2",
        [[1, None, "a"], [2, 3, None], [None, 4, "'?'"]],
    ),
    "marks with blanks and decimal commas": (
        "1,5;a\n- ;b\n",
        {"separator": ";", "decimal": ",", "na_values": ["-"]},
        "x0 x1",
        [[1.5, "a"], [None, "b"]],
    ),
    "marks of single columns": (
        "a,b,c\n0,0,9\n1,-1,0\n-,9,9\n",
        {"header": True, "na_values": {"b": [0, -1], 2: [9], "*": ["-"]}},
        "a b c",
        [[0, None, None], [1, None, 0], [None, 9, None]],
    ),
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


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("name", ["t.csv", "t.data", "t"])
def test_files_are_unpacked_by_what_they_are(read_files, pack, name):
    assert read_files({name: pack(b"1,a\n")}).to_numpy().tolist() == [[1, "a"]]


def test_skip_rows_counts_for_each_file(read_files):
    files = {"a.data": "1,2,x\n3,4,y\n", "a.test": "|1x3 Cross validator\n5,6,x.\n"}
    table = read_files(files, skip_rows={"a.test": 1})
    assert table["x0"].tolist() == [1, 3, 5]
    assert table.attrs["notes"] == []
    # For all of them, it leaves out a row of the first.
    (note,) = read_files(files, skip_rows=1).attrs["notes"]
    assert note.startswith("line 1 of a.data, which skip_rows leaves out, looks like a row")
    assert read_files(files, skip_rows={"in/a.test": 1, "a.data": 1})["x0"].tolist() == [3, 5]


@pytest.mark.parametrize(
    ("line", "header"), [("a licence, of two lines", False), ("name,size", False), ("", False), ("7,8", True)]
)
def test_what_is_skipped_and_is_no_row_is_not_said(read_files, line, header):
    head = "a,b\n" if header else ""
    table = read_files({"t.csv": f"{line}\n{head}1,2\n3,4\n"}, skip_rows=1, header=header)
    assert table.attrs["notes"] == []


KEEL = """@relation abalone
@attribute Sex {M, F, I}
@attribute Length real [0.075, 0.815]
@attribute 'Shell weight' real[0.0, 1.1]
@attribute Rings integer [1, 29]
@attribute Class {positive, negative}
@inputs Sex, Length, Rings
@outputs Class
@data
M, 0.455, 0.1, 15, negative
<null>, ?, 0.2, 7, positive
"""


def test_the_header_of_keel_is_read(read_and_prepared):
    settings = {"target": "Class", "classes": ["negative", "positive"], "missing": 2}
    frame = read_and_prepared({"t.dat": KEEL}, {"format": "keel"}, **settings)
    assert list(frame.columns) == ["Sex=M", "Length", "Shell weight", "Rings", "label"]
    assert frame["Rings"].tolist() == [15, 7]
    assert frame["label"].tolist() == ["negative", "positive"]
    assert frame[["Sex=M", "Length"]].isna().to_numpy().tolist() == [[False, False], [True, True]]


def test_parquet(read_and_prepared, tmp_path):
    table = pd.DataFrame(
        {
            "code": ["01", "1", None],
            "kind": pd.Categorical(["u", "v", "u"]),
            "size": pd.array([1, None, 3], "Int64"),
            "day": pd.to_datetime(["2020-01-05"] * 3),
            "flag": [True, False, True],
            "y": [1.0, 0.0, 1.0],
        },
        index=[5, 3, 4],
    )
    table.to_parquet(tmp_path / "made.parquet")
    files = {"t.parquet": (tmp_path / "made.parquet").read_bytes()}
    settings = {"target": "y", "classes": [0, 1], "categorical": ["code", "kind"]}
    frame = read_and_prepared(files, {"format": "parquet"}, drop=["day"], **settings)
    assert list(frame.columns) == ["code=01", "code=1", "kind=u", "kind=v", "size", "flag", "label"]
    assert frame["size"].isna().tolist() == [False, True, False]
    assert frame["label"].tolist() == ["1", "0", "1"]
    marked = read_and_prepared(
        files, {"format": "parquet", "na_values": {"size": [3], "kind": ["v"]}}, drop=["day"], **settings
    )
    assert marked["size"].notna().tolist() == [True, False, False]
    assert "kind=v" not in marked
    with pytest.raises(DataError, match=r"column 'day' .* is not numeric: it holds '2020-01-05"):
        read_and_prepared(files, {"format": "parquet"}, **settings)


def test_what_parquet_unpacks_to_is_bounded(read_files, tmp_path, monkeypatch):
    pd.DataFrame({"a": [1.0] * 1000}).to_parquet(tmp_path / "made.parquet")
    monkeypatch.setattr("remix.study.data.declared.MAX_BYTES", 7999)
    with pytest.raises(SourceError, match=r"t\.parquet is larger than 7999 bytes when unpacked"):
        read_files({"t.parquet": (tmp_path / "made.parquet").read_bytes()}, format="parquet")


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
    "Latin": (
        {"t": b"1\n,caf\xe9\n"},
        {},
        r"t is not UTF-8 text \(byte 0xe9 at 6, line 2\).*: cp1252",
    ),
    "UTF-16": ({"t": "1,é\n".encode("utf-16")}, {}, r"not UTF-8 text \(byte 0xff at 0, line 1\).*: utf-16"),
    "UTF-16 without a mark": ({"t": "1,é\n".encode("utf-16-le")}, {}, "write encoding: utf-16-le"),
    "another encoding": (
        {"t": "1,é\n"},
        {"encoding": "ascii"},
        r"t is not ascii text .* encoding: utf-8",
    ),
    "no encoding": (
        {"t": "1,2\n"},
        {"encoding": "latni-1"},
        "there is no encoding 'latni-1'; write one",
    ),
    "a mark for no column": ({"t": "1,2\n"}, {"na_values": {"a": [0]}}, "na_values: there is no column 'a'"),
    "a count for no file": ({"t": "1,2\n"}, {"skip_rows": {"u": 1}}, "skip_rows: there is no file 'u'"),
    "Excel": (
        {"t.csv": zip_of({"xl/workbook.xml": ""})},
        {},
        "t.csv is an Excel workbook.*save the sheet",
    ),
    "OpenDocument": ({"t": zip_of({"mimetype": "", "content.xml": ""})}, {}, "t is an OpenDocument file"),
    "old Excel": ({"t.csv": b"\xd0\xcf\x11\xe0 "}, {}, r"t.csv is an Excel workbook \(xls\).*save the sheet"),
    "7z": ({"t": b"7z\xbc\xaf\x27\x1c"}, {}, "t is a 7z archive, which is not read; unpack it"),
    "rar": ({"t": b"Rar!\x1a\x07\x01\x00"}, ARFF_FORMAT, "t is a rar archive, which is not read; unpack it"),
    "Parquet": ({"t": b"PAR1"}, {}, "t is a Parquet file, which is not read; write format: parquet"),
    "a zip file": ({"t": zip_of({"a": "1,2"})}, {}, "t is not UTF-8 text"),
    "a damaged zip file": ({"t": zip_of({"a": "1,2"})[:-9] + b"\xff" * 9}, {}, "t is not UTF-8 text"),
    "no Parquet": ({"t": "1,2\n"}, {"format": "parquet"}, "t cannot be read as Parquet: "),
    "cut Parquet": ({"t": b"PAR1" + b"0" * 99}, {"format": "parquet"}, "t cannot be read as Parquet: "),
    "no KEEL": ({"t": "1,2\n"}, {"format": "keel"}, "t has no line '@data', as files of KEEL do"),
    "another KEEL": (
        {"t": "@relation r\n@attribute a real [0, 1]\n@data\n1,2\n"},
        {"format": "keel"},
        "t: its header declares 1 columns, its rows have 2",
    ),
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
