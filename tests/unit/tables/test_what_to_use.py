"""What to use, by need, task and what may be done."""

import copy
import dataclasses

import pytest
from scores import fold_scores
from small_study import DEFINITION, rows_below

from remix.study.results.tables.answer import QUESTIONS
from remix.study.results.tables.what_to_use import (
    tree_lines,
    what_to_use_markdown,
    what_to_use_table,
)
from remix.study.study import Study

# By method: its g-mean and its Brier scores on each of three datasets.
VALUES = {
    "baseline": ([0.5, 0.5, 0.5], [0.30, 0.30, 0.30]),
    "baseline_prior": ([0.7, 0.7, 0.5], [0.25, 0.25, 0.25]),
    "remix": ([0.8, 0.6, 0.8], [0.20, 0.20, 0.20]),
    "forest": ([0.9, 0.9, 0.9], [0.40, 0.40, 0.40]),
}


@pytest.fixture
def advice():
    """A study of three binary datasets and one of more classes, and its scores."""
    definition = copy.deepcopy(DEFINITION)
    tasks = definition["tasks"]
    tasks["ozone"] = {**tasks["aps"], "dataset": "ozone", "title": "Ozone"}
    del definition["methods"]["smote"]
    definition["methods"] |= {
        "baseline_prior": {"title": "Baseline, balanced prior", "after": {"prior": "balanced"}},
        "forest": {"title": "Forest", "estimator": "sklearn.ensemble.RandomForestClassifier"},
    }
    study = Study.from_mapping(definition)
    places = {"musk": 0, "aps": 1, "ozone": 2, "landsat": 0}

    def value(cell, method, metric, fold):
        return VALUES[method][metric != "g_mean"][places[cell[1]]]

    cells = [(study.tasks[task].kind, task, study.tasks[task].irs[0]) for task in places]
    return study, fold_scores(value, cells, VALUES, QUESTIONS)


def test_the_best_of_each_choice_leads(advice):
    study, scores = advice
    table = what_to_use_table(scores, study)
    best = table[table["position"] == 1].set_index(["kind", "metric", "choice"]).sort_index()
    of_binary = best.loc[("binary", "g_mean")]
    assert of_binary["method"].to_dict() == {"any": "forest", "network": "remix", "trained": "baseline_prior"}
    assert of_binary["n_methods"].to_dict() == {"any": 4, "network": 3, "trained": 2}
    assert best.loc[("binary", "brier", "any"), "method"] == "remix"
    assert of_binary.loc["network", "gain"] == pytest.approx(0.7 / 3)
    # Second on one of three datasets, and first wherever that one is drawn once at most: in 20 of 27 draws.
    assert of_binary.loc["network", "first"] == pytest.approx(20 / 27, abs=0.02)


def test_what_is_behind_the_best_is_not_told_apart_where_datasets_disagree(advice):
    study, scores = advice
    table = what_to_use_table(scores, study).set_index(["kind", "metric", "choice", "method"])
    other = table.loc["binary", "g_mean", "network", "baseline_prior"]
    assert other["behind"] == pytest.approx(0.1)
    assert other["behind_low"] == pytest.approx(-0.1)
    assert table.loc[("binary", "g_mean", "network", "baseline"), "behind_low"] == pytest.approx(0.1)


def test_advice_for_people(advice, coverage):
    study, scores = advice
    table = what_to_use_table(scores, study)
    assert tree_lines(table, study) == [
        "Finding every class?",
        "  Binary: Forest | a network: ReMix",
        "Probabilities where all classes weigh alike?",
        "  Binary: ReMix",
        "Probabilities of the data as they come?",
        "  Binary: ReMix",
        "Of multi-class there are too few datasets to advise.",
    ]
    text = what_to_use_markdown(table, study, coverage)
    rows = rows_below(text, "## Finding every class")
    assert rows[3][:3] == ["Binary (3 datasets)", "a network, 3 methods", "**ReMix**"]
    assert rows[3][-1] == "Baseline, balanced prior"
    assert "| Multi-class (1 datasets)" not in text


@pytest.mark.parametrize(
    ("names", "choice", "best"),
    [
        (["baseline", "remix"], "network", "ReMix"),
        (["baseline", "baseline_prior"], "trained", "Baseline, balanced prior"),
    ],
)
def test_a_choice_of_one_is_none_and_the_narrowest_is_named(advice, names, choice, best):
    study, scores = advice
    few = dataclasses.replace(study, entries={name: study.entries[name] for name in names})
    table = what_to_use_table(scores[scores["method"].isin(names)], few)
    assert set(table["choice"]) == {choice}
    assert tree_lines(table, few)[1] == f"  Binary: {best}"
