import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st

from remix.learning_rate import LearningRate
from remix.protocol import LearningRateSchedule

SCHEDULE = LearningRateSchedule(initial=0.001, factor=0.2, patience=5, minimum=1e-5, min_delta=1e-4)


def keras_rates(losses):
    """Rates after each epoch according to Keras' own callback."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(SCHEDULE.initial), loss="mse")
    callback = keras.callbacks.ReduceLROnPlateau(
        monitor="loss", factor=SCHEDULE.factor, patience=SCHEDULE.patience, min_lr=SCHEDULE.minimum
    )
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, loss in enumerate(losses):
        callback.on_epoch_end(epoch, {"loss": loss})
        rates.append(float(model.optimizer.learning_rate))
    return rates


def our_rates(losses):
    rate, rates = LearningRate(SCHEDULE, 1), []
    for loss in losses:
        rate.update(np.array([loss], np.float32))
        rates.append(rate.rate[0])
    return rates


# Down to the least rate.
@example([0.5] * 30)
@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from([0.5, 0.49995, 0.4, 0.3, 0.6]), min_size=30, max_size=30))
def test_as_keras(losses):
    np.testing.assert_allclose(our_rates(losses), keras_rates(losses), rtol=1e-5)


def test_a_loss_that_becomes_another_one_is_compared_with_itself():
    """Without `forget` the rate would fall at the end of the last but one epoch, the fifth above 1.0."""
    rate = LearningRate(SCHEDULE, 2)
    rates = []
    for epoch, losses in enumerate([(1.0, 1.0)] * 4 + [(3.0, 1.0)] * 6):
        if epoch == 4:
            rate.forget(np.array([True, True]))
        rate.update(np.array(losses))
        rates.append(rate.rate)
    # Five epochs without a better loss follow the first one after the change.
    np.testing.assert_allclose(np.array(rates)[-2:], [[1e-3] * 2, [2e-4] * 2])


def test_what_the_rate_fell_to_it_stays_at():
    rate = LearningRate(SCHEDULE, 1)
    for _ in range(6):
        rate.update(np.array([1.0]))
    rate.forget(np.array([True]))
    assert rate.rate[0] == pytest.approx(2e-4)


def test_on_a_device_the_rates_are_the_same():
    """Also of networks that forget, and of those beside them."""
    found = []
    for xp in (np, tf.experimental.numpy):
        rate, draws = LearningRate(SCHEDULE, 3, xp), np.random.default_rng(0)
        found.append([])
        for epoch in range(60):
            rate.forget(np.array([epoch == 20, False, epoch == 40]))
            rate.update(draws.choice([0.5, 0.49995, 0.4, 0.3], 3).astype(np.float32))
            found[-1].append(np.asarray(rate.rate))
    np.testing.assert_array_equal(*found)
    assert len(np.unique(found[0])) > 3
