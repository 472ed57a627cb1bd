"""What reporting guidelines ask for, and how often each method is first."""

import numpy as np
import pandas as pd
import pytest

from remix.study.results.figures.decision_curves import decision_curves
from remix.study.results.tables.first_places import first_places_markdown, first_places_table
from remix.study.results.tables.guidelines import guidelines_markdown, guidelines_table

METHODS = ("baseline", "smote", "remix")
VALUES = {"matthews": 0.5, "balanced_log_loss": 0.25, "classwise_ece": 0.125}
NET_BENEFIT = {1: 0.03, 5: 0.02, 10: 0.01}


@pytest.fixture
def detailed(study):
    """Scores in which ReMix is best by all metrics, and one fold of the baseline has no slope."""
    lines = []
    for task, ir in (("musk", "0.05"), ("musk", "0.01"), ("landsat", "0.1")):
        kind = study.tasks[task].kind
        for place, method in enumerate(METHODS):
            for fold in (0, 1):
                own = (kind, task, ir, method, 0, fold)
                better = place / 16 + fold / 32
                lines.append((*own, "matthews", VALUES["matthews"] + better))
                lines += [
                    (*own, name, VALUES[name] - better) for name in ("balanced_log_loss", "classwise_ece")
                ]
                if kind == "binary":
                    lines.append((*own, "calibration_intercept", -1 + better))
                    if (method, fold, ir) != ("baseline", 0, "0.05"):
                        lines.append((*own, "calibration_slope", 2 - place / 2))
                    lines += [
                        (*own, f"net_benefit_{t}", value - place / 100) for t, value in NET_BENEFIT.items()
                    ]
    return pd.DataFrame(lines, columns=["kind", "task", "ir", "method", "repeat", "fold", "metric", "value"])


def test_means_over_cells_and_medians_over_folds(detailed, study):
    table = guidelines_table(detailed, study).set_index(["kind", "metric", "method"])
    assert table.loc[("binary", "matthews", "remix"), "value"] == pytest.approx(0.5 + 2 / 16 + 1 / 64)
    assert table.loc[("multiclass", "classwise_ece", "smote"), "value"] == pytest.approx(
        0.125 - 1 / 16 - 1 / 64
    )
    assert set(table.loc["multiclass"].index.get_level_values("metric")) == set(VALUES)
    slope = table.loc[("binary", "calibration_slope", "baseline")]
    assert (slope["value"], slope["n_folds"], slope["folds_without"], slope["n_cells"]) == (2, 4, 1, 2)
    intercept = table.loc[("binary", "calibration_intercept", "remix")]
    assert intercept["value"] == pytest.approx(-1 + 2 / 16 + 1 / 64)
    assert (table["folds_without"] > 0).sum() == 1


def test_guidelines_for_people(detailed, study, coverage):
    text = guidelines_markdown(guidelines_table(detailed, study), study, coverage)
    rows = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith("|")}
    binary = text.partition("## Binary")[2].partition("## Multi")[0]
    lines = {line.split("|")[1].strip(): line for line in binary.splitlines() if line.startswith("|")}
    # A slope of 1 is best, not the largest.
    assert lines["ReMix"].count("**") == 2 * 5
    assert "**1.000**" in lines["ReMix"]
    assert "2.000 (1 of 4)" in lines["Baseline"]
    assert rows["ReMix"].count("**") == 2 * 3


def test_how_often_each_is_first(scores, study, coverage):
    table = first_places_table(scores, study)
    first = table.set_index(["kind", "metric", "method"])["first"]
    assert first.groupby(["kind", "metric"]).sum().to_list() == pytest.approx([1] * 4)
    # One dataset of each kind: who is first there is first in every draw.
    assert first["binary", "balanced_brier", "remix"] == 1
    assert first["multiclass", "g_mean", "remix"] == 1
    # In g-mean ReMix is first, and shared second and third; SMOTE second, and first: 1 + 2.5 and 2 + 1.
    assert first["binary", "g_mean", "smote"] == 1
    text = first_places_markdown(table, study, coverage)
    remix = next(line for line in text.splitlines() if line.startswith("| ReMix"))
    assert remix.count("**100 %** (1.00)") == 3


def test_decision_curves_are_means_over_cells(detailed, study):
    figure = decision_curves(detailed, "Caption.", study.methods)
    assert [ax.get_title() for ax in figure.axes] == ["IR 0.05: 1 task", "IR 0.01: 1 task", "All: 1 task"]
    for ax, share in zip(figure.axes, (0.05 / 1.05, 0.01 / 1.01), strict=False):
        lines = {line.get_label(): line for line in ax.lines}
        assert lines["SMOTE"].get_xdata().tolist() == list(NET_BENEFIT)
        np.testing.assert_allclose(lines["SMOTE"].get_ydata(), [0.02, 0.01, 0.0], atol=1e-12)
        everyone = lines["all decided for it"]
        # At a threshold of 1 %.
        assert everyone.get_ydata()[0] == pytest.approx(share - (1 - share) / 99)
    # What share the ratio of the data is, is not known here.
    natural = decision_curves(detailed.replace({"ir": {"0.05": "natural"}}), "", study.methods)
    assert natural.axes[0].get_title() == "IR natural: 1 task"
    (everyone,) = [line for line in natural.axes[0].lines if line.get_label() == "all decided for it"]
    assert np.isnan(everyone.get_ydata()).all()
