"""What balance, mixing and the class prior do, from scores that are made of known effects."""

import dataclasses

import numpy as np
import pytest
from scores import fold_scores

from remix.catalogue import METHODS
from remix.study.ablation import COMBINATIONS, OF_THE_STUDY, Ablation
from remix.study.compare.statistics import bootstrap_interval
from remix.study.results.figures.ablation_effects import ablation_effects
from remix.study.results.tables.ablation import ablation_markdown, ablation_table, effects
from remix.study.trainings import trainings_of

GAINS = {"none": 0.0, "resampling": 0.1, "weights": 0.12, "logit_adjustment": 0.11}


@pytest.fixture
def papers(study):
    """The study with the methods that the ablation needs."""
    return dataclasses.replace(study, entries={name: METHODS[name] for name in OF_THE_STUDY})


@pytest.fixture
def ablation(papers):
    tasks = {
        f"t{i}": dataclasses.replace(papers.tasks["musk"], name=f"t{i}", dataset=f"d{i}", irs=("0.05",))
        for i in range(4)
    }
    return Ablation(train=True, repeats=2).study(dataclasses.replace(papers, tasks=tasks), METHODS)


def score(combination, task):
    """A g-mean: balancing helps where no prior is exchanged, mixing always, by other sizes per task."""
    value = 0.5 + 0.01 * combination.mixed
    return value + (0.15 if combination.exchanged else GAINS[combination.balance]) * (1 + task / 10)


@pytest.fixture
def scores():
    by_method = {each.method: each for each in COMBINATIONS}

    def value(cell, method, metric, fold):
        return score(by_method[method], int(cell[1][1])) * (1 if metric == "g_mean" else -1)

    return fold_scores(value, [("binary", f"t{task}", "0.05") for task in range(4)], by_method)


def test_every_combination_is_a_method_of_a_run_of_its_own(papers, protocol):
    papers = dataclasses.replace(papers, protocol=protocol(repeats=1))
    own = Ablation(train=True, repeats=3).study(papers, METHODS)
    assert own.run == "ablation"
    assert own.cells == papers.cells
    assert own.protocol.repeats == 1  # no more than the study has
    assert len(own.entries) == len({each.method for each in COMBINATIONS}) == 16
    assert len(set(own.methods.values())) == 16
    trained = trainings_of([papers, own])["musk", "0.05"]
    assert len(trained) == 8
    new = {each.method for each in trained if each.uses[0].run == "ablation"}
    assert new == {"balanced", "cost_mixup", "logit_adjusted", "logit_adjusted_mixup"}
    for each in trained:
        assert {use.after for use in each.uses if use.run == "ablation"} == {"none", "balanced"}


def test_the_entries_of_the_study_are_taken(papers):
    far = {**METHODS["remix"], "mix": {"alpha": 0.4}}
    study = dataclasses.replace(papers, entries={**papers.entries, "remix": far})
    own = Ablation(train=True, repeats=2).study(study, METHODS)
    assert own.entries["remix_prior"]["mix"] == {"alpha": 0.4}


def test_where_there_is_none(papers, mixed):
    images = [name for name, task in mixed.tasks.items() if task.image is not None]
    entries = dataclasses.replace(mixed, entries=papers.entries)
    assert Ablation(train=False, repeats=2).study(papers, METHODS) is None
    assert Ablation(train=True, repeats=2).study(mixed, METHODS) is None
    assert Ablation(train=True, repeats=2).study(entries.only(images), METHODS) is None
    tables = Ablation(train=True, repeats=2).study(entries, METHODS)
    assert not set(images) & set(tables.tasks)


def test_effects_by_hand(scores, ablation):
    table = ablation_table(scores, ablation)
    assert len(table) == 2 * len(list(effects())) == 2 * (16 + 12 + 10 + 10)
    rows = table[table["metric"] == "g_mean"].set_index(
        ["ingredient", "level", "balance", "mixed", "exchanged"]
    )
    scale = np.mean([1, 1.1, 1.2, 1.3])
    assert rows.loc["score", "", "none", "no", "no"]["effect"] == pytest.approx(0.5)
    for balance in GAINS:
        for exchanged in ("no", "yes"):
            assert rows.loc["mixing", "yes", balance, "any", exchanged]["effect"] == pytest.approx(0.01)
        for mixed in ("no", "yes"):
            prior = rows.loc["prior", "yes", balance, mixed, "any"]
            by_task = [(0.15 - GAINS[balance]) * (1 + task / 10) for task in range(4)]
            assert prior["effect"] == pytest.approx(np.mean(by_task))
            expected = bootstrap_interval(by_task, [f"d{i}" for i in range(4)])
            assert (prior["low"], prior["high"]) == pytest.approx(tuple(expected))
            assert (prior["lowest"], prior["highest"]) == pytest.approx((by_task[0], by_task[-1]))
            if balance != "none":
                gain = rows.loc["balance", balance, "any", mixed, "no"]["effect"]
                assert gain == pytest.approx(GAINS[balance] * scale)
                assert rows.loc["balance", balance, "any", mixed, "yes"]["effect"] == pytest.approx(0)
    mean = np.mean([0.15 - gain for gain in GAINS.values()]) * scale
    assert rows.loc["prior", "yes", "any", "no", "any"]["effect"] == pytest.approx(mean)
    # Of a metric of which lower is better an effect is positive where it helps, too.
    brier = table[(table["metric"] == "balanced_brier") & (table["ingredient"] == "prior")]
    assert brier["effect"].to_list() == pytest.approx(rows.loc["prior"]["effect"].to_list())


def test_each_side_differs_in_one_ingredient():
    by_method = {each.method: each for each in COMBINATIONS}
    for effect in effects():
        assert len(effect.without) in (0, len(effect.with_it))
        for one, other in zip(effect.with_it, effect.without, strict=False):
            differ = [a != b for a, b in zip(by_method[one], by_method[other], strict=True)]
            assert sum(differ) == 1
            assert ["balance", "mixing", "prior"][differ.index(True)] == effect.ingredient


def test_for_people(scores, ablation, coverage):
    table = ablation_table(scores, ablation)
    text = ablation_markdown(table, ablation, coverage)
    assert text.count("\n## ") == 4
    row = next(
        line for line in text.splitlines() if line.startswith("| resampled, not mixed, prior as trained")
    )
    assert "**+0.115 [+0.10" in row
    assert "nan" not in text
    figure = ablation_effects(table, "Caption.")
    (gm, _), panels = figure.axes[:2], figure.axes
    assert [ax.get_title() for ax in panels] == [
        "Binary: G-mean (4 cells, 4 datasets)", "Binary: Balanced Brier score (4 cells, 4 datasets)",
    ]  # fmt: skip
    assert len(gm.get_yticklabels()) == 3 + 6 + 5 + 5


def test_without_an_ablation_and_without_cells(scores, ablation, coverage):
    none = ablation_table(scores.iloc[:0], ablation)
    assert "There is no cell." in ablation_markdown(none, ablation, coverage)
    text = ablation_markdown(none, None, coverage)
    assert "There is no ablation" in text
    assert "baseline, cost, mixup, remix" in text


def test_a_single_dataset_has_no_interval(scores, ablation, coverage):
    table = ablation_table(scores[scores["task"] == "t0"], ablation)
    assert table["low"].isna().all()
    assert "nan" not in ablation_markdown(table, ablation, coverage)
    assert ablation_effects(table, "").axes
