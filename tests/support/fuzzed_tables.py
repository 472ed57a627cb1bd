"""Mutations of tables of which it is known what reading them must give."""

import csv
import gzip
import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from fuzzing import chance, pick
from scipy.io import arff as scipy_arff
from sklearn.datasets import load_breast_cancer, load_wine

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
MISSING = ("", "nan", "NaN", "NAN")
QUOTING = (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
# Must go well, must be refused, or may do either as long as the values are those of an independent reading.
GOES_WELL, REFUSED, EITHER = "goes well", "refused", "either"


@dataclass
class Table:
    """A table as texts, the label last; how it is written, and what is expected of reading it.

    Attributes
    ----------
    header : list of str
    rows : list of list of str
    entry, source : dict
        Of the catalogue.
    due : str
        One of `GOES_WELL`, `REFUSED` and `EITHER`.
    what : list of str
        What was changed.
    content : bytes or None
        The file, where it is not simply the rows.
    reading : callable
        Gives features and labels by other means, of the table; None where these read less than we do. Raises
        `ValueError` where they find no table.
    """

    header: list
    rows: list
    entry: dict
    source: dict
    due: str = GOES_WELL
    what: list = field(default_factory=list)
    content: bytes | None = None
    name: str = "table.csv"
    reading: Callable | None = None


def base_table(rng):
    """Give a part of a real table."""
    data = pick(rng, [load_wine, load_breast_cancer])()
    rows = np.sort(rng.permutation(len(data.target))[: int(rng.integers(40, 90))])
    columns = rng.permutation(data.data.shape[1])[: int(rng.integers(2, 7))]
    names = [str(name).replace(" ", "_") for name in data.target_names]
    there = sorted({names[k] for k in data.target[rows]})
    header = [str(data.feature_names[j]).replace(" ", "_").replace("/", "_") for j in columns]
    cells = [[repr(float(v)) for v in data.data[i, columns]] + [names[data.target[i]]] for i in rows]
    entry = {"classes": there, "target": -1}
    return Table([*header, "kind"], cells, entry, {"format": "csv", "header": True})


def written(rng, table, line="\n", quoting=csv.QUOTE_MINIMAL):
    """Write the rows as the source says."""
    separator = table.source.get("separator", ",")
    stream = io.StringIO(newline="")
    if separator == "whitespace":
        for row in ([table.header] if table.source.get("header") else []) + table.rows:
            stream.write(pick(rng, [" ", "  ", "\t"]).join(row) + line)
    else:
        writer = csv.writer(stream, delimiter=separator, lineterminator=line, quoting=quoting)
        writer.writerows(([table.header] if table.source.get("header") else []) + table.rows)
    return stream.getvalue()


def cell(rng, table):
    """Draw the place of a feature's value."""
    return int(rng.integers(len(table.rows))), int(rng.integers(len(table.header) - 1))


def put(rng, table, texts):
    """Write one of some texts into a cell, or into some."""
    for _ in range(int(rng.integers(1, 4))):
        i, j = cell(rng, table)
        table.rows[i][j] = pick(rng, texts)


# What is written into cells, and what is to come of it.
CELLS = {
    "missing": (GOES_WELL, " ".join(MISSING)),
    "tiny": (GOES_WELL, "1e-320 4.9e-324 1e-400 -0.0 0.1000000000000000055511151231257827"),
    "unmarked missing": (REFUSED, "? NA null None N/A - missing nAn"),
    "infinite": (REFUSED, "inf -inf Infinity 1e400 -1e999 INF"),
    "words": (REFUSED, "abc 1.2.3 1,5 1_000 0x1F 12abc e5 --1 1e ٣ ½ 2020-01-02 True $5 1'000"),
    "huge": (EITHER, "9007199254740993 18446744073709551616 -1234567890123456789012345678901234567890 1e308"),
}


# Each changes a table, and says by its `due` what is to come of it.
def same_form(rng, t):
    """Write the same values in another form."""
    line, quoting = pick(rng, ["\n", "\r\n"]), pick(rng, QUOTING)
    t.source["separator"] = pick(rng, [",", ";", "\t", "|", "whitespace"])
    if chance(rng, 0.3):
        t.source["header"] = False
    text = written(rng, t, line, quoting)
    if chance(rng, 0.3):
        text = text.rstrip("\r\n")
    if chance(rng, 0.3):
        text += line * int(rng.integers(1, 4))
    if chance(rng, 0.3):
        lines = text.split(line)
        lines.insert(int(rng.integers(len(lines))), pick(rng, ["", "", "  "]))
        text = line.join(lines)
    if chance(rng, 0.3):
        t.source["skip_rows"] = 2
        skipped = pick(rng, ["it's \"quoted", "@relation x", "", "a,b,c", '"', "# é"])
        text = f"{skipped}{line}@data{line}{text}"
    content = text.encode()
    if chance(rng, 0.4):
        content = b"\xef\xbb\xbf" + content
    if chance(rng, 0.2):
        t.name, content = "table.csv.gz", gzip.compress(content, mtime=0)
    t.content = content


def blanks(rng, t):
    """Put blanks around values."""
    t.source["separator"] = ";"
    t.rows = [[pick(rng, ["", " "]) + v + pick(rng, ["", " ", "  "]) for v in row] for row in t.rows]


def numbers_written_otherwise(rng, t):
    """Write numbers in other ways that are read as the same."""
    for row in t.rows:
        for j in range(len(row) - 1):
            v = row[j]
            row[j] = pick(
                rng, [v, f"{float(v):.17e}", f"+{v}", f"0{v}", f"{v}0", repr(Decimal(v) * 1000)[9:-2] + "e-3"]
            )


def other_cells(rng, t):
    name = pick(rng, list(CELLS))
    t.due, texts = CELLS[name]
    t.what.append(name)
    put(rng, t, texts.split(" "))


def marked_missing(rng, t):
    mark = pick(rng, ["?", "NA", "-999", "na", "*", "None"])
    t.source["na_values"] = [mark if mark != "-999" else pick(rng, [-999, "-999"])]
    put(rng, t, [mark])


def quotes(rng, t):
    old, new = pick(rng, [",", "\n", "."]), pick(rng, ['"', '",', ',"', '\n"', "'"])
    t.content = written(rng, t).replace(old, new, int(rng.integers(1, 3))).encode()
    t.due = EITHER


def odd_characters(rng, t):
    if chance(rng, 0.3):
        t.source["separator"] = "whitespace"
    text = written(rng, t)
    for _ in range(int(rng.integers(1, 4))):
        i = int(rng.integers(len(text)))
        text = text[:i] + pick(rng, "\0\r\x1a\x0b\x0c\x1c\x85\xa0\u2028\u3000\ufeff\t #\\") + text[i:]
    t.content, t.due = text.encode(), EITHER


def garbled_bytes(rng, t):
    """Change, remove and add bytes; or cut the rest off."""
    content = bytearray(written(rng, t).encode())
    for _ in range(int(rng.integers(1, 5))):
        i = int(rng.integers(len(content) or 1))
        match int(rng.integers(5)):
            case 0 | 1 if content:
                content[i] = int(rng.integers(256))
            case 2:
                del content[i : i + int(rng.integers(1, 40))]
            case 3:
                content[i:i] = pick(rng, [b"\0", b"\xff" * 4, b"9" * 30, b"(", b"'", b"\n", b"-1", b","])
            case _:
                del content[i:]
    t.content, t.due = bytes(content), EITHER


def labels_renamed(rng, t):
    """Give the classes other names, in the file and in the catalogue."""
    old = t.entry["classes"]
    kinds = [
        *("1 2 3", "0.5 1.5 2.5", "1.0 2.0 3.0", "007 008 009", "-1 0 1", "<=50K >50K =50K", "yes no maybe"),
        *("'a' 'b' 'c'", "é ü ß", "1e3 2e3 3e3", "a,b c,d e,f", "None NA null", "a A aa", "True False Maybe"),
        *("9007199254740992 9007199254740993 9007199254740994", "0.1 0.10000000000000001 0.2"),
        *("1_0 10 1_00", "１ 1 2", "x\x01 y z"),
    ]
    new = dict(zip(old, pick(rng, kinds).split(), strict=False))
    t.rows = [[*row[:-1], new[row[-1]]] for row in t.rows]
    t.entry["classes"] = list(new.values())
    t.due = EITHER


CHANGES = [
    *([same_form] * 3 + [other_cells] * 5 + [numbers_written_otherwise] * 2 + [odd_characters] * 3),
    *([quotes, garbled_bytes, labels_renamed] * 2),
    *(blanks, marked_missing),
]


def mutated_table(rng):
    """Draw a table and change it."""
    table = base_table(rng)
    table.reading = read_by_python
    change = pick(rng, CHANGES)
    change(rng, table)
    table.what.append(change.__name__)
    if table.content is None:
        table.content = written(rng, table, quoting=pick(rng, QUOTING)).encode()
    return table


def read_by_python(table):
    """Read a file by Python's own means: features as floats, and labels as the catalogue writes them."""
    content = gzip.decompress(table.content) if table.name.endswith(".gz") else table.content
    stream = io.StringIO(content.decode("utf-8-sig"), newline="")
    for _ in range(table.source.get("skip_rows", 0)):
        stream.readline()
    separator = table.source.get("separator", ",")
    if separator == "whitespace":
        rows = [re.split(r"[ \t]+", line.strip(" \t\r\n")) for line in stream if line.strip()]
    else:
        rows = [
            row
            for row in csv.reader(stream, delimiter=separator, skipinitialspace=True)
            if len(row) > 1 or "".join(row).strip()
        ]
    rows = rows[1:] if table.source.get("header") else rows
    marks = {*MISSING, *(str(mark) for mark in table.source.get("na_values", ()))}
    columns = list(zip(*rows, strict=True))
    features = np.column_stack([_floats(column, marks) for column in columns[:-1]])
    names = {_label(name): name for name in table.entry["classes"]}
    return features, [names.get(_label(text), text) for text in columns[-1]]


def _floats(column, marks):
    texts = [text.strip(" \t\r\n\v\f") for text in column]
    words = {text for text in texts if text not in marks}
    if stray := [text for text in words if not _NUMBER.fullmatch(text)]:
        raise ValueError(f"{stray[0]!r} is no number")
    return [float("nan") if text in marks else float(text) for text in texts]


def _label(text):
    text = text.strip()
    return Decimal(text).normalize() if _NUMBER.fullmatch(text) else text


# --------------------------------------------------------------------------------------------- other formats


def arff(rng, table):
    """Write a table as ARFF, in one of its forms."""
    line = pick(rng, ["\n", "\r\n"])
    upper = pick(rng, [str.upper, str.lower])
    classes = ", ".join(table.entry["classes"])
    head = [
        upper("@relation") + " tiny",
        *(f"{upper('@attribute')} {name} {upper('numeric')}" for name in table.header[:-1]),
    ]
    head += [f"{upper('@attribute')} kind {{{classes}}}", upper("@data")]
    rows = [pick(rng, [",", ", "]).join(value or "?" for value in row) for row in table.rows]
    if chance(rng, 0.5):
        head.insert(int(rng.integers(len(head))), "% a comment, 'quoted")
        rows.insert(int(rng.integers(len(rows))), "% another")
    if chance(rng, 0.3):
        rows.insert(int(rng.integers(len(rows))), "")
    return line.join([*head, *rows, ""])


def mutated_arff(rng):
    """Draw a table in ARFF and change it."""
    table = base_table(rng)
    table.source, table.name = {"format": "arff"}, "table.arff"
    put(rng, table, ["", "1e5", "-3"])
    text = arff(rng, table)
    if chance(rng, 0.35):
        table.content = (b"\xef\xbb\xbf" if chance(rng, 0.3) else b"") + text.encode()
        table.reading = as_written
        return table
    table.due, table.reading = EITHER, read_by_scipy
    pieces = [
        *"{}'\"%?,\n\r\0\\ \té\u2028",
        *("@data", "@attribute x {a,b}\n", "@attribute x date\n", "@attribute", "numeric", "string", "1 2"),
        *("{0 1}", "{0 1, 2 3}", "{1", "inf", "nan", "1e400", "\\x", "\\u"),
    ]
    for _ in range(int(rng.integers(1, 4))):
        i = int(rng.integers(len(text)))
        text = text[:i] + pick(rng, [pick(rng, pieces), ""]) + text[i + int(rng.integers(0, 12)) :]
    table.content = text.encode()
    return table


def as_written(table):
    """Give features and labels as they were written."""
    features = np.array([[float(value or "nan") for value in row[:-1]] for row in table.rows])
    return features, [row[-1] for row in table.rows]


def read_by_scipy(table):
    """Read a file in ARFF by SciPy's reader, which knows less of the format; None where it fails."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data, meta = scipy_arff.loadarff(io.StringIO(table.content.decode("utf-8-sig")))
        features = np.column_stack([data[name].astype(float) for name in meta.names()[:-1]])
        return features, [label.decode() for label in data[meta.names()[-1]]]
    except Exception:
        return None
