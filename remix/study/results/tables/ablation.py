"""The ablation: what balance, mixing and the class prior do, each given the others."""

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from remix.metrics import metric as metric_named
from remix.study.ablation import BALANCES, COMBINATIONS, OF_THE_STUDY, Combination
from remix.study.compare import ranking
from remix.study.compare.ranking import PAPER_METRICS
from remix.study.compare.statistics import bootstrap_interval
from remix.study.results import markdown
from remix.study.results.coverage import coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.reading import scores_of
from remix.study.results.runs import Runs
from remix.study.results.tables.gains import ERROR_NOTE, gain_text
from remix.study.results.tables.rank_sums import SHORT_TITLES
from remix.study.study import KIND_TITLES, Study

TITLE = "Ablation: balance, mixing, prior"
CATEGORY = "Gains and statistics"
ORDER = 11
ONLY = "paper"
READS = {
    "scores": "results/scores.parquet",
    "coverage": "results/tables/coverage.csv",
}

COLUMNS = [
    "kind", "metric", "ingredient", "level", "balance", "mixed", "exchanged",
    "effect", "low", "high", "lowest", "highest", "n_cells", "n_datasets",
]  # fmt: skip
# Of a factor that an effect is the mean over.
ANY = "any"
INGREDIENTS = {"score": "Score", "balance": "Balance", "mixing": "Mixing", "prior": "Balanced prior"}


class Effect(NamedTuple):
    """A difference of methods: the mean of some over the mean of others, cell by cell.

    Attributes
    ----------
    ingredient, level : str
        What differs: one of `INGREDIENTS`, and for the balance which.
    balance, mixed, exchanged : str
        What both sides have alike: a level, or `ANY`.
    with_it, without : tuple of str
        Methods of the two sides; without any on the other side, the score itself.
    """

    ingredient: str
    level: str
    balance: str
    mixed: str
    exchanged: str
    with_it: tuple[str, ...]
    without: tuple[str, ...]


def make(runs: Runs, scores: pd.DataFrame, coverage: pd.DataFrame) -> MadeTable:
    """Make the table from the scores of the run of the ablation."""
    if runs.ablation is None:
        table = pd.DataFrame(columns=COLUMNS)
    else:
        table = ablation_table(scores_of(scores, runs.ablation), runs.ablation)
    return MadeTable(table, ablation_markdown(table, runs.ablation, coverage))


def ablation_table(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Compute scores and effects of all combinations.

    Parameters
    ----------
    scores : DataFrame
        As `remix.study.results.reading.scores_of` gives it, of the ablation.
    study : Study
        The ablation; gives each task's dataset.

    Returns
    -------
    DataFrame
        One row per kind, metric of the paper and effect, see `effects`: ``effect``, the mean over the cells,
        positive where the ingredient makes the score better, and of the ingredient ``score`` the mean score
        itself; ``low`` and ``high``, its interval that draws datasets (none for a single one); ``lowest`` and
        ``highest``, the extremes of the cells.
    """
    lines = []
    for kind, metric, means, datasets in ranking.cells_of(scores, PAPER_METRICS, study):
        for each in effects():
            values = means[list(each.with_it)].mean(axis=1)
            if each.without:
                values = (values - means[list(each.without)].mean(axis=1)) * metric_named(metric).sign
            interval = bootstrap_interval(values, datasets)
            lines.append(
                {
                    "kind": kind, "metric": metric, **each._asdict(),
                    "effect": values.mean(), "low": interval.low, "high": interval.high,
                    "lowest": values.min(), "highest": values.max(),
                    "n_cells": len(values), "n_datasets": len(set(datasets)),
                }
            )  # fmt: skip
    return pd.DataFrame(lines, columns=COLUMNS)


def effects() -> Iterator[Effect]:
    """List what is compared: each combination alone, then each ingredient given the others, and over all."""
    for each in COMBINATIONS:
        yield Effect("score", "", each.balance, *_words(each), (each.method,), ())
    for balance in list(BALANCES)[1:]:
        for exchanged in ("no", "yes"):
            for mixed in ("no", "yes"):
                yield _effect("balance", balance, mixed=mixed, exchanged=exchanged)
    for balance in (*BALANCES, ANY):
        for exchanged in ("no", "yes"):
            yield _effect("mixing", "yes", balance=balance, exchanged=exchanged)
    for balance in (*BALANCES, ANY):
        for mixed in ("no", "yes"):
            yield _effect("prior", "yes", balance=balance, mixed=mixed)


def _effect(
    ingredient: str, level: str, *, balance: str = ANY, mixed: str = ANY, exchanged: str = ANY
) -> Effect:
    """Choose the combinations of both sides."""
    fixed = {"balance": balance, "mixed": mixed, "exchanged": exchanged}
    differs = {"balance": "balance", "mixing": "mixed", "prior": "exchanged"}[ingredient]
    sides = []
    for value in (level, "none" if ingredient == "balance" else "no"):
        wanted = {**fixed, differs: value}
        sides.append(tuple(each.method for each in COMBINATIONS if _fits(each, wanted)))
    return Effect(ingredient, level, **fixed, with_it=sides[0], without=sides[1])


def _fits(combination: Combination, wanted: dict[str, str]) -> bool:
    has = dict(zip(wanted, (combination.balance, *_words(combination)), strict=True))
    return all(value in (ANY, has[factor]) for factor, value in wanted.items())


def _words(combination: Combination) -> tuple[str, str]:
    return ("yes" if combination.mixed else "no", "yes" if combination.exchanged else "no")


def ablation_markdown(table: pd.DataFrame, study: Study | None, coverage: pd.DataFrame) -> str:
    """Write the ablation for people: scores of all combinations, then a table for each ingredient."""
    if study is None:
        needed = ", ".join(OF_THE_STUDY)
        text = (
            "There is no ablation: it is not asked for (`ablation.train`), or the study has no task on "
            f"tables, or not all of the methods {needed}."
        )
        return markdown.document("Ablation", text, coverage_note(coverage))
    caption = (
        "ReMix balances mini-batches and mixes their rows; a class prior can be exchanged after training. "
        "Here is every combination of the three. Classes are balanced by resampling, by weights in the loss, "
        "or by logit adjustment in the loss; rows are mixed or not; the class mix that was trained on is "
        "exchanged for equal shares by Bayes' rule, or not. An **effect** is the mean difference over the "
        "cells between methods that differ in one ingredient only, on the same folds; positive is better. "
        f"It depends on what the others are, so it is given for each. {ERROR_NOTE} Bold: the interval "
        f"excludes zero. {study.protocol_note}"
    )
    sections = ["There is no cell."]
    if len(table):
        added = [_section(table, ingredient) for ingredient in INGREDIENTS if ingredient != "score"]
        sections = [_scores(table), *added]
    return markdown.document("Ablation", caption, coverage_note(coverage), *sections)


def _scores(table: pd.DataFrame) -> str:
    """Mean scores of the combinations, the best of each column in bold."""
    columns: dict[str, list[str]] = {}
    chosen = table[table["ingredient"] == "score"]
    for (kind, metric), part in chosen.groupby(["kind", "metric"], sort=False):
        columns["Balance"] = [BALANCES[name] for name in part["balance"]]
        columns["Mixed"] = list(part["mixed"])
        columns["Balanced prior"] = list(part["exchanged"])
        values = part["effect"]
        best = (values * metric_named(metric).sign).idxmax()
        columns[_heading(kind, metric, part)] = [
            markdown.bold(f"{value:.3f}", where=place == best) for place, value in values.items()
        ]
    return f"## Mean scores\n\n{markdown.table(pd.DataFrame(columns))}"


def _section(table: pd.DataFrame, ingredient: str) -> str:
    columns: dict[str, list[str]] = {}
    chosen = table[table["ingredient"] == ingredient]
    for (kind, metric), part in chosen.groupby(["kind", "metric"], sort=False):
        columns["Given"] = [given(row) for _, row in part.iterrows()]
        columns[_heading(kind, metric, part)] = [
            markdown.bold(gain_text(effect, low, high), where=low > 0 or high < 0)
            for effect, low, high in zip(part["effect"], part["low"], part["high"], strict=True)
        ]
    return f"## {INGREDIENTS[ingredient]}: what it adds\n\n{markdown.table(pd.DataFrame(columns))}"


def given(row: pd.Series) -> str:
    """Say what an effect is of, and what both sides have alike."""
    words = [BALANCES[row["level"]] if row["ingredient"] == "balance" else ""]
    if row["ingredient"] != "balance":
        words.append("mean over balances" if row["balance"] == ANY else BALANCES[row["balance"]])
    if row["ingredient"] != "mixing":
        words.append("mixed" if row["mixed"] == "yes" else "not mixed")
    if row["ingredient"] != "prior":
        words.append("balanced prior" if row["exchanged"] == "yes" else "prior as trained")
    return ", ".join(word for word in words if word)


def _heading(kind: str, metric: str, part: pd.DataFrame) -> str:
    cells, datasets = part["n_cells"].iloc[0], part["n_datasets"].iloc[0]
    return f"{KIND_TITLES[kind]} {SHORT_TITLES[metric]} ({cells} cells, {datasets} datasets)"
