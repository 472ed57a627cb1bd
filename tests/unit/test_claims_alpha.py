"""What a sweep over α says of the claims of Figure 7, on scores that are made to say it."""

import numpy as np
import pandas as pd
import pytest
from scores import fold_scores

from remix.study.compare import statistics
from remix.study.compare.claims import (
    FAILS,
    HOLDS,
    UNDECIDED,
    better_with_alpha,
    claims_table,
    stable_over_alpha,
)

ALPHAS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4)
IRS = ("0.05", "0.025", "0.01")
DATASETS = {"musk": "musk", "seizure": "seizure", "cifar10_dog": "cifar10"}
KINDS = {"musk": "binary", "seizure": "binary", "cifar10_dog": "binary_images"}
FALLS, STABLE = "The balanced Brier score falls", "The g-mean is stable"


def sweep_of(g_mean, brier, alphas=ALPHAS):
    """Scores from ``g_mean(cell number, α)`` and ``brier(cell number, α)``; the two folds differ a little."""
    cells = [(KINDS[task], task, ir) for task in DATASETS for ir in IRS]

    def value(cell, alpha, metric, fold):
        by_cell = g_mean if metric == "g_mean" else brier
        return by_cell(cells.index(cell), alpha) + 0.001 * (fold - 0.5)

    sweep = fold_scores(value, cells, alphas)
    return sweep.assign(alpha=sweep["method"], method="remix")


def flat(cell, alpha):
    return 0.8 + 0.001 * cell * alpha


def falling(cell, alpha):
    return 0.2 - (0.1 + 0.01 * cell) * alpha


def verdicts(sweep, datasets=DATASETS):
    table = claims_table(fold_scores(None, [], []), datasets, sweep=sweep).set_index("claim")
    return {text: table[table.index.str.startswith(text)].iloc[0] for text in (FALLS, STABLE)}


def test_what_is_plainly_so_holds():
    found = verdicts(sweep_of(flat, falling))
    assert found[FALLS]["verdict"] == found[STABLE]["verdict"] == HOLDS
    assert found[FALLS]["agrees"] is found[STABLE]["agrees"] is True
    assert (found[FALLS]["n_cells"], found[FALLS]["n_datasets"]) == (9, 3)


def test_what_is_plainly_otherwise_does_not():
    """The Brier score rises, and the g-mean by more than the margin."""
    found = verdicts(sweep_of(lambda cell, a: 0.5 + (0.2 + 0.01 * cell) * a, lambda c, a: -falling(c, a)))
    assert found[FALLS]["verdict"] == found[STABLE]["verdict"] == FAILS
    assert found[FALLS]["agrees"] is found[STABLE]["agrees"] is False


def test_the_numbers_of_a_fall():
    found = better_with_alpha(sweep_of(flat, falling), DATASETS, metric="balanced_brier")
    by_cell = 0.39 * (0.1 + 0.01 * np.arange(9))
    units = np.repeat(list(DATASETS.values()), 3)
    assert found.effect == pytest.approx(by_cell.mean())
    assert (found.low, found.high) == pytest.approx(statistics.bootstrap_interval(by_cell, units))
    assert found.p == pytest.approx(statistics.wilcoxon_p(by_cell))
    assert found.note == (
        "better at 0.4 than at 0.01 in 9 of 9 cells; over 6 values of α Kendall's τ is +1.00 on average and "
        "positive in 9 of them"
    )


def test_a_trend_that_the_ends_do_not_show_is_in_the_note():
    """It falls over five values and jumps back at the last: five of fifteen pairs of α go the other way."""
    found = better_with_alpha(
        sweep_of(flat, lambda cell, a: 0.5 if a == 0.4 else falling(cell, a)),
        DATASETS,
        metric="balanced_brier",
    )
    assert found.agrees is False
    assert "better at 0.4 than at 0.01 in 0 of 9 cells" in found.note
    assert f"Kendall's τ is {(10 - 5) / 15:+.2f} on average and positive in 9" in found.note


def test_the_numbers_of_stability():
    """Two values of α that are neither end decide the range: 0.02 apart, in cell 8 by 0.016 more."""
    bumps = {0.05: 1, 0.3: -1}
    sweep = sweep_of(lambda cell, a: 0.8 + bumps.get(a, 0) * (0.01 + 0.001 * cell), falling)
    found = stable_over_alpha(sweep, DATASETS, metric="g_mean", margin=0.0305)
    left = 0.0305 - 2 * (0.01 + 0.001 * np.arange(9))
    assert found.effect == pytest.approx(left.mean())
    assert found.p == pytest.approx(statistics.wilcoxon_p(left))
    assert found.effect_name == "0.0305 − range over α"
    assert "the range over 6 values of α is 0.028 on average" in found.note
    assert "widest on cifar10_dog, IR 0.01: 0.036" in found.note


def test_values_outside_of_the_claims_and_of_single_tasks_take_no_part():
    sweep = sweep_of(flat, falling)
    further = [
        sweep[sweep["alpha"] == 0.4].assign(alpha=0.5, value=5.0),
        sweep[(sweep["alpha"] == 0.1) & (sweep["task"] == "musk")].assign(alpha=0.15, value=5.0),
    ]
    for claim, found in verdicts(pd.concat([sweep, *further])).items():
        pd.testing.assert_series_equal(found, verdicts(sweep)[claim])


def test_without_both_ends_nothing_is_said():
    for alphas, absent in (((0.05, 0.1, 0.4), "0.01"), ((0.1, 0.5), "0.01 and 0.4")):
        for found in verdicts(sweep_of(flat, falling, alphas)).values():
            assert found["note"] == f"the sweep lacks α {absent}"
            assert (found["verdict"], found["n_cells"]) == (UNDECIDED, 0)


def test_without_a_sweep_of_remix_nothing_is_said():
    sweep = sweep_of(flat, falling)
    for other in (None, sweep.iloc[:0], sweep.assign(method="mixup")):
        for found in verdicts(other).values():
            assert found["note"] == "the study does not vary ReMix's α on the paper's tasks"
            assert (found["verdict"], found["n_cells"]) == (UNDECIDED, 0)
