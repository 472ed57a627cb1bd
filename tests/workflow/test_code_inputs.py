"""Editing the package reruns exactly the stages that import what was edited.

Which trainings that makes is counted in test_trainings.py.
"""

import pytest

pytestmark = pytest.mark.workflow


def edit(project, module):
    path = project.folder / "remix" / f"{module}.py"
    path.write_text(path.read_text() + "\n# edited\n")


@pytest.mark.parametrize(
    ("module", "reruns"),
    [
        ("batches/smote", {"train": 2, "evaluate": 2}),
        ("study/data/variants", {"variant": 2, "train": 2, "evaluate": 2}),
        ("calibration", {"evaluate": 2}),
        ("study/compare/ranking", {}),
    ],
)
def test_an_edit_reruns_its_stage_and_what_follows(finished, module, reruns):
    edit(finished, module)
    jobs = finished.planned_jobs()
    stages = {"fetch", "prepare", "variant", "train", "evaluate"}
    assert {rule: n for rule, n in jobs.items() if rule in stages} == reruns
    assert {"tables", "pages"} <= jobs.keys()


def test_what_is_written_again_as_it_was_reruns_nothing(finished):
    """As by a change of branch and back: times are new, contents are not."""
    for path in (finished.folder / "remix").rglob("*.py"):
        path.write_bytes(path.read_bytes())
    assert finished.planned_jobs() == {}


def test_scoring_again_does_not_train_again(finished):
    edit(finished, "metrics")
    scores = finished.folder / "results/scores/wine/0.25.csv"
    before, trainings = scores.stat().st_mtime_ns, finished.trainings()
    finished.run(arguments=["results/scores/wine/0.25.csv"])
    assert finished.trainings() == trainings
    assert scores.stat().st_mtime_ns > before
