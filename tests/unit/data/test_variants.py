from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from remix.errors import DataError
from remix.study.data.catalogue import Task
from remix.study.data.columns import features
from remix.study.data.variants import (
    draw_subset,
    encode_labels,
    imbalanced_variant,
    minority_size,
    select_rows,
    tail_sizes,
)

BINARY = Task("b", "d", minority=("y",), merged=True, classes=("x", "y", "z"))
MULTI = Task("m", "d", minority=("y", "z"), merged=False, classes=("x", "y", "z", "w"))


def prepared(**counts):
    labels = np.repeat(list(counts), list(counts.values()))
    frame = pd.DataFrame({"a": np.arange(len(labels), dtype=float), "label": labels})
    return frame.sample(frac=1, random_state=0).reset_index(drop=True)


def test_labels_of_a_merged_task():
    assert encode_labels(pd.Series(["z", "y", "x", "y"]), BINARY).tolist() == [0, 1, 0, 1]


def test_labels_follow_the_catalogue_order():
    assert encode_labels(pd.Series(["w", "z", "x", "y"]), MULTI).tolist() == [3, 2, 0, 1]


@pytest.mark.parametrize("labels", [["x", "y"], ["x", "y", "z", "q"]])
def test_other_classes_than_the_catalogue(labels):
    with pytest.raises(DataError, match=r"b: the data has classes .* the catalogue has \['x', 'y', 'z'\]"):
        encode_labels(pd.Series(labels), BINARY)


def test_binary_size_is_the_ratio_times_the_merged_majority():
    variant = imbalanced_variant(prepared(x=300, y=50, z=100), BINARY, "0.05", seed=1)
    assert (variant["label"] == 1).sum() == 20
    assert (variant["label"] == 0).sum() == 400


def test_multiclass_size_is_the_ratio_times_the_largest_class():
    variant = imbalanced_variant(prepared(x=300, y=60, z=70, w=90), MULTI, "0.1", seed=1)
    assert variant["label"].value_counts().sort_index().tolist() == [300, 30, 30, 90]


@given(st.integers(1, 5000), st.integers(1, 100))
def test_sizes_are_rounded_down_exactly(majority, percent):
    ir = f"{percent / 100}"
    if majority * percent < 100:
        with pytest.raises(DataError, match="no minority row"):
            minority_size(np.array([majority, 9999]), BINARY, ir)
    else:
        assert minority_size(np.array([majority, 9999]), BINARY, ir) == majority * percent // 100


@pytest.mark.parametrize("task", [BINARY, MULTI])
def test_variants_are_nested_and_seeded(task):
    data = prepared(x=300, y=120, z=130) if task is BINARY else prepared(x=300, y=120, z=130, w=200)
    labels = encode_labels(data["label"], task)
    larger = set(select_rows(labels, task, "0.25", seed=1))
    for ir in ("0.1", "0.05", "0.025"):
        smaller = set(select_rows(labels, task, ir, seed=1))
        assert smaller < larger
        larger = smaller
    assert set(select_rows(labels, task, "0.025", seed=1)) == larger
    assert set(select_rows(labels, task, "0.025", seed=2)) != larger


def test_rows_and_features_are_those_of_the_dataset():
    data = prepared(x=300, y=50, z=100)
    variant = imbalanced_variant(data, BINARY, "0.05", seed=1)
    assert list(variant.columns) == ["row", "a", "label"]
    np.testing.assert_array_equal(variant["a"], data["a"].to_numpy()[variant["row"]])
    assert variant["row"].is_monotonic_increasing
    assert variant["row"].is_unique
    assert set(np.flatnonzero(data["label"] != "y")) <= set(variant["row"])


def test_groups_are_kept_and_change_no_row():
    data = prepared(x=300, y=50, z=100)
    grouped = imbalanced_variant(data.assign(group=np.arange(450) // 3), BINARY, "0.05", seed=1)
    assert list(grouped.columns) == ["row", "a", "label", "group"]
    assert (grouped["group"] == grouped["row"] // 3).all()
    pd.testing.assert_frame_equal(
        grouped.drop(columns="group"), imbalanced_variant(data, BINARY, "0.05", seed=1)
    )


def test_a_subset_has_the_shares_of_the_classes():
    labels = prepared(x=300, y=50, z=100)["label"]
    drawn = draw_subset(labels, "d", 45, seed=1)
    assert labels[drawn].value_counts().to_dict() == {"x": 30, "y": 5, "z": 10}
    assert (np.diff(drawn) > 0).all()
    assert (drawn == draw_subset(labels, "d", 45, seed=1)).all()
    for other in (draw_subset(labels, "d", 45, seed=2), draw_subset(labels, "e", 45, seed=1)):
        assert (drawn != other).any()


def test_shares_are_rounded_so_that_they_add_up():
    # 10 × (0.6, 0.25, 0.15) is 6, 2.5 and 1.5: of the two that lose as much, the first gets one more.
    labels = prepared(x=60, y=25, z=15)["label"]
    assert labels[draw_subset(labels, "d", 10, seed=1)].value_counts().to_dict() == {"x": 6, "y": 3, "z": 1}


@given(st.lists(st.integers(1, 40), min_size=1, max_size=5), st.integers(1, 250))
def test_a_subset_has_as_many_rows_as_asked_for(counts, rows):
    labels = pd.Series(np.repeat([f"c{i}" for i in range(len(counts))], counts))
    exact = np.array(counts) * min(rows, sum(counts)) / sum(counts)
    if (np.floor(exact) > 0).all():
        drawn = labels[draw_subset(labels, "d", rows, seed=1)]
        assert len(drawn) == min(rows, len(labels))
        assert (np.abs(drawn.value_counts().sort_index().to_numpy() - exact) < 1).all()


def test_a_subset_that_lacks_a_class():
    with pytest.raises(DataError, match="2 rows of d hold none of class y; choose more"):
        draw_subset(prepared(x=300, y=5)["label"], "d", 2, seed=1)


@pytest.mark.parametrize("task", [BINARY, MULTI])
def test_variants_of_a_subset(task):
    data = prepared(x=300, y=120, z=130) if task is BINARY else prepared(x=300, y=120, z=130, w=200)
    drawn = draw_subset(data["label"], "d", 110, seed=1)
    larger = imbalanced_variant(data, task, "0.25", seed=1, rows=110)
    smaller = imbalanced_variant(data, task, "0.1", seed=1, rows=110)
    assert set(smaller["row"]) < set(larger["row"]) < set(drawn)
    np.testing.assert_array_equal(larger["a"], data["a"].to_numpy()[larger["row"]])
    alone = imbalanced_variant(data.iloc[drawn].reset_index(drop=True), task, "0.25", seed=1)
    assert drawn[alone["row"]].tolist() == larger["row"].tolist()
    assert alone["label"].tolist() == larger["label"].tolist()


def test_all_rows_and_more_than_there_are():
    data = prepared(x=300, y=50, z=100)
    whole = imbalanced_variant(data, BINARY, "0.05", seed=1)
    for rows in ("all", 450, 10_000):
        pd.testing.assert_frame_equal(imbalanced_variant(data, BINARY, "0.05", seed=1, rows=rows), whole)


def test_a_ratio_out_of_reach_says_what_is_needed_and_what_is_there():
    with pytest.raises(
        DataError, match=r"b, IR 0.25: class y needs 100 rows \(0.25 × 400\) and has 50; .* 0.1250"
    ):
        imbalanced_variant(prepared(x=300, y=50, z=100), BINARY, "0.25", seed=1)


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_the_largest_ratio_that_is_named_can_be_reached(rows, majority):
    counts = np.array([majority, rows])
    if rows >= majority:
        return
    with pytest.raises(DataError) as caught:
        minority_size(counts, BINARY, "1")
    named = str(caught.value).partition("can reach is ")[2].partition(";")[0]
    assert minority_size(counts, BINARY, named) == rows


@pytest.mark.parametrize("task", [BINARY, MULTI])
def test_the_ratio_of_the_data_keeps_all_rows(task):
    data = prepared(x=30, y=5, z=7) if task is BINARY else prepared(x=30, y=5, z=7, w=9)
    variant = imbalanced_variant(data, task, "natural", seed=1)
    assert variant["row"].tolist() == list(range(len(data)))
    assert variant["label"].value_counts().sort_index().tolist() == (
        [37, 5] if task is BINARY else [30, 5, 7, 9]
    )


TAIL = Task("lt", "d", tuple("123456789"), merged=False, classes=tuple("0123456789"), profile="exponential")


@pytest.mark.parametrize(
    ("ir", "published"),
    [
        # CIFAR-10-LT at imbalance factors of 10, 50 and 100, as its users print it.
        ("0.1", [5000, 3871, 2997, 2320, 1796, 1391, 1077, 834, 645, 500]),
        ("0.02", [5000, 3237, 2096, 1357, 878, 568, 368, 238, 154, 100]),
        ("0.01", [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50]),
        ("1", [5000] * 10),
    ],
)
def test_a_long_tail_has_the_published_sizes(ir, published):
    assert tail_sizes(np.full(10, 5000), TAIL, ir) == published


@given(st.integers(100, 10**6), st.integers(3, 12), st.integers(1, 10))
def test_sizes_of_a_long_tail_that_are_whole_on_paper_are_whole(unit, classes, factor):
    """Class k has unit · factor^(K - 1 - k) rows, which floating point often has as a little less."""
    assume(unit * factor ** (classes - 1) <= 10**12)  # a dataset that could be; floats hold each of its sizes
    names = tuple(f"c{k}" for k in range(classes))
    task = Task("t", "d", names[1:], merged=False, classes=names, profile="exponential")
    sizes = [unit * factor ** (classes - 1 - k) for k in range(classes)]
    ir = format(Decimal(1) / factor ** (classes - 1), "f")
    if Fraction(ir) * factor ** (classes - 1) == 1:  # such as 1/2 and 1/10, not 1/3
        assert tail_sizes(np.full(classes, sizes[0]), task, ir) == sizes


def long_tail(ir, seed=1, rows="all", per_class=200):
    data = prepared(**{name: per_class + int(name) for name in TAIL.classes})
    return data, imbalanced_variant(data, TAIL, ir, seed=seed, rows=rows)


def trained_rows(ir, **options):
    _, variant = long_tail(ir, **options)
    return set(variant["row"][variant["trained"]])


def test_a_long_tail_keeps_all_rows_and_says_which_are_for_training():
    data, variant = long_tail("0.1")
    assert list(variant.columns) == ["row", "a", "label", "trained"]
    assert variant["row"].tolist() == list(range(len(data)))
    assert list(features(variant).columns) == ["a"]
    assert np.bincount(variant["label"][variant["trained"]]).tolist() == [
        int(200 * 0.1 ** (k / 9)) for k in range(10)
    ]
    assert variant["trained"][variant["label"] == 0].all()


def test_long_tails_are_nested_and_seeded():
    assert (
        trained_rows("0.01", seed=2) != trained_rows("0.01") < trained_rows("0.1") < trained_rows("natural")
    )
    _, of_some = long_tail("0.1", rows=1000)
    drawn, first = trained_rows("0.1", rows=1000), (of_some["label"] == 0).sum()
    assert drawn < set(of_some["row"])
    assert len(drawn) == sum(int(first * 0.1 ** (k / 9)) for k in range(10))


def test_groups_stand_behind_what_may_be_trained_on():
    data, _ = long_tail("0.1")
    variant = imbalanced_variant(data.assign(group=0), TAIL, "0.1", seed=1)
    assert list(variant.columns) == ["row", "a", "label", "trained", "group"]
    assert list(features(variant).columns) == ["a"]


@pytest.mark.parametrize(
    ("counts", "ir", "message"),
    [
        ([50] * 10, "0.01", "lt, IR 0.01: class 8 needs 1 rows and is left none of; choose a larger IR"),
        (
            [50, 40, *[50] * 8],
            "0.5",
            r"lt, IR 0.5: class 1 needs 46 rows beside 50 of class 0, and has 40; choose a smaller IR, or .*",
        ),
    ],
)
def test_a_long_tail_that_cannot_be(counts, ir, message):
    with pytest.raises(DataError, match=message):
        tail_sizes(np.array(counts), TAIL, ir)
