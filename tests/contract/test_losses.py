"""What every loss and all class weights must do; both are found through the registry."""

import dataclasses
import inspect
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import yaml
from scipy.special import log_softmax, softmax

from remix.methods import LOSS_WEIGHTS, LOSSES

ROOT = Path(__file__).parents[2]
# Rows of each class in the training parts of two folds.
COUNTS = np.array([[90.0, 9.0, 1.0], [30.0, 20.0, 40.0]])
# Parameters with which each is the cross-entropy.
NEUTRAL = {
    "cross_entropy": {},
    "focal": {"gamma": 0},
    "ldam": {"max_margin": 0},
    "logit_adjusted": {"tau": 0},
}
# Parameters that are neither neutral nor the defaults.
OTHERS = {
    "cross_entropy": {},
    "focal": {"gamma": 0.5},
    "ldam": {"max_margin": 0.3, "scale": 8},
    "logit_adjusted": {"tau": 1.5},
}
# Of a soft label, these cost what its classes cost on average.
every_loss = pytest.mark.parametrize("name", LOSSES)


def cross_entropy(z, y, counts):
    return -(y * log_softmax(z, axis=-1)).sum(axis=-1)


def focal(z, y, counts, gamma=2.0):
    p = softmax(z, axis=-1)
    return -(y * (1 - p) ** gamma * np.log(p)).sum(axis=-1)


def ldam(z, y, counts, max_margin=0.5, scale=30.0):
    margins = counts**-0.25
    margins = max_margin * margins / margins.max(axis=-1, keepdims=True)
    return cross_entropy(scale * (z / scale - y * margins[:, None]), y, counts)


def logit_adjusted(z, y, counts, tau=1.0):
    prior = counts / counts.sum(axis=-1, keepdims=True)
    e = np.exp(z) * prior[:, None] ** tau
    return -(y * np.log(e / e.sum(axis=-1, keepdims=True))).sum(axis=-1)


# As the papers write them, in float64.
REFERENCES = {
    "cross_entropy": cross_entropy,
    "focal": focal,
    "ldam": ldam,
    "logit_adjusted": logit_adjusted,
}


def rows():
    """Logits and soft labels of two folds."""
    rng = np.random.default_rng(0)
    y, weight = np.eye(3)[rng.integers(0, 3, (2, 7))], rng.random((2, 7, 1))
    return rng.normal(scale=3, size=(2, 7, 3)), weight * y + (1 - weight) * y[:, ::-1]


def values(loss, z, y, counts=COUNTS):
    """Losses, and the gradients of their sum."""
    z, y, counts = (tf.constant(array, tf.float32) for array in (z, y, counts))
    with tf.GradientTape() as tape:
        tape.watch(z)
        losses = loss.row_losses(z, y, counts)
    return losses.numpy(), tape.gradient(losses, z).numpy()


def slopes(reference, z, step=1e-6):
    """Gradients of the sum of a reference's losses, by central differences."""
    out = np.empty_like(z)
    for place in np.ndindex(z.shape):
        moved = [z.copy(), z.copy()]
        moved[0][place] += step
        moved[1][place] -= step
        out[place] = (reference(moved[0]).sum() - reference(moved[1]).sum()) / (2 * step)
    return out


def test_the_tests_know_every_loss():
    assert set(NEUTRAL) == set(OTHERS) == set(REFERENCES) == set(LOSSES)


@every_loss
@pytest.mark.parametrize("parameters", [{}, OTHERS], ids=["default", "other"])
def test_losses_and_gradients_are_those_of_the_formula(name, parameters):
    given = parameters.get(name, {})
    z, y = rows()
    losses, gradients = values(LOSSES[name](**given), z, y)
    np.testing.assert_allclose(losses, REFERENCES[name](z, y, COUNTS, **given), rtol=1e-5, atol=1e-5)
    expected = slopes(lambda moved: REFERENCES[name](moved, y, COUNTS, **given), z)
    np.testing.assert_allclose(gradients, expected, rtol=1e-4, atol=1e-5)


@every_loss
def test_with_neutral_parameters_it_is_the_cross_entropy(name):
    z, y = rows()
    ours, plain = (values(LOSSES[n](**NEUTRAL[n]), z, y) for n in (name, "cross_entropy"))
    for a, b in zip(ours, plain, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@every_loss
@pytest.mark.parametrize("parameters", [NEUTRAL, {}, OTHERS], ids=["neutral", "default", "other"])
def test_extreme_logits_have_finite_losses_and_gradients(name, parameters):
    """A row that is certain and right, one that is certain and wrong, and one whose classes are alike."""
    signs = np.array([[1.0, -1.0, 0.0], [-1.0, 1.0, 0.0], [1.0, 1.0, 1.0]])
    z = np.concatenate([size * signs for size in (0.0, 1e-6, 20.0, 1e4, 1e30)])
    for y in (np.eye(3)[[0] * 15], np.full((15, 3), 1 / 3)):
        loss = LOSSES[name](**parameters.get(name, {}))
        losses, gradients = values(loss, np.tile(z, (2, 1, 1)), np.tile(y, (2, 1, 1)))
        assert np.isfinite(losses).all()
        assert np.isfinite(gradients).all()
        assert (losses >= 0).all()


@every_loss
def test_predictions_stand_for_what_was_trained_on_but_where_the_loss_shifts_it(name):
    shares = np.array([[0.2, 0.3, 0.5], [0.7, 0.2, 0.1]])
    np.testing.assert_allclose(LOSSES[name](**NEUTRAL[name]).prediction_prior(shares, COUNTS), shares)
    prior = LOSSES[name](**OTHERS[name]).prediction_prior(shares, COUNTS)
    np.testing.assert_allclose(prior.sum(axis=1), 1)
    assert (np.abs(prior - shares).max() < 1e-12) == (name != "logit_adjusted")


@pytest.mark.parametrize("kind", [*LOSSES.values(), *LOSS_WEIGHTS.values()])
def test_it_is_documented_and_comparable(kind):
    text = inspect.getdoc(kind)
    for field in dataclasses.fields(kind):
        assert f"\n{field.name} : float\n" in text
    assert kind() == kind()


@pytest.mark.parametrize("weights", list(LOSS_WEIGHTS.values()), ids=list(LOSS_WEIGHTS))
def test_rarer_classes_weigh_more_alike_in_any_stack(weights):
    out = weights().weights(COUNTS)
    assert out.dtype == np.float32
    order = np.argsort(COUNTS, axis=1)
    assert (np.diff(np.take_along_axis(out, order, axis=1), axis=1) < 0).all()
    np.testing.assert_array_equal(out, [weights().weights(counts) for counts in COUNTS])


@pytest.mark.parametrize("weights", list(LOSS_WEIGHTS.values()), ids=list(LOSS_WEIGHTS))
def test_weights_are_finite_for_any_number_of_rows(weights):
    counts = np.array([[10**15, 1], [10**15, 10**15], [1, 1], [2**40, 3]])
    out = weights().weights(counts)
    assert np.isfinite(out).all()
    assert (out > 0).all()
    np.testing.assert_allclose((counts * out).sum(axis=1) / counts.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(out[1:3], 1, rtol=1e-6)


@pytest.mark.parametrize(("stage", "registry"), [("loss", LOSSES), ("loss_weights", LOSS_WEIGHTS)])
def test_the_schema_knows_names_and_parameters(stage, registry):
    schema = yaml.safe_load((ROOT / "workflow/schemas/methods.schema.yaml").read_text())
    by_name, by_mapping = schema["additionalProperties"]["properties"][stage]["anyOf"]
    assert by_name["enum"] == list(registry)
    parameters = {name: {field.name for field in dataclasses.fields(kind)} for name, kind in registry.items()}
    assert {name: set(entry["properties"]) for name, entry in by_mapping["properties"].items()} == {
        name: names for name, names in parameters.items() if names
    }
