"""The sweep over α: only what the study lacks is trained, and the rest is its own."""

import pandas as pd
import pytest
from study_project import wanted

pytestmark = pytest.mark.workflow

SWEEP = {"sweep": {"tasks": ["breast_cancer"], "alphas": [0.1, 0.4]}}
TARGETS = [f"results/tables/{name}.csv" for name in ("alpha_sweep", "claims")] + [
    f"results/figures/figure7_alpha.{form}" for form in ("png", "svg")
]


def test_the_default_study_trains_the_extra_values_only():
    """Four tasks with three ratios each, and five values of α beside the study's."""
    runs = wanted()
    by_sweep = [run for run in runs if any(name.startswith("sweep/") for name in run)]
    assert sum("study" not in run for run in by_sweep) == 4 * 3 * 5
    # The study's own α takes part.
    assert sum("study" in run for run in by_sweep) == 4 * 3


def test_the_sweep_from_end_to_end(finished):
    tables = finished.folder / "results/tables"
    # The study of these tests has none of the default's tasks.
    assert pd.read_csv(tables / "alpha_sweep.csv").empty
    assert "Nothing was swept." in (tables / "alpha_sweep.md").read_text()

    before = finished.trainings()
    overlay = finished.overlay(SWEEP)
    finished.run(overlay, arguments=TARGETS)
    assert before.items() <= finished.trainings().items()
    (new,) = finished.trainings().keys() - before
    listed = finished.listed()
    assert listed["breast_cancer", "0.1", "sweep/0.4", "remix"] == new
    own, study = (listed["breast_cancer", "0.1", run, "remix"] for run in ("sweep/0.1", "study"))
    assert own == study

    table = pd.read_csv(tables / "alpha_sweep.csv").set_index(["metric", "alpha"])
    assert table["of_study"].tolist() == [True, False] * 2
    scored = pd.read_parquet(finished.folder / "results/scores.parquet")
    scored = scored[scored["task"] == "breast_cancer"].set_index(["run", "method", "metric"]).sort_index()
    for metric in ("g_mean", "balanced_brier"):
        for alpha, run in ((0.1, "study"), (0.4, "sweep/0.4")):
            scores = scored.loc[(run, "remix", metric), "value"]
            entry = table.loc[metric, alpha]
            assert entry["mean"] == pytest.approx(scores.mean())
            assert entry["n_folds"] == len(scores) == 4
    assert table.loc["balanced_brier", 0.1]["mean"] != table.loc["balanced_brier", 0.4]["mean"]
    assert "train" not in finished.planned_jobs(overlay)
