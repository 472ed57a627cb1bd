"""Splits belong to the experiment: no test row ever reaches a method."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from remix.methods import Method
from remix.study.data.catalogue import Task
from remix.study.experiment import cross_validate
from remix.study.splits import repeated_folds

TASK = Task("toy", "toy", minority=("1",), merged=True, classes=("0", "1"))
METHODS = {
    "baseline": {},
    "cost": {"loss_weights": "balanced"},
    "smote": {"resample": "smote"},
    "mixup": {"mix": {"alpha": 0.1}},
    "remix": {"resample": "balanced", "mix": {"alpha": 0.1}},
    "smote_before": {"before_training": "smote"},
    "undersampling": {"before_training": "undersampling"},
}


def toy(n=160, n_minority=20, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat([0, 1], [n - n_minority, n_minority]))
    frame = pd.DataFrame(rng.normal(size=(n, 3)) + labels[:, None], columns=["a", "b", "c"])
    frame.loc[rng.random(n) < 0.05, "b"] = np.nan
    frame.insert(0, "row", np.arange(n) * 3)
    frame["label"] = labels
    return frame


def run(variant, protocol, spec=None, seed=1, **more):
    return cross_validate(
        variant, TASK, "0.1", Method.from_spec(spec or {}), protocol(epochs=3), seed=seed, **more
    )


def folds_of(variant, protocol):
    p = protocol()
    return repeated_folds(
        variant["label"].to_numpy(),
        task="toy",
        ir="0.1",
        seed=1,
        splits=p.splits,
        repeats=p.repeats,
        validation_fraction=p.validation_fraction,
    )


def test_contract_of_predictions(protocol):
    variant = toy()
    predictions, validation, records, step_seconds = run(variant, protocol)
    assert step_seconds > 0
    assert list(predictions.columns) == ["repeat", "fold", "row", "y_true", "p_0", "p_1"]
    assert predictions["p_0"].dtype == np.float32
    assert len(predictions) == 2 * len(variant)
    truth = variant.set_index("row")["label"]
    np.testing.assert_array_equal(predictions["y_true"], truth.loc[predictions["row"]])
    np.testing.assert_allclose(predictions["p_0"] + predictions["p_1"], 1, atol=1e-6)
    for _, repeat in predictions.groupby("repeat"):
        assert sorted(repeat["row"]) == sorted(variant["row"])
    assert list(zip(records["repeat"], records["fold"], strict=True)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert {"batches_lacking_0", "batches_lacking_1", "train_loss", "validation_loss"} <= set(records)
    folds = folds_of(variant, protocol)
    expected = np.concatenate([variant["row"].to_numpy()[fold.validation] for fold in folds])
    np.testing.assert_array_equal(validation["row"], expected)
    np.testing.assert_array_equal(validation["y_true"], truth.loc[validation["row"]])
    assert list(validation.columns) == list(predictions.columns)


def test_records_tell_what_resampling_did(protocol):
    variant = toy(n_minority=30)
    share = run(variant, protocol).records["class_share_1"]
    np.testing.assert_allclose(share, 30 / 160, atol=0.03)
    for spec in ({"loss_weights": "balanced"}, {"resample": {"balanced": {"pool": "dataset"}}}):
        np.testing.assert_allclose(run(variant, protocol, spec).records["class_share_1"], 0.5, atol=0.03)
    records = run(variant, protocol, {"resample": {"smote": {"smallest": 3}}}).records
    assert (records["smote_limited"] >= records["smote_repeated"]).all()
    assert (records["smote_repeated"] > 0).all()
    assert "smote_limited" not in run(variant, protocol).records


@pytest.mark.parametrize(("stage", "rows"), [("smote", 98), ("undersampling", 14)])
def test_an_epoch_has_the_rows_that_there_are_before_training(stage, rows, protocol):
    """Each training part has 49 rows of the majority and 7 of the minority; batches have 16."""
    records = run(toy(), protocol, {"before_training": stage}).records
    assert (records["train_rows"] == rows).all()
    assert (records["batches"] == 3 * -(-rows // protocol().batch_size)).all()
    np.testing.assert_allclose(records["class_share_1"], 0.5, atol=0.1)


def test_values_for_missing_features_may_be_given(protocol):
    """Filled in beforehand or by `fill`, the same values give the same predictions; other values others."""
    variant = toy()
    fill = variant[["a", "b", "c"]].mean()
    given = run(variant, protocol, fill=fill).predictions
    pd.testing.assert_frame_equal(given, run(variant.fillna(fill), protocol).predictions)
    assert (given["p_1"] != run(variant, protocol).predictions["p_1"]).any()


def test_last_batches_make_a_difference(protocol):
    """56 training rows are three batches of 16 and a half one."""
    variant = toy()
    models = {
        last: run(variant, protocol, last_batch=last).predictions["p_1"].to_numpy()
        for last in ("filled", "partial", "dropped")
    }
    assert np.abs(models["filled"] - models["partial"]).max() > 1e-4
    assert np.abs(models["filled"] - models["dropped"]).max() > 1e-4


@pytest.mark.parametrize("spec", list(METHODS.values()), ids=list(METHODS))
def test_folds_are_paired_across_methods(spec, protocol):
    variant = toy()
    ours, theirs = run(variant, protocol, spec)[0], run(variant, protocol)[0]
    pd.testing.assert_frame_equal(ours.iloc[:, :4], theirs.iloc[:, :4])


@pytest.mark.parametrize("spec", list(METHODS.values()), ids=list(METHODS))
def test_mutated_test_rows_do_not_change_the_model(spec, protocol):
    """Wreck the features of half of fold 0's test rows: the other half must be predicted as before."""
    variant = toy()
    fold = folds_of(variant, protocol)[0]
    wrecked = variant.copy()
    victims, witnesses = fold.test[::2], fold.test[1::2]
    wrecked.loc[victims, ["a", "b", "c"]] = [[1e6, -1e6, np.nan]]
    before, after = (run(v, protocol, spec)[0] for v in (variant, wrecked))

    def probabilities(predictions, positions):
        own = predictions.query("repeat == 0 and fold == 0").set_index("row")
        return own.loc[variant["row"].to_numpy()[positions], "p_1"].to_numpy()

    np.testing.assert_array_equal(probabilities(before, witnesses), probabilities(after, witnesses))
    assert (probabilities(before, victims) != probabilities(after, victims)).any()


def test_mutated_training_rows_do_change_the_model(protocol):
    """The check above can fail: what it asserts is not true of training rows."""
    variant = toy()
    fold = folds_of(variant, protocol)[0]
    wrecked = variant.copy()
    wrecked.loc[fold.train[::2], ["a", "b", "c"]] = [[1e6, -1e6, np.nan]]
    before, after = (run(v, protocol)[0].query("repeat == 0 and fold == 0") for v in (variant, wrecked))
    assert (before["p_1"].to_numpy() != after["p_1"].to_numpy()).any()


def test_validation_rows_are_not_trained_on(protocol):
    variant = toy()
    fold = folds_of(variant, protocol)[0]
    wrecked = variant.copy()
    wrecked.loc[fold.validation, ["a", "b", "c"]] = [[1e6, -1e6, np.nan]]
    before, after = (run(v, protocol)[0].query("repeat == 0 and fold == 0") for v in (variant, wrecked))
    np.testing.assert_array_equal(before["p_1"], after["p_1"])


def test_same_seed_same_predictions(protocol):
    first, second = (run(toy(), protocol)[0] for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    other = run(toy(), protocol, seed=2)[0]
    assert (other["row"].to_numpy() != first["row"].to_numpy()).any()


IMAGES = dataclasses.replace(TASK, image=(10, 11, 2))
IMAGE_METHODS = {
    "smote": {"resample": "smote"},
    "remix_aug": {"resample": "balanced", "augment": "image", "mix": {"alpha": 0.2}},
}


def pictures(n=120, n_minority=20):
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.repeat([0, 1], [n - n_minority, n_minority]))
    pixels = rng.integers(0, 150, (n, 220)) + 50 * labels[:, None]
    frame = pd.DataFrame(pixels.astype(np.uint8), columns=[f"x{i}" for i in range(220)])
    return frame.assign(label=labels).assign(row=np.arange(n) * 2)


def run_images(variant, protocol, spec=None, **more):
    method = Method.from_spec(spec or {})
    return cross_validate(variant, IMAGES, "0.2", method, protocol(epochs=3), seed=1, **more)


@pytest.mark.parametrize("spec", list(IMAGE_METHODS.values()), ids=list(IMAGE_METHODS))
def test_images_are_trained_alike_in_stacks_of_any_size(spec, protocol):
    """Also if the last stack is smaller than the others."""
    whole = run_images(pictures(), protocol, spec)
    parts = run_images(pictures(), protocol, spec, stack=3)
    for ours, theirs in zip(parts[:3], whole[:3], strict=True):
        pd.testing.assert_frame_equal(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("spec", list(IMAGE_METHODS.values()), ids=list(IMAGE_METHODS))
def test_mutated_test_images_do_not_change_the_model(spec, protocol):
    variant = pictures()
    before = run_images(variant, protocol, spec, stack=1).predictions.query("repeat == 0 and fold == 0")
    test = variant["row"].isin(before["row"]).to_numpy()
    victims = np.flatnonzero(test)[::2]
    wrecked = variant.copy()
    wrecked.iloc[victims, :220] = 255 - wrecked.iloc[victims, :220]
    after = run_images(wrecked, protocol, spec, stack=1).predictions.query("repeat == 0 and fold == 0")
    witness = ~before["row"].isin(variant["row"].iloc[victims])
    np.testing.assert_array_equal(before["p_1"][witness], after["p_1"][witness])
    assert (before["p_1"][~witness] != after["p_1"][~witness]).any()
