"""Predictions of a study by name."""

import pandas as pd
import pytest

import remix.study
from remix.calibration import corrected
from remix.corrections import REMEDIES
from remix.errors import ResultError
from remix.study.results.training_table import list_trainings
from remix.study.running.writing import write_parquet
from remix.study.store import Entry, Use, path_of, write_training


@pytest.fixture
def results(trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "results"
    uses = (Use("study", "baseline", 2), Use("audit/authors", "cost", 1))
    write_training(path_of(folder, "toy", "0.2", "a1"), trained(), {}, {})
    cells = [("toy", "0.2", [Entry("a1", uses, {})]), ("aps", "0.05", [Entry("b2", uses[:1], {})])]
    write_parquet(list_trainings(cells), folder / "trainings.parquet")
    return folder


def test_predictions_and_validation_by_name(results, trained):
    made = trained()
    pd.testing.assert_frame_equal(remix.study.predictions("toy", "0.2", "baseline"), made.predictions)
    pd.testing.assert_frame_equal(
        remix.study.validation("toy", "0.2", "baseline", folder=results), made.validation
    )
    of_audit = remix.study.predictions("toy", "0.2", "cost", run="audit/authors", folder=str(results))
    first = made.predictions[made.predictions["repeat"] == 0].reset_index(drop=True)
    pd.testing.assert_frame_equal(of_audit, first)
    # A ratio may be given as a number where its text is the same.
    assert len(remix.study.predictions("toy", 0.2, "baseline")) == len(made.predictions)


def test_predictions_of_a_method_that_follows_a_training_are_those_after_it(trained, tmp_path):
    made = trained()
    after = "balanced_temperature"
    uses = (Use("study", "mixup", 2), Use("study", "remedied", 1, after))
    write_training(path_of(tmp_path, "toy", "0.2", "a1"), made, {}, {})
    write_parquet(list_trainings([("toy", "0.2", [Entry("a1", uses, {})])]), tmp_path / "trainings.parquet")
    for read, rows in (
        (remix.study.predictions, made.predictions),
        (remix.study.validation, made.validation),
    ):
        expected, _ = corrected(rows, made.validation, made.folds, REMEDIES[after])
        first = expected[expected["repeat"] == 0].reset_index(drop=True)
        pd.testing.assert_frame_equal(read("toy", "0.2", "remedied", folder=tmp_path), first)
        pd.testing.assert_frame_equal(read("toy", "0.2", "mixup", folder=tmp_path), rows)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (("toy", "0.2", "baseline", "sweep/1"), "has no run 'sweep/1' .*; there is: audit/authors, study$"),
        (("ozone", "0.2", "baseline"), "has no task 'ozone' with these settings; there is: aps, toy$"),
        (("toy", "0.05", "baseline"), r"has no ir '0\.05' with these settings; there is: 0\.2$"),
        (("toy", "0.2", "cost"), "has no method 'cost' with these settings; there is: baseline$"),
        (("aps", "0.05", "baseline"), r"b2\.parquet is gone; run the same command again"),
        (("toy", "0.2", "baseline", "study", "none"), "none/trainings.parquet is not there; run the study"),
    ],
    ids=["run", "task", "ratio", "method", "file", "folder"],
)
def test_what_there_is_not_is_said_in_one_line(results, wanted, told):
    for read in (remix.study.predictions, remix.study.validation):
        with pytest.raises(ResultError, match=told) as error:
            read(*wanted)
        assert len(str(error.value).splitlines()) == 1


def test_a_damaged_index_and_one_without_trainings(results):
    write_parquet(list_trainings([]), results / "trainings.parquet")
    with pytest.raises(ResultError, match="has no run 'study' with these settings; there is: none"):
        remix.study.predictions("toy", "0.2", "baseline")
    (results / "trainings.parquet").write_bytes(b"PAR1")
    with pytest.raises(ResultError, match=r"trainings\.parquet is damaged"):
        remix.study.predictions("toy", "0.2", "baseline")
