import pandas as pd
import pytest

from remix.errors import ResultError
from remix.records import write_parquet
from remix.tables.reading import SCORE_COLUMNS, read_scores
from remix.tables.trainings import RUN_SCORE_COLUMNS, Trainings, read_sweep


@pytest.fixture
def files(scores, tmp_path):
    """What the study itself has, and ReMix on one cell as a run called 0.40 has trained it: 0.1 above."""
    own = scores[SCORE_COLUMNS]
    write_parquet(own, tmp_path / "scores.parquet")
    cell = own[(own["task"] == "landsat") & (own["method"] == "remix")]
    other = cell.assign(run="0.40", value=cell["value"] + 0.1)
    other[RUN_SCORE_COLUMNS].to_csv(tmp_path / "0.1.csv", index=False)
    return [tmp_path / "scores.parquet", tmp_path / "0.1.csv"]


def sources(study, **trained):
    """Where each score of a run on landsat is from: the study, but for the methods given."""
    own = {method: ("study", method) for method in study.methods}
    return [("landsat", "0.1", method, *place) for method, place in (own | trained).items()]


def values(scores, method):
    return scores.loc[scores["method"] == method, "value"].to_numpy()


def test_the_study_itself(files, study):
    mine = Trainings(files).of_run(sources(study), study)
    expected = read_scores(files[:1], study).query("task == 'landsat'").reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, expected)


def test_a_run_takes_over_what_is_trained_alike(files, study):
    trainings = Trainings(files)
    own = trainings.of_run(sources(study), study)
    run = trainings.of_run(sources(study, smote=("study", "baseline"), remix=("0.40", "remix")), study)
    assert list(run) == list(own)
    assert list(dict.fromkeys(run["method"])) == list(study.methods)
    assert values(run, "smote").tolist() == values(own, "baseline").tolist()
    assert values(run, "remix") == pytest.approx(values(own, "remix") + 0.1)


def test_what_was_not_scored_is_named(files, study):
    wanted = sources(study, remix=("third", "remix"))
    with pytest.raises(ResultError, match=r"landsat, IR 0\.1 has no scores of remix in third; make these"):
        Trainings(files).of_run(wanted, study)


def test_a_run_without_one_of_its_methods_is_refused(files, study):
    with pytest.raises(ResultError, match=r"landsat, IR 0\.1 has no scores of remix; make these first"):
        Trainings(files).of_run(sources(study)[:-1], study)


def test_scores_without_their_run_are_refused(scores, study, tmp_path):
    scores[SCORE_COLUMNS].to_csv(tmp_path / "0.1.csv", index=False)
    with pytest.raises(ResultError, match="has the columns"):
        Trainings([tmp_path / "0.1.csv"])


def test_the_sweep_comes_by_alpha(files, definition_of_mixed):
    only = definition_of_mixed | {"methods": {"remix": "ReMix"}}
    swept = {
        alpha: {"study": only, "sources": [["landsat", "0.1", "remix", run, "remix"]]}
        for alpha, run in (("0.1", "study"), ("0.4", "0.40"))
    }
    scores = read_sweep(Trainings(files), swept)
    own, other = (part["value"].to_numpy() for _, part in scores.groupby("alpha"))
    assert other == pytest.approx(own + 0.1)
    assert read_sweep(Trainings([]), {}).empty
