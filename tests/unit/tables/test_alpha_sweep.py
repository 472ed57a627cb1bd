"""The sweep's table on made-up folds, against numbers worked out by hand and by SciPy."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from scores import fold_scores

from remix.errors import ResultError
from remix.study.compare.statistics import corrected_t_test
from remix.study.results.tables.alpha_sweep import alpha_sweep_markdown, alpha_sweep_table
from remix.study.sweep import Sweep

SWEEP = Sweep(tasks=["musk", "aps", "seizure"], method="remix", alphas=[0.01, 0.4])
OWN = {"musk": 0.1, "aps": 0.1}
# By α and ratio: (g-mean, balanced Brier score) of the four folds, which differ by these steps.
MEANS = {
    0.01: {"0.05": (0.75, 0.25), "0.01": (0.5, 0.5)},
    0.1: {"0.05": (0.875, 0.25), "0.01": (0.5, 0.375)},
    0.4: {"0.05": (0.8125, 0.125), "0.01": (0.5, 0.25)},
}
STEPS = np.array([-0.03125, -0.015625, 0.015625, 0.03125])


def folds_of(means, method="remix", steps=STEPS):
    def value(cell, method, metric, fold):
        return means[cell[2]][metric != "g_mean"] + steps[fold]

    return fold_scores(value, [("binary", "musk", ir) for ir in means], [method], folds=4)


@pytest.fixture
def sweep_scores():
    # At α 0.4 the folds differ the other way round, so that differences vary from fold to fold.
    parts = [
        folds_of(means, steps=-STEPS if alpha == 0.4 else STEPS).assign(alpha=alpha)
        for alpha, means in MEANS.items()
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def baseline():
    return folds_of({"0.05": (0.625, 0.3125), "0.01": (0.25, 0.5)}, "baseline")


@pytest.fixture
def sizes():
    lines = [(ir, r, f, 70, 100) for ir in ("0.05", "0.01") for r in range(2) for f in range(2)]
    columns = ["ir", "repeat", "fold", "train_rows", "test_rows"]
    return pd.DataFrame(lines, columns=columns).assign(task="musk")


@pytest.fixture
def table(sweep_scores, baseline, sizes):
    return alpha_sweep_table(sweep_scores, baseline, sizes, OWN)


def row(table, metric, ir, alpha):
    (found,) = table.query("metric == @metric and ir == @ir and alpha == @alpha").to_dict("records")
    return found


def test_means_and_differences(table):
    assert len(table) == 2 * 2 * 3
    entry = row(table, "g_mean", "0.05", 0.4)
    assert (entry["mean"], entry["n_folds"], entry["baseline"]) == (0.8125, 4, 0.625)
    assert entry["std"] == pytest.approx(STEPS.std(ddof=1))
    assert entry["difference"] == -0.0625
    expected = corrected_t_test(-0.0625 - 2 * STEPS, 70, 100)
    assert (entry["low"], entry["high"]) == pytest.approx((expected.low, expected.high))
    assert entry["p"] == pytest.approx(expected.p)


def test_a_lower_brier_score_is_a_positive_difference(table):
    assert row(table, "balanced_brier", "0.05", 0.4)["difference"] == 0.125
    assert row(table, "balanced_brier", "0.01", 0.01)["difference"] == -0.125


def test_the_studys_own_has_no_difference(table):
    own = table[table["of_study"]]
    assert own["alpha"].tolist() == [0.1] * 4
    assert own[["difference", "low", "high", "p"]].isna().all(axis=None)
    assert table.loc[~table["of_study"], "difference"].notna().all()


def test_cells_and_alphas_stay_in_order(table, sweep_scores, baseline, sizes):
    keys = list(zip(table["metric"], table["ir"], table["alpha"], strict=True))
    assert keys == [
        (metric, ir, alpha)
        for metric in ("g_mean", "balanced_brier")
        for ir in ("0.05", "0.01")
        for alpha in (0.01, 0.1, 0.4)
    ]
    turned = sweep_scores.sort_values("alpha", ascending=False, kind="stable")
    pd.testing.assert_frame_equal(alpha_sweep_table(turned, baseline, sizes, OWN), table)


def test_tasks_may_have_other_values(sweep_scores, baseline, sizes):
    other = sweep_scores[sweep_scores["alpha"] != 0.01].assign(task="aps")
    table = alpha_sweep_table(
        pd.concat([sweep_scores, other]), baseline, pd.concat([sizes, sizes.assign(task="aps")]), OWN
    )
    assert sorted(table.loc[table["task"] == "aps", "alpha"].unique()) == [0.1, 0.4]
    assert table.loc[table["task"] == "aps", "baseline"].isna().all()


def test_gaps_are_refused(sweep_scores, baseline, sizes):
    lacking = sweep_scores[(sweep_scores["alpha"] != 0.4) | (sweep_scores["ir"] != "0.01")]
    with pytest.raises(ResultError, match=r"musk, IR 0.01 has no \w+ of 0.4"):
        alpha_sweep_table(lacking, baseline, sizes, OWN)
    fewer = sweep_scores[(sweep_scores["alpha"] != 0.4) | (sweep_scores["repeat"] == 0)]
    with pytest.raises(ResultError, match=r"0.4 has \w+ of 2 folds"):
        alpha_sweep_table(fewer, baseline, sizes, OWN)
    with pytest.raises(ResultError, match=r"IR 0.01 has no records of its folds"):
        alpha_sweep_table(sweep_scores, baseline, sizes[sizes["ir"] == "0.05"], OWN)


def test_the_table_for_people(table, study, coverage):
    text = alpha_sweep_markdown(table, SWEEP, study, coverage)
    assert re.search(r"\| musk +\| +0.05 +\| +0.625 +\| +\*\*0.750 \(-0.125\)\*\* +\| +0.875 \* +\|", text)
    # Its folds differ too much for that to be told.
    assert "| 0.812 (-0.062)" in text
    assert "Swept: musk (study's α 0.1). Missing, for their data could not be had: aps." in text
    assert "Not in this study: seizure." in text
    assert "nan" not in text


def test_a_sweep_knows_the_studys_own_alphas(study):
    assert SWEEP.own(study) == OWN


def test_nothing_swept(study, coverage, sweep_scores, baseline, sizes):
    table = alpha_sweep_table(sweep_scores.iloc[:0], baseline.iloc[:0], sizes.iloc[:0], {})
    assert table.empty
    for sweep, said in (
        (dataclasses.replace(SWEEP, tasks=[]), "The study varies no α."),
        (dataclasses.replace(SWEEP, method="mixup"), "The study does not train mixup"),
        (dataclasses.replace(SWEEP, tasks=["ozone", "seizure"]), "Not in this study: ozone, seizure."),
    ):
        text = alpha_sweep_markdown(table, sweep, study, coverage)
        assert "Nothing was swept." in text
        assert said in text
