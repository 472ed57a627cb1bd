import dataclasses
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from remix.study.code import ROOT
from remix.study.running.writing import write_parquet
from remix.study.store import Trained, Use
from remix.study.trainings import Training

TASK = {"name": "toy", "dataset": "toys", "minority": ["b"], "merged": True, "classes": ["a", "b"]}
VARIANT = "resources/variants/toy/0.2.parquet"


@pytest.fixture
def training(protocol):
    """Builds a training of a made-up cell: the baseline, changed as asked."""

    def build(
        method="baseline", spec=(), ir="0.2", run="study", inputs=(VARIANT,), protocol=protocol, **changes
    ):
        settings = {
            key: changes.pop(key) for key in ("epochs", "repeats", "splits", "clip") if key in changes
        }
        settings = dataclasses.asdict(protocol(**{"epochs": 1, "repeats": 1, **settings}))
        definition = {
            "task": TASK,
            "method": dict(spec),
            "protocol": {key: value for key, value in settings.items() if key != "images"},
            "last_batch": "filled",
            "imputation": "training_part",
            "rows": "all",
            "seed": 1,
        }
        uses = (Use(run, method, settings["repeats"]),)
        return Training("toy", ir, definition | changes, inputs, uses)

    return build


@pytest.fixture
def files(tmp_path):
    """The inputs of the made-up cell: a variant, and the dataset that it is cut from."""
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], [50, 14])
    frame = pd.DataFrame({"row": np.arange(64), "x": rng.normal(size=64) + labels, "label": labels})
    whole = pd.DataFrame({"x": frame["x"], "label": np.where(labels, "b", "a")})
    paths = {}
    for name, content in ((VARIANT, frame), ("resources/prepared/toys.parquet", whole)):
        paths[name] = tmp_path / name
        write_parquet(content, paths[name])
    return paths


PROGRAM = """
import json, sys
from pathlib import Path
from remix.study.training_cells import train_cell
from remix.study.trainings import Training
wanted = [Training.from_mapping(each) for each in json.loads(sys.argv[1])]
files = {name: Path(path) for name, path in json.loads(sys.argv[2]).items()}
assert len(train_cell(wanted, files, Path(sys.argv[3]), threads=1, stack=1)) == len(wanted)
assert not {"tensorflow", "keras"} & set(sys.modules)
"""


@pytest.fixture
def train_without_tensorflow(files, tmp_path):
    """Trains what is wanted in a process of its own, which fails if it has to import TensorFlow."""

    def train(wanted):
        arguments = [
            json.dumps([each.as_mapping() for each in wanted]),
            json.dumps({name: str(path) for name, path in files.items()}),
            str(tmp_path / "results"),
        ]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", PROGRAM, *arguments], check=True, env=environment)

    return train


@pytest.fixture
def trained():
    """Builds what a training gives, made up: so many repeats of two folds, for so many classes."""

    def build(repeats=2, n_classes=2):
        rng = np.random.default_rng(repeats)
        parts = []
        for rows in (20, 14):
            index = pd.MultiIndex.from_product(
                [range(repeats), range(2), range(rows)], names=["repeat", "fold", "row"]
            )
            frame = index.to_frame(index=False)
            y = frame["row"].to_numpy() % n_classes
            p = rng.dirichlet(np.ones(n_classes), len(y)) + 0.5 * np.eye(n_classes)[y]
            p = (p / p.sum(axis=1, keepdims=True)).astype(np.float32)
            parts.append(frame.assign(y_true=y, **{f"p_{k}": p[:, k] for k in range(n_classes)}))
        folds = parts[0][["repeat", "fold"]].drop_duplicates(ignore_index=True)
        shares = {f"class_share_{k}": 1 / n_classes for k in range(n_classes)}
        losses = rng.normal(size=len(folds)) / 3
        return Trained(*parts, folds.assign(train_rows=30, train_loss=losses, batches=7, **shares))

    return build
