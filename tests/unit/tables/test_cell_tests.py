import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scores import fold_scores

from remix.errors import ResultError
from remix.study.results.tables.cell_tests import (
    COMPARED_WITH,
    cell_tests_markdown,
    cell_tests_table,
)


@pytest.fixture
def folds(study):
    """Twenty folds per cell: SMOTE is near the baseline, ReMix far above it in each metric."""
    rng = np.random.default_rng(0)
    lift = {"baseline": 0.0, "smote": 0.01, "remix": 0.4}
    cells = [("binary", "musk", "0.05"), ("binary", "musk", "0.01"), ("multiclass", "landsat", "0.1")]

    def value(cell, method, metric, fold):
        return 0.5 + (1 if metric == "g_mean" else -1) * lift[method] + rng.normal(0, 0.05)

    return fold_scores(value, cells, study.methods, folds=20)


@pytest.fixture
def sizes(folds):
    keys = folds[["task", "ir", "repeat", "fold"]].drop_duplicates(ignore_index=True)
    # Folds of a repeat differ by a row; only their mean counts.
    return keys.assign(train_rows=70 + keys["fold"], test_rows=101 - keys["fold"])


def by_fold(folds, metric, method, task="musk", ir="0.05"):
    part = folds[(folds["metric"] == metric) & (folds["method"] == method)]
    return part[(part["task"] == task) & (part["ir"] == ir)]["value"].to_numpy()


def test_against_the_formula(folds, sizes):
    table = cell_tests_table(folds, sizes)
    assert len(table) == 3 * 2 * 3
    line = table.set_index(["task", "ir", "metric", "first", "second"]).loc[
        ("musk", "0.05", "balanced_brier", "remix", "baseline")
    ]
    # Lower is better: the baseline minus ReMix.
    gaps = by_fold(folds, "balanced_brier", "baseline") - by_fold(folds, "balanced_brier", "remix")
    error = np.sqrt(gaps.var(ddof=1) * (1 / 20 + 100.5 / 70.5))
    assert line["mean_difference"] == pytest.approx(gaps.mean())
    assert line["t"] == pytest.approx(gaps.mean() / error)
    assert line["p"] == pytest.approx(2 * stats.t.sf(abs(gaps.mean() / error), 19))
    assert line["low"] == pytest.approx(gaps.mean() - stats.t.ppf(0.975, 19) * error)
    assert (line["n_folds"], line["n_train"], line["n_test"]) == (20, 70.5, 100.5)


def test_folds_are_paired_whatever_the_order_of_the_rows(folds, sizes):
    shuffled = folds.sample(frac=1, random_state=0)
    keys = ["task", "ir", "metric", "first", "second"]
    first = cell_tests_table(folds, sizes).set_index(keys).sort_index()
    # The order of the methods is that of the rows, which decides what is first in a pair.
    shuffled = shuffled.sort_values("method", key=lambda m: m.map(["baseline", "smote", "remix"].index))
    second = cell_tests_table(shuffled, sizes.sample(frac=1, random_state=1)).set_index(keys).sort_index()
    pd.testing.assert_frame_equal(first, second)


def test_markdown(folds, sizes, study, coverage):
    text = cell_tests_markdown(cell_tests_table(folds, sizes), study, coverage)
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == [
        "## G-mean: each method against Baseline",
        "## Balanced Brier score: each method against Baseline",
        "## G-mean: ReMix against each other method",
        "## Balanced Brier score: ReMix against each other method",
    ]
    sections = text.split("## ")[1:]
    for section in sections[:2]:
        assert "SMOTE – Baseline" in section
        counts = [cell.strip() for cell in section.strip().splitlines()[-1].split("|")[1:-1]]
        assert counts == ["better / undecided / worse", "", "0 / 3 / 0", "3 / 0 / 0"]
        assert section.count("**+0.4") + section.count("**+0.3") == 3
    assert "ReMix – SMOTE" in sections[2]
    assert "3 / 0 / 0" in sections[2]
    assert "aps (0.01)" in text


def test_the_sign_follows_the_order_of_the_pair(folds, sizes, study, coverage):
    # With ReMix before SMOTE in the catalogue, the CSV has the pair turned; people see the same.
    order = {name: study.entries[name] for name in ("baseline", "remix", "smote")}
    turned_study = dataclasses.replace(study, entries=order)
    turned = folds.sort_values("method", key=lambda m: m.map(list(order).index), kind="stable")
    table = cell_tests_table(turned, sizes)
    assert ("smote", "remix") in set(zip(table["first"], table["second"], strict=True))
    texts = [
        cell_tests_markdown(cell_tests_table(f, sizes), s, coverage).split("## G-mean: ReMix against")[1]
        for f, s in ((folds, study), (turned, turned_study))
    ]
    assert texts[0] == texts[1]


def test_one_fold_is_no_test(folds, sizes, study, coverage):
    single = folds[(folds["repeat"] == 0) & (folds["fold"] == 0)]
    text = cell_tests_markdown(cell_tests_table(single, sizes), study, coverage)
    assert "nan" not in text.lower()
    assert "0 / 3 / 0" in text


@pytest.mark.parametrize(
    ("spoil_scores", "spoil_sizes", "message"),
    [
        (
            lambda s: s[(s["task"] != "landsat") | (s["method"] != "smote")], None,
            r"landsat, IR 0\.1 has no g_mean of smote",
        ),
        (None, lambda z: z[z["task"] != "landsat"], r"landsat, IR 0\.1 has no records of its folds"),
        (None, lambda z: z.drop(index=3), r"musk, IR 0\.05, repeat 1, fold 1 has no record of its size"),
    ],
)  # fmt: skip
def test_gaps_are_refused(folds, sizes, spoil_scores, spoil_sizes, message):
    given = (spoil_scores(folds) if spoil_scores else folds, spoil_sizes(sizes) if spoil_sizes else sizes)
    with pytest.raises(ResultError, match=message):
        cell_tests_table(*given)


def test_only_pairs_with_the_baseline_and_remix_are_tested(mixed_scores):
    folds = mixed_scores[["task", "ir", "repeat", "fold"]].drop_duplicates()
    table = cell_tests_table(mixed_scores, folds.assign(train_rows=70, test_rows=100), COMPARED_WITH)
    pairs = table[table["metric"] == "g_mean"].groupby("task", sort=False).size()
    assert pairs.to_dict() == {"musk": 2 * 3, "landsat": 3, "shirt": 2 * 5}  # not SMOTE – Augment
