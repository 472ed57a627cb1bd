import json

import keras
import numpy as np
import pytest

from remix.errors import ConfigError
from remix.keras import BatchSettings
from remix.methods import Method

TWO = {"n_classes": 2, "batch_size": 8, "method": "remix", "seed": 1}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_classes": 1}, "n_classes: expected a whole number of at least 2, received 1"),
        ({"n_classes": "2"}, "n_classes: expected a whole number of at least 2, received '2'"),
        ({"batch_size": 0}, "batch_size: expected a whole number of at least 1, received 0"),
        ({"batch_size": 8.0}, "batch_size: expected a whole number of at least 1, received 8.0"),
        ({"batch_size": True}, "batch_size: expected a whole number of at least 1, received True"),
        ({"seed": -1}, "seed: expected a whole number of at least 0, received -1"),
        ({"alpha": 0}, "alpha: expected a number above 0, received 0"),
        ({"alpha": float("nan")}, "alpha: expected a number above 0, received nan"),
        ({"method": {"mix": {"alpha": -1}}}, "alpha: expected a number above 0, received -1"),
        ({"method": "remx"}, "method: expected one of baseline, .*, received 'remx'"),
        ({"method": 3}, "method: expected one of baseline, .*, received 3"),
        ({"method": {"resampl": "smote"}}, "unknown stage 'resampl'"),
        ({"method": {"before_training": "smote"}}, "resamples the rows before training"),
        ({"label_mode": "int"}, "label_mode: expected one of auto, categorical, binary, received 'int'"),
        ({"label_mode": "binary", "n_classes": 3}, "'binary' is for two classes, received 3; write 'categor"),
    ],
)
def test_errors_say_what_is_expected_and_received(changes, message):
    with pytest.raises(ConfigError, match=message.replace(", .*, received", ".*received")):
        BatchSettings(**TWO | changes)


def test_augmentation_is_for_images():
    settings = BatchSettings(**TWO | {"method": "remix_aug"})
    assert settings.method_for(images=True).augment is not None
    with pytest.raises(ConfigError, match=r"augments images, rows of shape \(height, width, channels\)"):
        settings.method_for(images=False)


@pytest.mark.parametrize("method", ["mixup", {"resample": {"balanced": {"pool": "dataset"}}}])
def test_settings_survive_keras_and_json(method):
    settings = BatchSettings(n_classes=np.int64(3), batch_size=16, method=method, alpha=0.3, seed=np.int64(4))
    saved = json.loads(json.dumps(keras.saving.serialize_keras_object(settings)))
    assert keras.saving.deserialize_keras_object(saved) == settings
    assert json.loads(json.dumps(settings.get_config())) == settings.get_config()


def test_a_seed_is_drawn_where_none_is_given():
    unseeded = {name: value for name, value in TWO.items() if name != "seed"}
    keras.utils.set_random_seed(5)
    drawn = [BatchSettings(**unseeded).seed for _ in range(2)]
    keras.utils.set_random_seed(5)
    assert [BatchSettings(**unseeded).seed for _ in range(2)] == drawn
    assert drawn[0] != drawn[1]


def test_stages_and_epochs_have_generators_of_their_own():
    settings = BatchSettings(**TWO)
    first = {
        (stage, epoch): generator.random()
        for epoch in (0, 1)
        for stage, generator in settings.stage_generators(epoch).items()
    }
    assert len(set(first.values())) == 6
    assert settings.stage_generators(1)["mix"].random() == first["mix", 1]


def test_loss_weights_need_the_rows_of_every_class():
    settings = BatchSettings(**TWO | {"method": "cost"})
    method = settings.method_for(images=False)
    np.testing.assert_allclose(settings.class_weights(method, [90, 10]), [100 / 180, 5])
    for counts in (None, [90], [90, 0], [[90, 10]]):
        with pytest.raises(ConfigError, match="class_counts: method 'cost' weighs the loss"):
            settings.class_weights(method, counts)
    assert settings.class_weights(Method(), None) is None


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ({"loss": "focal"}, r"has a loss of its own, .* pass such a loss to model.compile, or train with"),
        ({"loss_weights": {"balanced": {"start": 0.8}}}, r"\(start: 0.8\), .* leave 'start' out, or train"),
    ],
)
def test_what_mini_batches_cannot_carry_is_refused(method, message):
    with pytest.raises(ConfigError, match=message):
        BatchSettings(**TWO | {"method": method})
