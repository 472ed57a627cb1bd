"""The workflow as a part of another one, as https://snakemake.readthedocs.io calls a module."""

import copy
import shutil

import pandas as pd
import pytest
import yaml
from study_project import STUDY, Project, jobs_in

pytestmark = pytest.mark.workflow

WITH_A_CONFIGURATION = """
configfile: "mine.yaml"

module remix:
    snakefile: "../project/Snakefile"
    config: config["remix"]{prefix}

use rule * from remix as remix_*

rule mine:
    default_target: True
    input: rules.remix_tables.output.csv
    output: "mine.txt"
    run: shell("touch {{output}}")
"""
IN_A_FOLDER = WITH_A_CONFIGURATION.format(prefix='\n    prefix: "imbalance"')
WITH_A_CONFIGURATION = WITH_A_CONFIGURATION.format(prefix="")
AS_IT_IS = """
module remix:
    snakefile: "../project/Snakefile"

use rule * from remix as remix_*
"""


@pytest.fixture
def outer(project):
    """A folder beside the project, in which another workflow uses it, and says only what differs."""
    folder = project.folder.parent / "outer"
    shutil.copytree(project.folder / "tables", folder / "tables")
    # The sweep is over tasks of the catalogue.
    write(folder, {"remix": copy.deepcopy(STUDY) | {"sweep": {"tasks": []}}})
    return Project(folder)


def write(folder, config):
    (folder / "mine.yaml").write_text(yaml.safe_dump(config, sort_keys=False))


def planned(outer, snakefile, *arguments):
    (outer.folder / "Snakefile").write_text(snakefile)
    return jobs_in(outer.snakemake("-n", *arguments).stdout)


@pytest.mark.parametrize("snakefile", [WITH_A_CONFIGURATION, IN_A_FOLDER])
def test_its_rules_are_planned_under_their_new_names(outer, snakefile):
    jobs = planned(outer, snakefile, "remix_tables")
    assert jobs == {
        "remix_fetch": 2, "remix_coverage": 1, "remix_prepare": 2, "remix_variant": 2, "remix_train": 2,
        "remix_evaluate": 2, "remix_gather": 1, "remix_tables": 1,
    }  # fmt: skip


def test_with_its_own_configuration_it_is_the_papers_study(outer):
    jobs = planned(outer, AS_IT_IS)
    # Of tables, 27 cells; of images, 42 trainings of the study and 15 of the sweep.
    assert (jobs["remix_fetch"], jobs["remix_train"], jobs["remix_all"]) == (9, 27 + 42 + 15, 1)


def test_its_jobs_have_its_configuration(outer):
    """Scripts are given it, and find what lies beside the outer workflow; they write below the prefix."""
    (outer.folder / "Snakefile").write_text(IN_A_FOLDER)
    outer.snakemake("--cores", 2, "--", "imbalance/resources/prepared/wine.parquet")
    assert len(pd.read_parquet(outer.folder / "imbalance/resources/prepared/wine.parquet")) == 178
    assert not (outer.folder / "resources").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("snakefile", "place"), [(WITH_A_CONFIGURATION, ""), (IN_A_FOLDER, "imbalance/")])
def test_all_of_it_runs(outer, snakefile, place):
    """Its checkpoint, its scripts with the configuration that they are given, and what lies beside them."""
    config = yaml.safe_load((outer.folder / "mine.yaml").read_text())
    config["remix"]["study"] |= {"tasks": ["wine"], "methods": ["baseline"]}
    write(outer.folder, config)
    (outer.folder / "Snakefile").write_text(snakefile)
    outer.snakemake("--cores", 2, "--", "mine", "remix_all")
    assert (outer.folder / "mine.txt").exists()
    table = pd.read_csv(outer.folder / place / "results/tables/datasets.csv")
    assert set(table["task"]) == {"wine"}
    assert f"{place}results/tables/" in (outer.folder / place / "results/summary.txt").read_text()
    assert (outer.folder / "results").exists() == (not place)
    assert "Nothing to be done" in outer.snakemake("-n").stdout


def test_a_mistake_in_its_configuration_is_said(outer):
    config = yaml.safe_load((outer.folder / "mine.yaml").read_text())
    config["remix"]["protocol"]["epochs"] = 0
    write(outer.folder, config)
    (outer.folder / "Snakefile").write_text(WITH_A_CONFIGURATION)
    result = outer.snakemake("-n", check=False)
    assert result.returncode != 0
    assert "protocol.epochs: 0 is not allowed; it must be at least 1" in result.stdout


def test_the_catalogues_snakefile_makes_the_same(project):
    direct, other = (
        jobs_in(project.snakemake("-n", *where, "--configfile", "study.yaml").stdout)
        for where in ([], ["--snakefile", "workflow/Snakefile"])
    )
    assert direct.pop("all") == other.pop("study") == 1
    assert other == direct
    stages = ("fetch", "prepare", "variant", "train", "evaluate")
    assert {rule: direct[rule] for rule in stages} == dict.fromkeys(stages, 2)
