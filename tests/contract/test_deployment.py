"""What others find the workflow by, and run it in: the catalogue's file, the container's recipe."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RECIPE = (ROOT / "Containerfile").read_text()


def test_the_catalogue_knows_how_it_is_run():
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    assert set(usage) == {"mandatory-flags", "software-stack-deployment", "report"}
    assert set(usage["mandatory-flags"]) == {"desc", "flags"}
    assert set(usage["software-stack-deployment"]) == {"conda", "singularity", "singularity+conda"}
    assert all(
        type(works) is bool for works in [*usage["software-stack-deployment"].values(), usage["report"]]
    )
    for name in re.findall(r"[\w-]+/(?:[\w.-]*\w)?", usage["mandatory-flags"]["desc"]):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize(
    "name", ["workflow/Snakefile", "config/README.md", "config/config.yaml", "README.md"]
)
def test_what_the_catalogue_asks_for_is_there(name):
    assert (ROOT / name).is_file()


def test_rules_lie_where_the_catalogue_looks_for_them():
    assert {path.parent for path in ROOT.glob("workflow/**/*.smk")} == {ROOT / "workflow/rules"}


def test_the_recipe_names_files_that_are_there():
    """In the checkout, whose files it copies into /remix."""
    copied = re.findall(r"^COPY (\S+) \S+$", RECIPE, re.M)
    assert copied == ["envs/cpu.lock", "."]
    named = re.findall(r"/remix/([\w./-]+)", RECIPE)
    assert {"Snakefile", "profiles/default"} <= set(named)
    for name in [*copied, *named]:
        assert (ROOT / name).exists(), name


def test_the_recipe_installs_from_the_lock_by_hashes():
    (install,) = re.findall(r"^RUN python -m pip install (.*)$", RECIPE, re.M)
    assert "--require-hashes -r envs/cpu.lock" in install
    (version,) = re.findall(r"^FROM \S+/python:(\d+\.\d+)-slim$", RECIPE, re.M)
    assert f">={version}" in re.search(
        r"requires-python = \"(.*)\"", (ROOT / "pyproject.toml").read_text()
    ).group(1)
    assert "snakemake==" in (ROOT / "envs/cpu.lock").read_text()


def test_the_conda_environment_has_what_the_project_needs():
    """In the same versions, and all but Snakemake, which is outside of it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {*project["dependencies"], *project["optional-dependencies"]["workflow"]}
    wanted = yaml.safe_load((ROOT / "envs/environment.yaml").read_text())["dependencies"]
    (installed,) = [entry["pip"] for entry in wanted if isinstance(entry, dict)]
    assert set(installed) == {name for name in needed if not name.startswith("snakemake")}


def test_what_the_container_needs_is_not_left_out():
    left_out = [line for line in (ROOT / ".containerignore").read_text().splitlines() if line[:1] != "!"]
    for name in ("Snakefile", "config", "envs", "profiles", "remix", "workflow", ".git"):
        assert not any(fnmatch(name, pattern) for pattern in left_out), name
