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
# Every stage that looks at rows or counts them.
EVERYTHING = {
    "before_training": "smote",
    "resample": {"balanced": {"pool": "dataset"}},
    "mix": {"alpha": 0.1, "partners": "linked_classes", "labels": "minority"},
    "loss_weights": "balanced",
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
    (found,) = cross_validate(
        variant, TASK, "0.1", [Method.from_spec(spec or {})], protocol(epochs=2), seed=seed, **more
    )
    return found


@pytest.fixture(scope="module")
def baseline(protocol):
    """What the baseline gives of `toy()`."""
    return run(toy(), protocol)


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


def test_residual_networks_are_trained_if_the_protocol_says_so(protocol):
    """In stacks of any size alike, and by sizes of their own."""
    sizes = {"blocks": 1, "width": 6, "hidden_factor": 2, "dropout": 0.1, "residual_dropout": 0}

    def trained(stack, **changes):
        settings = protocol(epochs=2, network="resnet", resnet=sizes | changes)
        method = Method.from_spec(EVERYTHING)
        (found,) = cross_validate(toy(), TASK, "0.1", [method], settings, seed=1, stack=stack)
        return found.predictions[["p_0", "p_1"]].to_numpy()

    whole = trained(None)
    np.testing.assert_allclose(whole, trained(1), atol=1e-5)
    np.testing.assert_allclose(whole.sum(axis=1), 1, atol=1e-5)
    assert np.abs(whole - trained(None, blocks=2)).max() > 1e-3


def test_contract_of_predictions(baseline, protocol):
    variant = toy()
    predictions, validation, records, step_seconds, xla = baseline
    assert not xla
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


def test_records_tell_what_resampling_did(baseline, protocol):
    np.testing.assert_allclose(baseline.records["class_share_1"], 20 / 160, atol=0.05)
    assert "smote_limited" not in baseline.records
    records = run(toy(n_minority=30), protocol, {"resample": {"smote": {"smallest": 3}}}).records
    assert (records["smote_limited"] >= records["smote_repeated"]).all()
    assert (records["smote_repeated"] > 0).all()


@pytest.mark.parametrize(("stage", "rows"), [("smote", 98), ("undersampling", 14)])
def test_an_epoch_has_the_rows_that_there_are_before_training(stage, rows, protocol):
    """Each training part has 49 rows of the majority and 7 of the minority; batches have 16."""
    records = run(toy(), protocol, {"before_training": stage}).records
    assert (records["train_rows"] == rows).all()
    assert (records["batches"] == 2 * -(-rows // protocol().batch_size)).all()
    np.testing.assert_allclose(records["class_share_1"], 0.5, atol=0.1)


def test_values_for_missing_features_may_be_given(baseline, protocol):
    """Filled in beforehand or by `fill`, the same values give the same predictions; other values others."""
    variant = toy()
    fill = variant[["a", "b", "c"]].mean()
    given = run(variant, protocol, fill=fill).predictions
    pd.testing.assert_frame_equal(given, run(variant.fillna(fill), protocol).predictions)
    assert (given["p_1"] != baseline.predictions["p_1"]).any()


def test_last_batches_make_a_difference(baseline, protocol):
    """56 training rows are three batches of 16 and a half one."""
    other = run(toy(), protocol, last_batch="dropped").predictions
    assert np.abs(baseline.predictions["p_1"] - other["p_1"]).max() > 1e-4


def test_mutated_test_rows_do_not_change_the_model(baseline, protocol):
    """Wreck the features of half of fold 0's test rows: the other half must be predicted as before."""
    variant = toy()
    fold = folds_of(variant, protocol)[0]
    wrecked = variant.copy()
    victims, witnesses = fold.test[::2], fold.test[1::2]
    wrecked.loc[victims, ["a", "b", "c"]] = [[1e6, -1e6, np.nan]]
    before, after = (run(v, protocol, EVERYTHING).predictions for v in (variant, wrecked))
    # Folds are paired across methods.
    pd.testing.assert_frame_equal(before.iloc[:, :4], baseline.predictions.iloc[:, :4])

    def probabilities(predictions, positions):
        own = predictions.query("repeat == 0 and fold == 0").set_index("row")
        return own.loc[variant["row"].to_numpy()[positions], "p_1"].to_numpy()

    np.testing.assert_array_equal(probabilities(before, witnesses), probabilities(after, witnesses))
    assert (probabilities(before, victims) != probabilities(after, victims)).any()


@pytest.mark.parametrize(("part", "changes"), [("train", True), ("validation", False)])
def test_the_model_changes_with_training_rows_only(part, changes, baseline, protocol):
    variant = toy()
    wrecked = variant.copy()
    wrecked.loc[getattr(folds_of(variant, protocol)[0], part)[::2], ["a", "b", "c"]] = [[1e6, -1e6, np.nan]]
    before, after = (
        each.predictions.query("repeat == 0 and fold == 0")["p_1"].to_numpy()
        for each in (baseline, run(wrecked, protocol))
    )
    assert (before != after).any() == changes


IMAGES = dataclasses.replace(TASK, image=(10, 11, 2))


def pictures(n=120, n_minority=20):
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.repeat([0, 1], [n - n_minority, n_minority]))
    pixels = rng.integers(0, 150, (n, 220)) + 50 * labels[:, None]
    frame = pd.DataFrame(pixels.astype(np.uint8), columns=[f"x{i}" for i in range(220)])
    return frame.assign(label=labels).assign(row=np.arange(n) * 2)


def run_images(variant, protocol, **more):
    spec = {"resample": "balanced", "augment": "image", "mix": {"alpha": 0.2}}
    methods = [Method.from_spec(spec)]
    (found,) = cross_validate(variant, IMAGES, "0.2", methods, protocol(epochs=2), seed=1, **more)
    return found


@pytest.fixture(scope="module")
def of_images(protocol):
    return run_images(pictures(), protocol)


def test_images_are_trained_alike_in_stacks_of_any_size(of_images, protocol):
    """Also if the last stack is smaller than the others."""
    parts = run_images(pictures(), protocol, stack=3)
    for ours, theirs in zip(parts[:3], of_images[:3], strict=True):
        pd.testing.assert_frame_equal(ours, theirs, atol=1e-5)


def test_mutated_test_images_do_not_change_the_model(of_images, protocol):
    variant = pictures()
    before = of_images.predictions.query("repeat == 0 and fold == 0")
    test = variant["row"].isin(before["row"]).to_numpy()
    victims = np.flatnonzero(test)[::2]
    wrecked = variant.copy()
    wrecked.iloc[victims, :220] = 255 - wrecked.iloc[victims, :220]
    after = run_images(wrecked, protocol).predictions.query("repeat == 0 and fold == 0")
    witness = ~before["row"].isin(variant["row"].iloc[victims])
    np.testing.assert_array_equal(before["p_1"][witness], after["p_1"][witness])
    assert (before["p_1"][~witness] != after["p_1"][~witness]).any()
