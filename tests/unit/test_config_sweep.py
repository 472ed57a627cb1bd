"""The studies of the sweep over α; tests/unit/study/test_trainings.py says what they train."""

from pathlib import Path

import pytest

from remix.catalogue import stages
from remix.study.config import DEFAULT_FILES as FILES
from remix.study.config import load_configuration, merged_files, overlaid

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "workflow" / "schemas"
DEFAULTS = merged_files(FILES)


def swept_of(**changes):
    """The study, those of its sweep by α, and the α that it has itself by task."""
    loaded = load_configuration(overlaid(DEFAULTS, changes), FILES, SCHEMAS)
    study, sweep = loaded.study, loaded.sweep
    return study, sweep.studies(study), sweep.own(study)


def test_each_alpha_is_a_run_on_the_swept_tasks():
    study, swept, _ = swept_of()
    assert list(swept) == ["0.01", "0.05", "0.1", "0.2", "0.3", "0.4"]
    for alpha, other in swept.items():
        assert other.run == f"sweep/{alpha}"
        assert set(other.tasks) == {"musk", "seizure", "optdigits", "cifar10_dog"}
        assert other.cells == [cell for cell in study.cells if cell[0] in other.tasks]


def test_nothing_but_alpha_differs():
    study, swept, _ = swept_of(switches={"balance": "multinomial"})
    for alpha, other in swept.items():
        assert list(other.methods) == ["remix"]
        ours, theirs = (s.training("musk", "remix") for s in (study, other))
        assert theirs["method"].pop("mix") == {"alpha": float(alpha)}
        del ours["method"]["mix"]
        assert theirs == ours


def test_a_study_of_ones_own_alpha_has_it_in_the_sweep():
    remix = {"resample": "balanced", "mix": {"alpha": {"tables": 0.15, "images": 1}}}
    _, swept, own = swept_of(methods={"remix": remix}, sweep={"alphas": [0.4]})
    assert {alpha: list(study.tasks) for alpha, study in swept.items()} == {
        "0.15": ["musk", "seizure", "optdigits"],
        "0.4": ["musk", "seizure", "optdigits", "cifar10_dog"],
        "1": ["cifar10_dog"],
    }
    assert own == {"musk": 0.15, "seizure": 0.15, "optdigits": 0.15, "cifar10_dog": 1}


def test_the_other_options_of_the_mixing_stay():
    mix = {"weights": "row", "partners": "linked_classes", "labels": {"minority": {"kappa": 2}}}
    remix = {"resample": "balanced", "mix": {"alpha": {"tables": 0.1, "images": 0.2}, **mix}}
    study, swept, _ = swept_of(methods={"remix": remix})
    for alpha, other in swept.items():
        assert other.training("musk", "remix")["method"]["mix"] == {"alpha": float(alpha), **mix}
    for images, alpha in ((False, 0.1), (True, 0.2)):
        assert study.method_spec("remix", images=images)["mix"] == {"alpha": alpha, **mix}
        assert stages(remix, images=images)["mix"] == {"alpha": alpha, **mix}


def test_a_method_that_is_not_remix():
    _, swept, own = swept_of(sweep={"method": "remix_aug"})
    assert {task for other in swept.values() for task in other.tasks} == {"cifar10_dog"}
    assert own == {"cifar10_dog": 0.2}


@pytest.mark.parametrize(
    "changes",
    [
        {"sweep": {"tasks": []}},
        {"study": {"tasks": ["segment", "landsat"]}},
        {"study": {"methods": ["baseline", "smote"]}},
    ],
    ids=["none asked for", "other tasks", "other methods"],
)
def test_a_study_that_sweeps_nothing(changes):
    _, swept, own = swept_of(**changes)
    assert swept == own == {}


def test_ratios_that_are_not_run_are_not_swept():
    _, swept, _ = swept_of(study={"irs": [0.01]})
    assert {ir for other in swept.values() for _, ir in other.cells} == {"0.01"}
