"""The direction of a metric is known in one place: flipping it there flips every result."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from remix import metrics
from remix.study.data.catalogue import Task
from remix.study.results.tables.cell_tests import cell_tests_table
from remix.study.results.tables.comparisons import comparisons_table
from remix.study.results.tables.gains import gains_table
from remix.study.results.tables.rank_sums import rank_sums_table
from remix.study.study import Study, Switches

METHODS = ["baseline", "smote", "remix"]
TASKS = [f"t{i}" for i in range(6)]


@pytest.fixture
def study(protocol):
    tasks = {
        name: Task.from_definition(
            {
                "name": name,
                "dataset": name,
                "minority": ["1"],
                "merged": True,
                "classes": ["0", "1"],
                "irs": ["0.05"],
                "title": name,
            }
        )
        for name in TASKS
    }
    return Study(
        seed=1,
        protocol=protocol(repeats=4),
        switches=Switches(),
        tasks=tasks,
        entries={name: {} for name in METHODS},
    )


@pytest.fixture
def scores():
    rng = np.random.default_rng(0)
    lines = [
        ("binary", task, "0.05", method, repeat, 0, metric, rng.random())
        for task in TASKS
        for metric in ("g_mean", "balanced_brier")
        for method in METHODS
        for repeat in range(4)
    ]
    columns = ["kind", "task", "ir", "method", "repeat", "fold", "metric", "value"]
    return pd.DataFrame(lines, columns=columns)


@pytest.fixture
def both(monkeypatch):
    """Compute something twice: as it is, and with the direction of both metrics flipped."""

    def compute(function):
        before = function()
        for name in ("g_mean", "balanced_brier"):
            definition = metrics.METRICS[name]
            flipped = dataclasses.replace(definition, higher_is_better=not definition.higher_is_better)
            monkeypatch.setitem(metrics.METRICS, name, flipped)
        return before, function()

    return compute


def assert_turned(before, after):
    """Differences change their sign and intervals their ends; what has no sign stays."""
    assert np.allclose(before["low"], -after["high"])
    assert np.allclose(before["high"], -after["low"])


def test_the_table_of_rank_sums(scores, study, both):
    published = pd.DataFrame(columns=["kind", "metric", "method", "title", "rank_sum", "n_cells"])
    before, after = both(lambda: rank_sums_table(scores, study, published).query("kind == 'binary'"))
    assert (before["rank_sum"] + after["rank_sum"] == 4 * len(TASKS)).all()
    assert (before["average_rank_sum"] + after["average_rank_sum"] == 4 * len(TASKS)).all()
    assert (before["position"] + after["position"] == 4).all()


def test_the_table_of_gains(scores, study, both):
    before, after = both(lambda: gains_table(scores, study))
    assert (before["gain"] == -after["gain"]).all()
    assert_turned(before, after)


def test_comparisons(scores, study, both):
    before, after = both(lambda: comparisons_table(scores, study))
    assert np.allclose(before["mean_difference"], -after["mean_difference"])
    assert_turned(before, after)
    for end in ("first", "second"):
        assert np.allclose(before[f"{end}_mean_rank"] + after[f"{end}_mean_rank"], 4)
    for same in ("wilcoxon_p", "holm_p", "nemenyi_p", "friedman", "friedman_p", "critical_difference"):
        assert np.allclose(before[same], after[same])


def test_cell_tests(scores, both):
    sizes = scores[["task", "ir", "repeat", "fold"]].drop_duplicates().assign(train_rows=70, test_rows=100)
    before, after = both(lambda: cell_tests_table(scores, sizes))
    assert np.allclose(before["mean_difference"], -after["mean_difference"])
    assert np.allclose(before["t"], -after["t"])
    assert np.allclose(before["p"], after["p"])
    assert_turned(before, after)
