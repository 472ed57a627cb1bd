import dataclasses
from pathlib import Path

import pytest
import yaml

from remix.catalogue import METHODS
from remix.study.results.runs import Runs
from remix.study.study import Study, Switches
from remix.study.sweep import Sweep


def test_cells_are_in_the_order_of_tasks_and_their_ratios(study):
    assert study.cells == [("musk", "0.05"), ("musk", "0.01"), ("aps", "0.01"), ("landsat", "0.1")]


def test_kinds(study):
    assert {name: task.kind for name, task in study.tasks.items()} == {
        "musk": "binary",
        "aps": "binary",
        "landsat": "multiclass",
    }


def test_defaults_of_the_switches_are_those_of_the_configuration():
    text = (Path(__file__).parents[3] / "config" / "config.yaml").read_text()
    assert yaml.safe_load(text)["switches"] == dataclasses.asdict(Switches())


def test_the_first_repeats_of_a_study(study):
    ten = dataclasses.replace(study.protocol, repeats=10)
    study = dataclasses.replace(study, protocol=ten, switches=Switches(binary_repeats=3))
    assert study.repeats == {"musk": 3, "aps": 3, "landsat": 10}
    first = study.first_repeats(5)
    assert first.repeats == {"musk": 3, "aps": 3, "landsat": 5}
    assert study.first_repeats(2).repeats == {"musk": 2, "aps": 2, "landsat": 2}
    assert first.protocol.repeats == 5
    assert study.first_repeats(20) == study


def test_some_methods_are_for_images_only(mixed):
    assert list(mixed.methods_of("musk")) == ["baseline", "smote", "remix"]
    assert mixed.methods_of("shirt") == mixed.methods_on("multiclass_images") == mixed.methods
    assert list(mixed.only(["musk", "landsat"]).methods) == ["baseline", "smote", "remix"]
    assert list(mixed.only(["musk", "shirt"]).methods) == ["baseline", "smote", "remix", "augment"]


@pytest.mark.parametrize(
    ("present", "suffixes"),
    [
        (["binary"], [""]),
        (["multiclass_images"], [" on images"]),
        (["binary_images", "binary", "binary"], ["", " on images"]),
        ([], [""]),
    ],
)
def test_parts_are_shown_where_there_are_cells(mixed, present, suffixes):
    parts = mixed.parts(present)
    assert [part.suffix for part in parts] == suffixes
    tasks = {"": ["musk", "aps", "landsat"], " on images": ["shirt", "cifar10_dog"]}
    assert [list(part.study.tasks) for part in parts] == [tasks[suffix] for suffix in suffixes]


def test_a_study_of_images_without_data_shows_its_own_part(mixed):
    (part,) = mixed.only(["shirt"]).parts([])
    assert list(part.study.tasks) == ["shirt"]


@pytest.mark.parametrize(
    ("tasks", "part", "setting", "said"),
    [
        (["musk"], "", {}, "1 × 2-fold cross-validation, 7 epochs, last weights, seed 1."),
        (["shirt"], "", {}, "1 × 2-fold cross-validation, 3 epochs, last weights, seed 1."),
        (["musk", "shirt"], "", {}, "7 epochs (3 on images), last"),
        (["musk", "shirt"], "images", {"precision": "mixed_float16"}, "(3 on images in mixed_float16)"),
        (["musk", "shirt"], "images", {"tf32": True}, "(3 on images with TF32)"),
        (["musk", "shirt"], "tables", {"network": "resnet"}, "images), residual networks for tables, last"),
        (["musk"], "tables", {"network": "resnet"}, "7 epochs, residual networks, last"),
        (["shirt"], "tables", {"network": "resnet"}, "3 epochs, last"),
    ],
)
def test_captions_say_how_was_trained(mixed, tasks, part, setting, said):
    settings = {part: dataclasses.replace(getattr(mixed.protocol, part), **setting)} if part else {}
    protocol = dataclasses.replace(mixed.protocol, **settings)
    assert said in dataclasses.replace(mixed, protocol=protocol).only(tasks).protocol_note


def test_captions_say_what_is_switched_on(study):
    assert study.protocol_note.endswith("seed 1.")
    switched = dataclasses.replace(study, switches=Switches(balance="multinomial"))
    assert switched.protocol_note.endswith("seed 1. Switched on: balance multinomial.")


@pytest.mark.parametrize(
    ("tasks", "rows", "repeats", "said"),
    [
        (["musk"], 5000, 2, "4 × 2-fold cross-validation, 7"),
        (["musk", "shirt"], "all", "all", "4 × 2-fold cross-validation, 7"),
        (["shirt"], "all", 9, "4 × 2-fold cross-validation, 3"),
        (["shirt"], 5000, 2, "Cross-validation, binary images: 2 × 2 folds of 5,000 images, 3"),
        (
            ["musk", "several", "cifar10_dog"],
            5000,
            "all",
            "4 × 2-fold cross-validation (multi-class images: 4 × 2 folds of 8,000 images; "
            "binary images: 4 × 2 folds of 5,000 images), 7",
        ),
        (
            ["musk", "cifar10_dog"],
            "all",
            3,
            "4 × 2-fold cross-validation (binary images: 3 × 2 folds of all images), 7",
        ),
    ],
)
def test_captions_say_how_many_images_and_folds_there_are(mixed, tasks, rows, repeats, said):
    all_or = {"binary": rows, "multiclass": rows if rows == "all" else 8000}
    images = dataclasses.replace(mixed.protocol.images, rows=all_or, repeats=repeats)
    protocol = dataclasses.replace(mixed.protocol, repeats=4, images=images)
    several = dataclasses.replace(mixed.tasks["shirt"], name="several", merged=False)
    both = {**mixed.tasks, "several": several}
    study = dataclasses.replace(mixed, protocol=protocol, tasks=both).only(tasks)
    assert study.protocol_note.startswith(said)
    expected = 4 if repeats == "all" else min(4, repeats)
    assert study.repeats == {name: 4 if name == "musk" else expected for name in study.tasks}


def test_a_study_goes_through_json(mixed):
    reuters = dataclasses.replace(mixed.tasks["musk"], text="5 components", complete=True, batch_size=32)
    study = dataclasses.replace(
        mixed, run="audit/mine", tasks={**mixed.tasks, "musk": reuters}, entries=METHODS
    )
    assert Study.from_json(study.to_json()) == study
    assert list(Study.from_json(study.to_json()).tasks) == list(study.tasks)
    runs = Runs(
        study=study,
        sweep=Sweep(tasks=["musk", "seizure"], method="remix", alphas=[0.1, 0.4]),
        swept={"0.4": dataclasses.replace(study, run="sweep/0.4")},
        audited={"b": mixed, "a": study},
        free={"a": study},
        audit_repeats=3,
        pictured={"remix": "ReMix"},
        ablation=mixed.first_repeats(1),
    )
    assert Runs.from_json(dataclasses.replace(runs, ablation=None).to_json()).ablation is None
    read = Runs.from_json(runs.to_json())
    assert read == runs
    assert list(read.audited) == ["b", "a"]
    assert list(read.audited["b"].tasks) == list(mixed.tasks)
    assert read.without_training().audited == {"a": study}


def test_the_order_of_tasks_and_methods_counts_in_json_and_no_other(mixed):
    def turned(mapping):
        return dict(reversed(mapping.items()))

    remix = {**mixed.entries, "remix": turned(mixed.entries["remix"])}
    assert dataclasses.replace(mixed, entries=remix).to_json() == mixed.to_json()
    for part in ("tasks", "entries"):
        other = dataclasses.replace(mixed, **{part: turned(getattr(mixed, part))})
        assert other.to_json() != mixed.to_json()
