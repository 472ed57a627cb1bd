import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.container import ErrorbarContainer

from remix.plotting.style import SERIES_COLOURS, render
from remix.study.results.figures.figure7_alpha import figure7
from remix.study.results.tables.alpha_sweep import COLUMNS

ALPHAS = {"musk": (0.01, 0.1, 0.4), "fashion_shirt": (0.01, 0.2, 0.4)}
OWN = {"musk": 0.1, "fashion_shirt": 0.2}
TITLES = {"musk": "Musk", "fashion_shirt": "Fashion-MNIST"}
IRS = {"musk": ("0.05", "0.01"), "fashion_shirt": ("0.1", "0.05")}
LEVELS = {"g_mean": 0.5, "balanced_brier": 0.25}


@pytest.fixture
def table():
    lines = []
    for metric, level in LEVELS.items():
        for task, alphas in ALPHAS.items():
            for ir in IRS[task]:
                for k, alpha in enumerate(alphas):
                    own = alpha == OWN[task]
                    difference = (
                        [np.nan] * 4 if own else [0.0625 * k, 0.0625 * k - 0.03, 0.0625 * k + 0.03, 0.5]
                    )
                    mean = level + 0.0625 * k + float(ir)
                    folds = (mean, 0.01, 20)
                    lines.append(
                        ("binary", task, ir, metric, "remix", alpha, own, *folds, *difference, level / 2)
                    )
    return pd.DataFrame(lines, columns=COLUMNS)


@pytest.fixture
def figure(table):
    return figure7(table, "note", "ReMix", TITLES)


def drawn(ax):
    """By ratio: the line, and the segments of its error bars."""
    containers = [c for c in ax.containers if isinstance(c, ErrorbarContainer)]
    return {c.get_label(): (c.lines[0], c.lines[2][0].get_segments()) for c in containers}


def test_each_panel_shows_its_numbers(figure):
    top_left, top_right, bottom_left, bottom_right = figure.axes
    assert list(drawn(top_left)) == ["IR 0.05", "IR 0.01"]
    assert list(drawn(bottom_right)) == ["IR 0.1", "IR 0.05"]
    assert drawn(top_left)["IR 0.05"][0].get_ydata() == pytest.approx([0.55, 0.6125, 0.675])
    assert drawn(bottom_right)["IR 0.1"][0].get_ydata() == pytest.approx([0.35, 0.4125, 0.475])
    assert top_left.get_ylabel() == "G-mean\n(higher is better)"
    assert bottom_left.get_ylabel() == "Balanced Brier score\n(lower is better)"
    assert [ax.get_title() for ax in (top_left, top_right)] == ["Musk\nmusk", "Fashion-MNIST\nfashion_shirt"]
    assert [t.get_text() for t in bottom_left.get_xticklabels()] == ["0.01", "0.1", "0.4"]
    assert [t.get_text() for t in bottom_right.get_xticklabels()] == ["0.01", "0.2", "0.4"]


def test_ratios_lie_around_their_alpha(figure):
    """Half of them left and half right of it, by as much on the axis."""
    lines = drawn(figure.axes[0])
    left, right = (np.sqrt(lines[ir][0].get_xdata(orig=False)) for ir in ("IR 0.05", "IR 0.01"))
    assert (left < right).all()
    assert (left + right) / 2 == pytest.approx(np.sqrt(ALPHAS["musk"]))
    assert right - left == pytest.approx(right[0] - left[0])


def test_bars_are_as_long_as_the_interval_and_the_studys_has_none(figure):
    _, segments = drawn(figure.axes[0])["IR 0.05"]
    assert [high - low for (_, low), (_, high) in segments] == pytest.approx([0.06, 0, 0.06])
    (_, low), (_, high) = segments[2]
    assert (low + high) / 2 == pytest.approx(0.675)


def test_the_studys_alpha_and_the_baseline_are_marked(figure):
    for ax, own, level in zip(figure.axes, [0.1, 0.2] * 2, [0.25] * 2 + [0.125] * 2, strict=True):
        (dotted,) = [line for line in ax.lines if line.get_linestyle() == ":"]
        assert list(dotted.get_xdata()) == [own, own]
        dashed = [line for line in ax.lines if line.get_linestyle() == "--" and len(line.get_xdata())]
        assert [list(line.get_ydata()) for line in dashed] == [[level] * 2] * 2


def test_a_ratio_looks_alike_in_all_panels(figure):
    lines = [drawn(figure.axes[0])["IR 0.05"][0], drawn(figure.axes[3])["IR 0.05"][0]]
    assert len({(line.get_color(), line.get_marker()) for line in lines}) == 1
    assert [t.get_text() for t in figure.legends[0].get_texts()] == [
        "IR 0.1", "IR 0.05", "IR 0.01", "baseline", "study's α",
    ]  # fmt: skip
    assert len(set(SERIES_COLOURS)) == len(SERIES_COLOURS)
    assert to_hex(lines[0].get_color()).upper() in SERIES_COLOURS


def test_one_fold_has_no_bars_and_a_cell_without_baseline_no_line(table):
    lone = table.assign(low=np.nan, high=np.nan, baseline=np.nan)
    assert render(figure7(lone, "note", "ReMix", TITLES), "png")


def test_long_titles_do_not_run_into_each_other(table):
    titles = dict.fromkeys(ALPHAS, "Optical recognition of handwritten digits, in two hundred sizes")
    figure = figure7(table, "note", "ReMix", titles)
    figure.draw_without_rendering()
    left, right = (ax.title.get_window_extent() for ax in figure.axes[:2])
    assert left.x1 < right.x0


def test_a_legend_of_many_ratios_stays_within_the_figure(table):
    ratios = ("0.25", "0.1", "0.05", "0.025", "0.01")
    musk = table[(table["task"] == "musk") & (table["ir"] == "0.05")]
    figure = figure7(pd.concat([musk.assign(ir=ir) for ir in ratios]), "note", "ReMix", TITLES)
    figure.draw_without_rendering()
    box, whole = figure.legends[0].get_window_extent(), figure.bbox
    assert whole.x0 <= box.x0
    assert box.x1 <= whole.x1
