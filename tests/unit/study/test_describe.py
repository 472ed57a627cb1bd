"""What is told of a table: every kind of column, and an entry that reads the table as it was told."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from remix.errors import RemixError
from remix.study.code import ROOT
from remix.study.config import DEFAULT_FILES, load_configuration, overlaid, read_overlay
from remix.study.data.catalogue import Dataset
from remix.study.data.preparation import read_and_prepare
from remix.study.describe import describe

N = 60
LABELS = np.where(np.arange(N) % 5 == 0, "yes", "no")
PLAIN = {"a": np.sin(np.arange(N)).round(4), "b": np.arange(N) % 7 + 0.5}


def table(**columns):
    return pd.DataFrame({**PLAIN, **columns, "fraud": LABELS})


@pytest.fixture
def described(tmp_path):
    """Describes a text or a frame; gives the entry of the dataset, the YAML and the problem."""

    def made(content, target="fraud", name="my.csv", **options):
        path = tmp_path / name
        if isinstance(content, pd.DataFrame):
            content = content.to_csv(index=False, **options)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        text, problem = describe(path, target)
        return next(iter(yaml.safe_load(text)["datasets"].values())), text, problem

    return made


def plain(text):
    """The comments, whose lines may break anywhere."""
    return " ".join(text.replace("#", "").split())


def accepted(text):
    """The rows of each class that a run takes from the entry."""
    ((name, entry),) = yaml.safe_load(text)["datasets"].items()
    (source,) = entry["sources"]
    path = Path(source["file"])
    prepared = read_and_prepare(path.parent, [path.name], Dataset.from_entry(name, entry), source)
    return prepared["label"].value_counts().sort_index().to_dict()


@pytest.mark.parametrize(
    ("column", "drop", "said"),
    [
        ([3] * N, ["c"], "always 3"),
        ([None] * N, ["c"], "no value at all"),
        (np.arange(N) + 100, ["c"], "its whole numbers are all different and in order"),
        ([f"k{7 * k % N:03}" for k in range(N)], ["c"], "its texts are all different"),
        *(
            (pd.date_range("2020-01-01", periods=N).repeat(2)[:N].strftime(form), ["c"], "dates")
            for form in ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d-%b-%Y", "%b %d, %Y", "%d %B %Y 12:00")
        ),
        ([f"{k % 24:02}:{k % 4 * 15:02}" for k in range(N)], ["c"], "dates or times"),
        (np.where(LABELS == "yes", 1, 0), ["c"], "it determines the label"),
        (np.where(LABELS == "yes", 9.0, 1.0) + np.arange(N) / N, ["c"], "it determines the label"),
        (np.arange(N) % 3 + 0.25, [], ""),
    ],
)
def test_what_is_no_feature_is_dropped_with_the_reason(described, column, drop, said):
    entry, text, problem = described(table(c=column))
    assert entry["drop"] == drop
    assert said in text
    assert problem is None
    assert entry["features"] == 3 - len(drop)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (np.arange(N) * 37 % 1009, "another whole number in every row"),
        ([k // 4 for k in range(N)], "4.0 rows on average: they may be groups"),
    ],
)
def test_a_name_tells_what_numbers_are(described, column, said):
    entry, text, _ = described(table(CustomerID=column))
    assert entry["drop"] == ["CustomerID"]
    assert said in text
    entry, text, _ = described(table(amount=column))
    assert entry["drop"] == []


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        *((name, False) for name in ("person_income", "Personal", "session_duration", "household_size")),
        *((name, True) for name in ("person", "CustomerNumber", "individual", "household_nr")),
    ],
)
def test_what_is_told_of_an_owner_names_no_groups(described, name, groups):
    frame = pd.concat([table()] * 4, ignore_index=True)
    frame[name] = np.arange(4 * N)[::-1] // 4
    entry, *_ = described(frame)
    assert (name in entry["drop"]) == groups


def test_a_column_that_names_groups_is_offered_as_such(described):
    entry, text, _ = described(table(patient=[f"p{k // 4}" for k in range(N)]))
    assert entry["drop"] == ["patient"]
    assert "groups" not in entry
    assert "# groups: patient" in text
    grouped = text.replace("      - patient", "").replace(
        "    # groups: patient   #", "    groups: patient   #"
    )
    assert yaml.safe_load(grouped)["datasets"]["my"]["groups"] == "patient"


def test_texts_are_categories_or_dropped(described):
    long = [f"this is the text number {k // 2 % 29} of them" for k in range(N)]
    many = [f"z{k}" for k in range(N - 1)] + ["z0"]
    colours = np.resize(["red", "green", "blue"], N)
    entry, text, problem = described(table(colour=colours, long=long, many=many))
    assert entry["categorical"] == ["colour", "long"]
    assert entry["drop"] == ["many"]
    assert "3 values: red (20), green (20), blue (20)" in text
    assert "59 different texts: as categories each would be a column" in text
    assert problem is None


@pytest.mark.parametrize("mark", ["?", "NA", "N/A", "NULL", "-", "missing"])
def test_marks_of_missing_values_among_numbers(described, mark):
    column = [mark if k % 10 == 0 else k % 13 + 0.5 for k in range(N)]
    entry, text, problem = described(table(c=column))
    assert entry["sources"][0]["na_values"] == [mark]
    assert "6 cells of c" in text
    assert entry["categorical"] == []
    assert problem is None


@pytest.mark.parametrize(("mark", "words"), [("unknown", ["unknown", "never"]), ("-", ["+", "-"])])
def test_a_mark_among_numbers_is_none_where_it_is_a_word(described, mark, words):
    column = [mark if k % 10 == 0 else k % 13 + 0.5 for k in range(N)]
    entry, _, problem = described(table(c=column, word=np.resize(words, N), d=np.resize(["NA", "x", "y"], N)))
    assert entry["sources"][0]["na_values"] == {"*": ["NA"], "c": [mark]}
    assert (entry["categorical"], problem) == (["word", "d"], None)


@pytest.mark.parametrize("label", [None, "NA", "#VALUE!"])
def test_rows_without_a_label_are_left_out_by_a_line(described, label):
    """The entry is refused as it is, and holds when the line is no comment any more."""
    frame = table().assign(fraud=np.where(np.arange(N) < 3, label, LABELS))
    entry, text, problem = described(frame)
    assert problem.startswith("3 rows have no label, the first of them row 0")
    assert (entry["classes"], entry["rows"]) == (["no", "yes"], N - 3)
    assert "# omit_unlabelled: true   # 3 rows" in text
    assert accepted(text.replace("# omit_unlabelled", "omit_unlabelled")) == {"no": 46, "yes": 11}


def test_classes_of_too_few_rows_are_left_out(described):
    labels = np.where(np.arange(N) < 3, "maybe", np.where(np.arange(N) == 59, "perhaps", LABELS))
    entry, text, problem = described(table().assign(fraud=labels))
    assert (entry["classes"], entry["omit_classes"], entry["rows"]) == (
        ["no", "yes"], ["maybe", "perhaps"], N - 4,
    )  # fmt: skip
    assert entry["tasks"]["my"]["others"] == "merged"
    assert "omit_classes leaves out maybe: 3 rows, perhaps: 1 row; are these rows of the data?" in plain(text)
    assert problem is None
    assert accepted(text) == {"no": 45, "yes": 11}


def test_a_class_of_too_few_rows_that_cannot_be_left_out_is_a_problem(described):
    labels = np.where(np.arange(N) < 3, "rare", "no")
    entry, _, problem = described(table().assign(fraud=labels))
    assert "omit_classes" not in entry
    assert problem.startswith(
        "class rare has 3 rows, and 4 are needed to train, validate and test it; join it"
    )


def test_a_long_name_is_cut_and_shown(described):
    _, text, _ = described(table(c=np.resize(["a", "b" * 60], N)))
    assert f"a (30), {'b' * 40}… (30)" in text


def test_blanks_around_a_label_do_not_count(described):
    entry, text, problem = described(
        table().assign(fraud=[f" {label}" + " " * (i % 2) for i, label in enumerate(LABELS)])
    )
    assert "no: 48 rows, yes: 12 rows" in text
    assert (entry["rows"], problem) == (N, None)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (np.resize(["No", "no", "yes", "no"], N), "classes No, no differ in case only: if they are one"),
        (np.resize(["-", "no", "yes", "no"], N), "class -: if it is no label, add it to na_values"),
    ],
)
def test_classes_that_may_be_none(described, labels, said):
    assert said in plain(described(table().assign(fraud=labels))[1])


NUMBERS = np.arange(N) * 37 % 59 + 0.5


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (np.where(np.arange(N) == 5, "<5", NUMBERS), "c: numbers, but for row 5, with <5: read as texts"),
        (np.where(np.arange(N) % 20 == 2, "low", NUMBERS), "but for 3 rows, the first of them 2, with low"),
        ([f"${v:,}" for v in NUMBERS * 1000], "c: numbers with something beside them, such as $500.0"),
        ([f"{v:.0f} kg" for v in NUMBERS], "such as 0 kg: read as texts; leave the numbers alone"),
        ([f"{v:.0f}%" for v in NUMBERS], "such as 0%"),
        ([f"size {k % 7}" for k in range(N)], ""),
        (np.resize(["36 months", "60 months"], N), ""),
        (np.resize(["1st", "2nd", "3rd"], N), ""),
        (np.resize([*["1. white"] * 9, "2. black", "3. other"], N), ""),
    ],
)  # fmt: skip
def test_numbers_that_are_read_as_texts(described, column, said):
    _, text, problem = described(table(c=column))
    assert said in plain(text)
    assert ("read as texts" in text) == bool(said)
    assert problem is None


def test_a_line_that_is_no_row_is_said_once(described):
    lines = table(c=NUMBERS).to_csv(index=False).splitlines()
    _, text, _ = described("\n".join([lines[0], "mm,s,kg,no", *lines[1:]]))
    assert (
        "a, b, c: numbers, but for row 0, with mm, s, kg: read as texts; are these rows of the data?"
        in plain(text)
    )


def test_a_line_that_is_left_out_makes_no_texts_of_numbers(described):
    lines = table(c=NUMBERS).to_csv(index=False).splitlines()
    entry, text, problem = described("\n".join([*lines, lines[0]]))
    assert (entry["drop"], entry["categorical"], entry["omit_classes"], problem) == ([], [], ["fraud"], None)
    assert accepted(text) == {"no": 48, "yes": 12}


def test_words_that_may_be_categories_are_no_marks(described):
    entry, *_ = described(table(c=np.resize(["none", "-", "N/A", "beer", "wine", "tea"], N)))
    assert entry["sources"][0]["na_values"] == ["N/A"]
    assert entry["categorical"] == ["c"]


@pytest.mark.parametrize(
    ("separator", "header"), [(",", True), (";", True), ("\t", True), ("|", False), (" ", False)]
)
def test_separator_and_header(described, separator, header):
    frame = table(word=np.resize(["x", "y"], N))
    entry, _, problem = described(frame, "fraud" if header else "3", sep=separator, header=header)
    source = entry["sources"][0]
    assert source["separator"] == ("whitespace" if separator == " " else separator)
    assert source["header"] is header
    assert entry["target"] == ("fraud" if header else 3)
    assert entry["categorical"] == (["word"] if header else [2])
    assert (entry["rows"], problem) == (N, None)


@pytest.mark.parametrize("lines", [1, 3, 20])
def test_lines_above_the_table_are_skipped(described, lines):
    above = "".join(f"Report, made of\tthings; line {k}, of, many, more, words\n" for k in range(lines))
    entry, text, problem = described(above + table().to_csv(index=False))
    assert entry["sources"][0]["skip_rows"] == lines
    assert "the first is: Report, made of" in text
    assert problem is None


def test_a_broken_row_is_no_line_above_the_table(described):
    rows = table().to_csv(index=False).splitlines()
    rows[10] += ",1"
    with pytest.raises(RemixError, match="line 11 has 4 columns, line 1 has 3"):
        described("\n".join(rows))


def test_a_blank_name_and_rows_that_are_copies(described):
    frame = pd.concat([table(), table().iloc[:4]])
    entry, text, problem = described(frame.reset_index(drop=True).to_csv())
    assert entry["drop"] == [0]
    assert "4 rows of 64 are exact copies of an earlier one" in text
    assert problem is None


@pytest.mark.parametrize(
    ("labels", "classes", "minority", "others"),
    [
        (np.where(np.arange(N) < 7, 1, 0), ["0", "1"], ["1"], "merged"),
        (np.where(np.arange(N) < 7, "01", "1"), ["01", "1"], ["01"], "merged"),
        (np.resize(["1", "x", "x"], N), ["1", "x"], ["1"], "merged"),
        (np.where(np.arange(N) < 7, "on", np.where(np.arange(N) < 20, "off", "no")),
         ["no", "off", "on"], ["on"], "kept"),
    ],
)  # fmt: skip
def test_classes_and_the_natural_ratio(described, labels, classes, minority, others):
    shuffled = np.random.default_rng(0).permutation(labels)
    entry, _, problem = described(table().assign(fraud=shuffled))
    assert entry["classes"] == classes
    (task,) = entry["tasks"].values()
    assert (task["minority"], task["others"], problem) == (minority, others, None)
    assert task["irs"] == ["natural"]


@pytest.mark.parametrize(
    ("numbers", "separator", "signs"),
    [
        (["1,5", "20,25", "3,0"], ";", {"decimal": ","}),
        (["5", "5,5", "6", "7"], ";", {"decimal": ","}),
        (["1.002,5", "1.030,25"], ";", {"decimal": ",", "thousands": "."}),
        (["1 234,5", "1 234 567,5"], ";", {"thousands": " ", "decimal": ","}),
        (["1 234", "12 345", "999"], ",", {"thousands": " "}),
        (["1'234.5", "1'234'567.5"], ",", {"thousands": "'"}),
        (["1\u202f234,5", "12\u202f345,6", "7"], ";", {"thousands": "\u202f", "decimal": ","}),
        (["999", "1,234", "12", "34", "56", "78"], ",", {"thousands": ","}),
        # Three digits follow the comma in each: 54,947 is not 54.947.
        (["54,947", "1,007", "40,999"], ",", {"thousands": ","}),
        (["54,947.50", "1,007.50"], ",", {"thousands": ","}),
        (["5", "5,5", "6,2,1"], ";", {}),
    ],
)
def test_signs_in_numbers(described, numbers, separator, signs):
    frame = table().assign(a=np.arange(N) % 4, b=np.arange(N) % 7, c=np.resize(numbers, N))
    entry, text, problem = described(frame, sep=separator)
    (source,) = entry["sources"]
    assert {key: source[key] for key in ("decimal", "thousands") if key in source} == signs
    assert ("read as thousands" in text) == (signs == {"thousands": ","})
    assert problem is None
    assert (entry["drop"], entry["categorical"]) == ([], [] if signs else ["c"])


def test_three_digits_after_a_comma_that_others_lack_are_decimals(described):
    columns = {
        "c": [f"{k % 40 + 1},{7 * k % 1000:03}" for k in range(N)],
        "d": [f"0,{k % 90 + 10}" for k in range(N)],
    }
    (source,) = described(table(**columns))[0]["sources"]
    assert (source.get("thousands"), source.get("decimal")) == (None, ",")


def test_a_value_of_the_larger_class_tells_where_it_has_hardly_another(described):
    """The classes are nearly as large, and one value is that of all rows of the larger one but a few."""
    labels = np.where(np.arange(N) % 9 < 5, "no", "yes")
    flag = np.where((labels == "no") & (np.arange(N) % 10 > 0), "N", "Y")
    _, text, _ = described(table(flag=flag, f=np.arange(N) % 4).assign(fraud=labels))
    assert "flag: all rows with N (30) are of class no: is it known before the label is?" in plain(text)
    assert "f: all rows" not in text


def test_zeros_before_whole_numbers_are_said(described):
    zips = [f"{v:05}" for v in np.arange(N) * 37 % 1009 + 500]
    entry, text, problem = described(
        table(zip=zips, day=np.resize(["01", "02", "10"], N), c=np.arange(N) % 13)
    )
    words = plain(text)
    assert "zip has zeros before whole numbers, such as 00500, as codes do: read as numbers" in words
    assert "day has zeros before whole numbers, such as 01" in words
    assert "c has zeros" not in words
    assert (entry["drop"], entry["categorical"], problem) == ([], [], None)


def test_what_the_run_notes_is_said_before(described):
    n = 240
    frame = pd.DataFrame(
        {"a": np.arange(n) * 37 % 1009, "b": np.where(np.arange(n) < 30, 0, np.arange(n) % 60 + 1)}
    )
    frame["fraud"] = np.where(np.arange(n) < 40, "yes", "no")
    frame = frame.sample(frac=1, random_state=0)
    words = plain(described(frame)[1])
    assert "column 'a' may name the rows: its whole numbers are all different" in words
    assert "column 'b' may tell the label: all 30 rows with the value 0" in words


@pytest.mark.parametrize(
    ("kinds", "quote"),
    [
        (["'a, b'", "'c'"], "'"),
        (["c", "'a; b'"], "'"),
        (["'90s", "'80s"], None),
        (["'a'", "'b"], None),
    ],
)
def test_single_quotes(described, kinds, quote):
    rows = [f"{a},{kind},{y}" for a, kind, y in zip(PLAIN["a"], np.resize(kinds, N), LABELS, strict=True)]
    entry, text, problem = described("\n".join(["a,kind,fraud", *rows]))
    assert (entry["sources"][0].get("quote"), problem) == (quote, None)
    assert f"{kinds[1].strip(quote or '')} (30)" in text


@pytest.mark.parametrize(("header", "row"), [("a,b,fraud", "{0},{1},{2},{3}"), ("a,b,fraud", "{1},{2},{3},")])
def test_a_header_with_other_columns_is_said(described, header, row):
    """As R writes row names, and with a separator at the end of rows."""
    rows = [row.format(k, a, k % 7, y) for k, (a, y) in enumerate(zip(PLAIN["a"], LABELS, strict=True))]
    with pytest.raises(
        RemixError, match=r"line 1 names 'fraud', but it has . columns, and the rows have .: give"
    ):
        described("\n".join([header, *rows]))


def test_an_error_is_that_of_the_separator_and_names_the_file(described):
    """By commas, which are decimal, the first line has one column."""
    lines = table().to_csv(index=False, sep=";", decimal=",").splitlines()
    with pytest.raises(RemixError, match=r"my\.csv: line 31 has 1 columns, line 1 has 3; is it cut short"):
        described("\n".join([*lines[:30], "broken", *lines[30:]]))


def test_text_that_is_not_utf_8(described):
    content = table(c=np.resize(["señor", "dueña", "niño"], N)).to_csv(index=False).encode("latin-1")
    entry, text, problem = described(content)
    assert entry["sources"][0]["encoding"] == "cp1252"
    assert "señor (20)" in text
    assert problem is None


def test_doubts(described):
    rare = np.where(LABELS == "yes", "stolen", np.resize(["a", "b"], N))
    codes, marked = np.arange(N) % 4, np.where(np.arange(N) % 9 == 0, -999, np.arange(N) % 11)
    _, text, _ = described(table(codes=codes, marked=marked, kind=np.where(np.arange(N) < 3, "a", rare)))
    words = " ".join(text.replace("#", "").split())
    assert "codes holds the whole numbers 0, 1, 2, 3: if they are codes, list it in categorical" in words
    assert "marked is -999 in 7 rows, far from the others: missing?" in words
    assert "kind: all rows with stolen (11) are of class yes" in words


def test_codes_of_the_same_values_are_said_once(described):
    codes = {f"q{k}": (np.arange(N) + k) % 4 for k in range(9)}
    words = plain(described(table(**codes))[1])
    assert "q0, q1, q2, q3, q4, q5 … hold the whole numbers 0, 1, 2, 3: if they are codes, list them" in words
    assert words.count("the whole numbers") == 1


def test_the_entry_is_an_overlay_that_is_sound(described, tmp_path):
    _, text, _ = described(table(colour=np.resize(["red", "#1", "a: b"], N)))
    path = tmp_path / "my.yaml"
    path.write_text(text)
    config = {}
    for file in (*DEFAULT_FILES, path):
        config = overlaid(config, read_overlay(file))
    found = load_configuration(config, [*DEFAULT_FILES, path], ROOT / "workflow" / "schemas")
    assert list(found.study.tasks) == ["my"]
    assert found.report == "answer"
    assert all(line.startswith("#") for line in text.partition("\nstudy:")[0].splitlines() if line)


def test_a_path_that_is_not_absolute_has_its_folder_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table().to_csv("my.csv", index=False)
    assert "- file: my.csv   # as seen from the folder of this YAML" in describe(Path("my.csv"), "fraud")[0]


def test_compressed_files_and_arff(described):
    entry, _, problem = described(gzip.compress(table().to_csv(index=False).encode()), name="my.csv.gz")
    assert (list(entry["tasks"]), entry["rows"], problem) == (["my"], N, None)
    rows = "\n".join(f"{k % 7}.5,{label}" for k, label in enumerate(LABELS))
    head = "@relation r\n@attribute a numeric\n@attribute fraud {yes,no}\n@data\n"
    entry, _, problem = described(head + rows, None, name="my.arff")
    assert entry["sources"][0]["format"] == "arff"
    assert (entry["target"], problem) == ("fraud", None)


@pytest.mark.parametrize(
    ("content", "target", "message"),
    [
        (table(), None, "the column of the label is not known; name it by --target. Columns: a, b, fraud"),
        (table(), "froud", "there is no column 'froud'; there is a, b, fraud"),
        (table(), "9", "there is no column '9'"),
        (table(), "a", r"has 60 different values; a column of labels has 2 to 50"),
        (table(), "b", "holds fractions, which are no labels"),
        (table(c=1), "c", "has 1 different value; "),
        ("a\n1\n2\n", "a", "one column, whichever of"),
        ("", "a", "is empty"),
        ("<!doctype html><p>no", "a", "HTML page"),
        ('[{"a": 1}, {"a": 2}]', "a", "is a JSON file, which is not read; write the table as csv"),
    ],
)
def test_what_cannot_be_described_is_one_line(described, content, target, message):
    with pytest.raises(RemixError, match=message) as raised:
        described(content, target)
    assert "\n" not in str(raised.value)
