"""Adding a dataset, a method or a ratio is editing YAML, and only the new cells are trained.

What a job then trains of its cell, and what it leaves alone, is counted in test_trainings.py.
"""

import pandas as pd
import pytest
from study_project import DATASETS, jobs_in, wanted

pytestmark = pytest.mark.workflow


def expensive(jobs):
    stages = {"fetch", "prepare", "variant", "train", "evaluate"}
    return {rule: n for rule, n in jobs.items() if rule in stages}


def test_the_default_study_is_the_papers(project):
    # 18 binary and 9 multi-class cells on tables with five methods, 6 on images with seven; nine datasets.
    assert sum("study" in runs for runs in wanted()) == 27 * 5 + 6 * 7
    jobs = jobs_in(project.snakemake("-n").stdout)
    # A job for each cell of tables and each training on images, of which the sweep has one task.
    train = 27 + 6 * 7 + 3 * 5
    assert expensive(jobs) == {"fetch": 9, "prepare": 9, "variant": 33, "train": train, "evaluate": 33}


def test_ratios_tasks_and_datasets_are_entries(finished):
    """A further ratio, a second task on a dataset, which fetches nothing, and a dataset."""
    again = DATASETS["wine"] | {"tasks": {"wine_again": DATASETS["wine"]["tasks"]["wine"]}}
    more = {
        "study": {"tasks": ["breast_cancer", "wine", "wine_binary", "wine_again"]},
        "datasets": {
            "breast_cancer": {"tasks": {"breast_cancer": {"irs": [0.1, 0.15]}}},
            "wine": {"tasks": {"wine_binary": {"minority": ["class_0"], "others": "merged", "irs": [0.1]}}},
            "wine_again": again,
        },
    }
    jobs = finished.planned_jobs(finished.overlay(more))
    assert expensive(jobs) == {"fetch": 1, "prepare": 1, "variant": 3, "train": 3, "evaluate": 3}


def test_a_classifier_that_is_no_network_is_one_training_of_each_cell(finished):
    """And nothing else: not when its method has a remedy, too, nor when epochs change."""
    tree = {"estimator": "sklearn.tree.DecisionTreeClassifier", "parameters": {"max_depth": 3}}
    after = {"base": "tree", "after": {"prior": "balanced"}}
    overlay = finished.overlay({"methods": {"tree": tree, "tree_prior": after}})
    before = finished.trainings()
    finished.run(overlay, arguments=["results/tables/rank_sums.md", "results/tables/cell_tests.md"])
    new, listed = finished.trainings().keys() - before.keys(), finished.listed()
    assert {use for use, path in listed.items() if path in new and use[2] == "study"} == {
        (*cell, "study", method)
        for cell in (("breast_cancer", "0.1"), ("wine", "0.25"))
        for method in ("tree", "tree_prior")
    }
    assert len(new) == 2
    ranks = pd.read_csv(finished.folder / "results/tables/rank_sums.csv")
    assert {"tree", "tree_prior"} <= set(ranks["method"])


def test_another_network_is_a_training_of_each_method_and_cell(finished):
    """Those of the first network are left alone."""
    resnet = {"blocks": 1, "width": 8, "hidden_factor": 2, "dropout": 0.1, "residual_dropout": 0}
    overlay = finished.overlay({"protocol": {"network": "resnet", "resnet": resnet}})
    before, methods = finished.trainings(), {use[3] for use in finished.listed() if use[2] == "study"}
    finished.run(overlay, arguments=["results/tables/rank_sums.md"])
    after, listed = finished.trainings(), finished.listed()
    assert before.items() <= after.items()
    new = after.keys() - before.keys()
    assert {use for use, path in listed.items() if path in new and use[2] == "study"} == {
        (*cell, "study", method)
        for cell in (("breast_cancer", "0.1"), ("wine", "0.25"))
        for method in methods
    }


def test_another_protocol_trains_everything_again_and_fetches_nothing(finished):
    jobs = finished.planned_jobs(finished.overlay({"protocol": {"epochs": 4}}))
    assert expensive(jobs) == {"train": 2, "evaluate": 2}


def test_titles_are_only_words(finished):
    more = {"methods": {"remix": {"title": "ReMix, ours"}}, "datasets": {"wine": {"title": "Wines"}}}
    assert expensive(finished.planned_jobs(finished.overlay(more))) == {}


def test_what_was_added_is_trained_and_ranked(extended_once):
    before, after = extended_once.before, extended_once.trainings()
    assert before.items() <= after.items()
    listed, new = extended_once.listed(), after.keys() - before.keys()
    of_study = {use for use, path in listed.items() if use[2] == "study" and path in new}
    assert of_study == {
        (*cell, "study", "smote_mixup") for cell in (("breast_cancer", "0.1"), ("wine", "0.25"))
    }
    assert "SMOTE + MixUp" in (extended_once.folder / "results/tables/rank_sums.md").read_text()


def test_what_follows_a_training_is_ranked_and_trains_nothing(finished):
    """Beside the others in all tables, with the numbers that the table of calibration has of its base."""
    after = {"prior": "balanced", "temperature": True}
    more = {"methods": {"mixup_after": {"title": "MixUp, after", "base": "mixup", "after": after}}}
    before = finished.trainings()
    tables = ["rank_sums", "scores", "comparisons", "cell_tests", "calibration", "batches"]
    finished.run(finished.overlay(more), arguments=[f"results/tables/{name}.md" for name in tables])
    assert finished.trainings() == before
    read = {name: pd.read_csv(finished.folder / f"results/tables/{name}.csv") for name in tables}
    for name in ("rank_sums", "scores"):
        assert "mixup_after" in set(read[name]["method"])
    for name in ("comparisons", "cell_tests"):
        assert "mixup_after" in set(read[name]["first"])
    for name in ("calibration", "batches"):
        assert "mixup_after" not in set(read[name]["method"])
    scores = read["scores"].set_index(["kind", "method", "metric"])["mean"]
    remedies = read["calibration"].set_index(["kind", "method", "correction", "metric"])["mean"]
    for kind in ("binary", "multiclass"):
        for metric in ("g_mean", "balanced_brier", "log_loss"):
            expected = remedies[kind, "mixup", "balanced_temperature", metric]
            assert scores[kind, "mixup_after", metric] == pytest.approx(expected, abs=1e-12)
