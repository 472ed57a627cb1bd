import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from matplotlib.container import BarContainer, ErrorbarContainer

from remix.plotting.style import fills, render
from remix.study.compare.ranking import GAIN_COLUMNS
from remix.study.data.catalogue import IMAGE_KINDS, TABLE_KINDS
from remix.study.results.figures.gains_drawing import gains_figure

TITLES = {"baseline": "Baseline", "smote": "SMOTE", "remix": "ReMix"}


@pytest.fixture
def gains():
    lines = []
    for kind, irs in (("binary", ["0.05", "0.01", "All"]), ("multiclass", ["0.1", "All"])):
        for metric in ("g_mean", "balanced_brier"):
            for k, ir in enumerate(irs):
                for method, gain in (("smote", -0.125), ("remix", 0.25 + k)):
                    cells = 2 * (len(irs) - 1) if ir == "All" else 2
                    lines.append(
                        (kind, metric, ir, method, gain, 0.1, gain - 0.125, gain + 0.0625, 3, 2, cells)
                    )
    return pd.DataFrame(lines, columns=GAIN_COLUMNS)


@pytest.fixture
def figure(gains):
    return gains_figure(gains, TABLE_KINDS, "note", TITLES)


def bars(ax):
    containers = [c for c in ax.containers if isinstance(c, BarContainer)]
    return {c.get_label(): [bar.get_height() for bar in c] for c in containers}


def test_each_panel_shows_its_numbers(figure):
    top_left, top_right, bottom_left, _ = figure.axes
    assert bars(top_left) == {"SMOTE": [-0.125] * 3, "ReMix": [0.25, 1.25, 2.25]}
    assert bars(top_right) == {"SMOTE": [-0.125] * 2, "ReMix": [0.25, 1.25]}
    assert [t.get_text() for t in top_left.get_xticklabels()] == [
        "IR 0.05\n2 datasets",
        "IR 0.01\n2 datasets",
        "All\n2 datasets\n4 cells",
    ]
    assert top_left.get_ylabel() == "G-mean: increase\nagainst the baseline (higher is better)"
    assert (
        bottom_left.get_ylabel() == "Balanced Brier score: reduction\nagainst the baseline (higher is better)"
    )
    assert [ax.get_title() for ax in figure.axes[:2]] == ["Binary", "Multi-class"]
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["SMOTE", "ReMix"]


def test_panels_do_not_mix_up_kinds_and_metrics(gains):
    chosen = (gains["kind"] == "multiclass") & (gains["metric"] == "balanced_brier")
    figure = gains_figure(gains.assign(gain=gains["gain"].where(~chosen, 9.0)), TABLE_KINDS, "note", TITLES)
    assert bars(figure.axes[3]) == {"SMOTE": [9.0] * 2, "ReMix": [9.0] * 2}
    assert all(9.0 not in values for ax in figure.axes[:3] for values in bars(ax).values())


def test_bars_have_the_methods_colour_an_error_bar_and_a_zero_line(figure):
    ax = figure.axes[0]
    remix = next(c for c in ax.containers if c.get_label() == "ReMix")
    assert all(bar.get_facecolor() == pytest.approx(rgba("remix")) for bar in remix)
    bars = [c for c in ax.containers if isinstance(c, ErrorbarContainer)][1]
    (x, low), (_, high) = bars.lines[2][0].get_segments()[0]
    assert (low, high) == (0.25 - 0.125, 0.25 + 0.0625)
    assert x == pytest.approx(remix[0].get_x() + remix[0].get_width() / 2)
    assert any(np.allclose(line.get_ydata(), 0) for line in ax.lines)


def rgba(method):
    return to_rgba(fills([method])[method].colour)


def test_order_of_the_rows_does_not_matter(gains):
    shuffled = gains_figure(gains.sort_values("gain", kind="stable"), TABLE_KINDS, "note", TITLES).axes[0]
    by_label = dict(
        zip([t.get_text() for t in shuffled.get_xticklabels()], bars(shuffled)["ReMix"], strict=True)
    )
    assert by_label["IR 0.01\n2 datasets"] == 1.25


def test_a_kind_without_cells_says_so(gains):
    figure = gains_figure(gains[gains["kind"] == "binary"], TABLE_KINDS, "note", TITLES)
    assert [t.get_text() for t in figure.axes[1].texts] == ["no cells"]
    assert not figure.axes[0].texts


def test_a_single_dataset_has_no_error_bar_and_draws(gains):
    one = gains.assign(low=np.nan, high=np.nan, n_datasets=1)
    assert render(gains_figure(one, TABLE_KINDS, "note", TITLES), "svg")


def test_images_are_drawn_with_their_own_methods(gains):
    images = gains[gains["kind"] == "binary"].assign(kind="binary_images")
    augment = images[images["method"] == "remix"].assign(method="augment", gain=0.5)
    mixed = pd.concat([gains, images, augment])
    titles = {**TITLES, "augment": "Augment"}
    figure = gains_figure(mixed, IMAGE_KINDS, "note", titles)
    assert [ax.get_title() for ax in figure.axes[:2]] == ["Binary images", "Multi-class images"]
    assert bars(figure.axes[0])["Augment"] == [0.5] * 3
    assert [t.get_text() for t in figure.axes[1].texts] == ["no cells"]
    on_tables = gains_figure(mixed, TABLE_KINDS, "note", titles)
    assert [list(bars(ax)) for ax in on_tables.axes] == [["SMOTE", "ReMix"]] * 4
    assert bars(on_tables.axes[0]) == {"SMOTE": [-0.125] * 3, "ReMix": [0.25, 1.25, 2.25]}


def test_bars_of_six_methods_can_be_told_apart(gains):
    one = gains[(gains["kind"] == "binary") & (gains["method"] == "remix")]
    titles = {name: name for name in ("cost", "smote", "mixup", "remix", "augment", "remix_aug")}
    many = pd.concat([one.assign(method=name, kind=kind) for name in titles for kind in IMAGE_KINDS])
    figure = gains_figure(many, IMAGE_KINDS, "note", titles)
    figure.draw_without_rendering()
    for ax in figure.axes:
        inches = [bar.get_window_extent().width / figure.dpi for bar in ax.patches]
        assert min(inches) > 0.1
    legend = figure.legends[0].get_window_extent()
    assert all(not ax.get_tightbbox().overlaps(legend) for ax in figure.axes)


def test_ratios_of_a_single_dataset_are_left_out_where_there_are_many(gains):
    own = gains[(gains["kind"] == "binary") & (gains["ir"] == "0.05")]
    more = pd.concat([own.assign(ir=f"0.0{k}", n_datasets=1) for k in range(11, 16)])
    few = gains_figure(pd.concat([more[more["ir"] < "0.015"], gains]), TABLE_KINDS, "note", TITLES)
    many = gains_figure(pd.concat([more, gains]), TABLE_KINDS, "note", TITLES)
    assert len(few.axes[0].get_xticklabels()) == 7
    labels = [label.get_text().split("\n")[0] for label in many.axes[0].get_xticklabels()]
    assert labels == ["IR 0.05", "IR 0.01", "All"]
    assert many._supxlabel.get_text().startswith("Imbalance ratios of a single dataset have no bars")
    assert few._supxlabel.get_text() == "note"


def test_many_methods_have_a_wider_figure_and_a_legend_within_it(gains):
    names = [f"a_method_with_a_long_name_{k}" for k in range(14)]
    own = gains[gains["method"] == "remix"]
    many = pd.concat([own.assign(method=name) for name in names])
    figure = gains_figure(many, TABLE_KINDS, "note", dict(zip(names, names, strict=True)))
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.width
    assert figure.get_figwidth() > 10


def test_many_methods_are_rows_with_their_gains_over_all_cells(gains):
    of_remix = gains[gains["method"] == "remix"]
    many = pd.concat(of_remix.assign(method=f"m{k}", gain=of_remix["gain"] - k) for k in range(15))
    titles = {f"m{k}": f"Method {k}" for k in range(15)}
    figure = gains_figure(many, TABLE_KINDS, "note", titles)
    binary, _, several, _ = figure.axes
    assert [text.get_text() for text in binary.get_yticklabels()] == list(titles.values())[::-1]
    for ax, best in ((binary, 2.25), (several, 1.25)):
        assert max(ax.lines[0].get_xdata()) == best
        assert len(ax.lines[0].get_xdata()) == 15
    assert "Gains over all cells. note" in render(figure, "svg").decode()
    lone = gains_figure(many[many["kind"] == "binary"], TABLE_KINDS, "note", titles)
    assert [text.get_text() for ax in lone.axes[2:] for text in ax.texts] == ["no cells"] * 2
