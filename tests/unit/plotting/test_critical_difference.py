import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from remix.plotting.style import fills, render
from remix.study.compare.statistics import compare_methods
from remix.study.compare.statistics import critical_difference as distance
from remix.study.results.figures.critical_difference import critical_difference

TITLES = {"baseline": "Baseline", "cost": "Cost Adjusted", "smote": "SMOTE", "remix": "ReMix"}


def compared(n_cells=12, kinds=("binary", "multiclass")):
    """ReMix best in every cell, then SMOTE; cost and the baseline share the last ranks."""
    even = np.arange(n_cells) % 2 == 0
    levels = {"baseline": np.where(even, 0.1, 0.2), "cost": np.where(even, 0.2, 0.1)}
    means = pd.DataFrame({**levels, "smote": 0.3, "remix": 0.4})
    # Without ties among the differences, whose test is slow.
    return of_means(means.mul(1 + np.arange(n_cells) / 100, axis=0), kinds)


def of_means(means, kinds=("binary", "multiclass"), metrics=("g_mean", "balanced_brier")):
    """The comparisons of methods with these g-means in the cells of each kind."""
    parts = [
        compare_methods(means if metric == "g_mean" else -means, metric).assign(
            kind=kind, metric=metric, critical_difference=distance(len(means.columns), len(means))
        )
        for kind in kinds
        for metric in metrics
    ]
    return pd.concat(parts, ignore_index=True)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def bars(ax):
    """The bars that join methods, which are the only thick lines."""
    return [list(line.get_xdata()) for line in ax.lines if line.get_linewidth() == 5]


def test_ranks_bars_and_the_critical_difference():
    figure = critical_difference(compared(), "note", TITLES)
    assert [ax.get_title() for ax in figure.axes] == [
        "Binary, G-mean (12 cells of 12 datasets)",
        "Multi-class, G-mean (12 cells of 12 datasets)",
        "Binary, Balanced Brier score (12 cells of 12 datasets)",
        "Multi-class, Balanced Brier score (12 cells of 12 datasets)",
    ]
    for ax in figure.axes:
        assert {"ReMix  1.00", "SMOTE  2.00", "3.50  Cost Adjusted"} <= set(texts(ax))
        # CD = 2.569 √(4·5/(6·12)) = 1.354: one rank apart is joined, 1.5 is not.
        assert "CD 1.35" in texts(ax)
        assert sorted(bars(ax)) == [[1, 2], [3.5, 3.5]]
        assert list(ax.get_xticks()) == [1, 2, 3, 4]


def test_methods_have_their_colours():
    ax = critical_difference(compared(), "note", TITLES).axes[0]
    markers = {float(dots.get_offsets()[0, 0]): tuple(dots.get_facecolor()[0]) for dots in ax.collections}
    assert markers[1] == to_rgba(fills(TITLES)["remix"].colour)
    assert markers[2] == to_rgba(fills(TITLES)["smote"].colour)


def test_too_few_cells_are_said():
    figure = critical_difference(compared(1), "note", TITLES)
    assert [texts(ax) for ax in figure.axes] == [["one cell: too few for the test"]] * 4
    figure = critical_difference(compared(kinds=["binary"]), "note", TITLES)
    assert texts(figure.axes[1]) == ["no cells"]
    assert len(texts(figure.axes[0])) > 1


def test_two_cells_and_two_methods_draw():
    assert render(critical_difference(compared(2), "note", TITLES), "png")
    means = pd.DataFrame({"baseline": [0.1, 0.2, 0.3], "remix": [0.4, 0.1, 0.5]})
    figure = critical_difference(of_means(means, ["binary"], ["g_mean"]), "note", TITLES)
    assert bars(figure.axes[0]) == [pytest.approx([4 / 3, 5 / 3])]
    assert render(figure, "png")


def test_nothing_overlaps():
    figure = critical_difference(compared(), "note", TITLES)
    figure.draw_without_rendering()
    for ax in figure.axes:
        boxes = [text.get_window_extent() for text in [*ax.texts, ax.title, *ax.get_xticklabels()]]
        assert all(box.x0 >= figure.bbox.x0 and box.x1 <= figure.bbox.x1 for box in boxes)
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


@pytest.mark.slow
def test_the_bytes_do_not_depend_on_the_order_of_sets():
    program = (
        "import hashlib, test_critical_difference as t;"
        "svg = t.render(t.critical_difference(t.compared(), '', t.TITLES), 'svg');"
        "print(hashlib.sha256(svg).hexdigest())"
    )
    path = os.pathsep.join(map(str, [Path(__file__).parent, Path.cwd()]))
    made = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(made) == 1


def test_images_have_rows_of_their_own_and_all_titles_fit():
    images = compared(6, kinds=("binary_images", "multiclass_images"))
    figure = critical_difference(pd.concat([compared(), images]), "note", TITLES)
    figure.draw_without_rendering()
    titles = [ax.get_title() for ax in figure.axes]
    assert titles[4:6] == [
        "Binary images, G-mean (6 cells of 6 datasets)",
        "Multi-class images, G-mean (6 cells of 6 datasets)",
    ]
    boxes = [ax.title.get_window_extent() for ax in figure.axes]
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 for box in boxes)
    assert not any(left.overlaps(right) for left, right in zip(boxes[::2], boxes[1::2], strict=True))
    alone = critical_difference(images[images["kind"] == "binary_images"], "note", TITLES)
    assert [texts(ax) for ax in alone.axes[1::2]] == [["no cells"]] * 2
    assert len(alone.axes) == 4


def test_many_methods_have_panels_below_each_other():
    rng = np.random.default_rng(0)
    means = pd.DataFrame(rng.random((12, 9)), columns=list("abcdefghi"))
    figure = critical_difference(of_means(means), "note", dict(zip(means, means, strict=True)))
    figure.draw_without_rendering()
    titles = [ax.get_title().split(" (")[0] for ax in figure.axes]
    assert titles == [
        "Binary, G-mean",
        "Multi-class, G-mean",
        "Binary, Balanced Brier score",
        "Multi-class, Balanced Brier score",
    ]
    assert len({round(ax.get_position().x0, 3) for ax in figure.axes}) == 1
