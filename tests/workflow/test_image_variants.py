"""A deviation of the audit that takes other images trains on a variant of its own."""

import re

import pytest

pytestmark = pytest.mark.workflow

FEWER = "protocol: {images: {rows: {binary: 100, multiclass: 100}}}\n"


def test_a_deviation_with_other_images_trains_on_its_own_variant(project):
    """Of a cell four trainings are wanted, each by a job: two methods, and both with fewer images."""
    project.overlay(FEWER, "fewer.yaml")
    images = project.overlay(
        {
            "study": {"tasks": ["cifar10_dog", "cifar10_multi"], "methods": ["baseline", "remix"]},
            "sweep": {"tasks": []},
            "audit": {"train": True, "overlays": ["../fewer.yaml"], "repeats": 1, "leave_out": []},
        }
    )

    def variants_for(*parts):
        lists = [f"results/cells/cifar10_dog/0.1/{part}.json" for part in parts]
        summary = project.run(images, arguments=["--summary", *lists]).stdout
        assert all(re.search(rf"^{path}\t", summary, re.M) for path in lists)
        return set(re.findall(r"^(resources/variants/\S+)", summary, re.M))

    ours, theirs = ({f"resources/variants/cifar10_dog/0.1{name}.parquet"} for name in ("", "_100_rows"))
    assert (variants_for(1, 2), variants_for(3, 4)) == (ours, theirs)
