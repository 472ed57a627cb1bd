import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remix.errors import DataError
from remix.study.splits import repeated_folds


def labels_of(*counts):
    return np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))


def folds_of(labels, task="t", ir="0.05", seed=1, **settings):
    return repeated_folds(labels, task=task, ir=ir, seed=seed, **settings)


@settings(max_examples=25, deadline=None)
@given(
    counts=st.lists(st.integers(12, 60), min_size=2, max_size=4),
    splits=st.integers(2, 3),
    repeats=st.integers(1, 3),
)
def test_every_fold_is_a_partition_and_stratified(counts, splits, repeats):
    labels = labels_of(*counts)
    folds = folds_of(labels, splits=splits, repeats=repeats)
    assert [(f.repeat, f.fold) for f in folds] == [(r, f) for r in range(repeats) for f in range(splits)]
    for fold in folds:
        parts = np.concatenate([fold.train, fold.validation, fold.test])
        assert sorted(parts) == list(range(len(labels)))
        for label, count in enumerate(counts):
            assert abs((labels[fold.test] == label).sum() - count / splits) < 1
            assert (labels[fold.train] == label).any()
        half = len(fold.train) + len(fold.validation)
        assert len(fold.validation) == np.ceil(0.3 * half)
    for repeat in range(repeats):
        tested = np.concatenate([f.test for f in folds if f.repeat == repeat])
        assert sorted(tested) == list(range(len(labels)))


@pytest.mark.parametrize(
    ("counts", "trained", "options", "message"),
    [
        ((40, 1), None, {}, "t, IR 0.05: class 1 has 1 rows.*needs at least 2.*larger imbalance"),
        ((40, 3), None, {}, r"t, IR 0.05, repeat 0, fold \d: class 1 has fewer than 2 rows"),
        (
            (40, 4),
            None,
            {"validation_fraction": 0.9},
            r"t, IR 0.05, repeat \d, fold \d: class 1 is missing from the training",
        ),
        # Of a long tail those rows count that may be trained on.
        ((40, 40), 1, {}, "class 1 has 1 rows, 2-fold"),
        ((40, 40), 3, {}, r"fold \d: class 1 has fewer than 2 rows"),
    ],
)
def test_a_class_of_too_few_rows_is_named(counts, trained, options, message):
    labels = labels_of(*counts)
    if trained is not None:
        may_be = labels == 0
        may_be[np.flatnonzero(labels == 1)[:trained]] = True
        options = {"trained": may_be}
    with pytest.raises(DataError, match=message):
        folds_of(labels, **options)


def grouped(*sizes_of_classes, seed=0):
    """Labels and groups of rows in some order: for each class the sizes of its groups."""
    sizes = [size for sizes in sizes_of_classes for size in sizes]
    labels = [label for label, sizes in enumerate(sizes_of_classes) for size in sizes for _ in range(size)]
    order = np.random.default_rng(seed).permutation(len(labels))
    return np.array(labels)[order], np.repeat(np.arange(len(sizes)), sizes)[order]


PARTS = ("train", "validation", "test")


@settings(max_examples=25, deadline=None)
@given(
    sizes=st.lists(st.lists(st.integers(2, 4), min_size=8, max_size=20), min_size=2, max_size=4),
    splits=st.integers(2, 3),
    seed=st.integers(0, 5),
)
def test_a_group_is_in_one_part_of_a_fold(sizes, splits, seed):
    labels, groups = grouped(*sizes)
    folds = folds_of(labels, groups=groups, splits=splits, repeats=2, seed=seed)
    assert [fold.index for fold in folds] == [(r, f) for r in range(2) for f in range(splits)]
    for fold in folds:
        parts = {name: getattr(fold, name) for name in PARTS}
        assert sorted(np.concatenate([*parts.values()])) == list(range(len(labels)))
        of_part = {name: set(groups[rows]) for name, rows in parts.items()}
        assert sum(map(len, of_part.values())) == len(set(groups))
        assert all(set(labels[rows]) == set(labels) for rows in parts.values())
    for repeat in range(2):
        tested = np.concatenate([fold.test for fold in folds if fold.repeat == repeat])
        assert sorted(tested) == list(range(len(labels)))


def test_groups_of_one_size_are_cut_as_evenly_as_rows_are():
    """A hundred recordings of 23 rows: half is tested, nearly the share asked for is set aside."""
    labels, groups = grouped([23] * 80, [23] * 20)
    for fold in folds_of(labels, groups=groups):
        assert (labels[fold.test] == 1).sum() == 230
        assert len(fold.test) == 1150
        assert 0.25 < len(fold.validation) / 1150 < 0.35


def test_large_groups_leave_the_share_for_validation_near_what_was_asked_for():
    """As of musk, of which one molecule has a sixth of the rows: it is trained on where it is not tested."""
    labels, groups = grouped([200, 150, 90, *[5] * 150], [3] * 30)
    folds = folds_of(labels, groups=groups)
    assert sum((groups[fold.train] == 0).any() for fold in folds) == 10
    for fold in folds:
        assert 0.2 < len(fold.validation) / (len(fold.validation) + len(fold.train)) < 0.4


@pytest.mark.parametrize("by_groups", [False, True], ids=["rows", "groups"])
def test_the_draw_depends_on_seed_task_ratio_and_repeat(by_groups):
    labels, groups = grouped([3] * 40, [3] * 12)
    options = {"groups": groups} if by_groups else {}
    few, many = (folds_of(labels, repeats=repeats, **options) for repeats in (2, 4))
    for a, b in zip(few, many, strict=False):
        for part in PARTS:
            np.testing.assert_array_equal(getattr(a, part), getattr(b, part))
    assert (many[0].test[:60] != many[2].test[:60]).any()
    for change in ({"seed": 2}, {"task": "u"}, {"ir": "0.1"}):
        assert (folds_of(labels, **change, **options)[0].test[:60] != few[0].test[:60]).any()


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        (([50],), "t, IR 0.05: 1 groups cannot be cut into 2 parts; set switches.splits: rows"),
        (([4] * 20, [8]), r"repeat 0, fold \d: class 1 .*; its groups are too few: choose a larger imb"),
        (([4] * 20, [4, 4]), r"repeat 0, fold \d: class 1 is missing from the \w+ part; its groups are too"),
    ],
)
def test_too_few_groups_of_a_class_are_named(sizes, message):
    labels, groups = grouped(*sizes)
    with pytest.raises(DataError, match=message):
        folds_of(labels, groups=groups)


def test_rows_of_two_groups_cannot_be_trained_and_validated():
    labels = np.tile([0, 1], 20)
    with pytest.raises(DataError, match="repeat 0, fold 0: 1 groups cannot be cut into 2 parts"):
        folds_of(labels, groups=np.repeat([0, 1], 20))


@pytest.mark.parametrize("grouped_by", [None, 3])
@pytest.mark.parametrize("sizes", [(40, 40, 40), (41, 40, 39)])
def test_of_a_long_tail_nothing_else_is_trained_on_and_all_classes_are_tested_alike(sizes, grouped_by):
    labels = labels_of(*sizes)
    trained = np.zeros(len(labels), bool)
    for label, size in enumerate((sizes[0], 24, 12)):
        trained[np.flatnonzero(labels == label)[:size]] = True
    # Of class 1 one row is left over, too few to be shared out.
    trained[labels == 1] |= np.arange(sizes[1]) < sizes[1] - 1
    groups = None if grouped_by is None else np.arange(len(labels)) // grouped_by
    folds = folds_of(labels, repeats=3, trained=trained, groups=groups)
    for fold in folds:
        own = np.concatenate([fold.train, fold.validation])
        assert trained[own].all()
        assert not set(own) & set(fold.test)
        # All that may be, and is not tested.
        assert set(own) == set(np.flatnonzero(trained)) - set(fold.test)
        if groups is None:
            np.testing.assert_allclose(np.bincount(labels[fold.test]), np.array(sizes) / 2, atol=1)
            np.testing.assert_allclose(
                np.bincount(labels[own]), [sizes[0] / 2, (sizes[1] - 1) / 2, 6], atol=1
            )
    for repeat in range(3):
        tested = np.concatenate([fold.test for fold in folds if fold.repeat == repeat])
        assert sorted(tested) == list(range(len(labels)))
