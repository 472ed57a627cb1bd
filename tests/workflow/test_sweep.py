"""The sweep over α: only what the study lacks is trained, and the rest is its own."""

import pandas as pd
import pytest
from study_project import jobs_in

pytestmark = pytest.mark.workflow

SWEEP = {"sweep": {"tasks": ["breast_cancer"], "alphas": [0.1, 0.4]}}
TARGETS = [f"results/tables/{name}.csv" for name in ("alpha_sweep", "claims")] + [
    f"results/figures/figure7_alpha.{form}" for form in ("png", "svg")
]
TRAININGS = {"variant", "train", "train_sweep", "score", "score_sweep"}


def trainings(jobs):
    return {rule: n for rule, n in jobs.items() if rule in TRAININGS}


def test_the_default_study_trains_the_extra_values_only(project):
    """Four tasks with three ratios each, and five values of α beside the study's."""
    planned = jobs_in(project.snakemake("-n", "results/tables/alpha_sweep.csv").stdout)
    # Of the study: the baseline and ReMix, on these twelve cells.
    assert trainings(planned) == {"variant": 12, "train": 24, "train_sweep": 60, "score_sweep": 12}


def test_the_sweep_from_end_to_end(finished):
    tables = finished.folder / "results/tables"
    # The study of these tests has none of the default's tasks.
    assert pd.read_csv(tables / "alpha_sweep.csv").empty
    assert "Nothing was swept." in (tables / "alpha_sweep.md").read_text()

    overlay = finished.overlay(SWEEP)
    assert trainings(finished.planned_jobs(overlay)) == {"train_sweep": 1, "score_sweep": 1}
    done = finished.run(overlay, arguments=TARGETS)
    assert "train remix on breast_cancer at IR 0.1 with α = 0.4" in done.stdout
    sweep = finished.folder / "results/sweep"
    assert [path.name for path in sweep.iterdir()] == ["0.4"]
    assert not list(sweep.rglob("validation/**/*.parquet"))

    table = pd.read_csv(tables / "alpha_sweep.csv").set_index(["metric", "alpha"])
    assert table["of_study"].tolist() == [True, False] * 2
    scored = pd.read_csv(finished.folder / "results/scores_sweep/breast_cancer/0.1.csv", dtype={"run": str})
    scored = scored.set_index(["run", "method", "metric"]).sort_index()
    for metric in ("g_mean", "balanced_brier"):
        for alpha, run in ((0.1, "study"), (0.4, "0.4")):
            scores = scored.loc[(run, "remix", metric), "value"]
            entry = table.loc[metric, alpha]
            assert entry["mean"] == pytest.approx(scores.mean())
            assert entry["n_folds"] == len(scores) == 4
    assert table.loc["balanced_brier", 0.1]["mean"] != table.loc["balanced_brier", 0.4]["mean"]
    assert trainings(finished.planned_jobs(overlay)) == {}

    # What it has from the study's rule, the code among its parameters, it has as well.
    training = finished.folder / "remix/training.py"
    training.write_text(training.read_text() + "\n# edited\n")
    planned = trainings(finished.planned_jobs(overlay, arguments=TARGETS))
    assert (planned["train_sweep"], planned["score_sweep"]) == (1, 1)
