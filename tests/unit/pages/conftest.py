import json

import pandas as pd
import pytest

from remix.study.study import Study

DEFINITION = {
    "tasks": {
        "musk": {
            "dataset": "musk", "title": "Musk <2>", "kind": "binary", "minority": ["1"],
            "classes": ["0", "1"], "merged": True, "irs": ["0.05", "0.01"],
        },
        "landsat": {
            "dataset": "statlog", "title": "Statlog", "kind": "multiclass",
            "minority": ["b"], "classes": ["a", "b", "c"], "merged": False, "irs": ["0.1"],
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
    },
    "switches": {},
    "seed": 1,
    "run": "study",
}  # fmt: skip

# By cell and method: the means of (g-mean, balanced Brier score).
MEANS = {
    ("musk", "0.05"): {"baseline": (0.5, 0.25), "smote": (0.75, 0.25), "remix": (0.875, 0.125)},
    ("musk", "0.01"): {"baseline": (0.25, 0.5), "smote": (0.375, 0.375), "remix": (0.25, 0.125)},
    ("landsat", "0.1"): {"baseline": (0.5, 0.25), "smote": (0.5, 0.375), "remix": (0.625, 0.125)},
}


@pytest.fixture
def study():
    return Study.from_json(json.dumps(DEFINITION))


@pytest.fixture
def scores():
    lines = [
        ("binary" if task == "musk" else "multiclass", task, ir, method, metric, mean, 0.01, 2)
        for (task, ir), by_method in MEANS.items()
        for method, values in by_method.items()
        for metric, mean in zip(("g_mean", "balanced_brier"), values, strict=True)
    ]
    columns = ["kind", "task", "ir", "method", "metric", "mean", "std", "n_folds"]
    return pd.DataFrame(lines, columns=columns)


@pytest.fixture
def coverage():
    lines = [("musk", "0.05"), ("musk", "0.01"), ("landsat", "0.1")]
    return pd.DataFrame(
        [(task, ir, task, "present", "source", f"wheel: {task}.csv", "") for task, ir in lines],
        columns=["task", "ir", "dataset", "state", "origin", "source", "reasons"],
    )


@pytest.fixture
def rank_sums():
    """ReMix is first in three of four columns here, and in all of the paper."""
    ours = {"baseline": (6, 6, 2, 2), "smote": (3, 4, 2, 3), "remix": (4, 2, 1, 1)}
    printed = {"baseline": (65, 63, 31, 38), "smote": (36, 54, 24, 30), "remix": (22, 22, 12, 9)}
    titles = {"baseline": "Baseline", "smote": "SMOTE", "remix": "ReMix"}
    columns = [
        (k, n, p, m)
        for k, n, p in (("binary", 2, 18), ("multiclass", 1, 9))
        for m in ("g_mean", "balanced_brier")
    ]
    lines = []
    for c, (kind, n, p, metric) in enumerate(columns):
        for method, title in titles.items():
            own, theirs = ours[method][c], printed[method][c]
            position = 1 + sum(other[c] < own for other in ours.values())
            printed_position = 1 + sum(other[c] < theirs for other in printed.values())
            lines.append(
                (
                    kind,
                    metric,
                    method,
                    title,
                    own,
                    own / n,
                    position,
                    n,
                    theirs,
                    theirs / p,
                    printed_position,
                    p,
                )
            )
    names = ["kind", "metric", "method", "title", "rank_sum", "mean_rank", "position", "n_cells"]
    return pd.DataFrame(lines, columns=[*names, *(f"published_{name}" for name in names[4:])])


@pytest.fixture
def claims():
    nothing = float("nan")
    return pd.DataFrame(
        {
            "claim": ["ReMix first in GM", "BBS falls < α", "ReMix (Aug) first", "SMOTE second"],
            "section": ["4.1", "4.4", "4.3", "4.1"],
            "effect_name": ["mean rank", "slope", None, "mean rank"],
            "effect": [-0.98765, 0.5, nothing, 1.5],
            "low": [-1.5, nothing, nothing, 0.5],
            "high": [-0.25, nothing, nothing, 2.5],
            "test": ["Wilcoxon", "", "", ""],
            "p": [0.01, nothing, nothing, 0.02],
            "n_cells": [14, 14, nothing, 14],
            "n_datasets": [5, 5, nothing, 5],
            "agrees": [False, True, nothing, True],
            "verdict": ["does not hold", "holds", "undecided", "holds"],
            "note": ["", "", "no data", ""],
        }
    )
