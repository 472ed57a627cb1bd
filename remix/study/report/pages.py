"""The pages of the report, each from the files of the study: of tables, of tasks, and the single ones."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from remix.study.report.document import html_page
from remix.study.report.front import answer_page_rst, front_page_rst
from remix.study.report.provenance import provenance_markdown
from remix.study.report.summary import answer_lines, paper_lines, summary_text
from remix.study.report.task import task_markdown, task_values
from remix.study.results.declarations import find
from remix.study.results.reading import read_table
from remix.study.results.tables.datasets import label_counts
from remix.study.results.training_table import differences
from remix.study.running.parquet import read_parquet
from remix.study.study import Study

# What a reader can do with the tables of a page.
HINT = (
    "Click the head of a column to sort by it, once more to turn the order round, a third time to undo it. "
    "The box above a table keeps the rows that contain every word typed; *CSV* saves the rows that are "
    "shown. *All values*, at the end of the page, unfolds the same numbers unrounded, with those left out "
    "above; the full value of a number is its tooltip."
)
# Lines of a table that a page holds; more of them take a browser seconds to open.
MOST_VALUES = 10_000


class Look(NamedTuple):
    """What makes pages of Markdown: the CSS and the JavaScript of `remix.study.report.document`."""

    style: str
    script: str

    @classmethod
    def read(cls, folder: Path) -> "Look":
        """Read it from workflow/report."""
        return cls(*((folder / name).read_text(encoding="utf-8") for name in ("page.css", "page.js")))


def table_page(csv: Path, look: Look) -> str:
    """Make the page of a table: the document for people, sortable, and all values of the CSV below it."""
    text, values = csv.with_suffix(".md").read_text(encoding="utf-8"), read_table(csv)
    hint = HINT
    if len(values) > MOST_VALUES:
        hint += f" These are the first {MOST_VALUES:,} of {len(values):,} lines; all are in `{csv.name}`."
    return html_page(f"{text}\n{hint}\n", **look._asdict(), values=values.head(MOST_VALUES))


def task_pages(study: Study, files: Iterable[str], look: Look) -> dict[str, str]:
    """Make the page of each task that has variants: its data, and every method's scores and gains.

    Parameters
    ----------
    study : Study
    files : iterable of str
        Among them the tables, the variants, and the pictures of tasks.
    look : Look

    Returns
    -------
    dict of str to str
        HTML by task.
    """
    at_hand = list(files)
    tables = {name: _table(name, at_hand) for name in ("datasets", "coverage", "scores")}
    pictures = find("results/figures/tasks/reliability_{task}.svg", at_hand)
    counts: dict[str, dict[str, Any]] = {}
    for (task, ir), path in find("resources/variants/{task}/{ir}.parquet", at_hand).items():
        counts.setdefault(task, {})[ir] = label_counts(path, study.tasks[task].n_classes)
    return {
        task: html_page(
            task_markdown(task, study, **tables, label_counts=of_task),
            **look._asdict(),
            pictures={"Reliability": pictures[task].read_bytes()},
            values=task_values(task, tables["scores"]),
        )
        for task, of_task in counts.items()
    }


def provenance_page(
    facts: Mapping[str, Any], trainings: Path, study: Study, config: Mapping[str, Any], look: Look
) -> str:
    """Make the page that says what made the results; see `provenance_markdown`."""
    text = provenance_markdown(facts, read_parquet(trainings), study, config)
    return html_page(text, **look._asdict())


def front_page(files: Iterable[str], style: str) -> str:
    """Make the report's first page: the answer or, about the paper, its table of ranks and its claims."""
    at_hand = list(files)
    if _has_answer(at_hand):
        return answer_page_rst(
            find("results/tables/answer.md", at_hand).read_text(encoding="utf-8"),
            find("results/figures/answer_reliability.svg", at_hand).read_bytes(),
            warnings=_warnings(at_hand),
            style=style,
        )
    return front_page_rst(
        _table("rank_sums", at_hand),
        find("results/tables/rank_sums.md", at_hand).read_text(encoding="utf-8"),
        _table("claims", at_hand),
        _table("rescored", at_hand),
        warnings=_warnings(at_hand),
        style=style,
    )


def summary(study: Study, files: Iterable[str], data_dir: str) -> str:
    """Write what the end of a run prints."""
    at_hand = list(files)
    return summary_text(
        study,
        _table("coverage", at_hand),
        _findings(study, at_hand),
        warnings=_warnings(at_hand),
        tables=[path for path in at_hand if "results/tables/" in path],
        figures=[path for path in at_hand if "results/figures/" in path],
        data_dir=data_dir,
    )


def _findings(study: Study, files: list[str]) -> list[str]:
    if _has_answer(files):
        return answer_lines(_table("answer", files), study)
    return paper_lines(_table("rank_sums", files), _table("claims", files), study)


def _has_answer(files: list[str]) -> bool:
    return any(path.endswith("results/tables/answer.csv") for path in files)


def _table(name: str, files: list[str]) -> pd.DataFrame:
    return read_table(find(f"results/tables/{name}.csv", files))


def _warnings(files: list[str]) -> list[str]:
    return differences(read_parquet(find("results/trainings.parquet", files)))
