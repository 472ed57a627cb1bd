"""What the measurements of cost are made of; no time is asserted."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.scaling import __main__ as scaling
from benchmarks.scaling import figure
from benchmarks.scaling.trainings import SERIES, Size, seconds_per_epoch


@pytest.fixture
def measured():
    """Folds with a fixed cost; the others in proportion to their arithmetic."""
    lines = []
    for series, sizes in SERIES.items():
        for size in sizes:
            value = getattr(size, series)
            seconds = 3 + 5 * value if series == "folds" else 1e-3 * value**2
            work = value if series == "folds" else value**2
            lines.append({"series": series, "value": value, "seconds": seconds, "gflop": work})
    return pd.DataFrame(lines)


def test_proportion_is_to_the_arithmetic_of_the_largest(measured):
    series = dict(list(measured.groupby("series")))
    expected = [203 / 40, 203 / 20, 203 / 8, 203 / 4, 203 / 2, 203]
    np.testing.assert_allclose(figure.in_proportion(series["folds"]), expected)
    np.testing.assert_allclose(figure.in_proportion(series["features"]), series["features"]["seconds"])


def test_the_figure_shows_every_size(measured):
    drawn = figure.draw(measured)
    axes = drawn.axes
    assert [axis.get_xlabel() for axis in axes] == list(figure.PANELS.values())
    for axis, series in zip(axes, figure.PANELS, strict=True):
        line = next(line for line in axis.lines if line.get_label() == "measured")
        points = measured[measured["series"] == series]
        assert line.get_xdata().tolist() == points["value"].tolist()
        np.testing.assert_allclose(line.get_ydata(), 1000 * points["seconds"])


def test_the_table_tells_how_much_more_than_in_proportion_a_size_costs(measured):
    shown = scaling.for_people(measured)
    assert shown["× proportion"].tolist()[:6] == ["1.58", "1.28", "1.10", "1.04", "1.01", "1.00"]
    assert set(shown["× proportion"].tolist()[6:]) == {"1.00"}


def test_random_data_has_the_size_and_can_be_trained():
    cell = Size(folds=2, rows=70, features=6).cell()
    assert [part.features.shape for part in cell.parts] == [(70, 6)] * 2
    assert cell.widths == (5, 5, 5)
    assert seconds_per_epoch(cell, 2) > 0
