"""From a table to its entry in the catalogue: what can be told from the cells, as YAML with the reasons.

Everything that is decided about a table stands in the YAML. The file is read by the code that fetches it in a
run, and the entry is tried on it before it is given away.
"""

import csv
import math
import re
import tempfile
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from remix.errors import DataError, RemixError, SourceError, one_line
from remix.study.data.catalogue import Dataset
from remix.study.data.columns import NOMINAL, UNNAMED
from remix.study.data.formats import EVERYWHERE, likely_encoding, read_table
from remix.study.data.labels import listing
from remix.study.data.preparation import read_and_prepare
from remix.study.data.raw_files import unpacked
from remix.study.data.sources.collecting import collect
from remix.study.data.suspicion import identifier
from remix.study.words import counted

# In the order in which they are believed. Blanks are in names and texts too: they separate where nothing
# else does.
SEPARATORS = (",", ";", "\t", "|")
BLANKS = "whitespace"
# Lines that are enough to tell how a file is written, and lines above the table at most.
HEAD, MOST_SKIPPED = 500, 40
HEAD_FOLDER = "head"
# What stands for a missing value in whatever column, and what does so only among numbers.
MARKS = (
    *("?", "NA", "N/A", "n/a", "#N/A", "<NA>", "NULL", "null"),
    *("#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"),  # of spreadsheets
)
MARKS_AMONG_NUMBERS = (*MARKS, "na", "None", "none", "-", "--", ".", "..", "missing", "unknown", "Unknown")
# Numbers that often stand for a missing value.
NUMBERS_AS_MARKS = (-1, -9, -99, -999, -9999, 99, 999, 9999, 99999)
MOST_CLASSES, MOST_CATEGORIES, FEWEST_ROWS = 50, 50, 10
# A column of texts of which this share is numbers is likely to be meant as numbers.
MOSTLY = 0.75
# Whole numbers of so few values may be codes.
MOST_CODES = 10
# Rows of a class below which it cannot be trained, validated and tested in two folds.
FEWEST_OF_CLASS = 4
# A value whose rows are all of one class by chance once in a million columns.
CHANCE = 1e-6
WIDTH = 110

_DECIMAL_COMMA = re.compile(r"-?(\d+|\d{1,3}(\.\d{3})+),\d+")
_COMMA_OF_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_OTHER_THOUSANDS = r"^-?\d{1,3}([ '\u2019\u00a0\u202f])\d{3}(\1\d{3})*([.,]\d+)?$"
# A number, and the sign or the unit that is written before it and behind it.
_UNIT = r"^([^\w\s.,-]{0,2}) ?-?\d[\d.,]*( ?[^\W\d]{1,8}| ?[^\w\s.,-]{1,2}|)$"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    r"\d{4}([-/.])\d{1,2}\1\d{1,2}([ T].*)?|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}( .*)?"
    r"|\d{1,2}:\d\d(:\d\d)?( ?[ap]m)?"
    rf"|\d{{1,2}}[ -]{_MONTH}[ -]\d{{2,4}}( .*)?|{_MONTH} \d{{1,2}},? \d{{4}}( .*)?",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"(?i:^|[_\W])(?i:id|uid|uuid|index|idx|key)$|[a-z](ID|Id)$|^(?i:unnamed.*)$|^$")
# Who several rows may be of; person_income is not.
_OWNER = re.compile(
    r"(?i)(patient|customer|client|subject|user|person|household|account|session|device|family|individual"
    r"|participant|respondent)[\W_]*(id|nr|no|num|number|key|code|name)?$"
)


@dataclass
class _Findings:
    """What is said of a table: columns that are not used as numbers, each with the reason, and doubts."""

    drop: dict[str, str] = field(default_factory=dict)
    categorical: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    # Columns that are numbers but for the same rows, with what stands there; columns of the same codes; those
    # whose values tell the label.
    no_numbers: dict[tuple[int, ...], dict[str, str]] = field(default_factory=dict)
    codes: dict[str, list[str]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Classes:
    """What the column of the label holds: rows of each class, of those that are too small, and of none."""

    column: int
    counts: dict[Any, int]
    small: dict[Any, int]
    unlabelled: int


def describe(path: Path, target: str | None = None, name: str | None = None) -> tuple[str, str | None]:
    """Write the catalogue entry of a table, as an overlay that trains the methods on this table alone.

    Parameters
    ----------
    path : Path
        A file of comma-separated or likewise separated values, an ARFF file, or an archive of one of these.
    target : str, optional
        The column of the label: its name, or its position from 0. An ARFF file's is the last unless named.
    name : str, optional
        What the dataset and its task are called; by default after the file.

    Returns
    -------
    text : str
        YAML, with all reasons as comments.
    problem : str or None
        Why the table cannot be trained on with this entry, as the run would say it; None if it can.

    Raises
    ------
    RemixError
        If the file cannot be read as a table, or the target is not known or holds no classes.
    """
    if not path.is_file():
        raise SourceError(f"{path} is not there; give the path of a file")
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder, "raw")
        raw.mkdir()
        (file, *_) = collect([path], {"file": str(path)}, raw)
        source, skipped = _layout(raw, file, target)
        table = read_table(raw, [file], source)
        label = _target(table, source, target, skipped)
        source |= _signs_in_numbers(table, label, source.get("separator", ","))
        codes = _zeros_before(raw / HEAD_FOLDER, source)
        # The label as it is written: 01 is not 1.
        table = read_table(raw, [file], source, None, [label])
        marks = _marks(table, label)
        if marks:
            source["na_values"] = _na_values(table, marks)
            table = read_table(raw, [file], source, None, [label])
        labels = table.iloc[:, label].map(_label, na_action="ignore")
        classes = _classes(labels, label)
        used = table[labels.isin(list(classes.counts))]
        findings = _findings(used, label)
        findings.doubts += [
            f"{name} has zeros before whole numbers, such as {shown}, as codes do: read as numbers; "
            "if they are codes, list it in categorical or drop"
            for name, shown in codes.items()
            if name not in {*findings.drop, *findings.categorical, str(table.columns[label])}
        ]
        if source.get("thousands") == ",":
            findings.doubts.append(
                "three digits follow each comma in numbers: read as thousands; if it is decimal, write "
                "decimal: ',' in the place of thousands: ','"
            )
        own = name or _name(path)
        text = _entry(path, own, source, used, classes, findings, marks, skipped)
        dataset = yaml.safe_load(text)["datasets"][own]
        notes: list[str] = []
        try:
            (taken,) = dataset["sources"]
            read_and_prepare(raw, [file], Dataset.from_entry(own, dataset), taken, notes=notes)
        except RemixError as error:
            return text, one_line(error)
        # What the run writes into its log only, but for the columns of which it is said already.
        findings.doubts += [note for note in notes if not any(f"'{name}'" in note for name in findings.told)]
        text = _entry(path, own, source, used, classes, findings, marks, skipped)
    rarest = min(classes.counts, key=lambda each: classes.counts[each])
    if classes.counts[rarest] < FEWEST_OF_CLASS:
        return text, (
            f"class {rarest} has {counted(classes.counts[rarest], 'row')}, and {FEWEST_OF_CLASS} are needed "
            "to train, validate and test it; join it to another class in the file, or take its rows out"
        )
    return text, None


def _signs_in_numbers(table: pd.DataFrame, label: int, separator: str) -> dict[str, Any]:
    """Find whether commas are decimal or group thousands, or blanks and the like do, by columns of such."""
    commas: list[pd.Series] = []
    others: list[pd.DataFrame] = []
    for i in range(table.shape[1]):
        values = table.iloc[:, i].dropna()
        if i == label or pd.api.types.is_numeric_dtype(values):
            continue
        texts = values.astype(str).str.strip()
        texts = texts[~texts.isin(MARKS_AMONG_NUMBERS)]
        thousands = texts.str.fullmatch(_COMMA_OF_THOUSANDS)
        decimal, whole = texts.str.fullmatch(_DECIMAL_COMMA), texts.str.fullmatch(r"-?\d+")
        grouped = texts.str.extract(_OTHER_THOUSANDS)
        alike = [thousands] if separator == "," else [thousands, decimal, grouped[0].notna()]
        rest = [each.any() and (each | whole).all() for each in alike]
        if (thousands | decimal).mean() > 0.5 or any(rest[:2]):
            commas.append(texts[thousands | decimal])
        elif grouped[0].notna().mean() > 0.5 or any(rest[2:]):
            others.append(grouped[grouped[0].notna()])
    if others:
        every = pd.concat(others)
        comma = every[2].str.startswith(",").any() or bool(commas)
        return {"thousands": every[0].mode()[0]} | ({"decimal": ","} if comma else {})
    if not commas:
        return {}
    written = pd.concat(commas)
    if written.str.fullmatch(_COMMA_OF_THOUSANDS).all():
        return {"thousands": ","}
    points = written.str.contains(".", regex=False).any()
    return {"decimal": ","} | ({"thousands": "."} if points else {})


def _zeros_before(folder: Path, source: Mapping[str, Any]) -> dict[str, str]:
    """Find columns of whole numbers some of which begin with a zero, in the lines that were looked at."""
    found = {}
    for file in folder.glob("*"):
        table = read_table(folder, [file.name], source, None, "all")
        for name in table:
            texts = table[name].dropna().astype(str).str.strip()
            padded = texts[texts.str.fullmatch(r"0\d+")]
            if len(padded) and texts.str.fullmatch(r"\d+").all():
                found[str(name)] = padded.iloc[0]
    return found


def _layout(folder: Path, file: str, target: str | None) -> tuple[dict[str, Any], list[str]]:
    """Find out how a file is written; gives the keys of its source, and the lines above the table."""
    content = unpacked(folder / file)
    if file.lower().endswith(".arff") or re.match(rb"(?i)(\s*%.*\n|\s*\n)*\s*@relation\b", content):
        return {"format": "arff"}, []
    encoding = _encoding(content)
    lines = content.splitlines(keepends=True)
    # Of that name, for errors have it.
    head = folder / HEAD_FOLDER / re.sub(r"(?i)\.(gz|bz2|xz|z)$", "", file)
    head.parent.mkdir()
    errors: list[tuple[bool, int, SourceError]] = []
    # What is cut off may end within quotes: then all lines are tried.
    for end in (HEAD, None) if len(lines) > HEAD else (None,):
        head.write_bytes(b"".join(lines[:end]))
        how = encoding | _quote(head.read_text(encoding.get("encoding", "utf-8"), errors="replace"))
        if found := _separated(head, how, errors):
            separator, skip, table = found
            above = [line.decode(errors="replace").strip() for line in lines[:skip]]
            source: dict[str, Any] = {"format": "csv", "separator": separator}
            source["header"] = _has_header(table, target)
            return source | ({"skip_rows": skip} if skip else {}) | how, above
    if errors:
        # Of the separator that makes most of the first line; blanks are in names too.
        raise max(errors, key=lambda each: each[:2])[2]
    raise SourceError(
        f"{file} has one column, whichever of , ; | tab and blank separates them; is it a table with a label?"
    )


def _encoding(content: bytes) -> dict[str, str]:
    """Name the encoding of text that is not UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return {"encoding": likely_encoding(content, "utf-8")}
    return {}


def _quote(text: str) -> dict[str, str]:
    """Tell whether cells stand between single quotes: all that begin with one end with one."""
    opened = re.findall(r"(?m)(?:^|[,;|\t])[ ]*'", text)
    whole = re.findall(r"(?m)(?:^|[,;|\t])[ ]*'[^'\n]*'[ \r]*(?=[,;|\t]|$)", text)
    double = re.search(r'(?m)(?:^|[,;|\t])[ ]*"', text)
    return {"quote": "'"} if whole and len(whole) == len(opened) and not double else {}


def _separated(
    path: Path, how: Mapping[str, str], errors: list[tuple[bool, int, SourceError]]
) -> tuple[str, int, pd.DataFrame] | None:
    """Find the separator, and the lines to skip, by which every line has as many columns; at least two."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    for skip in range(min(MOST_SKIPPED, len(lines) - 1) + 1):
        found: list[tuple[str, pd.DataFrame]] = []
        for separator in (*SEPARATORS, BLANKS):
            if separator == BLANKS and found:
                continue
            try:
                table = read_table(
                    path.parent, [path.name], {"separator": separator, "skip_rows": skip, **how}
                )
            except SourceError as error:
                if skip == 0:
                    width = _width(lines[0], separator) if lines else 0
                    errors.append((separator != BLANKS and width > 1, width, error))
                continue
            widths = {_width(line, separator) for line in lines[:skip]}
            if table.shape[1] > 1 and table.shape[1] not in widths:
                found.append((separator, table))
        if found:
            separator, table = max(found, key=lambda each: each[1].shape[1])
            return separator, skip, table
    return None


def _width(line: str, separator: str) -> int:
    return (
        len(line.split()) if separator == BLANKS else len(next(csv.reader([line], delimiter=separator), []))
    )


def _has_header(table: pd.DataFrame, target: str | None) -> bool:
    """Tell whether the first row names the columns: words, where there are numbers or other words below."""
    first = ["" if pd.isna(cell) else str(cell).strip() for cell in table.iloc[0]]
    if target in first:
        return True
    named = [cell for cell in first if cell]
    if len(set(named)) < len(named) or any(_number(cell) for cell in named) or not named:
        return False
    body = table.iloc[1:]
    numeric = [pd.to_numeric(body[name], errors="coerce").notna().any() for name in body]
    repeated = [cell in set(body[name]) for cell, name in zip(first, body, strict=True) if cell]
    return any(numeric) or not any(repeated)


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _target(
    table: pd.DataFrame, source: Mapping[str, Any], target: str | None, skipped: Sequence[str]
) -> int:
    """Find the column of the label."""
    names = [str(name) for name in table.columns]
    if target is None and source["format"] == "arff":
        return len(names) - 1
    if target is None:
        few = [name for name in names if table[name].nunique() <= MOST_CLASSES]
        raise DataError(
            f"the column of the label is not known; name it by --target. Columns: {_listed(names)}; "
            f"with at most {MOST_CLASSES} values: {_listed(few)}"
        )
    if target in names:
        return names.index(target)
    if re.fullmatch(r"-?\d+", target) and -len(names) <= int(target) < len(names):
        return int(target) % len(names)
    for line, text in enumerate(skipped, start=1):
        if re.search(rf"(?<!\w){re.escape(target)}(?!\w)", text):
            width = _width(text, source["separator"])
            raise DataError(
                f"line {line} names {target!r}, but it has {width} columns, and the rows have {len(names)}: "
                "give each column a name there, that of row names too, and have one separator in all lines, "
                "and none at their ends"
            )
    hint = "" if source.get("header", True) else "; the first line names none: give the position, from 0"
    raise DataError(f"there is no column {target!r}; there is {_listed(names)}{hint}")


def _marks(table: pd.DataFrame, label: int) -> dict[str, dict[str, int]]:
    """List the texts that stand for a missing value, with the cells of each column that has them."""
    found: dict[str, dict[str, int]] = {}
    for i, name in enumerate(table.columns):
        values = table.iloc[:, i].dropna()
        if pd.api.types.is_numeric_dtype(values):
            continue
        texts = values.astype(str).str.strip()
        others = texts[pd.to_numeric(texts, errors="coerce").isna()]
        among_numbers = i != label and len(others) < len(texts) and set(others) <= set(MARKS_AMONG_NUMBERS)
        for mark in MARKS_AMONG_NUMBERS if among_numbers else MARKS:
            if rows := int((texts == mark).sum()):
                found.setdefault(mark, {})[str(name)] = rows
    return found


def _na_values(
    table: pd.DataFrame, marks: Mapping[str, Mapping[str, int]]
) -> list[str] | dict[str, list[str]]:
    """Write marks for all columns or, where another column has one as a word of its own, by column."""
    words = [
        mark
        for mark, columns in marks.items()
        if mark not in MARKS
        and any((table[name].astype(str).str.strip() == mark).any() for name in {*table} - {*columns})
    ]
    everywhere = [mark for mark in marks if mark not in words]
    if not words:
        return everywhere
    own: dict[str, list[str]] = {EVERYWHERE: everywhere} if everywhere else {}
    for mark in words:
        for name in marks[mark]:
            own.setdefault(name, []).append(mark)
    return {name: sorted(each) for name, each in own.items()}


def _classes(labels: pd.Series, column: int) -> _Classes:
    """Count the rows of each class, in the order of the labels."""
    values = labels.value_counts()
    if not 2 <= len(values) <= MOST_CLASSES:
        raise DataError(
            f"column {str(labels.name)!r} has {counted(len(values), 'different value')}; a column of "
            "labels has 2 to "
            f"{MOST_CLASSES}: is it the right one?"
        )
    numbers = pd.to_numeric(pd.Series(values.index), errors="coerce")
    if (numbers % 1 != 0).all() and numbers.notna().all():
        raise DataError(
            f"column {str(labels.name)!r} holds fractions, which are no labels: is it the right one?"
        )
    counts = {
        value: int(values[value]) for value in sorted(values.index, key=lambda v: (isinstance(v, str), v))
    }
    small = {each: rows for each, rows in counts.items() if rows < FEWEST_OF_CLASS}
    if len(counts) - len(small) < 2:
        small = {}
    kept = {each: rows for each, rows in counts.items() if each not in small}
    return _Classes(column, kept, small, int(labels.isna().sum()))


def _label(value: Any) -> int | str:
    """Write a label as the catalogue has it: a whole number, or a text."""
    if isinstance(value, bool | np.bool_):
        return str(value)
    if isinstance(value, int | float | np.number):
        return int(value)
    return str(value).strip()


def _findings(table: pd.DataFrame, label: int) -> _Findings:
    """Judge every column but the label's."""
    found = _Findings()
    has_unnamed = bool(table.attrs.get(UNNAMED, False))
    labels = table.iloc[:, label].astype(str)
    nominal = table.attrs.get(NOMINAL, ())
    for i, name in enumerate(map(str, table.columns)):
        if i != label:
            values = table.iloc[:, i]
            # Texts for the sake of rows that are left out, or of a decimal sign that others have.
            numbers = values if name in nominal else pd.to_numeric(values, errors="coerce")
            values = numbers if (numbers.isna() == values.isna()).all() else values
            _judge(name, i == 0 and has_unnamed, values, labels, found)
    return found


def _judge(name: str, unnamed: bool, values: pd.Series, labels: pd.Series, found: _Findings) -> None:
    present = values.dropna()
    distinct = present.nunique()
    numeric = pd.api.types.is_numeric_dtype(values)
    texts = present.astype(str).str.strip()
    if not numeric and distinct > 1:
        _doubt_texts(name, texts, found)
    if distinct <= 1:
        some = f"always {_shown(present.iloc[0])}" if distinct else "no value at all"
        found.drop[name] = some + (", or missing" if distinct and len(present) < len(values) else "")
    elif why := _identifies(name, unnamed, values, distinct, numeric):
        found.drop[name] = why
    elif _determines(values, labels, numeric):
        found.drop[name] = "it determines the label: is it known before the label is?"
    elif not numeric and texts.str.fullmatch(_DATE).all():
        found.drop[name] = "dates or times; make numbers of them if they count"
    elif _groups_rows(name, len(present), distinct, numeric):
        rows = len(present) / distinct
        found.drop[name] = (
            f"{distinct:,} values, each in {rows:.1f} rows on average: they may be groups, see below"
        )
        found.groups[name] = f"{distinct:,} values; rows of one value would be in one part of a fold"
    elif not numeric:
        _judge_texts(name, texts, distinct, found)
    else:
        _judge_numbers(name, present, distinct, found)
    if name not in found.drop and (telling := [*_telling_values(name, values, labels)]):
        found.told.add(name)
        found.doubts += telling


def _identifies(name: str, unnamed: bool, values: pd.Series, distinct: int, numeric: bool) -> str:
    """Say why a column only tells rows apart, if it does."""
    if why := identifier(values, unnamed=unnamed):
        return why
    if distinct < len(values) or len(values) < FEWEST_ROWS or not numeric:
        return ""
    if (values % 1 == 0).all() and _IDENTIFIER.search(name):
        return "another whole number in every row"
    return ""


def _determines(values: pd.Series, labels: pd.Series, numeric: bool) -> bool:
    """Tell whether the label follows from a column: from each value of it, or from thresholds."""
    if len(values) < FEWEST_ROWS:
        return False
    texts = values.astype(str).where(values.notna(), "")
    of_value = labels.groupby(texts).nunique()
    if (of_value > 1).any():
        return False
    if len(of_value) <= len(values) / 2:
        return True
    if not numeric or values.isna().any():
        return False
    ordered = labels.to_numpy()[np.argsort(values.to_numpy(np.float64), kind="stable")]
    return int((ordered[1:] != ordered[:-1]).sum()) == labels.nunique() - 1


def _groups_rows(name: str, rows: int, distinct: int, numeric: bool) -> bool:
    """Tell whether a column may say which rows belong together, such as those of one customer."""
    if distinct < FEWEST_ROWS or rows < 1.5 * distinct:
        return False
    return bool(
        _IDENTIFIER.search(name) or (_OWNER.search(name) and (not numeric or distinct > MOST_CATEGORIES))
    )


def _judge_texts(name: str, texts: pd.Series, distinct: int, found: _Findings) -> None:
    if distinct <= MOST_CATEGORIES:
        values = texts.value_counts()
        most = [f"{_clipped(value)} ({rows:,})" for value, rows in values.items()]
        found.categorical[name] = f"{distinct} values: {listing(most, 4)}"
    elif texts.str.split().str.len().mean() > 3:
        found.drop[name] = f"texts; to learn from them: text: {{column: {_scalar(name)}}} beside target"
    else:
        found.drop[name] = f"{distinct:,} different texts: as categories each would be a column"


def _doubt_texts(name: str, texts: pd.Series, found: _Findings) -> None:
    """Note texts that seem to be meant as numbers, and categories that may be one."""
    others = texts[pd.to_numeric(texts, errors="coerce").isna()]
    if 0 < len(others) <= (1 - MOSTLY) * len(texts):
        found.no_numbers.setdefault(tuple(others.index), {})[name] = _listed(list(others.unique()), 3)
    elif _have_units(texts):
        found.doubts.append(
            f"{name}: numbers with something beside them, such as {_shown(texts.iloc[0])}: read as texts; "
            "leave the numbers alone in the file"
        )


def _have_units(texts: pd.Series) -> bool:
    """Tell whether texts are numbers that all have the same sign or unit beside them."""
    units = texts.str.extract(_UNIT).dropna().agg("|".join, axis=1)
    if units.empty:
        return False
    most = units.mode()[0]
    alike = texts[units.index[units == most]]
    # Of 1. White and 1. Black one number has the unit.
    return len(alike) >= MOSTLY * len(texts) and alike.nunique() > 2 and most != "|"


def _judge_numbers(name: str, numbers: pd.Series, distinct: int, found: _Findings) -> None:
    if pd.api.types.is_bool_dtype(numbers):
        return
    values = numbers.astype(float)
    extreme = [value for value in (values.min(), values.max()) if value in NUMBERS_AS_MARKS]
    for value in extreme:
        rows, others = int((values == value).sum()), values[values != value]
        gap = (others.min() - value) if value == values.min() else (value - others.max())
        if rows > 1 and distinct > 2 and gap > np.ptp(others):
            found.doubts.append(
                f"{name} is {value:g} in {rows:,} rows, far from the others: missing? Add it to na_values"
            )
    if 2 < distinct <= MOST_CODES and (values % 1 == 0).all():
        listed = _listed([f"{value:g}" for value in sorted(values.unique())])
        found.codes.setdefault(listed, []).append(name)


def _doubts_of_columns(found: _Findings) -> Iterator[str]:
    """Say once what holds of several columns."""
    for rows, columns in found.no_numbers.items():
        where = f"row {rows[0]}" if len(rows) == 1 else f"{len(rows):,} rows, the first of them {rows[0]}"
        held = _listed(list(columns.values()), 3)
        if len(columns) == 1:
            remedy = "correct the cells, or add what stands for a missing value to na_values"
        else:
            remedy = "are these rows of the data? If not, take them out of the file"
        yield f"{_listed([*columns])}: numbers, but for {where}, with {held}: read as texts; {remedy}"
    for values, names in found.codes.items():
        hold, them = ("holds", "it") if len(names) == 1 else ("hold", "them")
        whole = f"{listing(names, 6)} {hold} the whole numbers {values}"
        yield f"{whole}: if they are codes, list {them} in categorical"


def _telling_values(name: str, values: pd.Series, labels: pd.Series) -> Iterator[str]:
    """Name the values all of whose rows are of one class, where chance does not explain it."""
    if values.nunique(dropna=False) > MOST_CATEGORIES:
        return
    keys = values if pd.api.types.is_numeric_dtype(values) else values.map(str, na_action="ignore")
    shares = labels.value_counts(normalize=True)
    told: dict[str, list[str]] = {}
    for value, of_value in labels.groupby(keys.to_numpy(), dropna=False):
        label, rows = of_value.iloc[0], len(of_value)
        # Of a class that most rows have anyway, where it has hardly another value.
        tells = shares[label] <= 0.5 or rows >= shares[label] * len(labels) / 2
        if tells and (of_value == label).all() and rows * math.log(shares[label]) < math.log(CHANCE):
            shown = "a missing value" if pd.isna(value) else _shown(value)
            told.setdefault(label, []).append(f"{shown} ({rows:,})")
    for label, held in told.items():
        rows_with = f"{name}: all rows with {listing(held, 6)}"
        yield f"{rows_with} are of class {label}: is it known before the label is?"


def _entry(
    path: Path,
    name: str,
    source: Mapping[str, Any],
    table: pd.DataFrame,
    classes: _Classes,
    found: _Findings,
    marks: Mapping[str, Mapping[str, int]],
    skipped: Sequence[str],
) -> str:
    """Write the overlay."""
    counts = classes.counts
    rarest = min(counts, key=lambda each: counts[each])
    rare, merged = counts[rarest], len(counts) == 2
    others = len(table) - rare if merged else max(counts.values())
    rows = len(table) + sum(classes.small.values()) + classes.unlabelled
    header = source.get("header", True)
    target = str(table.columns[classes.column]) if header else classes.column
    doubts = [
        *_doubts_of_labels(classes),
        *_doubts_of_rows(table, found),
        *_doubts_of_columns(found),
        *found.doubts,
    ]
    lines = [
        *_comment(
            f"{path.name} as a dataset: {rows:,} rows, {table.shape[1] - 1:,} columns beside the label."
        ),
        *_comment(f"Read it, correct it, save it as {name}.yaml. Then:"),
        f'#   make study ARGS="--configfile {name}.yaml"',
        *(["#", "# What could not be told:"] if doubts else []),
        *(line for doubt in doubts for line in _comment(doubt, bullet=True)),
        "",
        "study:",
        f"  tasks: [{name}]   # this table alone",
        "  methods: all   # the paper's; or a list of names, baseline among them (docs/methods.md)",
        "  report: answer   # which remedy is best for this table; paper: the paper's tables beside it",
        "",
        "ablation: {train: false}   # nothing but these methods is trained",
        "",
        "datasets:",
        f"  {name}:",
        f"    title: {_scalar(path.name)}",
        f"    rows: {len(table)}   # another number is an error",
        f"    features: {table.shape[1] - 1 - len(found.drop)}   # columns, of those that are not dropped",
        f"    classes: {_flow(counts)}   # {_with_rows(counts)}",
        f"    target: {_scalar(target)}",
        *_omitted(classes),
        *_columns("drop", "no features", found.drop, table, header),
        *_columns(
            "categorical", "a column of zeros and ones for each value", found.categorical, table, header
        ),
        *_groups(found.groups, table, header),
        "    sources:",
        f"      - file: {_scalar(str(path))}"
        + ("" if path.is_absolute() else "   # as seen from the folder of this YAML"),
        *_reading(source, marks, skipped),
        "    tasks:",
        f"      {name}:",
        f"        minority: {_flow([rarest])}   # the rarest class",
        f"        others: {'merged' if merged else 'kept'}   # {_others_note(merged)}",
        f"        irs: [natural]   # {rare:,} / {others:,} = {rare / others:.4g}, all rows; or numbers below",
    ]
    return "\n".join(lines) + "\n"


def _doubts_of_labels(classes: _Classes) -> Iterator[str]:
    if rows := classes.unlabelled:
        has = "has" if rows == 1 else "have"
        yield f"{counted(rows, 'row')} {has} no label: take the # away from omit_unlabelled to leave them out"
    if classes.small:
        yield (
            f"fewer than {FEWEST_OF_CLASS} rows are too few to train and test: omit_classes leaves out "
            f"{_with_rows(classes.small)}; are these rows of the data?"
        )
    every = [*classes.counts, *classes.small]
    for alike in _alike([each for each in every if isinstance(each, str)]):
        yield f"classes {_listed(alike)} differ in case only: if they are one, write them alike in the file"
    if doubtful := [each for each in every if each in MARKS_AMONG_NUMBERS]:
        yield f"class {_listed(doubtful)}: if it is no label, add it to na_values, and omit_unlabelled: true"


def _alike(texts: Iterable[str]) -> list[list[str]]:
    """Find texts that differ in upper and lower case only."""
    found: dict[str, list[str]] = {}
    for text in texts:
        found.setdefault(text.casefold(), []).append(text)
    return [each for each in found.values() if len(each) > 1]


def _doubts_of_rows(table: pd.DataFrame, found: _Findings) -> Iterator[str]:
    copies = int(table.drop(columns=list(found.drop)).duplicated().sum())
    if copies:
        are = "is an exact copy" if copies == 1 else "are exact copies"
        yield (
            f"{counted(copies, 'row')} of {len(table):,} {are} of an earlier one; where a copy is tested and "
            "the other trained on, scores are too good"
        )


def _omitted(classes: _Classes) -> Iterator[str]:
    if classes.unlabelled:
        yield f"    # omit_unlabelled: true   # {counted(classes.unlabelled, 'row')}"
    if classes.small:
        yield f"    omit_classes: {_flow(classes.small)}   # {_with_rows(classes.small)}"


def _others_note(merged: bool) -> str:
    return "into one class" if merged else "as they are; merged: one class against all others"


def _columns(
    key: str, what: str, columns: Mapping[str, str], table: pd.DataFrame, header: bool
) -> Iterator[str]:
    """List columns with the reasons: by name or, where the file has no names, by position."""
    if not columns:
        yield f"    {key}: []   # {what}"
        return
    yield f"    {key}:   # {what}"
    names = list(map(str, table.columns))
    for name, why in columns.items():
        given = name if header and name != f"x{names.index(name)}" else names.index(name)
        yield f"      - {_scalar(given)}   # {why}"


def _groups(groups: Mapping[str, str], table: pd.DataFrame, header: bool) -> Iterator[str]:
    for name, why in groups.items():
        column = name if header else list(map(str, table.columns)).index(name)
        yield f"    # groups: {_scalar(column)}   # {why};"
        yield "    #   take it out of drop, and add the line `switches: {splits: groups}` at the top level"


def _reading(
    source: Mapping[str, Any], marks: Mapping[str, Mapping[str, int]], skipped: Sequence[str]
) -> Iterator[str]:
    notes = {
        "header": "the first line names the columns" if source.get("header") else "the first line is a row",
        "skip_rows": f"they have other columns; the first is: {_clipped(skipped[0])}" if skipped else "",
        "encoding": "it is not UTF-8; a guess: look at letters with accents",
        "na_values": "; ".join(
            f"{mark}: {counted(sum(cells.values()), 'cell')} of {_listed([*cells])}"
            for mark, cells in marks.items()
        ),
    }
    for key, value in source.items():
        written = _flow(value) if isinstance(value, list) else _scalar(value)
        yield f"        {key}: {written}" + (f"   # {notes[key]}" if notes.get(key) else "")


def _comment(text: str, *, bullet: bool = False) -> list[str]:
    first, rest = ("# - ", "#   ") if bullet else ("# ", "# ")
    return textwrap.wrap(
        " ".join(text.split()), WIDTH, initial_indent=first, subsequent_indent=rest,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _name(path: Path) -> str:
    """Make a name of a dataset from that of a file."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", path.name.split(".")[0]).strip("_-")
    return stem[:64] or "table"


def _scalar(value: Any) -> str:
    """Write a value so that YAML reads the same, on one line."""
    is_seen = not (isinstance(value, str) and value.isspace())  # a non-breaking blank is written as a code
    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=is_seen, width=10**6)
    return text.removesuffix("\n").removesuffix("\n...")


def _flow(values: Iterable[Any]) -> str:
    return _scalar(list(values))


def _shown(value: Any) -> str:
    return _clipped(f"{value:g}" if isinstance(value, float | np.floating) else str(value))


def _with_rows(counts: Mapping[Any, int]) -> str:
    return listing([f"{_clipped(str(each))}: {counted(rows, 'row')}" for each, rows in counts.items()], 6)


def _clipped(text: str) -> str:
    shorter = textwrap.shorten(text, 40, placeholder=" …")
    return shorter if shorter.strip("…") else f"{text.strip()[:40]}…"


def _listed(items: Sequence[str], most: int = 6) -> str:
    return listing([_clipped(item) for item in items], most)
