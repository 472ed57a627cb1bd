"""The image study: what it plans at full size, and a small one for real."""

import re

import pytest
import yaml

pytestmark = pytest.mark.workflow
IMAGES = {"study": {"tasks": ["cifar10_dog", "cifar10_multi"]}}


def test_the_full_image_study_plans_every_method_on_every_cell(project):
    """Two tasks at three ratios, seven methods; each training makes its 20 folds."""
    plan = project.overlay(IMAGES, "images.yaml")
    whole = project.snakemake("-n").stdout
    jobs = project.snakemake("-n", "--configfile", plan).stdout
    assert count(jobs, "train") == 2 * 3 * 7
    assert count(jobs, "variant") == 6
    assert count(jobs, "score") == 42
    tables = project.snakemake("-n", "--configfile", "config/tables.yaml").stdout
    assert count(whole, "train") == count(tables, "train") + 42 == 27 * 5 + 42


def count(out, rule):
    return int(re.search(rf"^{rule} +(\d+)$", out, re.M).group(1))


def test_the_gpu_profile_gives_every_training_one_slot(project):
    """Of whatever rule that trains; a dry-run accepts the profile."""
    profile = yaml.safe_load((project.folder / "profiles/gpu/config.yaml").read_text())
    text = "".join(path.read_text() for path in (project.folder / "workflow/rules").glob("*.smk"))
    training = {"train", *re.findall(r"^use rule train as (\w+) with:", text, re.M)}
    assert profile["set-resources"] == {rule: {"gpu": 1} for rule in training}
    plan = project.overlay({"study": {"tasks": ["cifar10_dog"], "methods": ["baseline"]}}, "images.yaml")
    out = project.snakemake("-n", "--profile", "profiles/gpu", "--configfile", plan).stdout
    assert count(out, "train") == 3
