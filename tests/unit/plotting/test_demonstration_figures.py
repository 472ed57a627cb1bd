"""Figures 1, 2, 3, 4 and 8 on small frames: what they show, what they say, and that nothing overlaps."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from remix.plotting.style import render
from remix.study.results.figures import (
    figure1_surfaces,
    figure2_samples,
    figure3_batches,
    figure4_densities,
    figure8_interpolation,
)
from remix.study.results.figures.demonstration import LABEL_COLOURS

TITLES = {"baseline": "Base", "remix": "Mix", "smote": "Smo"}
RUNS = SimpleNamespace(pictured=TITLES, study=SimpleNamespace(seed=7))


@pytest.fixture
def rings():
    points = pd.DataFrame({"x1": [0.0, 1.0, -1.0], "x2": [0.0, 1.0, 1.0], "label": [1, 0, 0]})
    axis = np.linspace(-2, 2, 5)
    x1, x2 = (values.ravel() for values in np.meshgrid(axis, axis))
    surfaces = pd.concat(
        [
            pd.DataFrame(
                {"method": method, "network": network, "x1": x1, "x2": x2, "p_minority": p * (x1 >= x2)}
            )
            for method, p in {"baseline": 0.25, "smote": 0.75, "remix": 1.0}.items()
            for network in (0, 1)
        ]
    )
    regions = pd.DataFrame(
        {
            "method": ["baseline", "baseline", "smote", "smote", "remix", "remix"],
            "network": [0, 1] * 3,
            "area": [0.1, 0.2, 0.5, 0.5, 0.25, 0.35],
            "steepness": [3.0, 3.0, 2.0, 2.0, 4.0, 5.0],
        }
    )
    return {"points": points, "surfaces": surfaces, "regions": regions}


@pytest.fixture
def samples():
    points = pd.DataFrame({"x1": [0.0, 1.0, 2.0], "x2": [0.0, 2.0, 1.0], "label": [0, 1, 1]})
    hull = pd.DataFrame({"x1": [0.0, 1.0, 0.0], "x2": [0.0, 0.0, 1.0]})
    lines = [
        (method, 0.3 if method == "remix" else np.nan, batch, weight, x, x / 2, p, False)
        for method in TITLES
        for batch, weight in enumerate([0.99, 0.4, 0.0])
        for x, p in [(0.0, 0.0), (1.0, 0.25), (2.0, 1.0)]
    ]
    columns = ["method", "alpha", "batch", "weight", "x1", "x2", "p_minority", "outside"]
    spread = pd.DataFrame(
        {
            "method": ["baseline", "smote", "remix"],
            "samples": 9,
            "soft": [0, 0, 0.125],
            "minority": 0.5,
            "minority_outside": [0, 0, 0.25],
        }
    )
    return {
        "points": points,
        "hull": hull,
        "batches": pd.DataFrame(lines, columns=columns),
        "spread": spread,
    }


@pytest.fixture
def densities():
    points = pd.DataFrame({"feature": [-1.0, -1.5, 1.0], "label": [0, 0, 1]})
    curves = pd.DataFrame(
        [
            (quantity, alpha, at, height * (1 - at**2))
            for quantity in ("feature", "label")
            for alpha, height in ((np.nan, 4.0), (0.1, 1.0), (0.5, 2.0))
            for at in (-1.0, 0.0, 0.5, 1.0)
        ],
        columns=["quantity", "alpha", "at", "density"],
    )
    between = pd.DataFrame(
        {
            "quantity": ["feature", "label"] * 3,
            "alpha": [np.nan, np.nan, 0.1, 0.1, 0.5, 0.5],
            "share": [0, 0, 0.011, 0.022, 0.033, 0.044],
        }
    )
    return {"points": points, "curves": curves, "between": between}


@pytest.fixture
def interpolation():
    points = pd.DataFrame({"x1": [-1.0, 1.0, 0.0, 0.1], "x2": [0.0, 0.0, 0.1, 0.2], "label": [0, 1, 2, 2]})
    hull = pd.DataFrame({"x1": [-0.5, 0.5, 0.0], "x2": [-0.5, -0.5, 0.5]})
    line = {
        "alpha": 0.1,
        "batch": 0,
        "weight": 0.75,
        "x1": -0.5,
        "x2": 0.0,
        "p_0": 0.75,
        "p_1": 0.25,
        "p_2": 0.0,
    }
    line |= {"seed_x1": -1.0, "seed_x2": 0.0, "partner_x1": 1.0, "partner_x2": 0.0, "nearest_label": 2}
    samples = pd.DataFrame(
        [
            line | {"harmful": True, "example": True},
            *[line | {"batch": k, "harmful": False, "example": False} for k in (0, 1, 2)],
        ]
    )
    around = pd.DataFrame({"label": [0, 1, 2], "own": [0.75, 0.25, 0.0], "neighbours": [1, 0, 3]})
    return {"points": points, "samples": samples, "hull": hull, "around": around}


@pytest.fixture
def draw(rings, samples, densities, interpolation):
    """Draws a figure by its number, anew at each call."""
    two = {part: samples[part] for part in ("hull", "batches", "spread")}
    three = {part: samples[part] for part in ("points", "batches")}
    made = {
        1: lambda: figure1_surfaces.make(RUNS, **rings),
        2: lambda: figure2_samples.make(RUNS, **two),
        3: lambda: figure3_batches.make(RUNS, **three),
        4: lambda: figure4_densities.make(RUNS, **densities),
        8: lambda: figure8_interpolation.make(RUNS, **interpolation),
    }
    return lambda number: made[number]()


def caption(figure):
    return figure.texts[-1].get_text().replace("\n", " ")


def titles(figure):
    return [ax.get_title() for ax in figure.axes if ax.get_title()]


def test_figure1_has_one_scale_and_the_paper_order(draw):
    figure = draw(1)
    assert titles(figure) == ["Base", "Smo", "Mix"]
    images = [ax.images[0] for ax in figure.axes[:3]]
    assert {(image.norm.vmin, image.norm.vmax, image.cmap.name) for image in images} == {(0, 1, "cividis")}
    assert [image.get_array().max() for image in images] == [0.25, 0.75, 1.0]
    # Rows are x2, from below: at the lower right x1 is larger.
    assert (images[2].get_array()[0, -1], images[2].get_array()[-1, 0]) == (1, 0)
    assert images[0].get_extent() == [-2, 2, -2, 2]


def test_figure1_states_the_means_in_their_order(draw):
    text = caption(draw(1))
    assert "first of 2 networks" in text
    assert "mean over the networks: Base 15.0 %, Mix 30.0 %, Smo 50.0 %." in text
    assert "from smooth to steep: Smo 2.0, Base 3.0, Mix 4.5." in text


def test_figure1_draws_a_boundary_where_there_is_one(draw):
    numbers = [sum(type(c).__name__ == "QuadContourSet" for c in ax.collections) for ax in draw(1).axes[:3]]
    assert numbers == [0, 2, 2]


def test_figure2_colours_by_label_and_counts(draw):
    figure = draw(2)
    assert titles(figure) == ["Smo", "Mix"]
    for ax in figure.axes[:2]:
        colours = [c.get_array().tolist() for c in ax.collections]
        assert colours == [[0.0, 0.25] * 3, [1.0] * 3]
        assert {(c.norm.vmin, c.norm.vmax, c.cmap.name) for c in ax.collections} == {(0, 1, "cividis")}
        assert ax.patches[0].get_xy()[:3].tolist() == [[0, 0], [1, 0], [0, 1]]
    text = caption(figure)
    assert "3 mini-batches of each method" in text
    assert "Mix with α = 0.3" in text
    assert "outside the hull: Smo 0.0 %, Mix 25.0 %" in text
    assert "0.01 from 0 and 1: Smo 0.0 %, Mix 12.5 %" in text


def test_figure3_shows_the_first_and_the_most_mixed(draw):
    figure = draw(3)
    assert titles(figure) == [
        "Base, as drawn: 1 of 3 minority",
        "Smo: 1 of 3 minority",
        "Mix, λ = 0.990: 1 of 3 minority",
        "Base, as drawn: 1 of 3 minority",
        "Smo: 1 of 3 minority",
        "Mix, λ = 0.400: 1 of 3 minority",
    ]
    assert [figure.axes[k].get_ylabel().split("\n")[0] for k in (0, 3)] == ["mini-batch 1", "mini-batch 2"]
    assert "in 2 of the 3 the seed with the smaller share has less than 5 %" in caption(figure)


def test_figure4_gets_darker_with_alpha_and_marks_the_rows(draw):
    data, labels = draw(4).axes[:2]
    assert [data.get_title(), labels.get_title()] == ["Data", "Labels"]
    lines = {line.get_label(): line for line in data.lines if line.get_label()[0] != "_"}
    assert list(lines) == ["training rows", "α = 0.1", "α = 0.5", "majority rows", "minority rows"]
    assert lines["α = 0.5"].get_ydata().tolist() == [0.0, 2.0, 1.5, 0.0]
    light, dark = (sum(to_rgba(lines[f"α = {alpha}"].get_color())[:3]) for alpha in (0.1, 0.5))
    assert dark < light
    red, green, blue = to_rgba(lines["training rows"].get_color())[:3]
    assert red == green == blue
    marks = [
        np.unique(line.get_xdata()[::3]).tolist() for line in data.lines if np.isnan(line.get_ydata()).any()
    ]
    assert marks == [[-1.5, -1.0], [1.0]]
    text = caption(draw(4))
    assert "2 majority and 1 minority rows" in text
    assert "α = 0.1, 0.5 there lie 1.1, 3.3 %" in text
    assert "and 2.2, 4.4 % of their labels" in text


def test_figure8_shows_the_sample_its_seeds_and_its_label(draw):
    plane, bars = draw(8).axes
    lines = {line.get_label(): line.get_xydata().tolist() for line in plane.lines}
    assert lines["mixed sample"] == [[-0.5, 0.0]]
    assert lines["its two seeds"] == [[-1.0, 0.0], [1.0, 0.0]]
    heights = {c.get_label(): [bar.get_height() for bar in c] for c in bars.containers}
    assert heights == {"its label": [0.75, 0.25, 0.0], "training rows around it": [0.25, 0.0, 0.75]}
    text = caption(draw(8))
    assert "3 mini-batches of ReMix with α = 0.1, 25.0 % of the rows" in text
    assert "λ = 0.75 and the label 75 % class A, 25 % class B, 0 % class C" in text
    assert "hull of class C" in text
    assert "its 4 nearest training rows" in text


def test_figure8_without_a_harmful_sample_says_so(interpolation):
    samples = interpolation["samples"].assign(harmful=False, example=False)
    figure = figure8_interpolation.make(
        RUNS, **interpolation | {"samples": samples, "around": interpolation["around"].iloc[:0]}
    )
    assert [text.get_text() for text in figure.axes[1].texts] == ["no harmful sample"]
    assert "0.0 % of the rows" in caption(figure)
    assert render(figure, "png")


@pytest.mark.parametrize("number", [1, 2, 3, 4, 8])
def test_captions_are_inside_and_overlap_nothing(draw, number):
    figure = draw(number)
    figure.draw_without_rendering()
    text = figure.texts[-1]
    assert caption(figure).endswith(
        "Made-up data, seed 7; nothing here depends on the datasets of the study."
    )
    box = text.get_window_extent()
    assert (box.x0, box.y0) >= (figure.bbox.x0, figure.bbox.y0)
    assert box.x1 <= figure.bbox.x1
    for ax in figure.axes:
        assert ax.get_tightbbox().y0 >= box.y1
    for legend in figure.legends:
        for ax in figure.axes:
            assert ax.get_tightbbox().y1 <= legend.get_window_extent().y0


def test_classes_differ_in_brightness_too():
    majority, minority = (np.dot(LABEL_COLOURS(end)[:3], [0.2126, 0.7152, 0.0722]) for end in (0.0, 1.0))
    assert minority - majority > 0.6
