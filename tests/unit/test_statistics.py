import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from remix.errors import ResultError
from remix.study.compare import statistics
from remix.study.compare.statistics import (
    bootstrap_interval,
    compare_methods,
    corrected_t_test,
    critical_difference,
    differences,
    friedman_test,
    holm,
    least_wilcoxon_p,
    mean_ranks,
    nemenyi_p,
    ranks_in,
    wilcoxon_p,
)

METHODS = ["baseline", "cost", "smote", "mixup", "remix"]


def means_of(rows, methods=METHODS):
    rows = np.asarray(rows, dtype=float)
    index = pd.MultiIndex.from_tuples(
        [("binary", f"t{i}", "0.05") for i in range(len(rows))], names=["kind", "task", "ir"]
    )
    return pd.DataFrame(rows, index=index, columns=methods[: rows.shape[1]])


def random_means(n_cells, seed=0):
    return means_of(np.random.default_rng(seed).random((n_cells, 5)))


grids = st.lists(
    st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=5, max_size=5), min_size=2, max_size=20
)


# --- Friedman and Nemenyi -----------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(grids)
def test_friedman_is_scipys_where_any_methods_differ(rows):
    means = means_of(rows)
    result = friedman_test(means)
    if means.nunique(axis=1).eq(1).all():
        assert (result.statistic, result.p) == (0, 1)
    else:
        expected = stats.friedmanchisquare(*means.to_numpy().T)
        assert (result.statistic, result.p) == pytest.approx((expected.statistic, expected.pvalue))


def test_the_critical_difference_by_hand():
    # Demšar (2006), table 5: q is 2.728 for five methods and 1.960 for two.
    assert critical_difference(5, 18) == pytest.approx(2.728 * np.sqrt(30 / (6 * 18)), abs=1e-3)
    assert critical_difference(2, 10) == pytest.approx(1.960 * np.sqrt(6 / 60), abs=1e-3)


def test_mean_ranks_have_the_metrics_direction_and_average_ties():
    means = means_of([[0.5, 0.25, 0.5], [0.5, 0.5, 0.75]])
    assert mean_ranks(means, "g_mean").tolist() == [2, 2.75, 1.25]
    assert mean_ranks(means, "balanced_brier").tolist() == [2, 1.25, 2.75]


def test_nemenyis_p_is_that_of_the_studentised_range():
    means = random_means(9)
    ranks, p = mean_ranks(means, "g_mean"), nemenyi_p(means)
    q = abs(ranks["remix"] - ranks["cost"]) / np.sqrt(5 * 6 / (6 * 9))
    expected = stats.studentized_range.sf(q * np.sqrt(2), 5, np.inf)
    assert p.loc["remix", "cost"] == pytest.approx(expected)
    assert (p.to_numpy() == p.to_numpy().T).all()
    assert (np.diag(p) == 1).all()
    # And it says of each pair what the critical difference says.
    for first, second in itertools.combinations(METHODS, 2):
        apart = abs(ranks[first] - ranks[second]) > critical_difference(5, 9)
        assert (p.loc[first, second] < 0.05) == apart


# --- Wilcoxon and Holm --------------------------------------------------------------------------------------


def exact_p(values):
    """Wilcoxon's p with zeros split, by listing every choice of signs."""
    ranks = stats.rankdata(np.abs(values))
    zeros = ranks[values == 0].sum() / 2
    observed = ranks[values > 0].sum() + zeros
    # Under the null hypothesis the sign of what is not zero is a toss.
    free = ranks[values != 0]
    sums = np.array([np.dot(free, s) for s in itertools.product([0, 1], repeat=len(free))]) + zeros
    return min(1, 2 * min((sums >= observed - 1e-9).mean(), (sums <= observed + 1e-9).mean()))


@settings(max_examples=15)
@given(st.lists(st.sampled_from([-0.5, -0.25, 0.0, 0.25, 0.5, 0.75]), min_size=2, max_size=9))
def test_wilcoxon_with_zeros_and_ties_is_exact_for_few_cells(values):
    assert wilcoxon_p(values) == pytest.approx(exact_p(np.array(values)))


def test_wilcoxon_without_zeros_and_ties_is_scipys():
    values = np.random.default_rng(0).normal(0.3, 1, 18)
    assert wilcoxon_p(values) == stats.wilcoxon(values).pvalue
    assert wilcoxon_p(-values) == wilcoxon_p(values)


def test_zero_differences_count_for_neither_side():
    few = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    assert wilcoxon_p(few) == pytest.approx(2 / 2**6)
    # Exactly, zeros have no sign that chance could turn; in the approximation they make the evidence weaker.
    assert wilcoxon_p([*few, 0.0, 0.0, 0.0]) == pytest.approx(2 / 2**6)
    assert wilcoxon_p(few + [0.0] * 20) > 1.5 * wilcoxon_p(few)


@pytest.mark.parametrize("n_cells", [2, 5, 6, 9])
def test_the_least_p_is_reached_when_all_cells_agree(n_cells):
    values = np.arange(1, n_cells + 1) / 10
    assert wilcoxon_p(values) == pytest.approx(least_wilcoxon_p(n_cells))
    assert least_wilcoxon_p(n_cells, 10) == min(1, 10 * least_wilcoxon_p(n_cells))


def test_holm_by_hand():
    # Sorted 0.01, 0.02, 0.03, 0.5 times 4, 3, 2, 1, never below the one before.
    assert holm([0.03, 0.01, 0.5, 0.02]).tolist() == pytest.approx([0.06, 0.04, 0.5, 0.06])
    assert holm([0.9, 0.8]).tolist() == [1, 1]
    assert holm([]).tolist() == []


def test_holm_leaves_out_tests_that_could_not_be_made():
    corrected = holm([0.01, np.nan, 0.04])
    assert corrected[[0, 2]].tolist() == pytest.approx([0.02, 0.04])
    assert np.isnan(corrected[1])
    assert np.isnan(holm([np.nan])).all()


# --- Pairs --------------------------------------------------------------------------------------------------


def test_pairs_against_independent_computations():
    from statsmodels.stats.multitest import multipletests

    means = random_means(9)
    table = compare_methods(means, "balanced_brier").set_index(["first", "second"])
    assert list(table.columns) == statistics.COMPARISON_COLUMNS[2:]
    assert list(table.index)[:3] == [("cost", "baseline"), ("smote", "baseline"), ("mixup", "baseline")]
    raw = [stats.wilcoxon(means[a], means[b]).pvalue for a, b in table.index]
    assert table["wilcoxon_p"].tolist() == pytest.approx(raw)
    assert table["holm_p"].tolist() == pytest.approx(multipletests(raw, method="holm")[1].tolist())
    pair = table.loc[("remix", "smote")]
    assert pair["mean_difference"] == pytest.approx((means["smote"] - means["remix"]).mean())
    assert pair["nemenyi_p"] == nemenyi_p(means).loc["remix", "smote"]
    assert pair["first_mean_rank"] == means.rank(axis=1)["remix"].mean()
    assert pair["second_mean_rank"] == means.rank(axis=1)["smote"].mean()
    assert (table["n_cells"] == 9).all()
    assert ranks_in(table.reset_index()).to_dict() == mean_ranks(means, "balanced_brier").to_dict()


def test_the_interval_of_a_pair_draws_datasets():
    means = means_of([[0.0, 0.1], [0.0, 0.3], [0.0, 0.5]])
    (pair,) = compare_methods(means, "g_mean", ["musk", "musk", "ozone"]).to_dict("records")
    assert (pair["low"], pair["high"]) == pytest.approx((0.2, 0.5))
    assert (pair["n_datasets"], pair["n_cells"]) == (2, 3)
    (by_cell,) = compare_methods(means, "g_mean").to_dict("records")
    assert by_cell["n_datasets"] == 3
    with pytest.raises(ResultError, match="3 values and 2 units"):
        compare_methods(means, "g_mean", ["musk", "ozone"])


def test_methods_that_are_all_equal():
    table = compare_methods(means_of(np.full((6, 5), 0.5)), "g_mean")
    assert (table[["wilcoxon_p", "holm_p", "nemenyi_p"]] == 1).all(axis=None)
    assert (table[["mean_difference", "low", "high"]] == 0).all(axis=None)
    assert (table["first_mean_rank"] == 3).all()
    assert friedman_test(means_of(np.full((6, 5), 0.5)))[:2] == (0, 1)


def test_one_cell_is_no_test():
    means = random_means(1)
    assert np.isnan(friedman_test(means)[:2]).all()
    assert np.isnan(critical_difference(5, 1))
    table = compare_methods(means, "g_mean")
    assert table[["wilcoxon_p", "holm_p", "nemenyi_p", "low", "high"]].isna().all(axis=None)
    assert table["mean_difference"].notna().all()


def test_two_methods_and_one():
    means = random_means(6)
    assert np.isnan(friedman_test(means[["baseline", "remix"]]).p)
    (pair,) = compare_methods(means[["baseline", "remix"]], "g_mean").to_dict("records")
    assert pair["holm_p"] == pair["wilcoxon_p"]
    assert 0 < pair["nemenyi_p"] <= 1
    assert compare_methods(means[["baseline"]], "g_mean").empty


@pytest.mark.parametrize(
    "function",
    [
        friedman_test,
        nemenyi_p,
        lambda means: mean_ranks(means, "g_mean"),
        lambda means: differences(means, "g_mean", "remix", "baseline"),
        lambda means: compare_methods(means, "g_mean"),
    ],
)
def test_gaps_are_refused(function):
    means = random_means(4)
    for gap in (np.nan, np.inf):
        means.iloc[2, 1] = gap
        with pytest.raises(ResultError, match=r"t2.* has no number for cost; make its scores first"):
            function(means)


def test_a_method_without_scores_is_refused():
    with pytest.raises(ResultError, match="needs the method 'augment'"):
        differences(random_means(2), "g_mean", "augment", "baseline")


@pytest.mark.parametrize(
    "function",
    [
        wilcoxon_p,
        lambda values: corrected_t_test(values, 10, 10),
        lambda values: bootstrap_interval(values, list("aabb")),
    ],
)
def test_missing_numbers_are_refused(function):
    with pytest.raises(ResultError, match="missing or infinite"):
        function([0.1, np.nan, 0.2, 0.3])


# --- The corrected resampled t-test -------------------------------------------------------------------------


def test_corrected_t_test_by_hand():
    # Mean 0.2, s² = 0.02/3; the variance of the mean is s² (1/4 + 100/70) = 0.0111905.
    test = corrected_t_test([0.1, 0.2, 0.3, 0.2], n_train=70, n_test=100)
    error = np.sqrt(0.02 / 3 * (0.25 + 100 / 70))
    assert (test.mean, test.t) == pytest.approx((0.2, 0.2 / error))
    assert (test.low, test.high) == pytest.approx((0.2 - 3.182446 * error, 0.2 + 3.182446 * error))
    # Student's distribution with three degrees of freedom has a closed form.
    x = test.t / np.sqrt(3)
    assert test.p == pytest.approx(1 - 2 / np.pi * (np.arctan(x) + x / (1 + x**2)))
    assert test.n_folds == 4


def test_without_test_rows_it_is_the_ordinary_paired_t_test():
    rng = np.random.default_rng(0)
    first, second = rng.normal(0.5, 1, 20), rng.normal(0, 1, 20)
    test = corrected_t_test(first - second, n_train=100, n_test=0)
    expected = stats.ttest_rel(first, second)
    interval = expected.confidence_interval(0.95)
    assert (test.t, test.p) == pytest.approx((expected.statistic, expected.pvalue))
    assert (test.low, test.high) == pytest.approx((interval.low, interval.high))


def test_sizes_per_fold_count_by_their_mean():
    values = [0.1, 0.3, 0.2, 0.5]
    assert corrected_t_test(values, [69, 71, 70, 70], [101, 99, 100, 100]) == corrected_t_test(
        values, 70, 100
    )


def test_folds_that_all_agree():
    assert corrected_t_test([0.0] * 20, 70, 100)[:5] == (0, 0, 0, 0, 1)
    assert corrected_t_test([0.1] * 20, 70, 100)[:5] == (0.1, 0.1, 0.1, np.inf, 0)
    assert corrected_t_test([-0.1] * 20, 70, 100)[:5] == (-0.1, -0.1, -0.1, -np.inf, 0)


def test_one_fold_is_no_test():
    test = corrected_t_test([0.25], 70, 100)
    assert (test.mean, test.n_folds) == (0.25, 1)
    assert np.isnan(test[1:5]).all()
    assert np.isnan(corrected_t_test([], 70, 100)[:5]).all()


@pytest.mark.parametrize(("n_train", "n_test"), [(0, 10), (-1, 10), (10, -1)])
def test_folds_without_rows_are_refused(n_train, n_test):
    with pytest.raises(ResultError, match="n_train must be positive"):
        corrected_t_test([0.1, 0.2], n_train, n_test)


# --- The bootstrap ------------------------------------------------------------------------------------------


def test_bootstrap_draws_whole_units():
    rng = np.random.default_rng(3)
    rows = np.array([3, 3, 3, 2, 1, 3])
    units = np.repeat(np.arange(6), rows)
    values = rng.normal(size=6)[units] + rng.normal(0, 0.2, len(units))
    drawn = rng.integers(6, size=(20000, 6))
    means = np.bincount(units, values)[drawn].sum(axis=1) / rows[drawn].sum(axis=1)
    expected = np.quantile(means, [0.025, 0.975])
    assert bootstrap_interval(values, [f"d{i}" for i in units]) == pytest.approx(expected, abs=0.03)


def test_two_or_three_units_give_their_range():
    assert bootstrap_interval([0.1, 0.3, 0.5], ["a", "a", "b"]) == pytest.approx((0.2, 0.5))
    assert bootstrap_interval([0.1, 0.3, 0.5], ["a", "b", "c"]) == pytest.approx((0.1, 0.5))
    low, high = bootstrap_interval([0.1, 0.3, 0.4, 0.5], list("abcd"))
    assert 0.1 < low < high < 0.5


def test_fewer_than_two_units_have_no_interval():
    assert np.isnan(bootstrap_interval([0.1, 0.2, 0.3], ["a"] * 3)).all()
    assert np.isnan(bootstrap_interval([], [])).all()


def test_equal_values_have_an_interval_without_width():
    assert bootstrap_interval([0.25] * 4, list("abcd")) == (0.25, 0.25)


def test_the_bootstrap_depends_on_neither_order_nor_time():
    rng = np.random.default_rng(0)
    values, units = rng.random(12), np.repeat(list("abcdef"), 2)
    order = rng.permutation(12)
    first = bootstrap_interval(values, units)
    assert bootstrap_interval(values, units) == first
    assert bootstrap_interval(values[order], units[order]) == pytest.approx(first)


@pytest.mark.parametrize(("n_units", "stated"), [(2, 0.46), (3, 0.76), (4, 0.82), (6, 0.85)])
def test_the_coverage_that_the_documentation_states(monkeypatch, n_units, stated):
    monkeypatch.setattr(statistics, "RESAMPLES", 999)
    assert f"{stated:.0%}".replace("%", " %") in " ".join(bootstrap_interval.__doc__.split())
    samples = np.random.default_rng(1).normal(size=(500, n_units))
    intervals = [bootstrap_interval(values, np.arange(n_units)) for values in samples]
    covered = np.mean([low <= 0 <= high for low, high in intervals])
    assert covered == pytest.approx(stated, abs=0.05)


def test_first_shares_against_a_loop_over_the_draws():
    rng = np.random.default_rng(0)
    means = pd.DataFrame(rng.integers(0, 4, (9, 3)) / 4, columns=["a", "b", "c"])
    units = ["one"] * 3 + ["two"] + ["three"] * 4 + ["four"]
    found = statistics.first_shares(means, "balanced_brier", units)
    rows = {name: np.flatnonzero(np.array(units) == name) for name in sorted(set(units))}
    draws = np.random.default_rng(statistics.BOOTSTRAP_SEED).integers(0, 4, (9999, 4))
    counts = np.zeros(3)
    for draw in draws[:400]:
        taken = np.concatenate([rows[list(rows)[place]] for place in draw])
        ranks = stats.rankdata(means.to_numpy()[taken], axis=1).mean(axis=0)
        best = np.isclose(ranks, ranks.min())
        counts += best / best.sum()
    assert found.to_numpy() == pytest.approx(counts / 400, abs=0.06)
    assert found.sum() == pytest.approx(1)
    assert statistics.first_shares(means[:3], "g_mean", units[:3]).max() >= 1 / 3


def test_first_shares_refuse_gaps_and_other_numbers_of_units():
    means = pd.DataFrame({"a": [1.0, 2.0], "b": [np.nan, 1.0]})
    with pytest.raises(ResultError, match="has no number for b"):
        statistics.first_shares(means, "g_mean", ["x", "y"])
    with pytest.raises(ResultError, match="2 cells and 1 units"):
        statistics.first_shares(means[["a"]], "g_mean", ["x"])
