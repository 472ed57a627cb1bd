"""What every stage of every kind must do; stages are found through the registry."""

import dataclasses
import inspect
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from remix.batches.blending import blend
from remix.batches.classes import Pool
from remix.batches.mini_batch import MiniBatch
from remix.batches.mixing import Mixing
from remix.batches.soft_labels import MinorityLabels, MixedLabels
from remix.catalogue import METHODS as CATALOGUE
from remix.catalogue import stages
from remix.methods import (
    AUGMENTATIONS,
    BEFORE_TRAINING,
    DRAWING_STAGES,
    LOSS_WEIGHTS,
    PARTNERS,
    RESAMPLERS,
    SOFT_LABELS,
    Method,
)

ROOT = Path(__file__).parents[2]
STEPS, SIZE, CLASSES = 6, 24, 3
METHODS = {name: stages(entry, images="augment" in entry) for name, entry in CATALOGUE.items()}
# Each registered stage on its own is a method too.
METHODS |= {f"only {name}": {"resample": name} for name in RESAMPLERS}
METHODS |= {f"only {name} weights": {"loss_weights": name} for name in LOSS_WEIGHTS}
METHODS |= {f"only {name} augmentation": {"augment": name} for name in AUGMENTATIONS}
METHODS |= {f"{name} and mix": {"resample": name, "mix": {"alpha": 0.5}} for name in RESAMPLERS}
# So is every option of the mixing that is not the default, and what they are together.
MIXINGS = {
    **{f"{name} partners": {"partners": name} for name in PARTNERS if name != "permuted"},
    **{f"{name} labels": {"labels": name} for name in SOFT_LABELS if name != "mixed"},
    "weights of rows": {"weights": "row"},
    "hidden layers": {"layers": "hidden"},
    "all but balanced partners": {
        "partners": "linked_classes",
        "labels": {"minority": {"kappa": 2, "tau": 0.6}},
        "weights": "row",
        "layers": "hidden",
    },
}
METHODS |= {f"mix, {name}": {"mix": {"alpha": 0.5, **options}} for name, options in MIXINGS.items()}
METHODS |= {
    f"{name} and mix, all options": {
        "resample": name,
        "mix": {"alpha": 0.5, **MIXINGS["all but balanced partners"]},
    }
    for name in RESAMPLERS
}
METHODS |= {
    f"image, balanced partners, {labels}": {
        "augment": "image",
        "mix": {"alpha": 0.5, "partners": "balanced", "labels": labels, "weights": "row"},
    }
    for labels in SOFT_LABELS
}
# Every method on images; those without augmentation on tables too.
INPUTS = {
    f"{name}, {rows}": (Method.from_spec(spec), rows == "images")
    for name, spec in METHODS.items()
    for rows in (["images"] if "augment" in spec else ["table", "images"])
}
every_method = pytest.mark.parametrize(("method", "images"), list(INPUTS.values()), ids=list(INPUTS))


def every_mixing(condition):
    """Marks a test for the methods whose mixing fulfils a condition."""
    chosen = {name: case for name, case in INPUTS.items() if case[0].mix and condition(case[0].mix)}
    return pytest.mark.parametrize(("method", "images"), list(chosen.values()), ids=list(chosen))


every_stage = pytest.mark.parametrize("kind", [*RESAMPLERS.values(), *AUGMENTATIONS.values(), Mixing])
IMAGE = (5, 4, 2)


def pool_of(labels, images, seed=0):
    labels = [np.asarray(y) for y in labels]
    rng = np.random.default_rng(seed)
    # Every class lives in a range of its own, so that a feature tells which labels may belong to it.
    shape = IMAGE if images else (2,)
    features = [
        rng.uniform(0, 10, (len(y), *shape)) + 100 * y.reshape(-1, *[1] * len(shape)) + 1 for y in labels
    ]
    kept = [x.astype(np.uint8) if images else (x / 255).astype(np.float32) for x in features]
    return Pool.from_folds(kept, labels, CLASSES, linked=True)


def imbalanced(images, stack=2, n=60):
    rng = np.random.default_rng(1)
    return pool_of([rng.permutation([0] * (n - 12 + i) + [1] * 8 + [2] * 4) for i in range(stack)], images)


def generators(seed):
    return {name: np.random.default_rng(seed) for name in DRAWING_STAGES}


def batches(method, pool, seed=0):
    """All mini-batches of STEPS steps: features and labels with the step as first axis."""
    stack = len(pool.labels)
    rng = np.random.default_rng(seed)
    counts = pool.by_class.count.numpy().sum(axis=1)
    rows = np.stack([rng.integers(0, n, (STEPS, SIZE)) for n in counts], axis=1).astype(np.int32)
    folds = [method.draw(generators([seed, s]), STEPS, SIZE, CLASSES) for s in range(stack)]
    draws = tf.nest.map_structure(lambda *arrays: np.stack(arrays, axis=1), *folds)
    out = [
        method.batch(
            pool, tf.constant(rows[t]), tf.nest.map_structure(lambda a, t=t: tf.constant(a[t]), draws)
        )
        for t in range(STEPS)
    ]
    return np.stack([mixed_features(batch) for batch in out]), np.stack([batch.y for batch in out]), rows


def mixed_features(batch):
    """Features as a network mixes them when it is the input's turn."""
    if batch.hidden is None:
        return batch.x
    return blend(batch.x, batch.hidden.weight, batch.hidden.order)


def with_labels(method, labels):
    return dataclasses.replace(method, mix=dataclasses.replace(method.mix, labels=labels))


@every_method
def test_shapes_types_and_labels(method, images):
    x, y, _ = batches(method, imbalanced(images))
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
    x, y, _ = batches(method, imbalanced(images))
    expected = 100 * (y @ np.arange(CLASSES, dtype=np.float32))[..., None]
    x = 255 * x.reshape(*y.shape[:3], -1)
    assert (x >= expected + 1 - 1e-2).all()
    assert (x <= expected + 11 + 1e-2).all()


@every_mixing(lambda mix: isinstance(mix.labels, MinorityLabels))
def test_labels_of_the_minority_are_its_own_where_the_rule_says_so(method, images):
    """The share of a class of n rows, mixed with one of n' ≥ κ n, is 1 if that of the other is below τ."""
    pool, rule = imbalanced(images), method.mix.labels
    x, y, _ = batches(method, pool)
    same_x, mixed, _ = batches(with_labels(method, MixedLabels()), pool)
    np.testing.assert_array_equal(x, same_x)
    changed = 0
    for place in np.ndindex(mixed.shape[:3]):
        counts, expected = pool.class_counts.numpy()[place[1]], mixed[place]
        classes = np.flatnonzero(expected)
        if len(classes) == 2:
            rare, frequent = sorted(classes, key=lambda label: counts[label])
            if counts[frequent] >= rule.kappa * counts[rare] and expected[frequent] < np.float32(rule.tau):
                expected, changed = np.eye(CLASSES)[rare], changed + 1
        np.testing.assert_array_equal(y[place], expected)
    assert changed


@every_mixing(lambda mix: mix.layers == "hidden")
def test_a_network_that_mixes_is_given_rows_that_are_not(method, images):
    pool = imbalanced(images)
    drawn = method.draw(generators(0), STEPS, SIZE, CLASSES)
    drawn = tf.nest.map_structure(lambda a: tf.constant(np.stack([a[0], a[0]])), drawn)
    rows = tf.constant(np.arange(2 * SIZE, dtype=np.int32).reshape(2, SIZE) % 40)
    batch = method.batch(pool, rows, drawn)
    plain = dataclasses.replace(method, mix=None).batch(pool, rows, drawn)
    np.testing.assert_array_equal(batch.x, plain.x)
    assert (batch.y != plain.y).numpy().any()


@every_method
def test_no_class_appears_from_nowhere(method, images):
    x, y, _ = batches(method, pool_of([[0] * 50, [0] * 40 + [2] * 9], images))
    assert (y[:, 0, :, 1:] == 0).all()
    assert (y[..., 1] == 0).all()
    assert 255 * x[:, 0].max() <= 11 + 1e-2


@every_method
def test_draws_are_reproducible_and_seeded(method, images):
    first, again, other = (batches(method, imbalanced(images), seed)[0] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@every_method
def test_each_fold_of_a_stack_is_on_its_own(method, images):
    """Other rows in the second fold change nothing in the first."""
    pool = imbalanced(images)
    # Padding comes last, and is no row.
    labels = [y.numpy()[y >= 0] for y in pool.labels]
    first, second = (x.numpy()[: len(y)] for x, y in zip(pool.features, labels, strict=True))
    changed = Pool.from_folds([first, second[::-1]], labels, CLASSES, linked=True)
    np.testing.assert_array_equal(batches(method, pool)[0][:, 0], batches(method, changed)[0][:, 0])


@every_method
def test_padding_never_reaches_a_batch(method, images):
    pool = pool_of([[0, 0, 1, 2], [0] * 30 + [1] * 20 + [2] * 10], images)
    x, _, _ = batches(method, pool)
    padding = pool.features.numpy()[0, 4:]
    assert (padding == 0).all()
    assert (x[:, 0] != 0).all()


@every_method
def test_it_compiles(method, images):
    pool = imbalanced(images)
    drawn = method.draw(generators(0), STEPS, SIZE, CLASSES)
    drawn = tf.nest.map_structure(lambda a: tf.constant(np.stack([a[0], a[0]])), drawn)
    rows = tf.constant(np.arange(2 * SIZE, dtype=np.int32).reshape(2, SIZE) % 40)
    compiled = tf.function(method.batch)
    ours, plain = compiled(pool, rows, drawn), method.batch(pool, rows, drawn)
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
def test_drawn_numbers_have_the_step_as_first_axis(kind):
    required = {"alpha": 0.3} if kind is Mixing else {}
    drawn = kind(**required).draw(np.random.default_rng(0), STEPS, SIZE, CLASSES)
    assert drawn
    for array in drawn.values():
        assert len(array) == STEPS
        assert array.dtype in (np.float32, np.int32)


@every_stage
def test_a_stage_is_documented_and_comparable(kind):
    assert "Parameters" in inspect.getdoc(kind)
    assert "Returns" in inspect.getdoc(kind.draw)
    required = {"alpha": 0.3} if kind is Mixing else {}
    assert kind(**required) == kind(**required)


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


@pytest.mark.parametrize("weights", list(LOSS_WEIGHTS.values()), ids=list(LOSS_WEIGHTS))
def test_loss_weights_are_one_on_average(weights):
    counts = np.array([[90, 9, 1], [30, 30, 40]])
    out = weights().weights(counts)
    assert out.shape == counts.shape
    np.testing.assert_allclose((counts * out).sum(axis=1) / counts.sum(axis=1), 1, rtol=1e-6)


def test_the_schema_knows_the_registry():
    text = (ROOT / "workflow/schemas/methods.schema.yaml").read_text()
    for name in [*BEFORE_TRAINING, *RESAMPLERS, *AUGMENTATIONS, *PARTNERS, *SOFT_LABELS, *LOSS_WEIGHTS]:
        assert name in text
