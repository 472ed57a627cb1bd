"""Mutations of tables and images of which it is known what reading them must give."""

import csv
import gzip
import io
import re
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from fuzzing import chance, pick
from sklearn.datasets import load_breast_cancer, load_digits, load_wine

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
MISSING = ("", "nan", "NaN", "NAN")
QUOTING = (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
# Must go well, must be refused, or may do either as long as the values are those of an independent reading.
GOES_WELL, REFUSED, EITHER = "goes well", "refused", "either"


@dataclass
class Table:
    """A table as texts, how it is written, and what is expected of reading it.

    Attributes
    ----------
    header : list of str
    rows : list of list of str
        The label last.
    entry, source : dict
        Of the catalogue.
    due : str
        One of `GOES_WELL`, `REFUSED` and `EITHER`.
    what : list of str
        What was changed.
    content : bytes or None
        The file, where it is not simply the rows.
    """

    header: list
    rows: list
    entry: dict
    source: dict
    due: str = GOES_WELL
    what: list = field(default_factory=list)
    content: bytes | None = None
    name: str = "table.csv"


def base_table(rng):
    """Give a part of a real table."""
    data = pick(rng, [load_wine, load_breast_cancer])()
    rows = np.sort(rng.permutation(len(data.target))[: int(rng.integers(40, 90))])
    columns = rng.permutation(data.data.shape[1])[: int(rng.integers(2, 7))]
    names = [str(name).replace(" ", "_") for name in data.target_names]
    there = sorted({names[k] for k in data.target[rows]})
    header = [str(data.feature_names[j]).replace(" ", "_").replace("/", "_") for j in columns]
    cells = [[repr(float(v)) for v in data.data[i, columns]] + [names[data.target[i]]] for i in rows]
    entry = {
        "classes": there, "target": -1,
        "tasks": {"tiny": {"minority": [there[0]], "others": "merged", "irs": [0.25]}},
    }  # fmt: skip
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


def one_column(rng, t):
    """Write the same into all of a column, or truth values."""
    j = cell(rng, t)[1]
    value = pick(rng, ["0", "1.5", "-3", "1e300", "", "truth"])
    for i, row in enumerate(t.rows):
        row[j] = ("True", "False")[i % 2] if value == "truth" else value
    t.due = {"1e300": REFUSED, "": REFUSED, "truth": EITHER}.get(value, GOES_WELL)


def other_rows(rng, t):
    first = t.entry["classes"][0]
    ours, others = ([row for row in t.rows if (row[-1] == first) == own] for own in (True, False))
    shuffled = [t.rows[i] for i in rng.permutation(len(t.rows))]
    t.rows = pick(rng, [ours, others + ours[:1], t.rows * 2, t.rows + t.rows[:7], shuffled])
    t.due = REFUSED if t.rows is ours else GOES_WELL


def other_locale(rng, t):
    t.source["separator"] = ";"
    t.rows = [[*(v.replace(".", ",") for v in row[:-1]), row[-1]] for row in t.rows]
    t.due = REFUSED


def not_utf8(rng, t):
    text = written(rng, t)
    latin = text.replace(t.header[0], "größe").encode("latin-1")
    t.content = pick(rng, [latin, text.encode("utf-16"), b"\xff" + text.encode()])
    t.due = REFUSED


def many_columns(rng, t):
    width = 2000  # Each takes some milliseconds, however few rows there are.
    t.header = [f"f{j}" for j in range(width)] + ["kind"]
    t.rows = [[str(k) for k in rng.integers(0, 99, width)] + row[-1:] for row in t.rows]
    t.source["header"] = chance(rng, 0.5)


def no_table(rng, t):
    header = ",".join(t.header).encode()
    pages = [b"<!DOCTYPE html><html>no</html>", b"\n<html><body>404", b"<?xml version='1.0'?><e/>"]
    nothing = [b"", b"\n", b" \n\t\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", b"\0", b"\0" * 99]
    t.content = pick(rng, [*pages, *nothing, header, header + b"\n", header + b"\n\n \n"])
    t.due = REFUSED


def ragged(rng, t):
    i = int(rng.integers(len(t.rows)))
    t.rows[i] = pick(rng, [t.rows[i][1:], [*t.rows[i], "1"], t.rows[i][:1], [*t.rows[i], ""]])
    t.due = REFUSED


def wrong_delimiter(rng, t):
    content = written(rng, t)
    t.source["separator"] = pick(rng, [";", "\t", "|", ":"])
    t.content = content.encode()
    t.due = REFUSED


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
    t.content, t.due = damaged(rng, written(rng, t).encode()) or b"1", EITHER


def damaged(rng, content, head=None):
    """Change, remove and add bytes, within the first so many if asked; or cut the rest off."""
    content = bytearray(content)
    for _ in range(int(rng.integers(1, 5))):
        i = int(rng.integers(min(len(content), head or len(content)) or 1))
        match int(rng.integers(5)):
            case 0 | 1 if content:
                content[i] = int(rng.integers(256))
            case 2:
                del content[i : i + int(rng.integers(1, 40))]
            case 3:
                content[i:i] = pick(
                    rng, [b"\0", b"\xff" * 4, b"9" * 30, b"(", b"'", b"\n", b"-1", b",", b"O"]
                )
            case _:
                del content[i:]
    return bytes(content)


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
    t.entry["tasks"]["tiny"]["minority"] = [new[old[0]]]
    t.due = EITHER


def labels_that_are_none(rng, t):
    t.rows[int(rng.integers(len(t.rows)))][-1] = pick(rng, ["", "nan", "other", "0", "class_1x"])
    t.due = REFUSED


def odd_names(rng, t):
    names = ["label", "row", "label_", "", "a b", "a=b", "é", "x0", "x1", "0", "-1", "nan", "True", "." * 300]
    for j in range(len(t.header) - 1):
        if chance(rng, 0.6):
            t.header[j] = pick(rng, names)
    t.due = GOES_WELL if len({h or f"x{j}" for j, h in enumerate(t.header)}) == len(t.header) else REFUSED


def counted(rng, t):
    t.entry[pick(rng, ["rows", "features"])] = pick(rng, [1, len(t.rows) + 1, 10**9])
    t.due = REFUSED if "rows" in t.entry or t.entry["features"] != len(t.header) - 1 else GOES_WELL


CHANGES = [
    *([same_form] * 3 + [other_cells] * 5 + [one_column] * 3 + [other_rows] * 4 + [no_table] * 3),
    *([numbers_written_otherwise] * 2 + [odd_characters] * 3 + [quotes, garbled_bytes, labels_renamed] * 2),
    *(blanks, marked_missing, other_locale, not_utf8, ragged, wrong_delimiter, labels_that_are_none),
    *(odd_names, counted),
]


def mutated_table(rng):
    """Draw a table and change it."""
    table = base_table(rng)
    change = many_columns if chance(rng, 0.002) else pick(rng, CHANGES)
    change(rng, table)
    table.what.append(change.__name__)
    if table.content is None:
        table.content = written(rng, table, quoting=pick(rng, QUOTING)).encode()
    return table


class UnreadableError(Exception):
    """An independent reading finds no table here."""


def reading(table):
    """Read a file by Python's own means: features as floats, and labels as texts."""
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
    return features, [_label(text) for text in columns[-1]]


def _floats(column, marks):
    texts = [text.strip(" \t\r\n\v\f") for text in column]
    words = {text for text in texts if text not in marks}
    if words and words <= {"True", "False", "TRUE", "FALSE", "true", "false"}:
        return [float("nan") if text in marks else float(text.lower() == "true") for text in texts]
    if stray := [text for text in words if not _NUMBER.fullmatch(text)]:
        raise UnreadableError(f"{stray[0]!r} is no number")
    return [float("nan") if text in marks else float(text) for text in texts]


def _label(text):
    text = text.strip()
    return Decimal(text).normalize() if _NUMBER.fullmatch(text) else text


def classes_as_read(table):
    """Give the classes of the catalogue, as `reading` gives labels."""
    return {_label(name): name for name in table.entry["classes"]}


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
        return table
    table.due = EITHER
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


@dataclass
class Pictures:
    """Images in the files of one of the formats."""

    files: dict
    entry: dict
    source: dict
    pixels: np.ndarray
    labels: np.ndarray
    due: str = GOES_WELL


def mutated_images(rng):
    """Draw digits in one of the formats of arrays, and damage the files."""
    digits = load_digits()
    rows = np.sort(rng.permutation(len(digits.target))[: int(rng.integers(20, 40))])
    pixels, labels = digits.images[rows].astype(np.uint8), (digits.target[rows] > 7).astype(np.uint8)
    labels[:2] = [0, 1]
    form = pick(rng, ["npz", "npy", "idx", "cifar10_binary"])
    entry = {
        "classes": [0, 1], "image": [8, 8, 1], "tasks": {"tiny": {"minority": [1], "others": "merged",
        "irs": [0.1]}},
    }  # fmt: skip
    match form:
        case "npz":
            stream = io.BytesIO()
            np.savez(stream, images=pixels, labels=labels)
            files, source = {"table.npz": stream.getvalue()}, {"format": "npz"}
        case "npy":
            files = {"x.npy": _npy(rng, pixels), "y.npy": _npy(rng, labels)}
            source = {"format": "npz", "parts": [["x.npy", "y.npy"]]}
        case "idx":
            files = {"x": _idx(pixels), "y": _idx(labels)}
            source = {"format": "idx", "parts": [["x", "y"]]}
        case _:
            records = np.column_stack([labels, pixels.reshape(len(pixels), -1)])
            files, source = {"table.bin": records.tobytes()}, {"format": "cifar10_binary"}
    if chance(rng, 0.25):
        return Pictures(files, entry, source, pixels, labels)
    name = pick(rng, list(files))
    # Headers are short, and where most can go wrong.
    files[name] = damaged(rng, files[name], pick(rng, [16, 130, None]))
    if form == "npy" and chance(rng, 0.3):
        text = pick(rng, NPY_HEADERS).encode() + b"\n"
        files[name] = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + bytes(9)
    if form == "idx" and chance(rng, 0.2):
        huge = 2**32 - 1
        sizes = pick(rng, [[1] * 70, [0, huge, huge, huge], [huge] * 5, [0], [len(pixels), 8, 8] + [1] * 64])
        head = bytes([0, 0, 8, len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)
        files[name] = head + (pixels.tobytes() if len(sizes) > 60 else b"")
    return Pictures(files, entry, source, pixels, labels, EITHER)


NPY_HEADERS = [
    "{'descr': ('|u1', (2,)), 'fortran_order': False, 'shape': (3,), }",
    "{'descr': '|u1', 'fortran_order': 1, 'shape': (3,), }",
    "{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (2,), }",
    "{'descr': '|u1', 'shape': (True,), 'fortran_order': False}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,), }",
    "{'descr': '<M8', 'fortran_order': False, 'shape': (), }",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (" + "1," * 70 + "), }",
    "{'descr': '|V0', 'fortran_order': True, 'shape': (0,), }",
]


def _npy(rng, array):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version=pick(rng, [(1, 0), (2, 0), (3, 0)]))
    return stream.getvalue()


def _idx(array):
    return (
        bytes([0, 0, 8, array.ndim])
        + b"".join(size.to_bytes(4, "big") for size in array.shape)
        + array.tobytes()
    )
