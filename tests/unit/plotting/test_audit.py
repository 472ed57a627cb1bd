import pandas as pd
import pytest

from remix.study.results.figures.audit_ranks import audit_ranks

METHODS = {"baseline": (5.0, 3.6), "cost": (1.0, 3.9), "remix": (1.02, 1.2)}
TITLES = {"baseline": "Baseline", "cost": "Cost Adjusted", "remix": "ReMix"}


@pytest.fixture
def table():
    lines = [
        {
            "setting": setting, "kind": kind, "metric": metric,
            "method": method, "mean_rank": rank, "published_mean_rank": printed,
            "n_cells": 6, "published_n_cells": 18,
        }
        for kind in ("binary", "multiclass")
        for metric in ("g_mean", "balanced_brier")
        for setting in ("as configured, 10 repeats", "all of these")
        for method, (rank, printed) in METHODS.items()
    ]  # fmt: skip
    return pd.DataFrame(lines)


def test_every_method_has_its_rank_in_every_row(table):
    axes = audit_ranks(table, "What it shows", TITLES).axes
    assert [ax.get_title() for ax in axes] == [
        "Binary: G-mean (6 of 18 cells)",
        "Binary: Balanced Brier score (6 of 18 cells)",
        "Multi-class: G-mean (6 of 18 cells)",
        "Multi-class: Balanced Brier score (6 of 18 cells)",
    ]
    rows = [text.get_text() for text in axes[0].get_yticklabels()]
    assert rows == ["as printed", "as configured, 10 repeats", "all of these"]
    for ax in axes:
        drawn = {
            line.get_label(): line.get_xdata().tolist() for line in ax.lines if len(line.get_xdata()) == 3
        }
        assert drawn == {
            "Baseline": [3.6, 5.0, 5.0],
            "Cost Adjusted": [3.9, 1.0, 1.0],
            "ReMix": [1.2, 1.02, 1.02],
        }
    # Methods of about the same rank do not hide each other.
    heights = {line.get_label(): line.get_ydata() for line in axes[0].lines if len(line.get_xdata()) == 3}
    assert heights["Cost Adjusted"][1] != heights["ReMix"][1]
    assert heights["Baseline"][1] == 1
    assert heights["Cost Adjusted"][0] == 0


def test_one_kind_leaves_no_empty_axes(table):
    figure = audit_ranks(table[table["kind"] == "binary"], "", TITLES)
    assert sum(ax.axison for ax in figure.axes) == 2
