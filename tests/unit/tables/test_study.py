import dataclasses
from pathlib import Path

import yaml

from remix.tables.study import DEFAULT_SWITCHES


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
