"""The same bytes whatever the number of cores, the order of jobs, and the images trained at once."""

import numpy as np
import pandas as pd
import pytest
import yaml
from faults import SEVERAL, TABLES, copy_of, differences, kept, plain_rerun, results, run, small_project
from study_project import ROOT

from remix.study.store import stored

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("per_job", ["all", 1])
def test_cores_and_the_order_of_jobs_change_no_byte(several, tmp_path, tally, per_job):
    """Also not with a process of its own for each training."""
    with tally.round("other order of jobs, more cores"):
        project = small_project(tmp_path, SEVERAL | {"trainings_per_job": {"tables": per_job}})
        last = 1 if per_job == "all" else len(kept(several))
        backwards = ["results/scores/wine/0.25.csv", *reversed(TABLES)]
        wishes = ["--scheduler", "ilp", "--prioritize", f"results/cells/wine/0.25/{last}.json"]
        run(project, *wishes, targets=backwards, cores=3)
        assert kept(project) == kept(several)
        assert differences(project, results(several)) == []


def test_a_part_that_is_made_again_changes_no_byte(several, tmp_path, tally):
    with tally.round("a part made again"):
        project = copy_of(several, tmp_path)
        dates = {path: path.stat().st_mtime_ns for path in stored(project.folder / "results")}
        again = next(iter(dates))
        again.unlink()
        run(project, cores=2)
        changed = [path for path, date in dates.items() if path.stat().st_mtime_ns != date]
        assert changed == [again]
        assert kept(project) == kept(several)
        assert differences(project, results(several)) == []
        assert "Nothing to be done" in plain_rerun(project).stdout


def test_how_many_folds_of_images_are_trained_at_once_changes_no_byte(tally):
    """On a CPU. The unit tests hold all kernels to 1e-5. Tables have all folds of a cell in one stack."""
    together = images_trained(None)
    for stack in (1, 2, 3):
        with tally.round("images trained in other stacks"):
            for ours, theirs in zip(images_trained(stack), together, strict=True):
                pd.testing.assert_frame_equal(ours, theirs, check_exact=True)


def images_trained(stack):
    """Predictions, those of the validation parts and records of a small cell of images."""
    from remix.methods import Method
    from remix.protocol import Protocol
    from remix.study.data.catalogue import Task
    from remix.study.experiment import cross_validate

    draw, size = np.random.default_rng(0), (10, 11, 3)
    labels = draw.permutation(np.repeat([0, 1], [80, 30]))
    pixels = draw.integers(0, 150, (len(labels), np.prod(size))) + 50 * labels[:, None]
    variant = pd.DataFrame(pixels.astype(np.uint8), columns=[f"x{i}" for i in range(pixels.shape[1])])
    protocol = yaml.safe_load((ROOT / "config/config.yaml").read_text())["protocol"]
    small = {"epochs": 3, "filters": [4, 6], "dense": 8}
    (result,) = cross_validate(
        variant.assign(label=labels, row=np.arange(len(labels))),
        Task("toy", "toy", minority=("1",), merged=True, classes=("0", "1"), image=size),
        "0.2",
        [Method.from_spec({"resample": "balanced", "augment": "image", "mix": {"alpha": 0.2}})],
        Protocol.from_section(protocol | {"repeats": 2, "images": protocol["images"] | small}),
        seed=1,
        stack=stack,
    )
    return result.predictions, result.validation, result.records
