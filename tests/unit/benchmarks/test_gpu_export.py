"""What is carried to a GPU: the values of a program's parameters, in their order, and its results."""

import json
import re

import numpy as np
import pytest

from benchmarks.gpu.export import Stack, export
from benchmarks.study import default_study

STACKS = {
    "table": Stack(("remix",), (6,), 150, 0.1, folds=2),
    "images": Stack(("baseline",), (10, 10, 1), 70, 0.2, folds=2),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STACKS)
def test_an_epoch_with_its_inputs_and_results(name, tmp_path):
    stack, study = STACKS[name], default_study()
    program = export(stack, tmp_path, study.protocol, study.seed)
    (parameters, results) = re.search(r"entry_computation_layout=\{\((.*?)\)->\((.*?)\)\}", program).groups()
    arrays = {}
    for kind in ("inputs", "outputs"):
        with np.load(tmp_path / f"{kind}.npz") as saved:
            arrays[kind] = [saved[f"arr_{i}"] for i in range(len(saved.files))]
    assert shapes(parameters) == [array.shape for array in arrays["inputs"]]
    assert shapes(results)[: len(arrays["outputs"])] == [array.shape for array in arrays["outputs"]]
    about = json.loads((tmp_path / "about.json").read_text())
    assert about["networks"] == 2
    # The losses of a first epoch, summed up: about ln 2 for each mini-batch.
    np.testing.assert_allclose(arrays["outputs"][0] / about["steps"], np.log(2), atol=0.3)
    assert (tmp_path / "block.hlo.pb").stat().st_size > 1000


def shapes(layout):
    layout = re.sub(r"/\*.*?\*/", "", layout)
    return [tuple(int(n) for n in sizes.split(",") if n) for sizes in re.findall(r"\w+\[([\d,]*)\]", layout)]
