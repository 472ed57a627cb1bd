"""The Python of README and docs/keras.md is run as it is written there."""

import re
from pathlib import Path

import pytest
from run_page import python_blocks
from sklearn.datasets import load_breast_cancer

from remix.metrics import brier

ROOT = Path(__file__).parents[2]
BLOCKS = [block for page in ("README.md", "docs/keras.md") for block in python_blocks(ROOT / page)]


def test_there_is_an_example_of_each_kind():
    assert [re.search(r"from remix(\.keras)? import (\w+)", block).group(2) for block in BLOCKS] == [
        "ReMixClassifier",
        "mixed_batches",
    ]


@pytest.mark.parametrize("block", BLOCKS, ids=["classifier", "keras"])
def test_it_runs(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    load_breast_cancer(as_frame=True).frame.to_csv("cancer.csv", index=False)
    names = {}
    exec(compile(block, "README.md", "exec"), names)
    if "reliability_diagram" in names:
        assert Path("reliability.png").read_bytes().startswith(b"\x89PNG")
        assert brier(names["y_test"], names["model"].predict_proba(names["X_test"])) < 0.1
    else:
        assert names["model"].history.params["epochs"] == 2
