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


def test_ten_times_two_folds_are_twenty():
    assert len(folds_of(labels_of(100, 20))) == 20


def test_more_repeats_extend_the_list():
    labels = labels_of(100, 20)
    few, many = folds_of(labels, repeats=2), folds_of(labels, repeats=4)
    for a, b in zip(few, many, strict=False):
        np.testing.assert_array_equal(a.train, b.train)
        np.testing.assert_array_equal(a.test, b.test)


@pytest.mark.parametrize("change", [{"seed": 2}, {"task": "u"}, {"ir": "0.1"}])
def test_the_draw_depends_on_seed_task_and_ratio(change):
    labels = labels_of(100, 20)
    assert (folds_of(labels)[0].test != folds_of(labels, **change)[0].test).any()


def test_a_class_smaller_than_the_number_of_folds():
    with pytest.raises(
        DataError, match=r"t, IR 0.05: class 1 has 1 rows.*needs at least 2.*larger imbalance"
    ):
        folds_of(labels_of(40, 1))


def test_a_class_too_small_to_train_and_validate_names_repeat_and_fold():
    with pytest.raises(DataError, match=r"t, IR 0.05, repeat 0, fold \d: class 1 has fewer than 2 rows"):
        folds_of(labels_of(40, 3))


def test_a_class_missing_from_the_training_part_names_repeat_and_fold():
    with pytest.raises(
        DataError, match=r"t, IR 0.05, repeat \d, fold \d: class 1 is missing from the training"
    ):
        folds_of(labels_of(40, 4), validation_fraction=0.9)
