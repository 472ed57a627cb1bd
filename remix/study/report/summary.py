"""What a run says at its end: what was found, what was made, what was left out and why."""

import textwrap
from collections.abc import Sequence

import pandas as pd
from tabulate import tabulate

from remix.study.results.coverage import MISSING, cells_text, reasons_of
from remix.study.results.tables.answer import answer_sentences
from remix.study.results.tables.claims import SIGNS
from remix.study.results.tables.rank_sums import SHORT_TITLES, cell_count, comparison_remarks
from remix.study.study import KIND_TITLES, Study

WIDTH = 100


def summary_text(
    study: Study,
    coverage: pd.DataFrame,
    findings: Sequence[str],
    *,
    warnings: Sequence[str] = (),
    tables: Sequence[str],
    figures: Sequence[str],
    data_dir: str,
) -> str:
    """Write the summary, in lines of at most 100 characters (addresses and paths may be longer).

    Parameters
    ----------
    study : Study
    coverage : DataFrame
        The study's table of this name.
    findings : sequence of str
        What the study found: what `paper_lines` or `answer_lines` gives.
    warnings : sequence of str
        What a reader must know before anything else, such as
        `remix.study.results.training_table.differences`.
    tables, figures : sequence of str
        Files that were made.
    data_dir : str
        Folder in which users place files.
    """
    parts = [
        *(_wrapped(f"Warning: {warning}") + "\n" for warning in warnings),
        _heading("Made"),
        _wrapped(f"{_networks(study, coverage)} {study.protocol_note}"),
        _files("tables ", tables),
        _files("figures", figures),
        "",
        *_left_out(coverage, data_dir),
        *findings,
    ]
    return "\n".join(parts).rstrip() + "\n"


def paper_lines(rank_sums: pd.DataFrame, claims: pd.DataFrame, study: Study) -> list[str]:
    """Say how the methods rank beside the paper's ranks, and which of its claims hold.

    Parameters
    ----------
    rank_sums, claims : DataFrame
        The study's tables of these names.
    study : Study
    """
    return [
        *_rank_tables(rank_sums),
        *(_wrapped(remark) for remark in comparison_remarks(rank_sums, study)),
        *_claims(claims),
    ]


def answer_lines(answer: pd.DataFrame, study: Study) -> list[str]:
    """Say which remedy is best in each cell.

    Parameters
    ----------
    answer : DataFrame
        The study's table of this name.
    study : Study
    """
    lines = []
    for (task, ir), of_cell in answer.groupby(["task", "ir"], sort=False):
        heading = _heading(f"Which remedy is best for {study.titles[task]}, ratio {ir}")
        lines += [heading, *(_wrapped(sentence) for sentence in answer_sentences(of_cell)), ""]
    return lines


def _networks(study: Study, coverage: pd.DataFrame) -> str:
    """Count the networks: cells × methods × folds, apart for tasks that differ in these."""
    present, study = coverage[coverage["state"] != MISSING], study.trained()
    sizes = [
        (len(study.methods_of(task)), study.repeats[task] * study.protocol.splits) for task in present["task"]
    ]
    total = sum(methods * folds for methods, folds in sizes)
    terms = [f"{sizes.count(size)} × {size[0]} methods × {size[1]} folds" for size in dict.fromkeys(sizes)]
    cells = f"{len(present)} of {len(coverage)} cells"
    if len(terms) == 1:
        return f"{cells} × {sizes[0][0]} methods × {sizes[0][1]} folds = {total:,} networks."
    return f"{cells}: {' + '.join(terms) or 'nothing'} = {total:,} networks."


def _left_out(coverage: pd.DataFrame, data_dir: str) -> list[str]:
    missing = coverage[coverage["state"] == MISSING]
    if missing.empty:
        return [_heading("Left out"), "Nothing: the data of every cell of the study was there.", ""]
    lines = [_heading("Left out")]
    for dataset, part in missing.groupby("dataset", sort=False):
        lines.append(_wrapped(f"{dataset}: {cells_text(part)}"))
        for source, reason in reasons_of(part):
            lines.append(_wrapped(f"{source}: {reason}", indent="    "))
        if (part["source"] == "").any():
            lines.append(f"    to supply it: place the file in {data_dir}/{dataset}/")
    return [*lines, "The next run tries these again.", ""]


def _rank_tables(rank_sums: pd.DataFrame) -> list[str]:
    """One block per kind: two metrics, ours and the paper's, are as many columns as fit."""
    lines = []
    for kind, of_kind in rank_sums.groupby("kind", sort=False):
        columns: dict[str, list[str]] = {"": list(of_kind.drop_duplicates("method")["title"])}
        printed = of_kind["published_n_cells"].notna().any()
        sides = {"": "ours", "published_": "paper"} if printed else {"": "ours"}
        for metric, part in of_kind.groupby("metric", sort=False):
            for prefix, whose in sides.items():
                columns[f"{SHORT_TITLES[metric]} {whose}"] = [
                    "–" if pd.isna(total) else f"{total:g} ({mean:.2f})"
                    for total, mean in zip(part[f"{prefix}rank_sum"], part[f"{prefix}mean_rank"], strict=True)
                ]
        counts = f"{cell_count(of_kind, 'n_cells')} here"
        if printed:
            counts += f", {cell_count(of_kind, 'published_n_cells')} in the paper"
        lines += [
            _heading(
                f"Rank sums, {KIND_TITLES[kind].lower()} (mean rank in brackets; lower is better; {counts})"
            ),
            tabulate(
                columns, headers="keys", tablefmt="plain", colalign=["left"] + ["right"] * (len(columns) - 1)
            ),
            "",
        ]
    return lines


def _claims(claims: pd.DataFrame) -> list[str]:
    """Verdict and effect of each claim for which there is data."""
    judged = claims[claims["n_cells"] > 0]
    if judged.empty:
        return []
    lines = [
        _wrapped(
            f"{SIGNS[line['verdict']]} {line['claim']}: {line['verdict']} ({line['effect_name']}: "
            f"{line['effect']:+.3f}{_interval(line)})"
        )
        for _, line in judged.iterrows()
    ]
    return ["", _heading("The paper's claims, by this study"), *lines]


def _interval(line: pd.Series) -> str:
    return "" if pd.isna(line["low"]) else f", 95 % {line['low']:+.3f} to {line['high']:+.3f}"


def _files(title: str, paths: Sequence[str]) -> str:
    """List files by folder, so that the names fit in few lines."""
    folders: dict[str, list[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, []).append(name)
    stems = (f"{folder}/: {_names(names)}" for folder, names in folders.items())
    return "\n".join(_wrapped(f"{title}  {text}") for text in stems)


def _names(names: list[str]) -> str:
    """Join files that differ in their suffix only: ``gains.{csv,md}``."""
    suffixes: dict[str, list[str]] = {}
    for name in names:
        stem, _, suffix = name.rpartition(".")
        suffixes.setdefault(stem, []).append(suffix)
    return ", ".join(
        f"{stem}.{found[0]}" if len(found) == 1 else f"{stem}.{{{','.join(found)}}}"
        for stem, found in suffixes.items()
    )


def _heading(text: str) -> str:
    return f"{text}\n{'-' * len(text)}"


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
