"""What to use: for each need the method that ranks best, by how much, and how sure that is."""

from collections.abc import Iterator, Mapping

import pandas as pd

from remix.catalogue import is_for_tables
from remix.metrics import metric as metric_named
from remix.study.compare import ranking, statistics
from remix.study.data.catalogue import IMAGE_KINDS
from remix.study.results import markdown
from remix.study.results.coverage import coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.reading import scores_of
from remix.study.results.runs import Runs
from remix.study.results.tables.answer import QUESTIONS
from remix.study.results.tables.gains import ERROR_NOTE, gain_text
from remix.study.study import BASELINE, KIND_TITLES, Study
from remix.study.words import listed, percent

TITLE = "What to use"
CATEGORY = "Verdict"
ORDER = 13
ONLY = "paper"
READS = {
    "scores": "results/scores.parquet",
    "coverage": "results/tables/coverage.csv",
}

# What may be done, from all to next to nothing.
CHOICES = {
    "any": "any classifier",
    "network": "a network",
    "trained": "what is trained already",
}
# One or two datasets of a kind say nothing of others.
FEW_DATASETS = 3
COLUMNS = [
    "kind", "metric", "choice", "method", "position", "mean_rank", "first",
    "gain", "gain_low", "gain_high", "behind", "behind_low", "behind_high",
    "n_methods", "n_datasets", "n_cells",
]  # fmt: skip


def make(runs: Runs, scores: pd.DataFrame, coverage: pd.DataFrame) -> MadeTable:
    """Make the table from all scores."""
    study = runs.study
    table = what_to_use_table(scores_of(scores, study), study)
    return MadeTable(table, what_to_use_markdown(table, study, coverage))


def what_to_use_table(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Rank the methods that may be chosen, and compare each with the baseline and with the best.

    Parameters
    ----------
    scores : DataFrame
        As `remix.study.results.reading.scores_of` gives it.
    study : Study

    Returns
    -------
    DataFrame
        By kind, metric and choice one row per method, the best mean rank first; of equal ones the method that
        comes first in the study. ``first`` is the share of `remix.study.compare.statistics.first_shares`.
        ``gain`` is by how much a method is better than the baseline, ``behind`` by how much it is worse than
        the best, whatever the metric: means over cells, with intervals over datasets.
    """
    parts = []
    for kind, metric, means, datasets in ranking.cells_of(scores, QUESTIONS, study):
        gains = {name: _difference(means, metric, name, BASELINE, datasets) for name in means.columns}
        for choice, names in _choices(study, kind):
            part = _ranked(means[names], metric, datasets, gains)
            parts.append(part.assign(kind=kind, metric=metric, choice=choice))
    return pd.concat(parts or [pd.DataFrame(columns=COLUMNS)], ignore_index=True)[COLUMNS]


def _choices(study: Study, kind: str) -> Iterator[tuple[str, list[str]]]:
    """Give the methods of each choice: the narrowest of those with the same, and none with one method."""
    images = kind in IMAGE_KINDS
    names = list(study.methods_on(kind))
    networks = [name for name in names if not is_for_tables(study.entries[name])]
    baseline = study.method_spec(BASELINE, images=images)
    trained = [name for name in networks if study.method_spec(name, images=images) == baseline]
    found = (names, networks, trained)
    for choice, chosen, narrower in zip(CHOICES, found, (*found[1:], []), strict=True):
        if chosen != narrower and len(chosen) > 1:
            yield choice, chosen


def _ranked(
    means: pd.DataFrame, metric: str, datasets: list[str], gains: Mapping[str, tuple[float, float, float]]
) -> pd.DataFrame:
    ranks = statistics.mean_ranks(means, metric).sort_values(kind="stable")
    lines = [
        (name, *gains[name], *_difference(means, metric, ranks.index[0], name, datasets))
        for name in ranks.index
    ]
    columns = ["method", "gain", "gain_low", "gain_high", "behind", "behind_low", "behind_high"]
    return pd.DataFrame(lines, columns=columns).assign(
        position=range(1, len(ranks) + 1),
        mean_rank=ranks.to_numpy(),
        first=statistics.first_shares(means, metric, datasets)[ranks.index].to_numpy(),
        n_methods=len(ranks),
        n_datasets=len(set(datasets)),
        n_cells=len(means),
    )


def _difference(
    means: pd.DataFrame, metric: str, first: str, second: str, datasets: list[str]
) -> tuple[float, float, float]:
    """By how much one method is better than another: the mean over the cells, with its interval."""
    by_cell = statistics.differences(means, metric, first, second)
    return (by_cell.mean(), *statistics.bootstrap_interval(by_cell, datasets))


def what_to_use_markdown(table: pd.DataFrame, study: Study, coverage: pd.DataFrame) -> str:
    """Write the advice for people: as a tree of a few lines, then with its numbers."""
    caption = (
        "For each need the method with the best mean rank over the cells (1 is best). *Gain*: by how much "
        "its mean is better than that of the baseline. *First*: share of 9,999 draws of the datasets, with "
        "replacement, in which its mean rank is the best. *Not told apart* are the methods whose difference "
        "to it has an interval that holds 0. *What is trained already* is the baseline, and what can "
        f"be done with its probabilities. Kinds of fewer than {FEW_DATASETS} datasets are in the CSV only. "
        "The best is chosen on the data that it is measured on: where many are close, its own numbers are a "
        f"little too good. {ERROR_NOTE} {study.protocol_note}"
    )
    sections, enough = [], table[table["n_datasets"] >= FEW_DATASETS]
    if len(table):
        sections = [
            "\n".join(["```text", *tree_lines(table, study), "```"]),
            caption,
            *(
                f"## {question}: {metric_named(metric).title}\n\n{markdown.table(_wide(of_metric, study))}"
                for metric, question in QUESTIONS.items()
                if len(of_metric := enough[enough["metric"] == metric])
            ),
        ]
    return markdown.document(TITLE, *(sections or ["There is no cell."]), coverage_note(coverage))


def tree_lines(table: pd.DataFrame, study: Study) -> list[str]:
    """Write the advice as a tree, of at most ten lines: what is needed, for which task, whether by a network.

    Parameters
    ----------
    table : DataFrame
        As `what_to_use_table` gives it.
    study : Study
        Gives the titles of the methods.
    """
    enough = table[(table["position"] == 1) & (table["n_datasets"] >= FEW_DATASETS)]
    lines = []
    for metric, question in QUESTIONS.items():
        of_metric = enough[enough["metric"] == metric]
        if len(of_metric):
            lines.append(f"{question}?")
        for kind, best in of_metric.groupby("kind", sort=False):
            # Who may do more takes the same one where it is the best of fewer too.
            first, *others = best.drop_duplicates("method").itertuples()
            texts = [
                study.methods[first.method],
                # There is no room for what is trained already.
                *(
                    f"{CHOICES[each.choice]}: {study.methods[each.method]}"
                    for each in others
                    if each.choice != "trained"
                ),
            ]
            lines.append(f"  {KIND_TITLES[str(kind)]}: {' | '.join(texts)}")
    few = [KIND_TITLES[kind].lower() for kind in table["kind"].unique() if kind not in set(enough["kind"])]
    return [*lines, *([f"Of {' and '.join(few)} there are too few datasets to advise."] if few else [])]


def _wide(of_metric: pd.DataFrame, study: Study) -> pd.DataFrame:
    lines = []
    for (kind, choice), part in of_metric.groupby(["kind", "choice"], sort=False):
        best, others = part.iloc[0], part.iloc[1:]
        alike = others[~(others["behind_low"] > 0)]
        lines.append(
            {
                "Task": f"{KIND_TITLES[str(kind)]} ({best['n_datasets']} datasets)",
                "Choice": f"{CHOICES[str(choice)]}, {best['n_methods']} methods",
                "Best": markdown.bold(study.methods[best["method"]]),
                "Mean rank": f"{best['mean_rank']:.2f}",
                "First": percent(best["first"]),
                "Gain": gain_text(best["gain"], best["gain_low"], best["gain_high"]),
                "Not told apart": listed([study.methods[name] for name in alike["method"]])
                or markdown.ABSENT,
            }
        )
    return pd.DataFrame(lines)
