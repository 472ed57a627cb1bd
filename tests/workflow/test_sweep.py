"""The sweep over α: only what the study lacks is trained, and the rest is its own."""

import pandas as pd
import pytest

pytestmark = pytest.mark.workflow


def test_the_sweep_from_end_to_end(finished_once, extended_once):
    tables = finished_once.folder / "results/tables"
    # The study of these tests has none of the default's tasks.
    assert pd.read_csv(tables / "alpha_sweep.csv").empty
    assert "Nothing was swept." in (tables / "alpha_sweep.md").read_text()

    listed = extended_once.listed()
    assert listed["breast_cancer", "0.1", "sweep/0.4", "remix"] not in extended_once.before
    own, study = (listed["breast_cancer", "0.1", run, "remix"] for run in ("sweep/0.1", "study"))
    assert own == study
    swept = {use for use in listed if use[2].startswith("sweep/")}
    assert swept == {("breast_cancer", "0.1", f"sweep/{alpha}", "remix") for alpha in (0.1, 0.4)}

    results = extended_once.folder / "results"
    table = pd.read_csv(results / "tables/alpha_sweep.csv").set_index(["metric", "alpha"])
    assert table["of_study"].tolist() == [True, False] * 2
    scored = pd.read_parquet(results / "scores.parquet")
    scored = scored[scored["task"] == "breast_cancer"].set_index(["run", "method", "metric"]).sort_index()
    for metric in ("g_mean", "balanced_brier"):
        for alpha, run in ((0.1, "study"), (0.4, "sweep/0.4")):
            scores = scored.loc[(run, "remix", metric), "value"]
            entry = table.loc[metric, alpha]
            assert entry["mean"] == pytest.approx(scores.mean())
            assert entry["n_folds"] == len(scores) == 4
    assert table.loc["balanced_brier", 0.1]["mean"] != table.loc["balanced_brier", 0.4]["mean"]
    for form in ("png", "svg"):
        assert (results / f"figures/figure7_alpha.{form}").stat().st_size > 1000
