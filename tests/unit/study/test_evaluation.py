"""What is known of the trainings of a cell."""

import pandas as pd
import pytest

from remix.calibration import assess, corrected
from remix.corrections import REMEDIES
from remix.errors import ResultError
from remix.metrics import score_folds
from remix.study.evaluation import evaluate_cell
from remix.study.store import Entry, Use, path_of, write_training


@pytest.fixture
def write(trained, tmp_path):
    """Keeps a made-up training, changed as asked; gives its entry in the list of the cell."""

    def kept(name, *uses, **changes):
        made = trained()
        write_training(path_of(tmp_path, "toy", "0.2", name), made._replace(**changes), {}, {})
        return Entry(name, tuple(Use(*use) for use in uses), {})

    return kept


def test_each_use_has_the_rows_of_its_repeats(write, trained, tmp_path):
    made = trained()
    entries = [
        write("a", ("study", "baseline", 2), ("study", "cost", 2), ("audit/authors", "baseline", 1)),
        write("b", ("audit/authors", "remix", 2)),
    ]
    found = evaluate_cell(tmp_path, "toy", "0.2", entries)
    names = ["run", "task", "ir", "method"]
    scored = score_folds(made.predictions)
    for rows, one in ((found.scores, scored), (found.folds, made.folds)):
        counts = rows.groupby(names, sort=False).size()
        assert [(run, method) for run, _, _, method in counts.index] == [
            ("study", "baseline"),
            ("study", "cost"),
            ("audit/authors", "baseline"),
            ("audit/authors", "remix"),
        ]
        assert counts.tolist() == [len(one), len(one), len(one) / 2, len(one)]
        assert set(rows["task"] + rows["ir"]) == {"toy0.2"}
    cost = found.scores[found.scores["method"] == "cost"].reset_index(drop=True)
    pd.testing.assert_frame_equal(cost[list(scored)], scored)
    assert (found.folds["test_rows"] == 20).all()


def test_the_methods_of_the_study_are_calibrated(write, trained, tmp_path):
    entries = [
        write("a", ("study", "baseline", 2), ("study", "cost", 2), ("sweep/0.1", "remix", 2)),
        write("b", ("audit/authors", "remix", 2)),
    ]
    found = evaluate_cell(tmp_path, "toy", "0.2", entries)
    expected = assess(*trained())
    for rows, own in ((found.calibration, expected.scores), (found.curves, expected.curves)):
        assert rows["method"].drop_duplicates().tolist() == ["baseline", "cost"]
        for _, part in rows.groupby("method"):
            pd.testing.assert_frame_equal(part[list(own)].reset_index(drop=True), own.reset_index(drop=True))
    other = evaluate_cell(tmp_path, "toy", "0.2", entries[1:])
    for rows in (other.calibration, other.curves):
        assert rows.empty
        assert list(rows) == ["task", "ir", "method", "correction"]
    assert not other.scores.empty


def test_what_follows_a_training_is_scored_beside_it(write, trained, tmp_path):
    made = trained()
    entry = write(
        "a",
        ("study", "mixup", 2),
        ("study", "mixup_prior", 2, "balanced"),
        ("study", "mixup_threshold", 2, "threshold_g_mean"),
        ("ablation", "mixup_prior", 1, "balanced"),
    )
    found = evaluate_cell(tmp_path, "toy", "0.2", [entry])
    rows = found.scores.set_index(["run", "method"]).sort_index()
    for method, after in (("mixup_prior", "balanced"), ("mixup_threshold", "threshold_g_mean")):
        remedied, _ = corrected(made.predictions, made.validation, made.folds, REMEDIES[after])
        expected = score_folds(remedied)
        own = rows.loc[("study", method), list(expected)].reset_index(drop=True)
        pd.testing.assert_frame_equal(own, expected)
    own = rows.loc[("ablation", "mixup_prior")].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        own, rows.loc[("study", "mixup_prior")].query("repeat == 0").reset_index(drop=True)
    )
    # What it is as trained, and under each correction, is the row of its base.
    for of_base in (found.calibration, found.curves):
        assert set(of_base["method"]) == {"mixup"}
    assert found.folds.value_counts(["run", "method"]).to_dict() == {
        ("study", "mixup"): 4,
        ("study", "mixup_prior"): 4,
        ("study", "mixup_threshold"): 4,
        ("ablation", "mixup_prior"): 2,
    }


def test_what_cannot_be_evaluated_is_named(write, trained, tmp_path):
    made = trained()
    one_class = made.predictions.assign(y_true=0)
    cases = {
        r"toy, IR 0\.2, remix, .*b\.parquet: repeat 0, fold 0 cannot be scored: class 1 has no rows": write(
            "b", ("audit/authors", "remix", 2), predictions=one_class
        ),
        r"toy, IR 0\.2, remix, .*c\.parquet: repeat 1, fold 1 has no training record": write(
            "c", ("study", "remix", 2), folds=made.folds.iloc[:3]
        ),
        r"gone\.parquet is gone; run the same command again": Entry("gone", (Use("study", "smote", 2),), {}),
    }
    for message, entry in cases.items():
        with pytest.raises(ResultError, match=message):
            evaluate_cell(tmp_path, "toy", "0.2", [entry])
