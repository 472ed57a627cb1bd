import numpy as np
import pytest

from remix.errors import ConfigError, DataError
from remix.keras.labels import LabelForm, class_numbers, label_form


@pytest.mark.parametrize(
    ("shape", "integer", "n_classes", "form"),
    [
        ((), True, 3, LabelForm(batched=False, one_hot=False, n_classes=3)),
        ((1,), True, 3, LabelForm(batched=False, one_hot=False, n_classes=3)),
        ((None,), True, 3, LabelForm(batched=True, one_hot=False, n_classes=3)),
        ((16,), True, 3, LabelForm(batched=True, one_hot=False, n_classes=3)),
        ((None, 1), True, 3, LabelForm(batched=True, one_hot=False, n_classes=3)),
        ((3,), False, None, LabelForm(batched=False, one_hot=True, n_classes=3)),
        ((None, 3), False, 3, LabelForm(batched=True, one_hot=True, n_classes=3)),
        ((None, 3), True, None, LabelForm(batched=True, one_hot=True, n_classes=3)),
    ],
)
def test_the_form_of_labels_follows_from_shape_and_type(shape, integer, n_classes, form):
    assert label_form(shape, integer, n_classes) == form


@pytest.mark.parametrize(
    ("shape", "integer", "n_classes", "error", "message"),
    [
        ((), True, None, ConfigError, "n_classes: expected the number of classes, received none"),
        ((3,), True, 3, DataError, "may be a one-hot row or a mini-batch of 3 class numbers"),
        ((), False, 2, DataError, r"labels: expected class numbers .* received float labels of shape \(\)"),
        ((None,), False, 2, DataError, "labels: expected class numbers"),
        ((None, 1), False, 2, DataError, r"received float labels of shape \(None, 1\)"),
        ((None, 4, 4), True, 2, DataError, r"received integer labels of shape \(None, 4, 4\)"),
        ((None, 3), False, 2, DataError, "expected one-hot rows of n_classes=2 columns"),
    ],
)
def test_a_form_that_is_unknown_or_means_two_things_is_refused(shape, integer, n_classes, error, message):
    with pytest.raises(error, match=message):
        label_form(shape, integer, n_classes)


@pytest.mark.parametrize(
    "y",
    [
        [2, 0, 1],
        np.array([[2], [0], [1]], np.uint8),
        [[0, 0, 1], [1, 0, 0], [0, 1, 0]],
        np.eye(3)[[2, 0, 1]],
    ],
)
def test_class_numbers_are_read_from_every_form(y):
    labels, n_classes = class_numbers(y)
    assert labels.dtype == np.int32
    assert (labels.tolist(), n_classes) == ([2, 0, 1], 3)


def test_there_may_be_classes_without_rows():
    assert class_numbers([0, 1], 4)[1] == 4
    assert class_numbers([0, 0])[1] == 2


@pytest.mark.parametrize(
    ("y", "n_classes", "message"),
    [
        (["a", "b"], None, "expected class numbers 0..K-1 as integers, or one-hot rows; received <U1 labels"),
        ([0.0, 1.0], None, "received float64 labels of shape"),
        ([], None, r"of shape \(0,\)"),
        (3, None, r"received int64 labels of shape \(\)"),
        ([-1, 1], None, r"expected class numbers 0\.\.1, received -1\.\.1"),
        ([0, 3], 3, r"expected class numbers 0\.\.2, received 0\.\.3"),
        ([[0.3, 0.7]], None, "received rows that are not a single 1 among 0s"),
        ([[0, 0], [0, 1]], None, "received rows that are not a single 1 among 0s"),
        ([[1, 1]], None, "received rows that are not a single 1 among 0s"),
        ([[0, 1]], 3, "expected one-hot rows of n_classes=3 columns"),
    ],
)
def test_other_labels_are_refused(y, n_classes, message):
    with pytest.raises(DataError, match=message):
        class_numbers(y, n_classes)
