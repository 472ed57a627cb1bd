"""Trainings are counted: a change trains what it concerns, and leaves alone the files of all others.

Most of these ask for the lists of cells only. What becomes of them, scores and tables, is tested elsewhere.
"""

import re
import subprocess
import sys

import pandas as pd
import pytest
from faults import values

from remix.study.store import read_training

pytestmark = pytest.mark.workflow

CELLS = ["results/cells/breast_cancer/0.1/1.json", "results/cells/wine/0.25/1.json"]


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


# Overlays that train nothing, each with lists that are asked for, and uses that these have then. What equals
# what is tested without a run, in tests/unit/study/test_trainings.py.
FREE = {
    # Overlays cannot take away a method: the former name is left unselected.
    "fewer methods, another name, other batches of jobs": (
        {
            "methods": {"ours": {"title": "Ours", "resample": "balanced", "mix": {"alpha": 0.1}}},
            "study": {"methods": ["baseline", "ours"]},
            "trainings_per_job": {"tables": 1},
        },
        [f"results/cells/wine/0.25/{part}.json" for part in (1, 2)],
        {("wine", "0.25", "study", "baseline"), ("wine", "0.25", "study", "ours")},
    ),
    # All of the authors' switches but those that change what is trained here.
    "the sweep's α, deviations that change nothing here, the same written in another way": (
        """\
protocol: {epochs: 3, learning_rate: {minimum: 1.0e-5, initial: 1.0e-3}, clip: 5}
methods:
  remix: {mix: {alpha: 1.0e-1}, resample: {balanced: {}}}
  mixup: {mix: {weights: batch, alpha: 0.10}}
sweep: {tasks: [wine], alphas: [0.1]}
audit: {train: true, overlays: [../nothing.yaml], repeats: 1}
""",
        ["results/cells/wine/0.25/1.json"],
        {
            ("wine", "0.25", "study", "remix"),
            ("wine", "0.25", "sweep/0.1", "remix"),
            ("wine", "0.25", "audit/cost_weights_ignored", "cost"),
            ("wine", "0.25", "audit/nothing", "remix"),
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
        ["results/cells/wine/0.25/1.json"],
        {("wine", "0.25", "study", name) for name in ("mixup_prior", "mixup_threshold", "natural")},
    ),
}
NOTHING = (
    "switches: {cost_weights: ignored, binary_repeats: 1, binary_bbs: negatives_inverted}\n"
    "protocol: {images: {rows: {binary: 100, multiclass: 100}}}\n"
)


@pytest.mark.parametrize(("overlay", "jobs", "uses"), FREE.values(), ids=FREE)
def test_what_equals_something_trained_trains_nothing(finished, overlay, jobs, uses):
    finished.overlay(NOTHING, "nothing.yaml")
    before = finished.trainings()
    overlay = finished.overlay(overlay)
    assert finished.planned_jobs(overlay, arguments=jobs)["train"] == len(jobs)
    finished.run(overlay, arguments=jobs)
    assert finished.trainings() == before
    assert uses <= finished.listed().keys()


def test_code_of_a_stage_and_changed_data_retrain_what_uses_them_and_nothing_else(finished):
    """Of one cell the method with this stage, of the other, whose data changed, every method."""
    two = finished.overlay({"study": {"methods": ["baseline", "smote"]}})
    before = finished.trainings()
    stage = finished.folder / "remix/batches/smote.py"
    stage.write_text(stage.read_text() + "\n# edited\n")
    path = finished.folder / "tables/wine.csv"
    table = pd.read_csv(path)
    table.assign(alcohol=table["alcohol"] + 1).to_csv(path, index=False)
    finished.run(two, arguments=CELLS)
    new = new_trainings(finished, before)
    assert len(new) == 1 + 2
    assert named(finished, new) == {
        ("breast_cancer", "0.1", "study", "smote"),
        *(("wine", "0.25", "study", method) for method in ("baseline", "smote")),
    }


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


def test_what_nothing_wants_any_more_is_removed_by_a_command(finished):
    few = finished.overlay({"study": {"tasks": ["wine"], "methods": ["baseline", "remix"]}})
    kept, before = finished.listed(), finished.trainings()
    wanted = {kept["wine", "0.25", "study", method] for method in ("baseline", "remix")}
    command = [sys.executable, "-m", "remix.study", "prune", "--configfile", "study.yaml", few, "--remove"]
    done = subprocess.run(command, cwd=finished.folder, check=True, capture_output=True, text=True)
    assert "8 trainings are wanted by no run of this configuration" in done.stdout
    assert "They were removed" in done.stdout
    assert finished.trainings() == {name: before[name] for name in wanted}
    # The list of the cell is written anew, which names fewer.
    assert finished.planned_jobs(few)["train"] == 1
