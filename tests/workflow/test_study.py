"""The workflow end to end: two small real datasets, two cells, five methods, four folds."""

import json

import pandas as pd
import pytest
from extended_project import as_printed_tasks

from remix.metrics import score_folds
from remix.study import predictions
from remix.study.__main__ import main
from remix.study.running.parquet import read_parquet
from remix.study.store import read_cell, read_training

pytestmark = pytest.mark.workflow

CELLS = [("breast_cancer", "0.1"), ("wine", "0.25")]
METHODS = ["baseline", "cost", "smote", "mixup", "remix"]
MEASURED = ["begun", "seconds", "step_seconds", "peak_mib"]
# breast_cancer: 357 benign and 0.1 × 357 malignant; wine: 59 + 71 + 0.25 × 71.
ROWS = {("breast_cancer", "0.1"): 357 + 35, ("wine", "0.25"): 59 + 71 + 17}


def test_data_can_be_made_alone(project):
    jobs = project.planned_jobs(arguments=["data"])
    assert jobs == {"fetch": 2, "prepare": 2, "variant": 2, "data": 1}


def test_what_is_to_be_trained_is_said(finished, capsys):
    def said(*overlays):
        files = [str(finished.folder / name) for name in ("study.yaml", *overlays)]
        folder = str(finished.folder)
        assert main(["estimate", "--cores", "2", "--directory", folder, "--configfile", *files]) == 0
        return capsys.readouterr().out.splitlines()

    assert said() == ["Nothing is to be trained: all 10 trainings are there."]
    more = finished.overlay({"methods": {"far": {"resample": "balanced", "mix": {"alpha": 0.4}}}})
    assert said(more)[0] == "To be trained: 2 trainings of 2 cells, 10 are there already."


def read_scores(project, task, ir):
    return pd.read_csv(project.folder / f"results/scores/{task}/{ir}.csv", dtype={"ir": str})


def test_every_cell_and_method_has_predictions_scores_and_a_record_of_each_fold(finished):
    for task, ir in CELLS:
        classes = 2 if task == "breast_cancer" else 3
        keys = None
        for method in METHODS:
            found = predictions(task, ir, method, folder=finished.folder / "results")
            assert list(found) == ["repeat", "fold", "row", "y_true", *(f"p_{k}" for k in range(classes))]
            assert len(found) == 2 * ROWS[task, ir]
            assert found.groupby(["repeat", "fold"]).ngroups == 4
            own = found[["repeat", "fold", "row", "y_true"]]
            keys = own if keys is None else keys
            pd.testing.assert_frame_equal(own, keys)

            scores = read_scores(finished, task, ir)
            assert list(scores) == ["run", "task", "ir", "method", "repeat", "fold", "metric", "value"]
            assert set(scores["task"]) == {task}
            assert set(scores["ir"]) == {ir}
            scores = scores[scores["run"] == "study"]
            assert list(scores["method"].unique()) == METHODS
            expected = score_folds(found)
            scores = scores.loc[scores["method"] == method, list(expected)].reset_index(drop=True)
            pd.testing.assert_frame_equal(scores, expected)

        folds = pd.read_csv(finished.folder / f"results/folds/{task}/{ir}.csv")
        folds = folds[folds["run"] == "study"]
        assert folds.value_counts("method").to_dict() == dict.fromkeys(METHODS, 4)
        assert folds["train_loss"].notna().all()
        log = (finished.folder / f"logs/train/{task}/{ir}/1.log").read_text()
        assert log.count("epoch 3/3  loss") == len(METHODS)
        assert "rows/s" in log


def test_tables_and_figures_are_there_and_agree(finished):
    tables = finished.folder / "results/tables"
    names = ["datasets", "rank_sums", "scores", "gains", "comparisons", "cell_tests", "paper_comparison"]
    for name in [*names, "claims", "rescored", "coverage", "calibration", "batches"]:
        assert (tables / f"{name}.csv").stat().st_size > 0
        assert (tables / f"{name}.md").stat().st_size > 0
    pages = [f"tasks/reliability_{task}" for task, _ in CELLS]
    method = ["surfaces", "samples", "batches", "densities", "interpolation"]
    pictures = [f"figure{k}_{name}" for k, name in zip((1, 2, 3, 4, 8), method, strict=True)]
    figures = ["figure5_gains", "critical_difference", "reliability", "batches_without_minority"]
    for name in (*figures, *pictures, *pages):
        for suffix in ("png", "svg"):
            assert (finished.folder / f"results/figures/{name}.{suffix}").stat().st_size > 1000
    for name in pictures:
        text = (finished.folder / f"results/figures/{name}.svg").read_text()
        assert "seed 1" in text.replace("\n", " "), name
    regions = pd.read_parquet(finished.folder / "results/demonstrations/rings_regions.parquet")
    assert list(regions["method"].unique()) == ["baseline", "smote", "remix"]

    # The rank sums, computed anew from the score files.
    frames = [read_scores(finished, task, ir) for task, ir in CELLS]
    means = (
        pd.concat(frames).query("run == 'study'").groupby(["metric", "task", "ir", "method"])["value"].mean()
    )
    table = pd.read_csv(tables / "rank_sums.csv")
    for metric, ascending in (("g_mean", False), ("balanced_brier", True)):
        ranks = means[metric].groupby(["task", "ir"]).rank(method="min", ascending=ascending)
        for kind, task in (("binary", "breast_cancer"), ("multiclass", "wine")):
            expected = ranks[task].groupby("method").sum()
            own = table[(table["kind"] == kind) & (table["metric"] == metric)]
            ours = own.set_index("method")["rank_sum"]
            assert ours.to_dict() == pytest.approx(expected.to_dict())


def test_the_run_ends_with_the_summary(finished):
    out = finished.first_run.stdout
    summary = (finished.folder / "results/summary.txt").read_text()
    assert summary in out
    assert "ReMix" in summary
    assert "2 of 2 cells" in summary


def test_a_second_run_has_nothing_to_do(finished):
    assert "Nothing to be done" in finished.run().stdout


@pytest.mark.slow
def test_another_number_of_cores_gives_the_same_bytes(finished, project):
    as_printed_tasks(project)
    project.snakemake("--cores", 1, "tables", "figures", "--configfile", "study.yaml")
    made = [path for path in sorted((project.folder / "results").rglob("*")) if path.is_file()]
    folders = {path.relative_to(project.folder / "results").parts[0] for path in made}
    assert {"trainings", "cells", "scores", "calibration", "folds", "tables", "figures"} <= folders
    assert {"scores.parquet", "folds.parquet", "trainings.parquet"} <= folders
    for path in made:
        other = finished.folder / path.relative_to(project.folder)
        # Measured times differ.
        if path.name == "trainings.parquet":
            ours, theirs = (read_parquet(each).drop(columns=MEASURED) for each in (path, other))
            pd.testing.assert_frame_equal(ours, theirs)
        elif "trainings" in path.parts:
            for ours, theirs in zip(read_training(path), read_training(other), strict=True):
                pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
        elif "cells" in path.parts:
            ours, theirs = (without_measured(read_cell([each])) for each in (path, other))
            assert ours == theirs
        else:
            assert path.read_bytes() == other.read_bytes(), path.name


def without_measured(entries):
    return [
        entry._replace(made_by={key: value for key, value in entry.made_by.items() if key not in MEASURED})
        for entry in entries
    ]


def test_sources_are_recorded(finished):
    record = json.loads((finished.folder / "resources/raw/wine/source.json").read_text())
    assert record["available"] is True
    assert record["kind"] == "file"
    coverage = pd.read_csv(finished.folder / "results/tables/coverage.csv")
    assert len(coverage) == 2
