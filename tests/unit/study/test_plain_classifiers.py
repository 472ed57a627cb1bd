"""Classifiers without any remedy, on the folds of the networks and on nothing else."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from remix.calibration import assess
from remix.preprocessing import scaler
from remix.study.data.catalogue import Task
from remix.study.plain import PLAIN_TITLES
from remix.study.plain_classifiers import fit_plain
from remix.study.running.writing import write_parquet
from remix.study.splits import repeated_folds
from remix.study.store import Use
from remix.study.trainings import Training

TASK = Task("toy", "toy", ("1",), True, ("0", "1"), ("0.2",))
PROTOCOL = {
    "splits": 2, "repeats": 2, "validation_fraction": 0.3, "epochs": 1, "batch_size": 16, "selection": "last",
    "learning_rate": {"initial": 0.001, "factor": 0.2, "patience": 5, "minimum": 1e-5, "min_delta": 1e-4},
    "tables": {"clip": 5.0, "hidden_layers": 1, "dropout": 0.1, "width_divisor": {"binary": 3}},
}  # fmt: skip


@pytest.fixture
def cell(tmp_path):
    """A variant with missing values, and a training on it."""
    generator = np.random.default_rng(1)
    values, labels = generator.normal(size=(400, 3)), np.resize([1, 0, 0, 0, 0], 400)
    values[:, 0] += 2 * labels
    values[generator.random((400, 3)) < 0.1] = np.nan
    variant = pd.DataFrame(values, columns=list("abc"))
    variant.insert(0, "row", np.arange(400) * 2)
    variant["label"] = labels
    path = tmp_path / "variant.parquet"
    write_parquet(variant, path)
    definition = {"task": TASK.definition(), "protocol": PROTOCOL, "seed": 3, "method": {}}
    training = Training("toy", "0.2", definition, ("variant",), (Use("study", "baseline", 2),))
    return variant, training, {"variant": path}


def test_each_fold_is_fitted_on_its_training_rows_alone(cell):
    variant, training, files = cell
    found = fit_plain(training, files)
    assert list(found) == list(PLAIN_TITLES)
    labels, values = variant["label"].to_numpy(), variant[list("abc")].to_numpy()
    folds = repeated_folds(labels, task="toy", ir="0.2", seed=3, splits=2, repeats=2, validation_fraction=0.3)
    of_lr = found["sklearn.LogisticRegression"]
    for fold in folds:
        transform = scaler(5.0).fit(values[fold.train])
        model = LogisticRegression(max_iter=1000).fit(
            transform.transform(values[fold.train]), labels[fold.train]
        )
        for rows, part in ((of_lr.predictions, fold.test), (of_lr.validation, fold.validation)):
            own = rows[(rows["repeat"] == fold.repeat) & (rows["fold"] == fold.fold)]
            assert own["row"].tolist() == variant["row"].to_numpy()[part].tolist()
            assert own["y_true"].tolist() == labels[part].tolist()
            expected = model.predict_proba(transform.transform(values[part]))
            np.testing.assert_allclose(own[["p_0", "p_1"]], expected, rtol=1e-5)


def test_what_is_kept_can_be_assessed_and_is_the_same_each_time(cell):
    _, training, files = cell
    first, second = fit_plain(training, files), fit_plain(training, files)
    for name, trained in first.items():
        pd.testing.assert_frame_equal(trained.predictions, second[name].predictions)
        assert list(trained.folds) == ["repeat", "fold", "class_share_0", "class_share_1"]
        np.testing.assert_allclose(trained.folds["class_share_1"], 0.2, atol=0.03)
        scores = assess(*trained).scores
        mean = scores[(scores["correction"] == "none") & (scores["metric"] == "g_mean")]["value"].mean()
        assert mean > 0.6
