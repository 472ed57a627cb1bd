"""Trainings are counted: a change trains what it concerns, and leaves alone the files of all others.

Most of these ask for the lists of cells only. What becomes of them, scores and tables, is tested elsewhere.
"""

import contextlib
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import psutil
import pytest
from faults import end_all, jobs_of, run, started, values, wait_until

from remix.errors import ResultError
from remix.study import predictions, validation
from remix.study.store import read_training

pytestmark = pytest.mark.workflow

METHODS = ["baseline", "cost", "smote", "mixup", "remix"]
WINE = [("wine", "0.25", "study", method) for method in METHODS]
CELLS = ["results/cells/breast_cancer/0.1/1.json", "results/cells/wine/0.25/1.json"]
GATHERED = "results/trainings.parquet"


def new_trainings(project, before):
    """What has been trained since; every other training that was there is as it was."""
    after = project.trainings()
    assert before.items() <= after.items()
    return after.keys() - before


def named(project, paths):
    """Task, IR, run and method of each training: the first that is wanted of it."""
    first = {}
    for use, path in project.listed().items():
        first.setdefault(path, use)
    return {first[path] for path in paths}


def on_both_cells(*uses):
    return {(*cell, *use) for cell in (("breast_cancer", "0.1"), ("wine", "0.25")) for use in uses}


def test_a_new_method_is_trained_on_each_cell_and_nothing_else(finished):
    before = finished.trainings()
    more = {"methods": {"smote_mixup": {"resample": "smote", "mix": {"alpha": 0.2}}}}
    finished.run(finished.overlay(more), arguments=CELLS)
    new = new_trainings(finished, before)
    assert len(new) == 2
    assert named(finished, new) == on_both_cells(("study", "smote_mixup"))


# Overlays that train nothing, each with uses that its lists have then.
FREE = {
    "fewer methods": (
        {"study": {"methods": ["baseline", "remix"]}},
        on_both_cells(("study", "remix")),
    ),
    # Overlays cannot take away a method: the former name is left unselected.
    "another name": (
        {
            "methods": {"ours": {"title": "Ours", "resample": "balanced", "mix": {"alpha": 0.1}}},
            "study": {"methods": ["baseline", "cost", "smote", "mixup", "ours"]},
        },
        on_both_cells(("study", "ours")),
    ),
    "written in another way": (
        """\
protocol: {epochs: 3, learning_rate: {minimum: 1.0e-5, initial: 1.0e-3}, clip: 5}
methods:
  remix: {mix: {alpha: 1.0e-1}, resample: {balanced: {}}}
  mixup: {mix: {weights: batch, alpha: 0.10}}
""",
        on_both_cells(("study", "remix")),
    ),
    "weights ignored, as in the baseline": (
        {"switches": {"cost_weights": "ignored"}},
        on_both_cells(("study", "baseline"), ("study", "cost")),
    ),
    "the sweep's α is the study's": (
        {"sweep": {"tasks": ["breast_cancer", "wine"], "alphas": [0.1]}},
        on_both_cells(("sweep/0.1", "remix")),
    ),
    # All of the authors' switches but those that change what is trained here.
    "deviations that change nothing here": (
        {"audit": {"train": True, "overlays": ["../nothing.yaml"], "repeats": 1}},
        {
            ("wine", "0.25", "audit/binary_repeats_1", "remix"),
            *on_both_cells(("audit/cost_weights_ignored", "cost"), ("audit/nothing", "remix")),
        },
    ),
    "what follows a training": (
        {
            "methods": {
                "mixup_prior": {"base": "mixup", "after": {"prior": "balanced", "temperature": True}},
                "mixup_threshold": {"base": "mixup", "after": {"threshold": "g_mean"}},
                "natural": {"resample": "balanced", "mix": {"alpha": 0.1}, "after": {"prior": "natural"}},
            }
        },
        on_both_cells(("study", "mixup_prior"), ("study", "mixup_threshold"), ("study", "natural")),
    ),
    "other batches of jobs": ({"trainings_per_job": {"images": "all"}}, set()),
}
NOTHING = (
    "switches: {cost_weights: ignored, binary_repeats: 1, binary_bbs: negatives_inverted}\n"
    "protocol: {images: {rows: {binary: 100, multiclass: 100}}}\n"
)


@pytest.mark.parametrize(("overlay", "uses"), FREE.values(), ids=FREE)
def test_what_equals_something_trained_trains_nothing(finished, overlay, uses):
    finished.overlay(NOTHING, "nothing.yaml")
    before = finished.trainings()
    finished.run(finished.overlay(overlay), arguments=CELLS)
    assert finished.trainings() == before
    assert uses <= finished.listed().keys()


def test_code_of_a_stage_retrains_the_methods_that_use_it_and_no_others(finished):
    before = finished.trainings()
    stage = finished.folder / "remix/batches/smote.py"
    stage.write_text(stage.read_text() + "\n# edited\n")
    finished.run(arguments=CELLS)
    new = new_trainings(finished, before)
    assert len(new) == 2
    assert named(finished, new) == on_both_cells(("study", "smote"))


def test_changed_data_retrains_its_cells_and_no_others(finished):
    before = finished.trainings()
    path = finished.folder / "tables/wine.csv"
    table = pd.read_csv(path)
    table.assign(alcohol=table["alcohol"] + 1).to_csv(path, index=False)
    finished.run(arguments=CELLS)
    new = new_trainings(finished, before)
    assert len(new) == len(METHODS)
    assert named(finished, new) == set(WINE)


def test_the_number_of_trainings_per_job_changes_the_jobs_and_trains_nothing(finished):
    before = finished.trainings()
    one_each = finished.overlay({"trainings_per_job": {"tables": 1}})
    assert finished.planned_jobs(one_each)["train"] == 2 * len(METHODS)
    parts = [f"results/cells/wine/0.25/{part}.json" for part in range(1, len(METHODS) + 1)]
    finished.run(one_each, arguments=parts)
    assert finished.trainings() == before


@pytest.fixture
def in_background():
    """Starts a project's run; it does not go on after the test."""
    yield started
    end_all()


def test_a_killed_job_loses_the_training_that_was_running(finished, in_background):
    finished.overlay({"study": {"tasks": ["wine"]}, "protocol": {"epochs": 4}}, "small.yaml")
    old = finished.trainings()
    process = in_background(finished, targets=CELLS[1:])
    assert wait_until(lambda: new_trainings(finished, old), process)
    (job,) = jobs_of(process, "train")
    with contextlib.suppress(psutil.NoSuchProcess):
        job.kill()
    assert process.wait() != 0
    kept = finished.trainings()
    assert 0 < len(new_trainings(finished, old)) < len(METHODS)
    # The same command goes on.
    run(finished, targets=CELLS[1:])
    new_trainings(finished, kept)
    new = new_trainings(finished, old)
    assert len(new) == len(METHODS)
    assert named(finished, new) == set(WINE)


def test_a_training_that_is_damaged_or_gone_is_named_and_made_again_alone(finished):
    name = finished.listed()["wine", "0.25", "study", "mixup"]
    path = finished.folder / "results/trainings" / name
    before, whole = finished.trainings(), values(read_training, path)
    # What reads it: its evaluation.
    scores = "results/scores/wine/0.25.csv"
    (finished.folder / scores).unlink()
    path.write_bytes(path.read_bytes()[:-100])
    result = finished.run(arguments=[scores], check=False)
    assert result.returncode != 0
    assert "Traceback" not in result.stdout
    said = rf"error: results/trainings/{name} is damaged \(.*\); remove it, and run the same command again"
    assert len(re.findall(rf"^ *{said}$", result.stdout, re.M)) == 1

    path.unlink()
    result = finished.run(arguments=[scores])
    said = f"results/trainings/{name} is gone; it is made anew"
    assert said in result.stdout
    assert result.stdout.index(said) < result.stdout.index("Select jobs to execute")
    after = finished.trainings()
    assert [each for each in after if after[each] != before.get(each)] == [name]
    assert before.keys() == after.keys()
    assert values(read_training, path) == whole


def study(project, *arguments):
    """What a command of ``python -m remix.study`` prints."""
    command = [sys.executable, "-m", "remix.study", *arguments]
    return subprocess.run(command, cwd=project.folder, check=True, capture_output=True, text=True).stdout


def test_what_nothing_wants_any_more_is_listed_and_removed_by_a_command(finished):
    finished.overlay(
        {"study": {"tasks": ["breast_cancer", "wine"], "methods": ["baseline", "remix"]}}, "few.yaml"
    )
    kept, before = finished.listed(), finished.trainings()
    wanted = {kept[use] for use in on_both_cells(("study", "baseline"), ("study", "remix"))}
    unwanted = before.keys() - wanted
    assert len(unwanted) == 2 * 3

    assert study(finished, "prune", "--configfile", "study.yaml").startswith("0 trainings")
    assert study(finished, "trainings", "--configfile", "study.yaml").count("yes") == len(before)
    fewer = ["prune", "--configfile", "study.yaml", "few.yaml"]
    listed = study(finished, *fewer)
    assert {name for name in before if name.rpartition("/")[2].removesuffix(".parquet") in listed} == unwanted
    assert "6 trainings are wanted by no run of this configuration" in listed
    assert "Nothing was removed" in listed
    assert finished.trainings() == before

    assert "They were removed" in study(finished, *fewer, "--remove")
    assert finished.trainings() == {name: before[name] for name in wanted}
    assert finished.planned_jobs("few.yaml")["train"] == 2


def test_predictions_are_read_by_name(finished):
    folder = finished.folder / "results"
    for task, ir, classes, rows in (("breast_cancer", "0.1", 2, 392), ("wine", "0.25", 3, 147)):
        found = predictions(task, ir, "remix", folder=folder)
        assert list(found) == ["repeat", "fold", "row", "y_true", *(f"p_{k}" for k in range(classes))]
        assert (found.filter(like="p_").dtypes == np.float32).all()
        np.testing.assert_allclose(found.filter(like="p_").sum(axis=1), 1, rtol=1e-5)
        # Each row is tested once in each of two repeats.
        assert len(found) == 2 * rows
        assert (found.groupby("repeat")["row"].nunique() == rows).all()
        held_out = validation(task, ir, "remix", folder=folder)
        assert list(held_out) == list(found)
        both = held_out.merge(found, on=["repeat", "fold", "row"])
        assert both.empty
    # A run that has the same training by another name.
    as_baseline = predictions("wine", "0.25", "cost", run="audit/cost_weights_ignored", folder=folder)
    pd.testing.assert_frame_equal(as_baseline, predictions("wine", "0.25", "baseline", folder=folder))

    with pytest.raises(ResultError, match=r"has no method 'mine' .* baseline, cost, mixup, remix, smote"):
        predictions("wine", "0.25", "mine", folder=folder)
    with pytest.raises(ResultError, match="run the study first"):
        predictions("wine", "0.25", "remix", folder=finished.folder)
