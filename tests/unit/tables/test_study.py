import dataclasses
from pathlib import Path

import pytest
import yaml

from remix.study.study import DEFAULT_SWITCHES


def test_cells_are_sorted_from_mild_to_extreme(study):
    assert study.cells == [("musk", "0.05"), ("musk", "0.01"), ("aps", "0.01"), ("landsat", "0.1")]


def test_kinds_and_notes(study):
    assert {name: task.kind for name, task in study.tasks.items()} == {
        "musk": "binary",
        "aps": "binary",
        "landsat": "multiclass",
    }
    assert study.protocol_note == "1 × 2-fold cross-validation, 7 epochs, last weights, seed 1."


def test_defaults_of_the_switches_are_those_of_the_configuration():
    text = (Path(__file__).parents[3] / "config" / "config.yaml").read_text()
    assert yaml.safe_load(text)["switches"] == DEFAULT_SWITCHES


def test_captions_say_what_is_switched_on(study):
    assert "Switched on" not in study.protocol_note
    switched = dataclasses.replace(study, switches={**DEFAULT_SWITCHES, "balance": "multinomial"})
    assert switched.protocol_note.endswith("seed 1. Switched on: balance multinomial.")


def test_the_first_repeats_of_a_study(study):
    study = dataclasses.replace(
        study, protocol={**study.protocol, "repeats": 10}, repeats={"musk": 3, "landsat": 10}
    )
    first = study.first_repeats(5)
    assert first.repeats == {"musk": 3, "landsat": 5}
    assert first.protocol["repeats"] == 5
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


def test_captions_say_how_long_was_trained_on_images(study, mixed):
    assert "7 epochs, last" in study.protocol_note
    assert "7 epochs (3 on images), last" in mixed.protocol_note
    assert "validation, 3 epochs, last" in mixed.only(["shirt"]).protocol_note
    assert "7 epochs, last" in mixed.only(["musk"]).protocol_note
    images = {"epochs": 3, "precision": "mixed_float16"}
    half = dataclasses.replace(mixed, protocol={**mixed.protocol, "images": images})
    assert "7 epochs (3 on images in mixed_float16)" in half.protocol_note


def test_captions_speak_of_fewer_images_where_there_are_images(mixed):
    fewer = dataclasses.replace(mixed, switches={**DEFAULT_SWITCHES, "image_rows": 8000})
    assert fewer.protocol_note.endswith("Switched on: image_rows 8000.")
    assert "image_rows" not in fewer.only(["musk"]).protocol_note
