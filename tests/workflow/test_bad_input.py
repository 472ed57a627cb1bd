"""Bad input: one clear line before any job starts, or one that names the cell."""

import re

import pandas as pd
import pytest

pytestmark = pytest.mark.workflow


# All at once, one line each.
WRONG = """\
protocol: {epoch: 3}
methods:
  mine: {mix: {alpha: 0}}
  other: {resample: smoot}
study: {tasks: [wines]}
datasets:
  wine:
    tasks:
      wine: {irs: [1.5]}
"""


@pytest.mark.parametrize(
    ("overlay", "lines"),
    [
        (
            WRONG,
            [
                r"overlay.yaml:1: protocol: unknown key 'epoch'; did you mean 'epochs'\?",
                r"overlay.yaml:3: methods\.mine\.mix\.alpha: 0 .*",
                r"overlay.yaml:4: methods\.other.* 'smoot'.* 'smote'",
                r"overlay.yaml:9: datasets\.wine\.tasks\.wine\.irs.* 1\.5 .*1",
            ],
        ),
        # Snakemake reads overlays itself and stops here before the study's own check; it names no file.
        ("protocol: {epochs: 3\n", ["not valid JSON or YAML"]),
        ("- a\n- b\n", ["key"]),
    ],
    ids=["many", "syntax", "list"],
)
def test_a_wrong_configuration_starts_nothing(project, overlay, lines):
    result = project.run(project.overlay(overlay), check=False)
    assert result.returncode != 0
    assert "Traceback" not in result.stdout
    for line in lines:
        assert re.search(line, result.stdout), (line, result.stdout)
    assert not (project.folder / "resources").exists()


def test_a_wrong_file_of_the_project_is_named(project):
    """Snakemake, which reads it before the study is checked, would say neither its name nor the line."""
    (project.folder / "config/config.yaml").write_text("study: {tasks: all\n")
    result = project.run(arguments=["-n"], check=False)
    assert result.returncode != 0
    assert "config/config.yaml:2: this is not valid YAML: while parsing a flow mapping" in result.stdout
    assert "Traceback" not in result.stdout


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


def test_what_cannot_be_cut_or_trained_is_named_in_one_line(finished):
    """A ratio out of reach, a class of which the validation part takes all rows, a loss that is no number."""
    more = {
        "study": {"methods": ["baseline"]},
        "datasets": {
            "breast_cancer": {"tasks": {"breast_cancer": {"irs": [0.9]}}},
            "wine": {"tasks": {"wine": {"irs": [0.25, 0.05]}}},
        },
        "protocol": {"validation_fraction": 0.8, "learning_rate": {"initial": 1.0e30}},
    }
    before = finished.trainings()
    targets = [
        "resources/variants/breast_cancer/0.9.parquet",
        "results/cells/wine/0.05/1.json",
        "results/cells/wine/0.25/1.json",
    ]
    result = finished.run(finished.overlay(more), arguments=targets, check=False)
    assert result.returncode != 0
    assert "Traceback" not in result.stdout
    where = r"method baseline, wine, IR {}, repeat \d, fold \d: "
    for said in (
        "breast_cancer, IR 0.9: class malignant needs 321 rows",
        where.format("0.05") + "class 2 ",
        where.format("0.25") + r"the loss is nan in epoch \d",
    ):
        assert len(re.findall(rf"^ *error: {said}", result.stdout, re.M)) == 1, said
    assert finished.trainings() == before
    assert not (finished.folder / "results/cells/wine/0.05/1.json").exists()


def test_a_table_of_ones_own_with_another_class_ends_the_run(project):
    table = project.folder / "tables/wine.csv"
    frame = pd.read_csv(table)
    frame.loc[0, "target"] = "class_9"
    frame.to_csv(table, index=False)
    result = project.run(arguments=["resources/raw/coverage.csv"], check=False)
    assert result.returncode != 0
    assert re.search(
        r"^ *error: wine: its own file cannot be used: .*class_9; .*correct the file", result.stdout, re.M
    )
    assert "Traceback" not in result.stdout
