"""What the measurements of cost are made of; no time is asserted."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.scaling import __main__ as scaling
from benchmarks.scaling import figure, jobs
from benchmarks.scaling.trainings import SERIES, Size, seconds_per_epoch
from benchmarks.study import default_study


@pytest.fixture
def measured():
    """Cells with a fixed cost; the others in proportion to their arithmetic."""
    lines = [{"series": "cells", "value": n, "seconds": 3 + 5 * n, "gflop": np.nan} for n in (1, 2, 4, 8)]
    for series, sizes in SERIES.items():
        for size in sizes:
            value = getattr(size, series)
            lines.append({"series": series, "value": value, "seconds": 1e-3 * value**2, "gflop": value**2})
    return pd.DataFrame(lines)


def test_proportion_is_to_arithmetic_or_to_numbers(measured):
    series = dict(list(measured.groupby("series")))
    np.testing.assert_allclose(figure.in_proportion(series["cells"]), [43 / 8, 43 / 4, 43 / 2, 43])
    np.testing.assert_allclose(figure.in_proportion(series["features"]), series["features"]["seconds"])


def test_the_figure_shows_every_size(measured):
    drawn = figure.draw(measured)
    axes = drawn.axes
    assert [axis.get_xlabel() for axis in axes] == list(figure.PANELS.values())
    for axis, series in zip(axes, figure.PANELS, strict=True):
        line = next(line for line in axis.lines if line.get_label() == "measured")
        points = measured[measured["series"] == series]
        assert line.get_xdata().tolist() == points["value"].tolist()
        times = 1 if series == "cells" else 1000
        np.testing.assert_allclose(line.get_ydata(), times * points["seconds"])


def test_the_table_tells_how_much_more_than_in_proportion_a_size_costs(measured):
    shown = scaling.for_people(measured)
    assert shown["× proportion"].tolist()[:4] == ["1.49", "1.21", "1.07", "1.00"]
    assert set(shown["× proportion"].tolist()[4:]) == {"1.00"}


def test_random_data_has_the_size_and_can_be_trained():
    cell = Size(folds=2, rows=70, features=6).cell()
    assert [part.features.shape for part in cell.parts] == [(70, 6)] * 2
    assert cell.widths == (5, 5, 5)
    assert seconds_per_epoch(cell, 2) > 0


def test_the_cells_are_a_study_that_is_accepted(tmp_path):
    irs = jobs.project(tmp_path)
    study = default_study(tmp_path / "overlay.yaml")
    assert study.cells == [("random", ir) for ir in irs]
    assert len(irs) == max(jobs.JOBS)
    assert list(study.methods_of("random")) == ["baseline"]
    rows = pd.read_csv(tmp_path / "random.csv")["target"].value_counts()
    # The largest ratio needs as many rows as this.
    assert rows["few"] >= max(map(float, irs)) * rows["many"]
