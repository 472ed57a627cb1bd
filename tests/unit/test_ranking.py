import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remix.errors import ResultError
from remix.study.compare.ranking import (
    between_task_error,
    by_kind,
    cell_gains,
    cell_means,
    cell_ranks,
    gains,
    rank_sums,
)

METHODS = ["baseline", "cost", "smote", "mixup", "remix"]


def scores_of(cells, metric="g_mean", folds=2):
    """Scores with the given mean per (kind, task, ir) and method; folds lie symmetrically around it."""
    lines = [
        (*cell, method, 0, fold, metric, mean + 0.125 * (fold - (folds - 1) / 2))
        for cell, by_method in cells.items()
        for method, mean in by_method.items()
        for fold in range(folds)
    ]
    columns = ["kind", "task", "ir", "method", "repeat", "fold", "metric", "value"]
    return pd.DataFrame(lines, columns=columns)


def cells_of(*rows, kind="binary"):
    """One cell per row of means, in the order of METHODS."""
    return {(kind, f"t{i}", "0.05"): dict(zip(METHODS, row, strict=False)) for i, row in enumerate(rows)}


def sums(frame):
    return frame.set_index("method")["rank_sum"].to_dict()


def test_ranks_by_hand_with_ties():
    cells = cells_of([0.5, 0.25, 0.5, 0.75, 0.5], [0.5, 0.5, 0.25, 0.75, 1.0])
    ranks = cell_ranks(scores_of(cells), "g_mean")
    assert ranks.to_numpy().tolist() == [[2, 5, 2, 1, 2], [3, 3, 5, 2, 1]]
    average = cell_ranks(scores_of(cells), "g_mean", ties="average")
    assert average.to_numpy().tolist() == [[3, 5, 3, 1, 3], [3.5, 3.5, 5, 2, 1]]


def test_rank_sums_by_hand():
    cells = cells_of([0.5, 0.25, 0.5, 0.75, 0.5], [0.5, 0.5, 0.25, 0.75, 1.0])
    cells |= {("multiclass", "m", "0.1"): dict.fromkeys(METHODS, 0.5)}
    table = rank_sums(scores_of(cells), "g_mean")
    assert sums(table[table["kind"] == "binary"]) == dict(zip(METHODS, [5, 8, 7, 3, 3], strict=True))
    assert sums(table[table["kind"] == "multiclass"]) == dict.fromkeys(METHODS, 1)
    assert table.groupby("kind")["n_cells"].first().to_dict() == {"binary": 2, "multiclass": 1}
    assert table.set_index(["kind", "method"]).loc[("binary", "cost"), "mean_rank"] == 4


def test_methods_are_ranked_by_their_mean_over_the_folds():
    scores = scores_of(cells_of([0.5, 0.75]))
    scores.loc[(scores["method"] == "cost") & (scores["fold"] == 1), "value"] = 0.0
    assert cell_ranks(scores, "g_mean").to_numpy().tolist() == [[1, 2]]


matrices = st.integers(1, 5).flatmap(
    lambda n: st.lists(
        st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=5, max_size=5), min_size=n, max_size=n
    )
)


@settings(max_examples=8)
@given(matrices)
def test_average_ranks_sum_to_a_constant_and_lowest_ranks_to_no_more(rows):
    scores = scores_of(cells_of(*rows))
    average = rank_sums(scores, "g_mean", ties="average")["rank_sum"].sum()
    assert average == 15 * len(rows)
    assert rank_sums(scores, "g_mean")["rank_sum"].sum() <= average


def test_cells_and_methods_keep_their_order():
    cells = {("binary", "z", "0.05"): {"remix": 0.5, "baseline": 0.5}}
    cells |= {("binary", "a", "0.01"): {"remix": 0.5, "baseline": 0.5}}
    means = cell_means(scores_of(cells), "g_mean")
    assert list(means.columns) == ["remix", "baseline"]
    assert list(means.index.get_level_values("task")) == ["z", "a"]


@pytest.mark.parametrize("function", [cell_means, cell_ranks, rank_sums, cell_gains, gains])
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda s: s[(s["task"] != "t1") | ~s["method"].isin(["smote", "remix"])],
            r"t1, IR 0\.05 has no g_mean of smote, remix",
        ),
        (lambda s: s.drop(index=s.index[-1]), "remix has g_mean of 1 folds, baseline of 2"),
        (lambda s: pd.concat([s, s.iloc[[0]]]), "t0, IR 0.05, baseline, repeat 0, fold 0 has two values"),
        (lambda s: s.assign(value=s["value"].where(s["fold"] == 0)), "fold 1: g_mean is no number"),
        (lambda s: s.assign(value=np.inf), "g_mean is no number"),
        (lambda s: s.assign(metric="ece"), "have no 'g_mean'"),
    ],
)
def test_gaps_are_refused(function, spoil, message):
    scores = scores_of(cells_of([0.1, 0.2, 0.3, 0.4, 0.5], [0.5, 0.4, 0.3, 0.2, 0.1]))
    with pytest.raises(ResultError, match=message):
        function(spoil(scores), "g_mean")


def test_unknown_metric_is_refused():
    with pytest.raises(ResultError, match="no metric 'gm'"):
        rank_sums(scores_of(cells_of([0.5]), "gm"), "gm")


def test_gains_by_hand():
    cells = {
        ("binary", "a", "0.05"): {"baseline": 0.5, "remix": 0.75},
        ("binary", "b", "0.05"): {"baseline": 0.5, "remix": 0.625},
        ("binary", "a", "0.01"): {"baseline": 0.25, "remix": 0.0},
        ("multiclass", "c", "0.1"): {"baseline": 0.5, "remix": 1.0},
    }
    table = gains(scores_of(cells), "g_mean")
    assert table[["kind", "ir", "method", "gain", "n_tasks", "n_cells"]].to_numpy().tolist() == [
        ["binary", "0.05", "remix", 0.1875, 2, 2],
        ["binary", "0.01", "remix", -0.25, 1, 1],
        ["binary", "All", "remix", 0.125 / 3, 2, 3],
        ["multiclass", "0.1", "remix", 0.5, 1, 1],
        ["multiclass", "All", "remix", 0.5, 1, 1],
    ]
    # Two values 0.25 and 0.125: the sample standard deviation over the root of two.
    assert table["standard_error"][0] == pytest.approx(np.std([0.25, 0.125], ddof=1) / np.sqrt(2))
    assert table["standard_error"].isna().tolist() == [False, True, False, True, True]
    # Two datasets: the interval is their range.
    assert table.loc[0, ["low", "high"]].tolist() == [0.125, 0.25]
    assert table["low"].isna().tolist() == [False, True, False, True, True]
    lower = gains(scores_of(cells, "balanced_brier"), "balanced_brier")
    assert lower["gain"].tolist() == (-table["gain"]).tolist()


def test_the_interval_takes_the_tasks_of_a_dataset_together():
    scores = scores_of(cells_of([0.5, 0.75], [0.5, 1.0], [0.5, 0.5]))
    datasets = {"t0": "a", "t1": "a", "t2": "b"}
    line = gains(scores, "g_mean", datasets=datasets).iloc[0]
    assert (line["low"], line["high"]) == (0, 0.375)
    assert (line["n_tasks"], line["n_datasets"], line["n_cells"]) == (3, 2, 3)


def test_gains_need_the_baseline():
    scores = scores_of(cells_of([0.5, 0.25, 1.0]))
    with pytest.raises(ResultError, match="gains need the method 'baseline'"):
        gains(scores[scores["method"] != "baseline"], "g_mean")


def test_error_between_tasks_takes_the_cells_of_a_task_together():
    values = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    tasks = np.array(["a", "a", "a", "b", "b", "b"])
    # Three copies of a cell are no more information than one.
    assert between_task_error(values, tasks) == pytest.approx(between_task_error(values[::3], tasks[::3]))
    assert between_task_error(values, tasks) == pytest.approx(0.5)
    assert np.isnan(between_task_error(values, np.full(6, "a")))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=2, max_size=20))
def test_with_one_cell_per_task_it_is_the_usual_standard_error(values):
    expected = np.std(values, ddof=1) / np.sqrt(len(values))
    assert between_task_error(np.array(values), np.arange(len(values))) == pytest.approx(expected, abs=1e-12)


IMAGES = [*METHODS, "augment"]


def mixed_cells():
    """Two cells on tables, and two on images, which have a method more."""
    cells = cells_of([0.5, 0.25, 0.5, 0.75, 1.0], [0.5, 0.25, 0.0, 0.75, 1.0])
    own = {
        ("binary_images", f"i{k}", "0.1"): dict(zip(IMAGES, [0, 0.25, 0.5, 0.625, 0.75, 0.875], strict=True))
        for k in (0, 1)
    }
    return cells | own


def test_kinds_have_their_own_methods():
    scores = scores_of(mixed_cells())
    parts = dict(by_kind(cell_means(scores, "g_mean")))
    assert {kind: list(part.columns) for kind, part in parts.items()} == {
        "binary": METHODS,
        "binary_images": IMAGES,
    }
    table = rank_sums(scores, "g_mean").set_index(["kind", "method"])["rank_sum"]
    assert table["binary"].to_dict() == dict(zip(METHODS, [6, 9, 8, 4, 2], strict=True))
    assert table["binary_images"].to_dict() == dict(zip(IMAGES, [12, 10, 8, 6, 4, 2], strict=True))
    gain = gains(scores, "g_mean").set_index(["kind", "ir", "method"])["gain"]
    assert ("binary", "All", "augment") not in gain.index
    assert gain["binary_images", "All", "augment"] == 0.875


def test_kinds_come_in_one_order_whatever_the_tasks():
    scores = scores_of(
        {("multiclass_images", "a", "0.1"): {"baseline": 0.5}, ("binary", "b", "0.1"): {"baseline": 0.5}}
    )
    assert [kind for kind, _ in by_kind(cell_means(scores, "g_mean"))] == ["binary", "multiclass_images"]


def test_what_only_images_have_must_be_in_all_of_their_cells():
    scores = scores_of(mixed_cells())
    lost = scores[(scores["task"] != "i1") | (scores["method"] != "augment")]
    with pytest.raises(ResultError, match=r"i1, IR 0\.1 has no g_mean of augment"):
        cell_means(lost, "g_mean")
    with pytest.raises(ResultError, match=r"t0, IR 0\.05 has no g_mean of smote"):
        cell_means(scores[(scores["task"] != "t0") | (scores["method"] != "smote")], "g_mean")
    # Nor may a table have it in one cell.
    strange = scores[(scores["task"] == "i0") & (scores["method"] == "augment")].assign(
        task="t0", kind="binary", ir="0.05"
    )
    with pytest.raises(ResultError, match=r"t1, IR 0\.05 has no g_mean of augment"):
        cell_means(pd.concat([scores, strange]), "g_mean")
