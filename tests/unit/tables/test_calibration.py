import itertools

import numpy as np
import pandas as pd
import pytest
from small_study import rows_below

from remix.corrections import BALANCED_METRICS, CORRECTIONS, NATURAL_METRICS
from remix.errors import ResultError
from remix.study.results.reading import CALIBRATION_COLUMNS
from remix.study.results.tables.calibration import calibration_markdown, calibration_table

CELLS = [("musk", "0.05"), ("musk", "0.01"), ("landsat", "0.1")]
METRICS = (*NATURAL_METRICS, *BALANCED_METRICS)


@pytest.fixture
def calibration(study):
    """Every score is 0.5, but for those that a test sets; temperatures are 2 and, in fold 1 of musk, none."""
    lines = []
    for (task, ir), method, (name, correction), fold, metric in itertools.product(
        CELLS, study.methods, CORRECTIONS.items(), (0, 1), METRICS
    ):
        temperature = np.nan
        if correction.temperature:
            temperature = 0.0 if (task, fold) == ("musk", 1) else 2.0
        kind = study.tasks[task].kind
        lines.append((kind, task, ir, method, name, 0, fold, temperature, metric, 0.5))
    return pd.DataFrame(lines, columns=["kind", *CALIBRATION_COLUMNS])


def put(frame, value, **where):
    chosen = np.logical_and.reduce([frame[name] == wanted for name, wanted in where.items()])
    assert chosen.any()
    frame.loc[chosen, "value"] = value
    return frame


def test_means_are_over_folds_then_cells(calibration, study):
    own = {"method": "remix", "correction": "prior", "metric": "ece", "task": "musk"}
    put(calibration, 0.25, ir="0.05", fold=0, **own)
    put(calibration, 0.125, ir="0.01", **own)
    table = calibration_table(calibration, study).set_index(["kind", "method", "correction", "metric"])
    line = table.loc[("binary", "remix", "prior", "ece")]
    assert line["mean"] == (0.375 + 0.125) / 2
    assert line["n_cells"] == 2
    assert table.loc[("multiclass", "remix", "prior", "ece"), "n_cells"] == 1
    assert (table["mean"].drop(line.name) == 0.5).all()
    assert len(table) == 2 * 3 * len(CORRECTIONS) * len(METRICS)


def test_temperatures_are_counted(calibration, study):
    table = calibration_table(calibration, study).set_index(["kind", "method", "correction", "metric"])
    line = table.loc[("binary", "smote", "temperature", "brier")]
    assert (line["n_folds"], line["unfitted_folds"], line["median_temperature"]) == (4, 2, 2.0)
    assert table.loc[("multiclass", "smote", "temperature", "brier"), "unfitted_folds"] == 0
    assert pd.isna(table.loc[("binary", "smote", "prior", "brier"), "unfitted_folds"])


def test_order_of_the_rows_does_not_matter(calibration, study):
    put(calibration, 0.25, task="musk", ir="0.05", method="smote", metric="brier")
    shuffled = calibration.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(
        calibration_table(calibration, study), calibration_table(shuffled, study), check_exact=False
    )


@pytest.mark.parametrize(
    ("lost", "message"),
    [
        ({"correction": "prior", "ir": "0.01"}, r"musk, IR 0\.01 lacks the correction 'prior'"),
        ({"correction": "none", "ir": "0.01"}, r"musk, IR 0\.01 lacks the correction 'none'"),
        ({"correction": "prior", "method": "remix"}, "lacks the correction 'prior'"),
        ({"fold": 1, "task": "landsat", "method": "remix"}, "landsat"),
    ],
)
def test_incomplete_cells_are_refused(calibration, study, lost, message):
    here = np.logical_and.reduce([calibration[name] == value for name, value in lost.items()])
    with pytest.raises(ResultError, match=message):
        calibration_table(calibration[~here], study)


def test_markdown_sets_the_best_of_each_column_by_the_metrics_direction(calibration, study, coverage):
    for metric in METRICS:
        put(calibration, 0.25, method="smote", correction="none", metric=metric, kind="binary")
        put(calibration, 0.75, method="remix", correction="none", metric=metric, kind="binary")
    text = calibration_markdown(calibration_table(calibration, study), study, coverage)
    binary = text.split("## Multi-class")[0]
    low = rows_below(binary, "### Log loss under the natural prior (lower is better)")
    high = rows_below(binary, "### G-mean under the balanced prior (higher is better)")
    assert [row[1] for row in low[2:]] == ["0.5000", "**0.2500**", "0.7500"]
    assert [row[1] for row in high[2:]] == ["0.5000", "0.2500", "**0.7500**"]
    assert [row[2] for row in low[2:]] == ["**0.5000**"] * 3
    glance = {row[0]: row[1:] for row in rows_below(binary, "at a glance")}
    assert glance["Log loss (lower is better)"][0] == "SMOTE: 0.2500"
    assert glance["Log loss (lower is better)"][1] == "ReMix: 0.7500"
    assert glance["Log loss (lower is better)"][3] == "SMOTE, as trained: 0.2500"
    assert glance["G-mean (higher is better)"][0] == "ReMix: 0.7500"
    temperatures = rows_below(binary, "### Fitted temperatures")
    assert temperatures[2][:2] == ["Baseline", "2.00 (2 of 4)"]
    assert "## Binary (2 cells)" in text
    assert "## Multi-class (1 cell)" in text
    assert "3 of 4 cells; missing: aps (0.01)" in text
    assert "nan" not in text.lower().split()


def test_images_have_methods_of_their_own(calibration, mixed):
    image = calibration[calibration["task"] == "musk"].assign(kind="binary_images", task="shirt")
    augment = image[image["method"] == "remix"].assign(method="augment", value=0.25)
    table = calibration_table(pd.concat([calibration, image, augment], ignore_index=True), mixed)
    on_images = table["kind"] == "binary_images"
    pd.testing.assert_frame_equal(table[~on_images], calibration_table(calibration, mixed))
    assert list(dict.fromkeys(table.loc[on_images, "method"])) == list(mixed.methods)
