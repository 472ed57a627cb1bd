"""Classifiers that are no networks, on the folds of the networks and on nothing else."""

import numpy as np
import pandas as pd
import pytest
from imblearn.ensemble import BalancedRandomForestClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from remix import seeding
from remix.errors import TrainingError
from remix.preprocessing import scaler
from remix.study.running.writing import write_parquet
from remix.study.splits import repeated_folds
from remix.study.store import made_by, path_of, read_training
from remix.study.training_cells import train_cell

BOOSTING = {
    "estimator": "sklearn.ensemble.HistGradientBoostingClassifier",
    "parameters": {"class_weight": "balanced", "max_iter": 5, "min_samples_leaf": 2},
}
FOREST = {
    "estimator": "imblearn.ensemble.BalancedRandomForestClassifier",
    "parameters": {"n_estimators": 5},
    "trained_prior": "balanced",
}
REGRESSION = {"estimator": "sklearn.linear_model.LogisticRegression"}
# What scikit-learn and imbalanced-learn make of the same entries.
DIRECT = {
    "boosting": (BOOSTING, HistGradientBoostingClassifier),
    "forest": (FOREST, BalancedRandomForestClassifier),
    "regression": (REGRESSION, LogisticRegression),
}


@pytest.fixture
def cell(files):
    """The made-up cell with values that are missing."""
    (path, *_) = files.values()
    variant = pd.read_parquet(path).assign(z=np.random.default_rng(1).normal(size=64))
    variant.loc[::7, "x"] = np.nan
    write_parquet(variant[["row", "x", "z", "label"]], path)
    return variant


def fit(wanted, files, folder):
    (entry,) = train_cell([wanted], files, folder, threads=1, stack="auto")
    path = path_of(folder, "toy", "0.2", entry.training)
    return read_training(path), made_by(path)


@pytest.mark.parametrize("name", DIRECT)
def test_predictions_are_those_of_the_library_on_the_same_folds(name, cell, training, files, tmp_path):
    spec, classifier = DIRECT[name]
    trained, facts = fit(training(name, spec, repeats=2), files, tmp_path)
    y, X = cell["label"].to_numpy(), cell[["x", "z"]].to_numpy()
    folds = repeated_folds(y, task="toy", ir="0.2", seed=1, splits=2, repeats=2, validation_fraction=0.3)
    for fold in folds:
        transform = scaler(5.0).fit(X[fold.train])
        state = seeding.random_state(1, "estimator", "toy", "0.2", fold.repeat, fold.fold)
        model = classifier(**spec.get("parameters", {}), random_state=state)
        model.fit(transform.transform(X[fold.train]), y[fold.train])
        for rows, part in ((trained.predictions, fold.test), (trained.validation, fold.validation)):
            own = rows[(rows["repeat"] == fold.repeat) & (rows["fold"] == fold.fold)]
            assert own["row"].tolist() == cell["row"].to_numpy()[part].tolist()
            assert own["y_true"].tolist() == y[part].tolist()
            expected = model.predict_proba(transform.transform(X[part])).astype(np.float32)
            np.testing.assert_array_equal(own[["p_0", "p_1"]], expected)
        line = trained.folds.query(f"repeat == {fold.repeat} and fold == {fold.fold}").iloc[0]
        assert line["train_rows"] == len(fold.train)
        share = 0.5 if "trained_prior" in spec else y[fold.train].mean()
        assert line["class_share_1"] == pytest.approx(share)
    assert facts["library"].split()[0] in ("scikit-learn", "imbalanced-learn")
    assert facts["device"] == "CPU"


@pytest.mark.parametrize("name", DIRECT)
@pytest.mark.parametrize("part", ["test", "validation"])
def test_rows_that_are_not_trained_on_change_no_other_prediction(name, part, cell, training, files, tmp_path):
    """Not by scaling, not by imputation, not by the choice of anything."""
    wanted = training(name, DIRECT[name][0], splits=2)
    before, _ = fit(wanted, files, tmp_path / "before")
    rows = getattr(before, {"test": "predictions"}.get(part, part))
    changed = rows.loc[rows["fold"] == 0, "row"].to_numpy()[:5]
    mutated = cell.copy()
    mutated.loc[mutated["row"].isin(changed), ["x", "z"]] = [[50.0, -50.0]] * 5
    write_parquet(mutated[["row", "x", "z", "label"]], next(iter(files.values())))
    after, _ = fit(wanted, files, tmp_path / "after")
    differ = 0
    for ours, theirs in ((before.predictions, after.predictions), (before.validation, after.validation)):
        first = [each[each["fold"] == 0] for each in (ours, theirs)]
        own = first[0]["row"].isin(changed).to_numpy()
        kept, others = ([each[mask][["p_0", "p_1"]] for each in first] for mask in (~own, own))
        np.testing.assert_array_equal(*kept)
        differ += int(len(others[0]) and not np.array_equal(*others))
    assert differ == 1


def test_a_fold_that_cannot_be_fitted_is_named_in_one_line(cell, training, files, tmp_path):
    many = {"estimator": "sklearn.neighbors.KNeighborsClassifier", "parameters": {"n_neighbors": 1000}}
    with pytest.raises(TrainingError, match=r"^method odd, toy, IR 0\.2, repeat 0, fold 0: KN") as told:
        fit(training("odd", many), files, tmp_path)
    assert "\n" not in str(told.value)


def test_what_a_library_warns_of_is_in_the_log(cell, training, files, tmp_path, caplog):
    caplog.set_level("INFO")
    fit(training("short", {**REGRESSION, "parameters": {"max_iter": 1}}), files, tmp_path)
    assert "warning: lbfgs failed to converge" in caplog.text


def test_it_trains_without_tensorflow(cell, training, train_without_tensorflow):
    train_without_tensorflow([training("regression", REGRESSION)])


def test_networks_and_classifiers_share_a_cell(cell, training, files, tmp_path, monkeypatch):
    monkeypatch.setattr("remix.study.runtime.before_import", lambda: None)
    monkeypatch.setattr("remix.study.runtime.configure_tensorflow", lambda threads: None)
    wanted = [training("regression", REGRESSION), training(), training("forest", FOREST)]
    entries = train_cell(wanted, files, tmp_path, threads=1, stack="auto")
    kept = [read_training(path_of(tmp_path, "toy", "0.2", each.training)) for each in entries]
    for each in kept[1:]:
        for ours, theirs in zip(kept[0][:2], each[:2], strict=True):
            pd.testing.assert_frame_equal(ours.iloc[:, :4], theirs.iloc[:, :4])
