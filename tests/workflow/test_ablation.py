"""The ablation: only what the study lacks is trained, and the study's ranks stay as they are."""

import pandas as pd
import pytest
from study_project import wanted

pytestmark = pytest.mark.workflow

NEW = {"balanced", "logit_adjusted", "cost_mixup", "logit_adjusted_mixup"}


def test_the_default_study_trains_four_more_of_each_table():
    runs = [run for run in wanted() if "ablation" in run]
    assert sum("study" not in run for run in runs) == 4 * 27
    # Those of the study are taken: what follows a training is no training.
    assert sum("study" in run for run in runs) == 4 * 27


def test_the_ablation_from_end_to_end(finished):
    tables = finished.folder / "results/tables"
    # The study of these tests has asked for none.
    assert pd.read_csv(tables / "ablation.csv").empty
    ranks = (tables / "rank_sums.csv").read_bytes()
    before = finished.trainings()
    overlay = finished.overlay({"ablation": {"train": True, "repeats": 1}})
    targets = [
        "results/tables/ablation.md",
        "results/tables/rank_sums.csv",
        "results/figures/ablation_effects.svg",
    ]
    finished.run(overlay, arguments=targets)
    assert before.items() <= finished.trainings().items()
    new = finished.trainings().keys() - before
    listed = finished.listed()
    assert new == {
        listed[*cell, "ablation", name]
        for cell in (("breast_cancer", "0.1"), ("wine", "0.25"))
        for name in NEW
    }
    assert len(new) == 2 * 4
    assert listed["wine", "0.25", "ablation", "remix_prior"] == listed["wine", "0.25", "study", "remix"]
    assert (tables / "rank_sums.csv").read_bytes() == ranks

    table = pd.read_csv(tables / "ablation.csv")
    effects = table.set_index(["kind", "metric", "ingredient", "balance", "mixed", "exchanged"]).sort_index()
    scores = pd.read_parquet(finished.folder / "results/scores.parquet")
    scores = scores[scores["run"] == "ablation"].set_index(["task", "metric", "method"]).sort_index()["value"]
    for kind, task in (("binary", "breast_cancer"), ("multiclass", "wine")):
        plain, mixed = (scores[task, "g_mean", name].mean() for name in ("balanced_prior", "remix_prior"))
        assert len(scores[task, "g_mean", "remix_prior"]) == 2
        key = (kind, "g_mean", "mixing", "resampling", "any", "yes")
        assert effects.loc[[key], "effect"].item() == pytest.approx(mixed - plain)
