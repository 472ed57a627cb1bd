import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from remix.reliability import reliability
from remix.study.results.figures.reliability import (
    COLOURS,
    MIN_ROWS,
    READING,
    reliability_of_task,
    reliability_overview,
)

TITLES = {"baseline": "Baseline", "remix": "ReMix"}
CORRECTIONS = ("none", "prior_temperature", "balanced_temperature")


def cell_curves(task, ir, methods, n_classes, minority, seed=0):
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(n_classes), 400)
    parts = []
    for method in methods:
        for correction in CORRECTIONS:
            p = rng.dirichlet(np.ones(n_classes), len(y))
            for prior in ("natural", "balanced"):
                names = {"task": task, "ir": ir, "method": method, "correction": correction}
                parts.append(reliability(y, p, prior).assign(**names))
    curves = pd.concat(parts, ignore_index=True)
    kind = "binary" if n_classes == 2 else "multiclass"
    return curves.assign(kind=kind, minority=curves["class"].isin(minority))


@pytest.fixture
def curves():
    return pd.concat(
        [
            cell_curves("musk", "0.05", TITLES, 2, [1]),
            cell_curves("musk", "0.01", TITLES, 2, [1], seed=1),
            cell_curves("landsat", "0.1", TITLES, 3, [1, 2], seed=2),
        ],
        ignore_index=True,
    )


def axes(figure):
    return [ax for ax in figure.axes if ax.lines or ax.patches]


def curve(ax, style, minority=True):
    """The one line of a style in a panel; the diagonal is grey."""
    marker = "o" if style == "-" else "None"
    (line,) = [
        line
        for line in ax.lines
        if (line.get_linestyle(), line.get_marker()) == (style, marker)
        and to_rgba(line.get_color()) == to_rgba(COLOURS[minority])
        and line.get_linewidth() > 1
    ]
    return line.get_xdata(), line.get_ydata()


def test_a_panel_shows_the_curve_of_its_method_prior_and_correction(curves):
    chosen = curves[(curves["task"] == "musk") & (curves["ir"] == "0.05")]
    figure = reliability_of_task(chosen, "note", TITLES)
    panels = axes(figure)
    assert len(panels) == 3 * 2
    remedies = {"natural": "prior_temperature", "balanced": "balanced_temperature"}
    for ax, (prior, method) in zip(panels, itertools.product(remedies, TITLES), strict=False):
        own = chosen[(chosen["method"] == method) & (chosen["prior"] == prior) & chosen["minority"]]
        for style, correction in (("-", "none"), ("--", remedies[prior])):
            expected = own[own["correction"] == correction]
            x, y = curve(ax, style)
            assert x == pytest.approx(expected["predicted"].to_numpy())
            assert y == pytest.approx(expected["observed"].to_numpy())
    assert [ax.get_title() for ax in panels[:2]] == list(TITLES.values())
    assert panels[0].get_ylabel() == "natural prior:\nobserved share"
    assert panels[2].get_ylabel() == "balanced prior:\nobserved share"
    assert panels[4].get_xlabel() == "predicted probability"


def test_binary_panels_show_the_minority_and_others_the_majority_too(curves):
    figure = reliability_overview(curves, "note", TITLES)
    panels = axes(figure)
    assert len(panels) == 2 * 3 * 2
    with pytest.raises(ValueError, match="not enough values"):
        curve(panels[0], "-", minority=False)
    _, y = curve(panels[6], "-", minority=False)
    expected = curves.query(
        "task == 'landsat' and method == 'baseline' and prior == 'natural' and correction == 'none'"
        f" and not minority and rows >= {MIN_ROWS}"
    )
    assert y == pytest.approx(expected["observed"].to_numpy())
    assert [t.get_text() for t in figure.texts] == [
        "Binary tasks: 1 task, 2 cells",
        "Multi-class tasks: 1 task, 1 cell",
        "note",
    ]


def test_the_overview_has_a_thin_line_per_cell(curves):
    figure = reliability_overview(curves, "note", TITLES)
    thin = [line for line in axes(figure)[0].lines if line.get_linewidth() == 0.5]
    expected = curves.query(
        "ir == '0.01' and method == 'baseline' and prior == 'natural' and correction == 'none' and minority"
    )
    assert len(thin) == 2
    assert thin[1].get_ydata() == pytest.approx(expected["observed"].to_numpy())


def test_histograms_are_shares_of_minority_rows_up_and_of_others_down(curves):
    chosen = curves[(curves["task"] == "musk") & (curves["ir"] == "0.05")]
    ax = axes(reliability_of_task(chosen, "note", TITLES))[4]
    heights = [bar.get_height() for bar in ax.patches]
    own = chosen.query("method == 'baseline' and prior == 'natural' and correction == 'none' and minority")
    assert heights[:10] == pytest.approx((own["rows_of_class"] / 400).tolist())
    assert heights[10:] == pytest.approx((-(own["rows"] - own["rows_of_class"]) / 400).tolist())


def test_points_of_few_predictions_are_left_out(curves):
    chosen = curves[(curves["task"] == "musk") & (curves["ir"] == "0.05")].copy()
    chosen.loc[chosen["bin"] == 4, "rows"] = MIN_ROWS - 1
    chosen.loc[chosen["bin"] == 5, "rows"] = MIN_ROWS
    x, _ = curve(axes(reliability_of_task(chosen, "note", TITLES))[0], "-")
    assert len(x) == 9
    assert not ((x > 0.4) & (x < 0.5)).any()


def test_many_methods_wrap():
    titles = {f"m{k}": f"Method {k}" for k in range(9)}
    many = cell_curves("musk", "0.05", titles, 2, [1])
    figure = reliability_overview(many, "note", titles)
    titled = [ax.get_title() for ax in axes(figure) if ax.get_title()]
    assert titled == list(titles.values())
    assert [t.get_text() for t in figure.texts] == [
        "Binary tasks: 1 task, 1 cell",
        "Binary tasks: 1 task, 1 cell (continued)",
        "note",
    ]


@pytest.mark.parametrize("n_methods", [1, 9])
def test_nothing_overlaps_or_leaves_the_figure(n_methods):
    titles = {f"m{k}": f"Method number {k}" for k in range(n_methods)}
    figure = reliability_of_task(cell_curves("landsat", "0.1", titles, 3, [1, 2]), READING, titles)
    figure.draw_without_rendering()
    *headings, caption = (text.get_window_extent() for text in figure.texts)
    assert figure.texts[-1].get_text().replace("\n", " ") == READING
    boxes = (
        [ax.get_tightbbox() for ax in figure.axes]
        + headings
        + [caption, figure.legends[0].get_window_extent()]
    )
    for k, box in enumerate(boxes):
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1
        assert not any(box.overlaps(other) for other in boxes[k + 1 :])


def test_a_kind_shows_the_methods_that_it_has(curves):
    titles = {**TITLES, "augment": "Augment"}
    images = cell_curves("shirt", "0.1", titles, 2, [1]).assign(kind="binary_images")
    figure = reliability_overview(pd.concat([curves, images], ignore_index=True), "note", titles)
    assert [t.get_text() for t in figure.texts] == [
        "Binary tasks: 1 task, 2 cells",
        "Multi-class tasks: 1 task, 1 cell",
        "Binary tasks on images: 1 task, 1 cell",
        "note",
    ]
    shown = [ax.get_title() for ax in axes(figure) if ax.get_title()]
    assert shown == [*TITLES.values(), *TITLES.values(), *titles.values()]
    with pytest.raises(ValueError, match="not enough values"):
        curve(axes(figure)[-9], "-", minority=False)
