"""The paper's claims and what this study says of them, for people."""

import pandas as pd

from remix.study.compare.claims import FAILS, HOLDS, NOT_OF_THE_PAPER, UNDECIDED, claims_table, image_claims
from remix.study.data.catalogue import IMAGE_KINDS
from remix.study.results import markdown
from remix.study.results.coverage import coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.reading import scores_of, scores_of_sweep
from remix.study.results.runs import Runs
from remix.study.results.tables.gains import gain_text
from remix.study.study import Study

TITLE = "The paper's claims, one by one"
CATEGORY = "Verdict"
ORDER = 2
ONLY = "paper"
READS = {
    "scores": "results/scores.parquet",
    "coverage": "results/tables/coverage.csv",
    "table1": "config/published/table1.csv",
}

SIGNS = {HOLDS: "✓", FAILS: "✗", UNDECIDED: "?"}
RULE = (
    "The **effect** is such that a positive number speaks for the claim; its 95 % interval is a bootstrap "
    "with datasets as the unit. A claim **holds** or **does not hold** where the interval excludes zero, the "
    "test agrees (p < 0.05) and there are three datasets or more; else it is **undecided** with this data. "
    "*As it stands* tells whether the bare numbers are as claimed."
)


def make(runs: Runs, scores: pd.DataFrame, coverage: pd.DataFrame, table1: pd.DataFrame) -> MadeTable:
    """Hold the claims against the scores of the study and of the sweep over α."""
    sweep = scores_of_sweep(scores, runs.swept)
    table = study_claims(scores_of(scores, runs.study), runs.study, set(table1["task"]), sweep)
    return MadeTable(table, claims_markdown(table, runs.study, coverage))


def study_claims(
    scores: pd.DataFrame, study: Study, tasks: set[str], sweep: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Judge the claims by a study's scores on the paper's tasks; see `remix.study.compare.claims`.

    What the paper claims of its images is asked of each other dataset of images as well, in further rows.
    Without the scores of the sweep over α, as in the audit, which has none, the claims about α are undecided.
    """
    datasets = {name: task.dataset for name, task in study.tasks.items()}
    of_paper = scores["task"].isin(tasks)
    others = scores.loc[~of_paper & scores["kind"].isin(IMAGE_KINDS), "task"].unique()
    titles = {datasets[task]: f"{study.titles[task]} ({NOT_OF_THE_PAPER})" for task in others}
    further = [claim for name, title in titles.items() for claim in image_claims(name, title)]
    swept = None if sweep is None else sweep[sweep["task"].isin(tasks)]
    table = claims_table(scores[of_paper], datasets, sweep=swept)
    if not further:
        return table
    beside = claims_table(scores[~of_paper], datasets, claims=further)
    return pd.concat([table, beside[beside["n_cells"] > 0]], ignore_index=True)


def claims_markdown(table: pd.DataFrame, study: Study, coverage: pd.DataFrame) -> str:
    """Write the claims for people, one row each."""
    lines = [
        {
            "Claim": line["claim"],
            "Where": line["section"],
            "Verdict": verdict_text(line["verdict"]),
            "As it stands": markdown.ABSENT
            if pd.isna(line["agrees"])
            else ("yes" if line["agrees"] else "no"),
            "Effect [95 %]": effect_text(line),
            "p": markdown.ABSENT if pd.isna(line["p"]) else f"{line['p']:.2g}",
            "Cells": str(line["n_cells"]),
            "Datasets": str(line["n_datasets"]),
            "Remark": line["note"],
        }
        for _, line in table.iterrows()
    ]
    return markdown.document(
        "The paper's claims",
        f"{RULE} {study.protocol_note}",
        coverage_note(coverage),
        markdown.table(pd.DataFrame(lines)),
    )


def verdict_text(verdict: str) -> str:
    """Write a verdict for people: with a sign, and in bold where it is decided."""
    return markdown.bold(f"{SIGNS[verdict]} {verdict}", where=verdict != UNDECIDED)


def interval_text(line: pd.Series) -> str:
    """Write the effect of a claim for people, with its interval."""
    if pd.isna(line["effect"]):
        return markdown.ABSENT
    return gain_text(line["effect"], line["low"], line["high"])


def effect_text(line: pd.Series) -> str:
    """Write the effect of a claim for people, with its interval and what it is."""
    name = "" if pd.isna(line["effect"]) else f" ({line['effect_name']})"
    return interval_text(line) + name
