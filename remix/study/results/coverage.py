"""Which cells of the study have data, where it came from, and why the others have none."""

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from remix.errors import DataError
from remix.study.data.variants import draw_subset, encode_labels, select_rows
from remix.study.study import Study
from remix.study.words import counted

COLUMNS = ["task", "ir", "kind", "dataset", "state", "origin", "source", "reasons", "notes"]
PRESENT, MISSING = "present", "missing"
_SEPARATOR = " | "
# The share of copies among the test rows of a cell above which every caption says so.
_MANY_COPIES = 0.01
# Rows of a class that a fold needs outside of its test part: one to train on, one to validate.
_FEWEST = 2


def coverage_table(study: Study, records: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """List every cell of the study and whether its data is there.

    Parameters
    ----------
    study : Study
    records : mapping of str to mapping
        By dataset, the content of ``resources/raw/{dataset}/source.json``: ``available``; for available
        data ``origin`` ('placed' or 'source'), ``kind`` and ``files`` (by name); ``attempts``, a list of
        ``{source, reason}`` with the sources that failed. ``classes``, the rows of each class, where it is
        known. ``notes``, what is suspicious in the data, if anything.

    Returns
    -------
    DataFrame of str
        ``task, ir, kind, dataset, state, origin, source, reasons, notes``: one row per cell. ``reasons`` has
        ``source: reason`` for each source that failed, separated by ``|``; also where a later one served.
        ``notes``, separated likewise, are those of the record.
        A cell whose imbalance ratio the data does not reach is missing, with a source; the reason says so.
    """
    lines = []
    for task, ir in study.cells:
        definition = study.tasks[task]
        record = records[definition.dataset]
        available = bool(record["available"])
        obstacle = _obstacle(study, task, ir, record.get("classes") or {}) if available else ""
        lines.append(
            {
                "task": task,
                "ir": ir,
                "kind": definition.kind,
                "dataset": definition.dataset,
                "state": PRESENT if available and not obstacle else MISSING,
                "origin": record["origin"] if available else "",
                "source": _source_text(record) if available else "",
                "reasons": obstacle
                or _SEPARATOR.join(
                    f"{attempt['source']}: {_one_line(attempt['reason'])}" for attempt in record["attempts"]
                ),
                "notes": _SEPARATOR.join(_one_line(note) for note in record.get("notes", ())),
            }
        )
    return pd.DataFrame(lines, columns=COLUMNS)


def unreachable(coverage: pd.DataFrame) -> pd.DataFrame:
    """Choose the cells whose data is there, and whose imbalance ratio it does not reach."""
    return coverage[(coverage["state"] == MISSING) & (coverage["source"] != "")]


def refuse_unreachable(coverage: pd.DataFrame, on_missing: str) -> None:
    """Raise where cells are out of reach and nothing is to be left out, or nothing would be left.

    Parameters
    ----------
    coverage : DataFrame
        See `coverage_table`.
    on_missing : {'skip', 'fail'}

    Raises
    ------
    DataError
        In one line, with all such cells.
    """
    out_of_reach = unreachable(coverage)
    if not out_of_reach.empty and (on_missing == "fail" or not (coverage["state"] == PRESENT).any()):
        cells = zip(out_of_reach["task"], out_of_reach["reasons"], strict=True)
        raise DataError("; ".join(f"{task}, {reason}" for task, reason in cells))


def _obstacle(study: Study, task: str, ir: str, counts: Mapping[str, int]) -> str:
    """Say why a cell cannot be made of so many rows of each class, if it cannot."""
    if not counts:
        return ""
    definition = study.tasks[task]
    labels = pd.Series(np.repeat(list(counts), list(counts.values())))
    splits = study.protocol.splits
    try:
        if (rows := study.rows(task)) != "all":
            labels = labels.iloc[draw_subset(labels, definition.dataset, int(rows), seed=study.seed)]
        encoded = encode_labels(labels, definition)
        kept = encoded[select_rows(encoded, definition, ir, seed=study.seed)]
    except DataError as error:
        return f"IR {ir}: {_one_line(str(error)).partition(f'IR {ir}: ')[2] or error}"
    sizes = np.bincount(kept, minlength=definition.n_classes)
    size = sizes.min()
    if size - -(-size // splits) < _FEWEST:
        names = ["others, merged", *definition.minority] if definition.merged else list(definition.classes)
        smallest = int(sizes.argmin())
        # A class that is whole has no more rows at another ratio.
        is_whole = size == (encoded == smallest).sum()
        omit = f"list it in datasets.{definition.dataset}.omit_classes, or join it to another class"
        remedy = omit if is_whole else "choose a larger imbalance ratio"
        return (
            f"IR {ir}: class {names[smallest]} has {counted(int(size), 'row')}, too few to be trained, "
            f"validated and tested on in {splits} folds; {remedy}"
        )
    return ""


def coverage_note(coverage: pd.DataFrame, *, width: int = 100) -> str:
    """Say in one sentence how many cells there are, which are missing, and the reason per source.

    Parameters
    ----------
    coverage : DataFrame
        See `coverage_table`; with the column ``copies`` of `remix.study.results.tables.coverage`, a second
        sentence names the tasks of whose test rows more than a hundredth are copies of rows trained on.
    width : int
        Longest text of one reason; longer ones are cut, the coverage table has them whole.

    Returns
    -------
    str
        Such as ``2 of 3 cells; missing: aps (0.01) – openml 41138: no answer within 10 s.``
    """
    present = coverage["state"] == PRESENT
    note = f"{present.sum()} of {len(coverage)} cells"
    if present.all():
        return f"{note}, none missing.{_copies_note(coverage)}"
    datasets = []
    for _, absent in coverage[~present].groupby("dataset", sort=False):
        texts = [
            textwrap.shorten(f"{_short(source)}: {why}", width, placeholder=" …")
            for source, why in reasons_of(absent)
        ]
        # Of two files on one server the same is said.
        said = ", ".join(dict.fromkeys(texts))
        datasets.append(f"{cells_text(absent)} – {said or 'no source is listed'}")
    return f"{note}; missing: {'; '.join(datasets)}.{_copies_note(coverage)}"


def cells_text(cells: pd.DataFrame) -> str:
    """Name cells by task, with the ratios in brackets: ``aps (0.05, 0.01)``."""
    return ", ".join(f"{task} ({', '.join(part['ir'])})" for task, part in cells.groupby("task", sort=False))


def reasons_of(cells: pd.DataFrame) -> list[tuple[str, str]]:
    """List why cells are missing, each reason once for each text that has it; see `reasons_by_source`."""
    return [each for reasons in cells["reasons"].unique() for each in reasons_by_source(reasons)]


def reasons_by_source(reasons: str) -> list[tuple[str, str]]:
    """Split the column ``reasons`` of a cell into (source, reason).

    >>> reasons_by_source("openml 1487: no answer | url x.org/a.zip: status 404")
    [('openml 1487', 'no answer'), ('url x.org/a.zip', 'status 404')]
    """
    pairs = []
    for text in filter(None, reasons.split(_SEPARATOR)):
        source, _, reason = text.partition(": ")
        pairs.append((source, reason))
    return pairs


def notes_of(cells: pd.DataFrame) -> list[str]:
    """List what is suspicious in the data of some cells, each note once."""
    notes = [note for text in cells["notes"] for note in text.split(_SEPARATOR)]
    return [note for note in dict.fromkeys(notes) if note]


def _copies_note(coverage: pd.DataFrame) -> str:
    if "copies" not in coverage:  # before there are variants
        return ""
    copies = coverage.groupby("task", sort=False)["copies"].max()
    many = [f"{task} {share:.1%}" for task, share in copies.items() if share > _MANY_COPIES]
    return f" Of the test rows, these are exact copies of rows trained on: {', '.join(many)}." if many else ""


def _source_text(record: Mapping[str, Any]) -> str:
    files = ", ".join(record["files"])
    return f"placed: {files}" if record["origin"] == "placed" else f"{record['kind']}: {files}"


def _short(source: str) -> str:
    """Shorten the addresses of a source to their hosts, which is enough in a caption.

    >>> _short("url x.org/a/b.zip, x.org/c.zip"), _short("openml 298")
    ('x.org', 'openml 298')
    """
    before, found, addresses = source.partition("url ")
    if not found:
        return source
    return before + ", ".join(dict.fromkeys(address.partition("/")[0] for address in addresses.split(", ")))


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace(_SEPARATOR, " / ")
