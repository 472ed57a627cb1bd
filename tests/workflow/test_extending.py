"""Adding a dataset, a method or a ratio is editing YAML, and only the new cells are trained."""

import pytest
from study_project import DATASETS, jobs_in

pytestmark = pytest.mark.workflow


def expensive(jobs):
    return {rule: n for rule, n in jobs.items() if rule in {"fetch", "prepare", "variant", "train", "score"}}


def test_the_whole_study_is_counted_before_anything_ran(project):
    assert expensive(project.planned_jobs()) == {
        "fetch": 2, "prepare": 2, "variant": 2, "train": 10, "score": 2,
    }  # fmt: skip


def test_the_default_study_is_the_papers(project):
    jobs = jobs_in(project.snakemake("-n").stdout)
    # 18 binary and 9 multi-class cells on tables with five methods, 6 on images with seven; nine datasets.
    assert expensive(jobs) == {"fetch": 9, "prepare": 9, "variant": 33, "train": 177, "score": 33}


def test_a_finished_study_plans_nothing(finished):
    assert finished.planned_jobs() == {}


def test_a_ratio_is_one_number(finished):
    more = {"datasets": {"breast_cancer": {"tasks": {"breast_cancer": {"irs": [0.1, 0.15]}}}}}
    jobs = finished.planned_jobs(finished.overlay(more))
    assert expensive(jobs) == {"variant": 1, "train": 5, "score": 1}


def test_a_method_is_one_entry(finished):
    more = {"methods": {"smote_mixup": {"resample": "smote", "mix": {"alpha": 0.2}}}}
    jobs = finished.planned_jobs(finished.overlay(more))
    assert expensive(jobs) == {"train": 2, "score": 2}


def test_a_dataset_is_one_entry(finished):
    again = DATASETS["wine"] | {"tasks": {"wine_again": DATASETS["wine"]["tasks"]["wine"]}}
    more = {"study": {"tasks": "all"}, "datasets": {"wine_again": again}}
    tasks = {"study": {"tasks": ["breast_cancer", "wine", "wine_again"]}}
    jobs = finished.planned_jobs(finished.overlay(more | tasks))
    assert expensive(jobs) == {"fetch": 1, "prepare": 1, "variant": 1, "train": 5, "score": 1}


def test_a_second_task_on_a_dataset_fetches_nothing(finished):
    tasks = {"wine_binary": {"minority": ["class_0"], "others": "merged", "irs": [0.1]}}
    more = {
        "study": {"tasks": ["breast_cancer", "wine", "wine_binary"]},
        "datasets": {"wine": {"tasks": tasks}},
    }
    jobs = finished.planned_jobs(finished.overlay(more))
    assert expensive(jobs) == {"variant": 1, "train": 5, "score": 1}


def test_another_protocol_trains_everything_again_and_fetches_nothing(finished):
    jobs = finished.planned_jobs(finished.overlay({"protocol": {"epochs": 4}}))
    assert expensive(jobs) == {"train": 10, "score": 2}


def test_titles_are_only_words(finished):
    more = {"methods": {"remix": {"title": "ReMix, ours"}}, "datasets": {"wine": {"title": "Wines"}}}
    assert expensive(finished.planned_jobs(finished.overlay(more))) == {}


def test_what_was_added_is_trained_and_ranked(finished):
    more = {
        "methods": {"smote_mixup": {"title": "SMOTE + MixUp", "resample": "smote", "mix": {"alpha": 0.2}}}
    }
    path = finished.folder / "results/predictions/wine/0.25/remix.parquet"
    before = path.stat().st_mtime_ns
    table = "results/tables/rank_sums.md"
    finished.run(finished.overlay(more), arguments=[table])
    assert path.stat().st_mtime_ns == before
    assert "SMOTE + MixUp" in (finished.folder / table).read_text()
