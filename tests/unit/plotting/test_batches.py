import pandas as pd
import pytest

from remix.study.results.figures.batches_without_minority import batch_figure

TITLES = {"baseline": "Baseline", "remix": "ReMix"}
N_CLASSES = {"musk": 2, "ozone": 2, "landsat": 4}


@pytest.fixture
def table():
    lines = [
        ("binary", "musk", "0.05", "baseline", 1, 0.25, 0.5, 0.05),
        ("binary", "musk", "0.05", "remix", 1, 0.25, 0.5, 0.25),
        ("binary", "musk", "0.01", "baseline", 1, 0.75, 0.5, 0.01),
        ("binary", "musk", "0.01", "remix", 1, 0.75, 0.5, 0.125),
        ("binary", "ozone", "0.01", "baseline", 1, 0.5, 0.625, 0.01),
        ("binary", "ozone", "0.01", "remix", 1, 0.5, 0.625, 0.375),
        ("multiclass", "landsat", "0.1", "baseline", 1, 0.0, 0.1, 0.03),
        ("multiclass", "landsat", "0.1", "baseline", 2, 0.5, 0.1, 0.03),
        ("multiclass", "landsat", "0.1", "remix", 1, 0.0, 0.1, 0.125),
        ("multiclass", "landsat", "0.1", "remix", 2, 0.5, 0.1, 0.25),
    ]
    columns = ["kind", "task", "ir", "method", "class", "lacking", "lacking_by_chance", "trained_share"]
    return pd.DataFrame(lines, columns=columns)


def lines(ax):
    return {
        line.get_label(): (list(line.get_xdata()), list(line.get_ydata()))
        for line in ax.lines
        if line.get_label()[0] != "_"
    }


def test_each_panel_shows_its_numbers(table):
    top_left, top_right, bottom_left, bottom_right = batch_figure(table, N_CLASSES, "note", TITLES).axes
    assert lines(top_left)["musk"] == ([0, 1], [0.25, 0.75])
    assert lines(top_left)["ozone"] == ([1], [0.5])
    assert lines(top_right)["landsat"] == ([0], [0.25])
    chance = [list(line.get_ydata()) for line in top_left.lines if line.get_marker() == "_"]
    assert chance == [[0.5, 0.5], [0.625], []]
    # Of a balanced half: 0.25 is 0.5, and the mean of 0.125 and 0.375 is 0.5 too.
    assert lines(bottom_left)["ReMix"] == ([0, 1], [0.5, 0.5])
    # Of a balanced quarter: the mean of 0.125 and 0.25 is 0.75.
    assert lines(bottom_right)["ReMix"][1] == [0.75]
    assert [t.get_text() for t in top_left.get_xticklabels()] == ["IR 0.05", "IR 0.01"]


def test_a_kind_without_cells_says_so(table):
    binary = batch_figure(table[table["kind"] == "binary"], N_CLASSES, "note", TITLES)
    assert [t.get_text() for ax in binary.axes for t in ax.texts] == ["no cells"] * 2


def test_many_methods_and_tasks_draw(table):
    titles = {f"m{k}": f"Method {k}" for k in range(12)}
    tasks = {f"t{k}": 2 for k in range(12)}
    many = pd.concat(
        [table.iloc[[k % 2]].assign(method=m, task=t) for m in titles for k, t in enumerate(tasks)]
    )
    figure = batch_figure(many, tasks, "note", titles)
    figure.draw_without_rendering()
    box = figure.axes[3].get_legend().get_window_extent()
    assert box.x1 <= figure.bbox.x1


def test_images_have_rows_and_methods_of_their_own(table):
    images = table[table["task"] == "musk"].assign(kind="binary_images", task="shirt")
    augment = images[images["method"] == "remix"].assign(method="augment")
    mixed = pd.concat([table, images, augment])
    titles = {**TITLES, "augment": "Augment"}
    axes = batch_figure(mixed, {**N_CLASSES, "shirt": 2}, "note", titles).axes
    assert len(axes) == 8
    assert "Augment" not in lines(axes[2])
    assert axes[4].get_title() == "Binary images"
    assert lines(axes[4])["shirt"] == ([0, 1], [0.25, 0.75])
    assert lines(axes[6])["Augment"] == lines(axes[6])["ReMix"] == ([0, 1], [0.5, 0.25])
    assert [t.get_text() for ax in axes for t in ax.texts] == ["no cells"] * 2
    alone = batch_figure(mixed[mixed["task"] == "shirt"], {"shirt": 2}, "note", titles).axes
    assert [ax.get_title() for ax in alone[:2]] == ["Binary images", "Multi-class images"]
    sizes = [line.get_markersize() for line in alone[2].lines if line.get_label() in titles.values()]
    assert sizes == sorted(set(sizes), reverse=True)
