"""Bad input: one clear line before any job starts, or one that names the cell."""

import re

import pandas as pd
import pytest

pytestmark = pytest.mark.workflow


@pytest.mark.parametrize(
    ("overlay", "parts"),
    [
        (
            {"protocol": {"epoch": 3}},
            ["overlay.yaml:2: protocol: unknown key 'epoch'; did you mean 'epochs'?"],
        ),
        ({"methods": {"mine": {"mix": {"alpha": 0}}}}, ["overlay.yaml:4", "methods.mine.mix.alpha", "0"]),
        ({"methods": {"mine": {"resample": "smoot"}}}, ["overlay.yaml:3", "methods.mine", "smoot", "smote"]),
        ({"study": {"tasks": ["wines"]}}, ["overlay.yaml:3", "wines", "wine"]),
        (
            {"datasets": {"wine": {"tasks": {"wine": {"minority": ["class2"]}}}}},
            ["overlay.yaml", "datasets.wine.tasks.wine.minority", "class2", "class_2"],
        ),
        ({"datasets": {"wine": {"tasks": {"wine": {"irs": [1.5]}}}}}, ["overlay.yaml", "1.5", "1"]),
        ("methods: {a: {}, a: {}}\n", ["overlay.yaml:1", "a", "twice"]),
        # Snakemake reads overlays itself and stops here before the study's own check; it names no file.
        ("protocol: {epochs: 3\n", ["not valid JSON or YAML"]),
        ("- a\n- b\n", ["key"]),
    ],
)
def test_a_wrong_configuration_starts_nothing(project, overlay, parts):
    result = project.run(project.overlay(overlay), check=False)
    assert result.returncode != 0
    assert "Traceback" not in result.stdout
    for part in parts:
        assert part in result.stdout, result.stdout
    assert not (project.folder / "resources").exists()


@pytest.mark.parametrize(
    "target",
    [
        "results/cells/wine/0.25/nothing.json",
        "results/cells/nothing/0.25/1.json",
        "results/scores/nothing/0.25.csv",
        "results/trainings/wine/0.25/0123456789abcdef0123.parquet",
        "resources/raw/nothing",
    ],
)
def test_no_rule_makes_what_the_study_does_not_have(project, target):
    result = project.run(arguments=["-n", target], check=False)
    assert result.returncode != 0
    assert f"No rule to produce {target}" in result.stdout
    assert "Traceback" not in result.stdout


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("results/scores/wine/0.3.csv", "nothing is wanted of wine at IR 0.3"),
        ("results/cells/wine/0.3/1.json", "nothing is wanted of wine at IR 0.3"),
        ("results/cells/wine/0.25/2.json", "wine at IR 0.25 has no job 2"),
    ],
)
def test_a_cell_that_is_not_wanted_is_named(project, target, said):
    result = project.run(arguments=["-n", target], check=False)
    assert result.returncode != 0
    assert f"Nothing was started: {said}" in result.stdout
    assert "Traceback" not in result.stdout


def test_labels_of_several_types_are_planned(project):
    """Parameters are JSON, which cannot sort keys of several types."""
    source = {"file": "tables/wine.csv", "header": True, "labels": {1: "class_0", "b": "class_1"}}
    overlay = project.overlay({"datasets": {"wine": {"sources": [source]}}})
    result = project.run(overlay, arguments=["-n", "resources/prepared/wine.parquet"])
    assert "prepare" in result.stdout


def test_a_ratio_out_of_reach_names_the_cell_and_the_rows(project):
    more = {"datasets": {"breast_cancer": {"tasks": {"breast_cancer": {"irs": [0.9]}}}}}
    result = project.run(
        project.overlay(more), arguments=["resources/variants/breast_cancer/0.9.parquet"], check=False
    )
    assert result.returncode != 0
    assert "error: breast_cancer, IR 0.9: class malignant needs 321 rows" in result.stdout
    assert "Traceback" not in result.stdout


def test_a_loss_that_is_not_a_number_names_the_fold(project):
    more = {"protocol": {"learning_rate": {"initial": 1.0e30}}, "study": {"methods": ["baseline"]}}
    result = project.run(project.overlay(more), arguments=["results/cells/wine/0.25/1.json"], check=False)
    assert result.returncode != 0
    assert re.search(
        r"error: method baseline, wine, IR 0.25, repeat 0, fold \d: the loss is nan in epoch \d",
        result.stdout,
    )
    assert "Traceback" not in result.stdout
    assert project.trainings() == {}
    assert not (project.folder / "results/cells/wine/0.25/1.json").exists()


def test_a_table_with_another_class_is_refused(project):
    table = project.folder / "tables/wine.csv"
    frame = pd.read_csv(table)
    frame.loc[0, "target"] = "class_9"
    frame.to_csv(table, index=False)
    where = "resources/raw/coverage.csv"
    project.run(arguments=[where])
    coverage = pd.read_csv(project.folder / where).set_index("task")
    assert coverage["state"].to_dict() == {"breast_cancer": "present", "wine": "missing"}
    assert "class_9" in coverage.loc["wine", "reasons"]


def test_a_class_too_small_names_method_repeat_and_fold(project):
    """Five rows of a class: some half has so few that the validation part takes them all."""
    more = {
        "datasets": {"wine": {"tasks": {"wine": {"irs": [0.05]}}}},
        "protocol": {"validation_fraction": 0.8},
    }
    target = "results/cells/wine/0.05/1.json"
    result = project.run(project.overlay(more), arguments=[target], check=False)
    assert result.returncode != 0
    (line,) = re.findall(r"^ *error: .*", result.stdout, re.M)
    for method in ("baseline", "cost", "smote", "mixup", "remix"):
        assert re.search(rf"method {method}, wine, IR 0.05, repeat \d, fold \d: class 2 ", line)
    assert "Traceback" not in result.stdout
