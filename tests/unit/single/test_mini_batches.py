"""The NumPy application of what is drawn against the one in TensorFlow that the study trains by."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from remix.batches.links import class_links
from remix.batches.pool import Pool
from remix.errors import ConfigError
from remix.keras.arrays import check_stages
from remix.methods import Method
from remix.single import mini_batches

CLASSES, BATCHES = 4, 3
SPECS = {
    "nothing": {},
    "balanced, classes drawn": {"resample": {"balanced": {"draw_classes": "multinomial"}}},
    "remix": {"resample": "balanced", "mix": {"alpha": 0.5}},
    "remix, whole dataset": {
        "resample": {"balanced": {"pool": "dataset"}},
        "mix": {"alpha": 0.5, "weights": "row"},
    },
    "linked classes": {"resample": "balanced", "mix": {"alpha": 0.5, "partners": "linked_classes"}},
    "remix, labels of the minority": {
        "resample": "balanced",
        "mix": {"alpha": 0.5, "labels": {"minority": {"kappa": 1.2, "tau": 0.6}}},
    },
    "balanced partners": {
        "mix": {
            "alpha": 0.5,
            "weights": "row",
            "partners": "balanced",
            "labels": {"minority": {"kappa": 1.7, "tau": 0.4}},
        }
    },
    "inverse partners": {"mix": {"alpha": 0.5, "weights": "prior", "partners": {"inverse": {"tau": 0.7}}}},
    "labels by margins": {"mix": {"alpha": 0.5, "weights": "row", "labels": "margin"}},
}
# Powers differ in their last bit.
ROUNDED = {"labels by margins"}


@pytest.mark.parametrize("name", SPECS)
@settings(max_examples=10)
@given(
    st.lists(st.integers(0, CLASSES - 1), min_size=1, max_size=40), st.integers(1, 24), st.integers(0, 2**31)
)
def test_it_makes_the_batches_that_tensorflow_makes(name, labels, size, seed):
    method, labels = Method.from_spec(SPECS[name]), np.array(labels, np.int32)
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(len(labels), 2, 3)).astype(np.float32)
    rows = rng.integers(0, len(labels), (BATCHES, size)).astype(np.int32)
    stages = {stage: np.random.default_rng([seed, 1]) for stage in ("resample", "augment", "mix")}
    drawn = method.draw(stages, BATCHES, size, CLASSES)

    pool = Pool.from_folds([x], [labels], CLASSES, linked=True).repeated(tf.constant(BATCHES))
    expected = method.batch(pool, tf.constant(rows), tf.nest.map_structure(tf.constant, drawn))
    order, links = mini_batches.class_order(labels, CLASSES), class_links(x, labels, CLASSES)
    made = mini_batches.make_batches(method, x, labels, order, rows, drawn, links)
    for array, tensor in zip(made, expected[:2], strict=True):
        assert array.dtype == np.float32
        np.testing.assert_allclose(array, tensor, rtol=0, atol=1e-6 if name in ROUNDED else 0)


@pytest.mark.parametrize("edge", [0.0, np.nextafter(np.float32(1), np.float32(0))])
def test_the_ends_of_the_unit_interval_are_safe(edge):
    index = mini_batches.class_order(np.array([0, 0, 0, 1]), 2)
    chosen = mini_batches.balanced_positions(index, np.float32([[edge]]), np.full((1, 4), edge, np.float32))
    assert sorted(chosen[0].tolist()) == ([0, 0, 3, 3] if edge == 0 else [2, 2, 3, 3])


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"resample": "smote"}, "resamples by Smote; use remix.keras.mixed_batches"),
        (
            {"mix": {"alpha": 1, "layers": "hidden"}},
            "MixedBatches: .* layers: hidden, .* write layers: input, or train with remix.ReMixClassifier",
        ),
        ({"augment": "image"}, "augments images; augment in the model, or use remix.keras.mixed_batches"),
    ],
)
def test_stages_that_need_tensorflow_are_refused(spec, message):
    with pytest.raises(ConfigError, match=message):
        check_stages(Method.from_spec(spec))
