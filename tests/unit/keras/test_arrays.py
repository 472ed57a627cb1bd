import json
import pickle

import keras
import numpy as np
import pytest

from remix.errors import ConfigError, DataError
from remix.keras import MixedBatches


def epoch(batches):
    """Features and labels of all mini-batches."""
    return tuple(
        np.concatenate(arrays) for arrays in zip(*(batches[i] for i in range(len(batches))), strict=True)
    )


def test_an_epoch_is_filled_from_its_beginning():
    rows = np.arange(10)
    x, _ = epoch(MixedBatches(rows, rows % 2, batch_size=4, method="baseline", seed=1))
    assert sorted(x[:10]) == rows.tolist()
    assert x[10:].tolist() == x[:2].tolist()


def test_a_batch_is_the_same_whenever_it_is_asked_for(table):
    batches = MixedBatches(*table, batch_size=32, seed=1)
    backwards = [batches[i] for i in (3, 2, 1, 0)][::-1]
    copy = pickle.loads(pickle.dumps(batches))
    for i, (x, y) in enumerate(backwards):
        for again in (batches[i], copy[i]):
            np.testing.assert_array_equal(again[0], x)
            np.testing.assert_array_equal(again[1], y)


@pytest.mark.parametrize(("batch_size", "workers"), [(32, 1), (60, 1), (120, 1), (32, 2), (120, 2)])
def test_a_second_fit_goes_on_where_the_first_one_ended(table, batch_size, workers):
    def fit(*epochs):
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
        model.compile("adam", "categorical_crossentropy")
        batches = MixedBatches(*table, batch_size=batch_size, seed=1, workers=workers)
        drawn, losses = [], []
        look = keras.callbacks.LambdaCallback(on_epoch_begin=lambda *_: drawn.append(batches.epoch))
        for each in epochs:
            losses += model.fit(batches, epochs=each, verbose=0, callbacks=[look]).history["loss"]
        return drawn, losses, batches.epoch

    drawn, losses, last = fit(4)
    assert (drawn, last) == ([0, 1, 2, 3], 4)
    assert fit(2, 2) == (drawn, losses, last)


def test_an_epoch_is_drawn_by_its_number(table):
    drawn, expected = MixedBatches(*table, batch_size=32, seed=1), []
    for _ in range(3):
        expected.append(epoch(drawn))
        drawn.on_epoch_end()
    again = MixedBatches(*table, batch_size=32, seed=1)
    again.epoch = 2
    np.testing.assert_array_equal(epoch(again)[0], expected[2][0])
    in_turn = [np.concatenate([x for x, _ in again]) for again.epoch in range(3)]
    np.testing.assert_array_equal(in_turn, [x for x, _ in expected])
    with pytest.raises(ConfigError, match="epoch: expected a whole number of at least 0, received -1"):
        again.epoch = -1


def test_an_epoch_that_was_not_asked_for_as_a_whole_does_not_end(table):
    batches = MixedBatches(*table, batch_size=32, seed=1)
    batches[0]
    batches.on_epoch_end()
    assert batches.epoch == 0
    short = MixedBatches(*table, batch_size=64, seed=1)
    list(short)
    short.on_epoch_end()
    assert short.epoch == 1


def test_a_model_with_one_sigmoid_unit_learns_from_them(table):
    keras.utils.set_random_seed(1)
    y = (table[1] == 2).astype(np.float32)[:, None]
    model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=["auc"])
    batches = MixedBatches(table[0], y, batch_size=32, seed=1)
    model.fit(batches, epochs=10, verbose=0, validation_data=(table[0], y))
    assert model.evaluate(table[0], y, verbose=0)[1] > 0.95


def test_a_method_that_misses_a_class_says_so(table):
    for method in ("remix_dataset_pool", "mixup", "cost"):
        MixedBatches(*table, batch_size=8, method=method)
    MixedBatches(*table, batch_size=64, method="remix")
    with pytest.warns(UserWarning, match="72% of the mini-batches of 8 rows lack .*'remix_dataset_pool'"):
        MixedBatches(*table, batch_size=8, method="remix")


@pytest.mark.parametrize("index", [-1, 4])
def test_there_are_no_batches_beyond_the_epoch(table, index):
    batches = MixedBatches(*table, batch_size=32, seed=1)
    with pytest.raises(IndexError, match=rf"expected 0\.\.3, received {index}"):
        batches[index]


def test_partners_are_found_in_all_rows_and_classes_are_linked_by_them(table):
    """The middle of three classes in a row is linked to the others, which are not mixed."""
    x = np.array([-5.0, 5.0, 0.0])[table[1]][:, None] + 0.1 * table[0]
    method = {
        "resample": {"balanced": {"pool": "dataset"}},
        "mix": {"alpha": 1, "partners": "linked_classes"},
    }
    _, y = epoch(MixedBatches(x, table[1], batch_size=30, method=method, seed=1))
    mixed = {(a, b) for a, b in ((0, 1), (0, 2), (1, 2)) if ((y[:, a] > 0) & (y[:, b] > 0)).any()}
    assert mixed == {(0, 2), (1, 2)}

    method = {"mix": {"alpha": 1, "partners": "balanced"}}
    _, y = epoch(MixedBatches(*table, batch_size=30, method=method, seed=1))
    assert ((y[:, 2] > 0) & (y[:, 2] < 1)).mean() > 0.25


def test_settings_are_saved_and_data_given_again(table):
    batches = MixedBatches(
        *table, batch_size=32, method="mixup", alpha=0.3, seed=1, workers=2, max_queue_size=4
    )
    config = json.loads(json.dumps(batches.get_config()))
    again = MixedBatches.from_config(config, *table)
    assert again.get_config() == config
    assert (again.workers, again.use_multiprocessing, again.max_queue_size) == (2, False, 4)
    np.testing.assert_array_equal(again[1][0], batches[1][0])


@pytest.mark.parametrize(
    ("x", "y", "options", "error", "message"),
    [
        (
            np.zeros((3, 2)),
            [0, 1],
            {},
            DataError,
            r"x: expected numbers of shape \(2, …\).* received float64 of",
        ),
        (
            np.zeros((2, 2)),
            [0, 0],
            {"method": "cost"},
            ConfigError,
            r"expected the rows of each.*received \[2, 0\]",
        ),
        (np.zeros((2, 2)), [0, 1], {"method": "smote"}, ConfigError, "resamples by Smote"),
        (np.zeros((2, 2, 2, 1)), [0, 1], {"method": "remix_aug"}, ConfigError, "MixedBatches: .* images;"),
    ],
)
def test_errors_say_what_is_expected_and_received(x, y, options, error, message):
    with pytest.raises(error, match=message):
        MixedBatches(x, y, **options)
