"""The image study: what it plans at full size, and a small one for real."""

import re

import pandas as pd
import pytest
import yaml
from cifar_archive import CLASSES, archive
from study_project import ROOT, jobs_in, wanted

from remix.study.store import read_training

pytestmark = pytest.mark.workflow
IMAGES = {"study": {"tasks": ["cifar10_dog", "cifar10_multi"]}}


def test_the_full_image_study_plans_every_method_on_every_cell(project):
    """Two tasks at three ratios, seven methods; each training makes its 20 folds."""
    plan = project.overlay(IMAGES | {"sweep": {"tasks": []}}, "images.yaml")
    of_study = 2 * 3 * 7
    assert wanted_by_study(project.folder / plan) == of_study
    jobs = jobs_in(project.snakemake("-n", "--configfile", plan).stdout)
    # A job for each training, which takes long.
    assert (jobs["train"], jobs["variant"], jobs["evaluate"]) == (of_study, 6, 6)
    assert wanted_by_study() == wanted_by_study(ROOT / "config/tables.yaml") + of_study == 27 * 5 + of_study


def wanted_by_study(*overlays):
    return sum("study" in runs for runs in wanted(*overlays))


def test_the_gpu_profile_gives_every_training_one_slot(project):
    """A single rule trains; a dry-run accepts the profile."""
    profile = yaml.safe_load((project.folder / "profiles/gpu/config.yaml").read_text())
    text = "".join(path.read_text() for path in (project.folder / "workflow/rules").glob("*.smk"))
    assert re.findall(r"^(?:use )?rule (train\b.*):", text, re.M) == ["train"]
    assert profile["set-resources"] == {"train": {"gpu": 1}}
    plan = project.overlay({"study": {"tasks": ["cifar10_dog"], "methods": ["baseline"]}}, "images.yaml")
    out = project.snakemake("-n", "--profile", "profiles/gpu", "--configfile", plan).stdout
    assert jobs_in(out)["train"] == 3


def test_a_small_cifar_10_from_archive_to_scores(project):
    """In the exact format of the real one. Tables and figures of images have tests without a run."""
    content, _, labels = archive(200)
    (project.folder / "cifar-10-binary.tar.gz").write_bytes(content)
    (source,) = catalogue(project)["sources"]
    source = {key: value for key, value in source.items() if key not in ("url", "sha1", "sha256")}
    overlay = {
        "study": {"tasks": ["cifar10_multi"], "methods": ["baseline", "remix_aug"], "irs": [0.25]},
        "protocol": {"repeats": 1, "images": {"epochs": 1, "filters": [4], "dense": 8}},
        "trainings_per_job": {"images": "all"},
        "datasets": {"cifar10": {"rows": 200, "sources": [{"file": "cifar-10-binary.tar.gz", **source}]}},
    }
    plan = project.overlay(overlay, "images.yaml")
    scores = "results/scores/cifar10_multi/0.25.csv"
    project.snakemake("--cores", 2, scores, "--configfile", plan)
    assert list(pd.read_csv(project.folder / scores)["method"].unique()) == ["baseline", "remix_aug"]
    path = project.listed()["cifar10_multi", "0.25", "study", "remix_aug"]
    found = read_training(project.folder / "results/trainings" / path).predictions
    assert list(found)[4:] == [f"p_{k}" for k in range(10)]
    prepared = pd.read_parquet(project.folder / "resources/prepared/cifar10.parquet", columns=["label"])
    of_row = prepared["label"].map({name: k for k, name in enumerate(CLASSES)})
    assert (found["y_true"] == of_row.loc[found["row"]].to_numpy()).all()
    assert (of_row.to_numpy() == labels).all()
    log = (project.folder / "logs/train/cifar10_multi/0.25/1.log").read_text()
    assert "training 2 of 2: remix_aug" in log
    assert "images of 32 × 32 × 3" in log
    assert re.search(r"all 2 epochs of this cell will take at most about \d+ s", log)


def catalogue(project):
    return yaml.safe_load((project.folder / "config/datasets.yaml").read_text())["datasets"]["cifar10"]
