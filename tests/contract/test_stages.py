"""What every stage of every kind must do; stages are found through the registry."""

import dataclasses
import inspect
from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import tensorflow as tf

from remix.batches.blending import blend
from remix.batches.mini_batch import MiniBatch
from remix.batches.mixing import Mixing, Weights
from remix.batches.pool import Pool
from remix.batches.soft_labels import MixedLabels
from remix.methods import (
    AUGMENTATIONS,
    BEFORE_TRAINING,
    DRAWING_STAGES,
    PARTNERS,
    RESAMPLERS,
    SOFT_LABELS,
    Method,
)

ROOT = Path(__file__).parents[2]
STEPS, SIZE, CLASSES = 6, 24, 3
# Each registered stage on its own, each option of the mixing, and both together.
ALL_OPTIONS = {
    "partners": "linked_classes",
    "labels": {"minority": {"kappa": 2, "tau": 0.6}},
    "weights": "row",
    "layers": "hidden",
}
METHODS = {
    "nothing": {},
    **{f"only {name}": {"resample": name} for name in RESAMPLERS},
    "only balanced, whole dataset": {"resample": {"balanced": {"pool": "dataset"}}},
    **{f"mix, {name} partners": {"mix": {"alpha": 0.5, "partners": name}} for name in PARTNERS},
    **{f"mix, {name} labels": {"mix": {"alpha": 0.5, "labels": name}} for name in SOFT_LABELS},
    **{f"mix, {name} weights": {"mix": {"alpha": 0.5, "weights": name}} for name in get_args(Weights)},
    "mix, hidden layers": {"mix": {"alpha": 0.5, "layers": "hidden"}},
    **{f"{name} and mix": {"resample": name, "mix": {"alpha": 0.5, **ALL_OPTIONS}} for name in RESAMPLERS},
    **{f"only {name} augmentation": {"augment": name} for name in AUGMENTATIONS},
    **{
        f"{name}, balanced and mix": {"resample": "balanced", "augment": name, "mix": {"alpha": 0.5}}
        for name in AUGMENTATIONS
    },
    **{
        f"{name} and mix, balanced partners": {
            "augment": name,
            "mix": {"alpha": 0.5, "partners": "balanced", "labels": "minority", "weights": "row"},
        }
        for name in AUGMENTATIONS
    },
}


def inputs_of(spec):
    """Augmentation is of images. What the mixing has to choose is shown no features, of whatever shape."""
    if "augment" in spec:
        return ["images"]
    return ["table"] if set(spec) == {"mix"} else ["table", "images"]


INPUTS = {
    f"{name}, {rows}": (Method.from_spec(spec), rows == "images")
    for name, spec in METHODS.items()
    for rows in inputs_of(spec)
}
every_method = pytest.mark.parametrize(("method", "images"), list(INPUTS.values()), ids=list(INPUTS))


def every_mixing(condition):
    """Marks a test for the methods whose mixing fulfils a condition."""
    chosen = {name: case for name, case in INPUTS.items() if case[0].mix and condition(case[0].mix)}
    return pytest.mark.parametrize(("method", "images"), list(chosen.values()), ids=list(chosen))


every_stage = pytest.mark.parametrize("kind", [*RESAMPLERS.values(), *AUGMENTATIONS.values(), Mixing])
IMAGE = (5, 4, 2)


def pool_of(labels, images, reverse=False):
    labels = [np.asarray(y) for y in labels]
    rng = np.random.default_rng(0)
    # Every class lives in a range of its own, so that a feature tells which labels may belong to it.
    shape = IMAGE if images else (2,)
    features = [
        rng.uniform(0, 10, (len(y), *shape)) + 100 * y.reshape(-1, *[1] * len(shape)) + 1 for y in labels
    ]
    if reverse:
        features[1] = features[1][::-1]
    kept = [x.astype(np.uint8) if images else (x / 255).astype(np.float32) for x in features]
    return Pool.from_folds(kept, labels, CLASSES, linked=True)


def imbalanced(images, reverse=False):
    rng = np.random.default_rng(1)
    labels = [rng.permutation([0] * (48 + i) + [1] * 8 + [2] * 4) for i in range(2)]
    return pool_of(labels, images, reverse)


def other_second_fold(images):
    return imbalanced(images, reverse=True)


def absent_classes(images):
    """One class in the first fold, no fold has class 1, and the last fold is nearly all padding."""
    return pool_of([[0] * 50, [0] * 40 + [2] * 9, [0, 0, 2, 2]], images)


def generators(*seed):
    return {name: np.random.default_rng(seed) for name in DRAWING_STAGES}


@cache
def batches(method, images, make_pool=imbalanced):
    """All mini-batches of STEPS steps: features and labels with the step as first axis."""
    pool = make_pool(images)
    rng = np.random.default_rng(0)
    counts = pool.by_class.count.numpy().sum(axis=1)
    rows = np.stack([rng.integers(0, n, (STEPS, SIZE)) for n in counts], axis=1).astype(np.int32)
    folds = [method.draw(generators(s), STEPS, SIZE, CLASSES) for s in range(len(counts))]
    draws = tf.nest.map_structure(lambda *arrays: np.stack(arrays, axis=1), *folds)
    out = [
        method.batch(
            pool, tf.constant(rows[t]), tf.nest.map_structure(lambda a, t=t: tf.constant(a[t]), draws)
        )
        for t in range(STEPS)
    ]
    return np.stack([mixed_features(batch) for batch in out]), np.stack([batch.y for batch in out])


def one_batch(method):
    """Rows and draws of one step of two folds, which are drawn alike."""
    drawn = method.draw(generators(0), STEPS, SIZE, CLASSES)
    drawn = tf.nest.map_structure(lambda a: tf.constant(np.stack([a[0], a[0]])), drawn)
    return tf.constant(np.arange(2 * SIZE, dtype=np.int32).reshape(2, SIZE) % 40), drawn


def mixed_features(batch):
    """Features as a network mixes them when it is the input's turn."""
    if batch.hidden is None:
        return batch.x
    return blend(batch.x, batch.hidden.weight, batch.hidden.order)


def with_labels(method, labels):
    return dataclasses.replace(method, mix=dataclasses.replace(method.mix, labels=labels))


@every_method
def test_shapes_types_and_labels(method, images):
    x, y = batches(method, images)
    assert x.shape == (STEPS, 2, SIZE, *(IMAGE if images else (2,)))
    assert y.shape == (STEPS, 2, SIZE, CLASSES)
    assert x.dtype == y.dtype == np.float32
    assert np.isfinite(x).all()
    np.testing.assert_allclose(y.sum(axis=-1), 1, atol=1e-6)
    assert y.min() >= 0


@every_method
def test_features_and_labels_tell_the_same_story(method, images):
    """A class's features lie in [100 c + 1, 100 c + 11] / 255: the soft label must be what they show."""
    if method.mix is not None:
        # Labels of another kind are held against these, below.
        method = with_labels(method, MixedLabels())
    x, y = batches(method, images)
    expected = 100 * (y @ np.arange(CLASSES, dtype=np.float32))[..., None]
    x = 255 * x.reshape(*y.shape[:3], -1)
    assert (x >= expected + 1 - 1e-2).all()
    assert (x <= expected + 11 + 1e-2).all()


@every_mixing(lambda mix: mix.layers == "hidden")
def test_a_network_that_mixes_is_given_rows_that_are_not(method, images):
    pool, inputs = imbalanced(images), one_batch(method)
    batch = method.batch(pool, *inputs)
    plain = dataclasses.replace(method, mix=None).batch(pool, *inputs)
    np.testing.assert_array_equal(batch.x, plain.x)
    assert (batch.y != plain.y).numpy().any()


@every_method
def test_no_class_and_no_padding_appears_from_nowhere(method, images):
    x, y = batches(method, images, absent_classes)
    assert (y[:, 0, :, 1:] == 0).all()
    assert (y[..., 1] == 0).all()
    assert 255 * x[:, 0].max() <= 11 + 1e-2
    # Padding is zero, which no row is.
    assert (absent_classes(images).features.numpy()[2, 4:] == 0).all()
    assert (x != 0).all()


@every_method
def test_each_fold_of_a_stack_is_on_its_own(method, images):
    """Other rows in the second fold change nothing in the first."""
    (before, _), (after, _) = batches(method, images), batches(method, images, other_second_fold)
    np.testing.assert_array_equal(before[:, 0], after[:, 0])
    assert (before[:, 1] != after[:, 1]).any()


@every_method
def test_it_compiles(method, images):
    pool, inputs = imbalanced(images), one_batch(method)
    ours, plain = tf.function(method.batch)(pool, *inputs), method.batch(pool, *inputs)
    assert isinstance(ours, MiniBatch)
    for a, b in zip(tf.nest.flatten(ours), tf.nest.flatten(plain), strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            np.testing.assert_allclose(a, b, atol=1e-5)


@pytest.mark.parametrize("kind", [*PARTNERS.values(), *SOFT_LABELS.values()])
def test_an_option_of_the_mixing_is_documented_with_its_source_and_comparable(kind):
    assert "et al." in inspect.getdoc(kind) or "Gabriel & Sokal" in inspect.getdoc(kind)
    assert kind() == kind()


@every_stage
def test_a_stage_draws_by_steps_and_by_its_seed_and_is_documented(kind):
    stage, again = (kind(**{"alpha": 0.3} if kind is Mixing else {}) for _ in range(2))
    assert stage == again
    drawn, same, other = (
        each.draw(np.random.default_rng(seed), STEPS, SIZE, CLASSES)
        for each, seed in ((stage, 0), (again, 0), (stage, 1))
    )
    assert drawn
    for name, array in drawn.items():
        assert len(array) == STEPS
        assert array.dtype in (np.float32, np.int32)
        np.testing.assert_array_equal(array, same[name])
        assert (array != other[name]).any()
    assert "Parameters" in inspect.getdoc(kind)
    assert "Returns" in inspect.getdoc(kind.draw)


@pytest.mark.parametrize("images", [False, True], ids=["table", "images"])
@pytest.mark.parametrize("kind", list(BEFORE_TRAINING.values()), ids=list(BEFORE_TRAINING))
def test_training_parts_are_balanced_before_training(kind, images):
    labels = np.random.default_rng(0).permutation([0] * 40 + [1] * 9 + [2] * 3)
    pool = pool_of([labels], images)
    features = pool.features[0].numpy()
    given = features.copy()
    made, of_class = kind().apply(features, labels, np.random.default_rng(1))
    counts = np.bincount(of_class)
    assert len(made) == len(of_class) == kind().rows(np.bincount(labels))
    assert (counts == counts[0]).all()
    assert made.dtype == features.dtype
    assert made.shape[1:] == features.shape[1:]
    # A class's features lie in a range of its own, which is convex.
    pixels = made.reshape(len(made), -1) * (1 if images else 255)
    low = 100.0 * of_class[:, None]
    assert ((pixels >= low + 1 - 1e-2) & (pixels <= low + 11 + 1e-2)).all()
    np.testing.assert_array_equal(features, given)
    again, other = (kind().apply(features, labels, np.random.default_rng(seed))[0] for seed in (1, 2))
    np.testing.assert_array_equal(made, again)
    assert (made != other).any()
    assert "Returns" in inspect.getdoc(kind.apply)


def test_the_schema_knows_the_registry():
    text = (ROOT / "workflow/schemas/methods.schema.yaml").read_text()
    for name in [*BEFORE_TRAINING, *RESAMPLERS, *AUGMENTATIONS, *PARTNERS, *SOFT_LABELS]:
        assert name in text
