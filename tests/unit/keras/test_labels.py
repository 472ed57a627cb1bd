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
        ((None,), False, 3, LabelForm(batched=True, one_hot=False, n_classes=3)),
        ((64, 1), False, 3, LabelForm(batched=True, one_hot=False, n_classes=3)),
        ((), False, None, LabelForm(batched=False, one_hot=False, n_classes=2, binary=True)),
        ((1,), False, 2, LabelForm(batched=False, one_hot=False, n_classes=2, binary=True)),
        ((None,), False, None, LabelForm(batched=True, one_hot=False, n_classes=2, binary=True)),
        ((64,), False, 2, LabelForm(batched=True, one_hot=False, n_classes=2, binary=True)),
        ((64, 1), False, None, LabelForm(batched=True, one_hot=False, n_classes=2, binary=True)),
    ],
)
def test_the_form_of_labels_follows_from_shape_and_type(shape, integer, n_classes, form):
    assert label_form(shape, integer, n_classes) == form


@pytest.mark.parametrize(
    ("shape", "integer", "label_mode", "one_hot", "binary"),
    [
        ((None,), True, "binary", False, True),
        ((None, 2), False, "binary", True, True),
        ((None, 1), False, "categorical", False, False),
    ],
)
def test_the_form_that_is_asked_for_is_given(shape, integer, label_mode, one_hot, binary):
    assert label_form(shape, integer, None, label_mode) == LabelForm(True, one_hot, 2, binary)


@pytest.mark.parametrize(
    ("shape", "integer", "n_classes", "error", "message"),
    [
        ((), True, None, ConfigError, "n_classes: expected the number of classes, received none"),
        ((3,), True, 3, DataError, "may be a one-hot row or a mini-batch of 3 class numbers"),
        ((), True, "3", ConfigError, "n_classes: expected a whole number of at least 2, received '3'"),
        ((None, None), False, 2, DataError, r"received float labels of shape \(None, None\)"),
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
        [2.0, 0.0, 1.0],
    ],
)
def test_class_numbers_are_read_from_every_form(y):
    labels, n_classes, binary = class_numbers(y)
    assert labels.dtype == np.int32
    assert (labels.tolist(), n_classes, binary) == ([2, 0, 1], 3, False)


@pytest.mark.parametrize(
    ("y", "n_classes", "label_mode", "binary"),
    [
        ([0.0, 1.0], None, "auto", True),
        (np.array([[0], [1]], np.float32), 2, "auto", True),
        ([0.0, 1.0], 3, "auto", False),
        ([0.0, 1.0], None, "categorical", False),
        ([0, 1], None, "auto", False),
        ([False, True], None, "auto", False),
        ([0, 1], None, "binary", True),
        ([[1, 0], [0, 1]], None, "binary", True),
    ],
)
def test_floats_in_one_column_are_binary_targets(y, n_classes, label_mode, binary):
    labels, _, found = class_numbers(y, n_classes, label_mode)
    assert (labels.tolist(), found) == ([0, 1], binary)


def test_there_may_be_classes_without_rows():
    assert class_numbers([0, 1], 4)[1] == 4
    assert class_numbers([0, 0])[1] == 2


@pytest.mark.parametrize(
    ("y", "n_classes", "message"),
    [
        (["a", "b"], None, "expected class numbers .* received <U1 labels of shape .* LabelEncoder makes"),
        ([0.0, 0.3], None, "received 0.3; a row needs one class to balance by"),
        ([0.0, np.nan], None, "received nan; a row needs one class to balance by"),
        ([0.0, np.inf], None, "received inf; a row needs one class to balance by"),
        ([[0], [0, 1]], None, "labels: expected one array, with rows of one shape, received a list"),
        ([], None, r"of shape \(0,\)"),
        (3, None, r"received int64 labels of shape \(\)"),
        ([-1, 1], None, r"expected class numbers 0\.\.1, received -1\.\.1"),
        ([0, 3], 3, r"expected class numbers 0\.\.2, received 0\.\.3"),
        ([[0.3, 0.7]], None, "received rows that are not a single 1 among 0s; a row needs one class"),
        ([[0, 0], [0, 1]], None, "received rows that are not a single 1 among 0s"),
        ([[1, 1]], None, "received rows that are not a single 1 among 0s; .*, train a model for each"),
        ([[0, 1]], 3, "expected one-hot rows of n_classes=3 columns"),
    ],
)
def test_other_labels_are_refused(y, n_classes, message):
    with pytest.raises(DataError, match=message):
        class_numbers(y, n_classes)
