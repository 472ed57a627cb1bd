"""A small made-up study and its scores: fixtures of the tests of tables and of pages."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from remix.study.results.coverage import coverage_table
from remix.study.study import Study, Switches

DEFINITION = {
    "tasks": {
        "musk": {
            "dataset": "musk", "title": "Musk", "kind": "binary", "minority": ["1"],
            "classes": ["0", "1"], "merged": True, "irs": ["0.05", "0.01"],
        },
        "aps": {
            "dataset": "aps", "title": "APS", "kind": "binary", "minority": ["pos"],
            "classes": ["neg", "pos"], "merged": True, "irs": ["0.01"],
        },
        "landsat": {
            "dataset": "statlog", "title": "Statlog", "kind": "multiclass",
            "minority": ["b", "c"], "classes": ["a", "b", "c"], "merged": False, "irs": ["0.1"],
        },
    },
    "methods": {
        "baseline": {"title": "Baseline"},
        "smote": {"title": "SMOTE", "resample": "smote"},
        "remix": {"title": "ReMix", "resample": "balanced", "mix": {"alpha": 0.1}},
    },
    "protocol": {
        "splits": 2, "repeats": 1, "validation_fraction": 0.3, "epochs": 7, "batch_size": 64,
        "learning_rate": {"initial": 0.001, "factor": 0.2, "patience": 5, "minimum": 1e-5, "min_delta": 1e-4},
        "selection": "last",
        "tables": {
            "clip": 5.0, "hidden_layers": 3, "dropout": 0.1,
            "width_divisor": {"binary": 3, "multiclass": 0.75},
        },
    },
    "switches": dataclasses.asdict(Switches()),
    "seed": 1,
    "run": "study",
}  # fmt: skip

# The same with images: Fashion-MNIST's data is there, CIFAR-10's is not.
MIXED = DEFINITION | {
    "tasks": DEFINITION["tasks"] | {
        "shirt": {
            "dataset": "fashion", "title": "Fashion", "kind": "binary_images", "minority": ["6"],
            "classes": list("0123456789"), "merged": True, "image": [28, 28, 1], "irs": ["0.1", "0.05"],
        },
        "cifar10_dog": {
            "dataset": "cifar10", "title": "CIFAR-10", "kind": "binary_images", "minority": ["dog"],
            "classes": ["cat", "dog"], "merged": True, "image": [32, 32, 3], "irs": ["0.05"],
        },
    },
    "methods": {**DEFINITION["methods"], "augment": {"title": "Augment", "augment": "image"}},
    "protocol": {
        **DEFINITION["protocol"],
        "images": {"epochs": 3, "filters": [8], "dense": 8, "precision": "float32"},
    },
}  # fmt: skip

RECORDS = {
    "musk": {
        "available": True, "source": 1, "origin": "source", "kind": "wheel", "files": {"musk2.csv": "0f"},
        "attempts": [{"source": "openml 1116", "reason": "no answer\nwithin 10 s"}],
    },
    "aps": {
        "available": False,
        "attempts": [
            {"source": "url uci.example/421/aps.zip", "reason": "status 404"},
            {"source": "openml 41138", "reason": "connection refused"},
        ],
    },
    "statlog": {
        "available": True, "source": 0, "origin": "placed", "kind": "url",
        "files": {"sat.trn": "0f", "sat.tst": "1f"},
        "attempts": [],
    },
    "fashion": {
        "available": True, "source": 0, "origin": "source", "kind": "debian", "files": {"a.gz": "0f"},
        "attempts": [],
    },
    "cifar10": {"available": False, "attempts": [{"source": "url x.example/c.tar", "reason": "status 404"}]},
}  # fmt: skip

# By cell and method: the mean over two folds of (g-mean, balanced Brier score).
MEANS = {
    ("musk", "0.05"): {"baseline": (0.5, 0.25), "smote": (0.75, 0.25), "remix": (0.875, 0.125)},
    ("musk", "0.01"): {"baseline": (0.25, 0.5), "smote": (0.375, 0.375), "remix": (0.25, 0.125)},
    ("landsat", "0.1"): {"baseline": (0.5, 0.25), "smote": (0.5, 0.375), "remix": (0.625, 0.125)},
}
IMAGE_MEANS = {
    ("shirt", "0.1"): {
        "baseline": (0.5, 0.25), "smote": (0.25, 0.5), "remix": (0.625, 0.125), "augment": (0.75, 0.0625),
    },
    ("shirt", "0.05"): {
        "baseline": (0.5, 0.375), "smote": (0.5, 0.5), "remix": (0.75, 0.125), "augment": (0.625, 0.25),
    },
}  # fmt: skip


def rows_below(text, heading):
    """Rows of the first Markdown table after a heading, its head and the line below that among them."""
    blocks = text.partition(heading)[2].split("\n\n")
    lines = next(block for block in blocks if block.startswith("|")).splitlines()
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def scores_of(means, study):
    lines = []
    for (task, ir), by_method in means.items():
        for method, values in by_method.items():
            for metric, mean in zip(("g_mean", "balanced_brier"), values, strict=True):
                for fold, shift in enumerate((-0.0625, 0.0625)):
                    lines.append((study.tasks[task].kind, task, ir, method, 0, fold, metric, mean + shift))
    columns = ["kind", "task", "ir", "method", "repeat", "fold", "metric", "value"]
    return pd.DataFrame(lines, columns=columns)


@pytest.fixture
def study():
    return Study.from_json(json.dumps(DEFINITION))


@pytest.fixture
def definition_of_mixed():
    """What `mixed` is built from."""
    return MIXED


@pytest.fixture
def coverage(study):
    return coverage_table(study, RECORDS)


@pytest.fixture
def scores(study):
    return scores_of(MEANS, study)


@pytest.fixture
def mixed():
    """A study of tables and images."""
    return Study.from_json(json.dumps(MIXED))


@pytest.fixture
def mixed_coverage(mixed):
    return coverage_table(mixed, RECORDS)


@pytest.fixture
def mixed_scores(mixed):
    return scores_of(MEANS | IMAGE_MEANS, mixed)


@pytest.fixture
def image_scores(mixed):
    return scores_of(IMAGE_MEANS, mixed)


@pytest.fixture
def no_scores(scores):
    return scores.iloc[:0]


@pytest.fixture
def table1():
    return pd.DataFrame(
        {
            "task": ["musk", "landsat", "cifar10_dog"],
            "title": ["Musk", "landsatSatellite", "CIFAR 10"],
            "features": ["168", "36", "32×32"],
            "rows": [6597, 6435, 50000],
            "irs": ["0.01, 0.05", "0.25, 0.1", "0.25, 0.1, 0.05"],
            "features_remark": ["counts two names", "", ""],
            "rows_remark": ["", "", ""],
            "irs_remark": ["", "", ""],
        }
    )


@pytest.fixture
def table2():
    sums = {"baseline": (65, 63, 31, 38), "smote": (36, 54, 24, 30), "remix": (22, 22, 12, 9)}
    keys = [(k, m, n) for k, n in (("binary", 18), ("multiclass", 9)) for m in ("g_mean", "balanced_brier")]
    lines = [
        (*keys[i][:2], name, f"Printed {name}", total, keys[i][2])
        for name, t in sums.items()
        for i, total in enumerate(t)
    ]
    return pd.DataFrame(lines, columns=["kind", "metric", "method", "title", "rank_sum", "n_cells"])


@pytest.fixture
def label_counts():
    return {
        ("musk", "0.05"): np.array([5581, 279]),
        ("musk", "0.01"): np.array([5581, 55]),
        ("landsat", "0.1"): np.array([1533, 153, 153]),
    }


@pytest.fixture
def shapes():
    return {"musk": (6598, 166), "statlog": (6435, 36)}
