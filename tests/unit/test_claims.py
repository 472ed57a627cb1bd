"""What scores say of the paper's claims, on scores that are made to say it."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scores import fold_scores, mirrored

from remix.study.compare import statistics
from remix.study.compare.claims import (
    CLAIMS,
    FAILS,
    HOLDS,
    PRINTED_METHODS,
    UNDECIDED,
    Evidence,
    claims_table,
    contest,
    shrinking_gain,
    weakest,
)

IRS = ("0.05", "0.025", "0.01")
DATASETS = {f"t{i}": f"d{i}" for i in range(6)}


def scores_of(value):
    """Scores from ``value(task number, ratio, method)``, a g-mean; the balanced Brier score is 1 less it."""

    def g_mean(cell, method, fold):
        return value(int(cell[1][1]), float(cell[2]), method) + 0.001 * (fold - 0.5)

    cells = [("binary", task, ir) for task in DATASETS for ir in IRS]
    return fold_scores(mirrored(g_mean), cells, PRINTED_METHODS)


LEVELS = {"baseline": 0.3, "cost": 0.5, "smote": 0.6, "mixup": 0.2, "remix": 0.8}


def plain(i, ir, method):
    """ReMix above SMOTE above cost adjustment, a little differently on each task."""
    return LEVELS[method] + 0.01 * i * (method == "remix") + 0.002 * i


@pytest.fixture(scope="module")
def plain_scores():
    return scores_of(plain)


@pytest.fixture(scope="module")
def plain_table(plain_scores):
    return claims_table(plain_scores, DATASETS)


def verdicts(table):
    return dict(zip(table["claim"], table["verdict"], strict=True))


def judged(scores, text, datasets=DATASETS):
    """The claims that begin so."""
    return claims_table(scores, datasets, claims=[claim for claim in CLAIMS if claim.text.startswith(text)])


def of(found, text):
    (verdict,) = [v for claim, v in found.items() if claim.startswith(text)]
    return verdict


def test_what_is_plainly_so_holds(plain_table):
    found = verdicts(plain_table)
    for text in (
        "ReMix has the best rank sum in g-mean, binary",
        "ReMix has the best rank sum in balanced Brier score, binary",
        "SMOTE is second in g-mean",
        "ReMix's gain in balanced Brier score is above all others', binary",
    ):
        assert of(found, text) == HOLDS


def test_what_is_plainly_otherwise_does_not():
    swapped = scores_of(lambda i, ir, m: plain(i, ir, {"remix": "cost", "cost": "remix"}.get(m, m)))
    table = claims_table(swapped, DATASETS)
    found = verdicts(table)
    assert of(found, "ReMix has the best rank sum in g-mean, binary") == FAILS
    assert of(found, "SMOTE is second in g-mean") == FAILS
    assert table["agrees"].iloc[0] is False
    assert table["effect_name"].iloc[0] == "remix − cost"


def test_what_has_no_data_is_undecided(plain_scores, plain_table):
    found = verdicts(plain_table)
    for text in (
        "ReMix has the best rank sum in g-mean, multi-class",
        "On CIFAR-10, binary, ReMix is above",
        "The g-mean is stable",
    ):
        assert of(found, text) == UNDECIDED
    assert set(claims_table(plain_scores.iloc[:0], DATASETS)["verdict"]) == {UNDECIDED}
    table = claims_table(plain_scores[plain_scores["method"] != "mixup"], DATASETS)
    assert set(table["verdict"]) == {UNDECIDED}
    assert table["note"].iloc[0] == "there are no scores of mixup"


def test_two_datasets_decide_nothing(plain_scores):
    """Eighteen cells, all in favour, but of two datasets."""
    table = claims_table(plain_scores, {task: f"d{int(task[1]) % 2}" for task in DATASETS})
    assert set(table["verdict"]) == {UNDECIDED}


def test_mixed_results_are_undecided():
    rng = np.random.default_rng(0)
    noise = {(i, ir): rng.normal(0, 0.3) for i in range(6) for ir in map(float, IRS)}
    scores = scores_of(lambda i, ir, m: plain(i, ir, m) + (noise[i, ir] - 0.2) * (m == "remix"))
    (verdict,) = judged(scores, "ReMix has the best rank sum in g-mean, binary")["verdict"]
    assert verdict == UNDECIDED


def test_methods_beside_the_papers_take_no_part(plain_scores, plain_table):
    better = plain_scores[plain_scores["method"] == "remix"].assign(method="mine", value=1.0)
    pd.testing.assert_frame_equal(claims_table(pd.concat([plain_scores, better]), DATASETS), plain_table)


def test_the_numbers_of_a_contest(plain_scores):
    found = contest(
        plain_scores,
        DATASETS,
        kind="binary",
        metric="balanced_brier",
        winner="remix",
        rivals=("smote", "mixup"),
    )
    by_task = 0.2 + 0.01 * np.arange(6)
    assert found.effect == pytest.approx(by_task.mean())
    units = np.repeat(list(DATASETS.values()), 3)
    assert (found.low, found.high) == pytest.approx(
        statistics.bootstrap_interval(np.repeat(by_task, 3), units)
    )
    assert found.p == pytest.approx(2 * statistics.wilcoxon_p(np.repeat(by_task, 3)))
    assert (found.n_cells, found.n_datasets, found.agrees) == (18, 6, True)
    assert found.note == "smote is the best of the others by rank; remix is better in 18 of 18 cells"


def test_the_best_rival_by_rank_and_by_mean_may_differ():
    """SMOTE is best but for one task, on which it is far behind."""
    scores = scores_of(lambda i, ir, m: -9.0 if (m, i) == ("smote", 0) else plain(i, ir, m))
    settings = {"kind": "binary", "metric": "g_mean", "winner": "remix", "rivals": ("smote", "cost")}
    assert contest(scores, DATASETS, **settings).effect_name == "remix − smote"
    assert contest(scores, DATASETS, by="mean", **settings).effect_name == "remix − cost"


@pytest.mark.parametrize(("slope", "verdict"), [(2.0, HOLDS), (-2.0, FAILS)])
def test_a_gain_that_shrinks_or_grows(slope, verdict):
    """The gain is 0.3 + slope × ratio, so it changes by 0.04 × slope from 0.01 to 0.05."""
    scores = scores_of(lambda i, ir, m: 0.3 + (0.3 + (slope + 0.1 * i) * ir) * (m == "remix"))
    found = shrinking_gain(scores, DATASETS, kind="binary", metric="g_mean", method="remix")
    expected = 0.04 * (slope + 0.1 * np.arange(6))
    assert found.effect == pytest.approx(expected.mean())
    assert found.p == pytest.approx(stats.ttest_1samp(expected, 0).pvalue)
    assert found.n_cells == 12
    assert found.verdict == verdict
    (judgement,) = judged(scores, "ReMix's gain in g-mean shrinks")["verdict"]
    assert judgement == verdict


def test_a_task_with_one_ratio_says_nothing_of_growth(plain_scores):
    scores, settings = plain_scores, {"kind": "binary", "metric": "g_mean", "method": "remix"}
    one = scores[(scores["task"] != "t0") | (scores["ir"] == "0.01")]
    assert shrinking_gain(one, DATASETS, **settings).n_datasets == 5
    assert shrinking_gain(scores[scores["ir"] == "0.01"], DATASETS, **settings).verdict == UNDECIDED


@pytest.mark.parametrize(
    ("low", "high", "p", "n_datasets", "verdict"),
    [
        (0.1, 0.2, 0.01, 5, HOLDS),
        (-0.2, -0.1, 0.01, 5, FAILS),
        (-0.1, 0.1, 0.01, 5, UNDECIDED),
        (0.1, 0.2, 0.06, 5, UNDECIDED),
        (0.1, 0.2, float("nan"), 5, UNDECIDED),
        (0.1, 0.2, 0.01, 2, UNDECIDED),
        (float("nan"), float("nan"), 0.01, 5, UNDECIDED),
    ],
)
def test_verdicts(low, high, p, n_datasets, verdict):
    assert Evidence("", 0.1, low, high, "", p, 14, n_datasets, True).verdict == verdict


def test_every_claim_of_the_design_is_there():
    assert len(CLAIMS) == len({claim.text for claim in CLAIMS}) == 15


IMAGE_LEVELS = LEVELS | {"remix": 0.7, "augment": 0.8, "remix_aug": 0.9}


def image_scores(kind="binary_images"):
    value = mirrored(lambda cell, method, fold: IMAGE_LEVELS[method] + 0.001 * (fold - 0.5))
    return fold_scores(value, [(kind, "i", ir) for ir in IRS], IMAGE_LEVELS)


def on_cifar(scores):
    """Gives the line of the claim on CIFAR-10 that begins so."""
    table = judged(scores, "On CIFAR-10", {**DATASETS, "i": "cifar10"}).set_index("claim")

    def line(text):
        (found,) = [claim for claim in table.index if claim.startswith(f"On CIFAR-10, {text}")]
        return table.loc[found]

    return line


def test_claims_on_cifar_are_judged_on_it():
    line = on_cifar(image_scores())
    basic = line("binary, ReMix is above")
    assert (basic["effect_name"], basic["agrees"], basic["n_cells"]) == ("remix − smote", True, 3)
    assert basic["effect"] == pytest.approx(0.1)
    # One dataset decides nothing.
    assert basic["verdict"] == UNDECIDED
    order = line("binary, ReMix (Aug) is first")
    assert (order["agrees"], order["n_datasets"]) == (True, 1)
    assert line("multi-class, augmentation alone")["n_cells"] == 0
    turned = on_cifar(image_scores(kind="multiclass_images"))("multi-class, augmentation alone")
    assert turned["agrees"] is False
    assert turned["effect_name"] == "augment − remix_aug"


def test_a_claim_of_two_metrics_needs_both():
    scores = image_scores()
    far = (scores["method"] == "remix") & (scores["metric"] == "balanced_brier")
    line = on_cifar(scores.assign(value=scores["value"].mask(far, 0.9)))("binary, ReMix is above")
    assert line["agrees"] is False
    assert line["effect"] == pytest.approx(0.4 - 0.9)
    assert line["note"].startswith(
        "1 of 2 parts stand as claimed; the weakest, remix by balanced brier score: "
    )


def test_other_data_does_not_stand_in_for_cifar(plain_scores, plain_table):
    fashion = claims_table(image_scores(), {"i": "fashion_mnist"})
    assert set(fashion.loc[fashion["section"] == "Figure 6", "note"]) == {"there are no scores on cifar10"}
    with_tables = pd.concat([plain_scores, image_scores()], ignore_index=True)
    table = claims_table(with_tables, {**DATASETS, "i": "cifar10"})
    on_tables = table[table["section"] != "Figure 6"]
    pd.testing.assert_frame_equal(on_tables, plain_table[plain_table["section"] != "Figure 6"])


def test_the_weakest_part_is_one_that_does_not_hold():
    holds = Evidence("a", 0.1, 0.05, 0.2, "", 0.01, 9, 5, True)
    undecided = holds._replace(effect=-0.5, low=-1.0, agrees=False)
    fails = holds._replace(effect=-0.01, low=-0.02, high=-0.005, agrees=False)
    assert weakest({"x": holds, "y": undecided, "z": fails}).verdict == FAILS
    assert weakest({"x": holds, "y": undecided}).effect == -0.5
    assert weakest({"x": holds}).verdict == HOLDS
