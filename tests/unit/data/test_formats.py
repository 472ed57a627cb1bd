import gzip

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remix.errors import SourceError
from remix.study.data.formats import read_corpus, read_table
from remix.study.data.raw_files import looks_like_html


@pytest.fixture
def read(tmp_path):
    """Writes files and reads them as one table."""

    def read(files, **source):
        for name, content in files.items():
            (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return read_table(tmp_path, list(files), {"file": "unused", **source})

    return read


def test_csv_without_header_names_columns_by_position(read):
    table = read({"t.csv": "1,2.5,a\n3,,b\n"})
    assert list(table.columns) == ["x0", "x1", "x2"]
    assert table["x1"].isna().tolist() == [False, True]
    assert table["x2"].tolist() == ["a", "b"]


def test_csv_with_rows_before_the_header_and_own_missing_values(read):
    text = "A licence, with commas\n\nand more\nclass,aa_000, ab_000\nneg,1,na\npos,na,2\n"
    table = read({"t.csv": text}, skip_rows=3, header=True, na_values=["na"])
    assert list(table.columns) == ["class", "aa_000", "ab_000"]
    assert table["ab_000"].isna().tolist() == [True, False]


@pytest.mark.parametrize("line", ['a "quote', '"', "it's", "", " ", '"a","b', "1,2,3,4"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_stands_in_skipped_rows_hides_no_others(read, line, end):
    """A quote there is not closed by one below."""
    text = end.join([line, "second", 'size,"kind"', '1,"a"', '2,"b"', ""])
    table = read({"t.csv": text}, skip_rows=2, header=True)
    assert table.to_numpy().tolist() == [[1, "a"], [2, "b"]]


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x1c", "\x85", "\xa0", "\u3000"])
def test_blanks_are_blanks_and_tabs_alone(read, sign):
    """Python splits at more signs than pandas does, which would then fill a column with missing values."""
    text = f"1{sign}5 \t a\n 2{sign}3  b \n"
    table = read({"t.data": text}, separator="whitespace")
    assert table.to_numpy().tolist() == [[f"1{sign}5", "a"], [f"2{sign}3", "b"]]


def test_many_columns_are_named_in_no_time(read):
    """To look for each name among all others would take long."""
    names = ",".join(f"column{i}" for i in range(20_000))
    assert read({"t.csv": f"{names}\n{','.join('1' * 20_000)}\n"}, header=True).shape == (1, 20_000)


def test_an_unnamed_column_is_named_by_its_position(read):
    table = read({"t.csv": ",X1,y\nV1.924,1,5\nV2.1,2,4\n"}, header=True)
    assert list(table.columns) == ["x0", "X1", "y"]


@pytest.mark.parametrize(
    ("separator", "text"),
    [
        ("whitespace", " 1 2   a\n3\t4 b  \n\n"),
        ("\t", "1\t2\ta\n3\t4\tb\n"),
        (";", "1;2;a\r\n3;4;b\r\n"),
        (",", "1, 2, a\n3, 4, b"),
    ],
)
def test_separators(read, separator, text):
    table = read({"t.dat": text}, separator=separator)
    assert table.to_numpy().tolist() == [[1, 2, "a"], [3, 4, "b"]]


def test_quoted_cells_may_hold_separators(read):
    assert read({"t.csv": '1,"a,b"\n2,"c\nd"\n'})["x1"].tolist() == ["a,b", "c\nd"]


def test_na_and_none_are_values_unless_listed(read):
    assert read({"t.csv": "1,NA\n2,None\n"})["x1"].tolist() == ["NA", "None"]
    assert read({"t.csv": "1,NA\n2,None\n"}, na_values=["NA"])["x1"].isna().tolist() == [True, False]


def test_files_are_stacked_in_order(read):
    assert read({"b.csv": "1,a\n", "a.csv": "2,b\n"})["x0"].tolist() == [1, 2]


def test_parts_are_stacked_and_pasted(read):
    files = {"train.txt": "1\t2\t0\n", "test.txt": "3\t4\n5\t6\n", "test_labels.txt": "1\n0\n"}
    table = read(files, separator="\t", parts=["in/train.txt", ["in/test.txt", "test_labels.txt"]])
    assert table.to_numpy().tolist() == [[1, 2, 0], [3, 4, 1], [5, 6, 0]]
    assert list(table.columns) == ["x0", "x1", "x2"]


def test_pasting_different_numbers_of_rows(read):
    with pytest.raises(SourceError, match=r"a.txt has 2 rows, b.txt has 1: they cannot be pasted"):
        read({"a.txt": "1\n2\n", "b.txt": "3\n"}, parts=[["a.txt", "b.txt"]])


def test_stacking_different_numbers_of_columns(read):
    with pytest.raises(SourceError, match=r"a.txt has 2 columns, b.txt has 1: they cannot be stacked"):
        read({"a.txt": "1,2\n", "b.txt": "3\n"})


def test_a_corpus_is_read_as_the_other_files_are_and_is_no_part_of_them(read, tmp_path):
    source = {"parts": ["in/rows.tab"], "corpus": ["in/a.tab", "b.tab"], "separator": "\t", "skip_rows": 2}
    files = {f"{name}.tab": f"kind\ttext\n\n{name}\twords of {name}\n" for name in ("rows", "a", "b")}
    assert read(files, **source)["x0"].tolist() == ["rows"]
    assert read_corpus(tmp_path, source)["x1"].tolist() == ["words of a", "words of b"]
    assert read_corpus(tmp_path, {"parts": ["rows.tab"]}) is None


def test_compressed_files(read, pack):
    assert read({"t.csv.gz": gzip.compress(b"1,a\n")}).to_numpy().tolist() == [[1, "a"]]
    assert read({"t.data.Z": pack.z(b"1,a\n2,b\n" * 4)})["x1"].tolist() == ["a", "b"] * 4


# Named, since gzip puts the time into its bytes and parallel workers must collect the same tests.
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv.gz", gzip.compress(b"1,a\n" * 50)[:-9]),
        ("t.Z", b"plain"),
        ("t.Z", b"\x1f\x9d\x90\xff\xff"),
        ("t.gz", b"x"),
    ],
    ids=["truncated", "not compress", "a code that stands for nothing", "not gzip"],
)
def test_damaged_compressed_files(read, name, content):
    with pytest.raises(SourceError, match=f"{name} cannot be unpacked: "):
        read({name: content})


def growing(count):
    """A .Z file of n codes of nine bits, each for a string longer by a byte: n (n + 1) / 2 bytes."""
    codes = [97, *range(257, 256 + count)]
    bits = sum(code << (9 * i) for i, code in enumerate(codes))
    return b"\x1f\x9d\x90" + bits.to_bytes((9 * count + 7) // 8, "little")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", b"1,a\n" * 1000),
        ("t.csv.gz", gzip.compress(b"1,a\n" * 1000)),
        ("t.csv.Z", growing(250)),
    ],
    ids=["plain", "gzip", "compress"],
)
def test_what_files_unpack_to_is_bounded(read, monkeypatch, name, content):
    monkeypatch.setattr("remix.study.data.raw_files.MAX_BYTES", 2000)
    with pytest.raises(SourceError, match=f"{name} is larger than 2000 bytes"):
        read({name: content})


def test_no_gzip(read, pack, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match=r"gzip is not there, which unpacks \.Z files"):
        read({"t.Z": pack.z(b"1,a\n")})


ARFF = """% A comment
@RELATION tiny
@ATTRIBUTE name STRING
@ATTRIBUTE f1 REAL
@ATTRIBUTE 'class' {0, '1'}
@DATA
'a, b',1.5,0
c,?,1
"""


def test_arff(read):
    table = read({"t.arff": ARFF}, format="arff")
    assert list(table.columns) == ["name", "f1", "class"]
    assert table["name"].tolist() == ["a, b", "c"]
    assert table["f1"].isna().tolist() == [False, True]
    assert table["class"].tolist() == ["0", "1"]


def test_openml_files_are_arff_unless_told_otherwise(tmp_path):
    (tmp_path / "9.arff").write_text(ARFF)
    assert read_table(tmp_path, ["9.arff"], {"openml": 9}).shape == (2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "no arff",
        ARFF + "too,few\n",
        "@RELATION r\n@ATTRIBUTE a WRONG\n@DATA\n1\n",
        "@RELATION r\n@ATTRIBUTE a {x,y}\n@DATA\n5%d\n",
    ],
)
def test_broken_arff(read, text):
    with pytest.raises(SourceError, match=r"t.arff cannot be read as ARFF: ") as caught:
        read({"t.arff": text}, format="arff")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "source", "message"),
    [
        ("", {}, "t.csv is empty"),
        ("\n \n", {}, "t.csv is empty"),
        ("a,b\n", {"header": True}, "t.csv has a header, but no rows"),
        ("1,2\n", {"skip_rows": 3}, "t.csv has nothing below the 3 rows that are skipped"),
        ("@RELATION r\n@ATTRIBUTE a REAL\n@DATA\n", {"format": "arff"}, "t.csv has a header, but no rows"),
        ("\n <!DOCTYPE html>\n<title>Sign in", {}, "t.csv is an HTML page, not data"),
        ("<html>", {"format": "arff"}, "t.csv is an HTML page, not data"),
        (b"1,caf\xe9\n", {}, r"t.csv is not UTF-8 text \(byte 0xe9 at 5\); convert it to UTF-8"),
        ("1,2,a\n3,4\n", {}, "line 2 has 2 columns, line 1 has 3; is it cut short"),
        ("1,2\n3,4,5\n", {}, "line 2 has 3 columns, line 1 has 2"),
        ("l\n\na,b\n1,2,3\n", {"skip_rows": 1, "header": True}, "line 4 has 3 columns, line 3 has 2"),
        ("a,b,a\n1,2,3\n", {"header": True}, "t.csv has two columns called 'a'"),
    ],
)
def test_what_cannot_be_read_is_named(read, content, source, message):
    with pytest.raises(SourceError, match=message):
        read({"t.csv": content}, **source)


def test_a_byte_order_mark_is_no_part_of_the_first_name(read):
    assert list(read({"t.csv": b"\xef\xbb\xbfa,b\n1,2\n"}, header=True).columns) == ["a", "b"]


def test_html_is_told_from_data():
    assert looks_like_html(b"\xef\xbb\xbf  <HTML lang=en>")
    assert not looks_like_html(b"<5,3\n")


@given(st.lists(st.lists(st.floats(allow_nan=False), min_size=2, max_size=2), min_size=1, max_size=5))
def test_numbers_are_read_exactly(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("numbers")
    (folder / "t.csv").write_text("\n".join(",".join(map(repr, row)) for row in rows))
    table = read_table(folder, ["t.csv"], {"file": "t.csv"})
    np.testing.assert_array_equal(table.to_numpy(dtype=float), np.array(rows))
    assert isinstance(table.index, pd.RangeIndex)
