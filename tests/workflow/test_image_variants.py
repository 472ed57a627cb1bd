"""Images in CIFAR-10's exact format, from a placed archive to variants; other deviations, other images."""

import hashlib
import re

import pandas as pd
import pytest
import yaml
from cifar_archive import archive

pytestmark = pytest.mark.workflow

COUNT = 200
FEWER = "protocol: {images: {rows: {binary: 100, multiclass: 100}}}\n"


@pytest.fixture
def images(project):
    """An overlay with the two tasks on CIFAR-10, of few images in an archive that the user has placed.

    Of a cell, four trainings are wanted, each by a job of its own: two methods, and both with fewer images.
    """
    content, *_ = archive(COUNT)
    placed = project.folder / "data/cifar10/cifar-10-binary.tar.gz"
    placed.parent.mkdir(parents=True)
    placed.write_bytes(content)
    catalogue = yaml.safe_load((project.folder / "config/datasets.yaml").read_text(encoding="utf-8"))
    (source,) = catalogue["datasets"]["cifar10"]["sources"]
    del source["sha1"]  # of the real batches
    sources = [source | {"sha256": hashlib.sha256(content).hexdigest()}]
    (project.folder / "fewer.yaml").write_text(FEWER)
    return project.overlay(
        {
            "study": {"tasks": ["cifar10_dog", "cifar10_multi"], "methods": ["baseline", "remix"]},
            "sweep": {"tasks": []},
            "audit": {"train": True, "overlays": ["../fewer.yaml"], "repeats": 1},
            "datasets": {"cifar10": {"rows": COUNT, "sources": sources}},
        },
        "images.yaml",
    )


def test_from_the_archive_to_variants_of_two_protocols(project, images):
    targets = [f"resources/variants/cifar10_multi/0.25{fewer}.parquet" for fewer in ("", "_100_rows")]
    project.run(images, arguments=targets)
    sizes = [pd.read_parquet(project.folder / path, columns=["row", "label"]) for path in targets]
    assert [frame["label"].value_counts().sort_index().tolist() for frame in sizes] == [
        [20, 5, 5, 5, *[20] * 6],
        [10, 2, 2, 2, *[10] * 6],
    ]
    assert project.planned_jobs(images, arguments=targets) == {}


def test_a_deviation_with_other_images_trains_on_its_own_variant(project, images):
    def variants_for(part):
        where = f"results/cells/cifar10_dog/0.1/{part}.json"
        planned = project.planned_jobs(images, arguments=[where])
        assert planned == {"fetch": 1, "prepare": 1, "variant": 1, "train": 1}
        summary = project.run(images, arguments=["--summary", where]).stdout
        return set(re.findall(r"^(resources/variants/\S+)", summary, re.M))

    ours, theirs = ({f"resources/variants/cifar10_dog/0.1{name}.parquet"} for name in ("", "_100_rows"))
    assert [variants_for(part) for part in (1, 2, 3, 4)] == [ours, ours, theirs, theirs]
