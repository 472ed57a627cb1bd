"""The diagram of one's own models: the study's numbers, the right class, and errors in one line."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

import remix
from remix import reliability_diagram
from remix.errors import InputError

ROOT = Path(__file__).parents[3]
Y = np.array(["no"] * 6 + ["yes"] * 2)
P = np.array([0.05, 0.05, 0.15, 0.15, 0.35, 0.95, 0.15, 0.95])
BOTH = np.column_stack([1 - P, P])


def points(figure, line=-1):
    return np.array(figure.axes[0].lines[line].get_xydata())


def test_a_curve_by_hand():
    figure = reliability_diagram(Y, BOTH)
    expected = [(0.05, 0), (0.15, 1 / 3), (0.35, 0), (0.95, 0.5)]
    np.testing.assert_allclose(points(figure), expected, atol=1e-12)
    assert figure.axes[0].get_title() == "8 rows, 2 of yes"
    assert figure.axes[0].get_ylabel() == "observed share of yes"
    heights = [bar.get_height() for bar in figure.axes[1].patches]
    assert heights[:10] == [0, 0.5, *[0] * 7, 0.5]
    np.testing.assert_allclose(heights[10:], -np.array([2, 2, 0, 1, 0, 0, 0, 0, 0, 1]) / 6)


def test_the_intervals_are_wilsons():
    """Of one row of class in three, by the formula: (p + z²/2n ± z √(p q/n + z²/4n²)) / (1 + z²/n)."""
    (bars,) = [
        each for each in reliability_diagram(Y, BOTH).axes[0].collections if len(each.get_paths()) == 4
    ]
    p, n, z = 1 / 3, 3, 1.959964
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    expected = [(p + z**2 / (2 * n) + side * half) / (1 + z**2 / n) for side in (-1, 1)]
    np.testing.assert_allclose(bars.get_segments()[1][:, 1], expected, atol=1e-6)


def test_the_points_are_scikit_learns():
    random = np.random.default_rng(0)
    y, p = random.integers(0, 2, 500), random.random(500)
    observed, predicted = calibration_curve(y, p, n_bins=7)
    figure = reliability_diagram(y, np.column_stack([1 - p, p]), label=1, n_bins=7)
    np.testing.assert_allclose(points(figure), np.column_stack([predicted, observed]), atol=1e-12)


def test_several_models_have_a_curve_and_a_histogram_each():
    figure = reliability_diagram(Y, {"first": BOTH, "second": BOTH[:, ::-1]})
    assert [text.get_text() for text in figure.legends[0].get_texts()][:2] == ["first", "second"]
    assert [ax.get_title("left") for ax in figure.axes[1:]] == ["first", "second"]
    first, second = figure.axes[0].lines[-2:]
    assert first.get_color() != second.get_color()
    assert first.get_marker() != second.get_marker()


@pytest.mark.parametrize(
    ("label", "shown"), [(None, "c"), ("a", "a"), ("b", "b")], ids=["rarest", "first", "second"]
)
def test_the_class_that_is_shown(label, shown):
    y = ["a", "a", "a", "b", "b", "c"]
    figure = reliability_diagram(y, np.full((6, 3), 1 / 3), label=label)
    assert figure.axes[0].get_xlabel() == f"predicted probability of {shown}"


def test_a_class_without_rows_is_told_by_its_name():
    figure = reliability_diagram(["a", "a", "c"], np.eye(3), classes=np.array(["a", "b", "c"]))
    assert figure.axes[0].get_xlabel() == "predicted probability of c"


@pytest.mark.parametrize(
    ("y", "p", "options", "message"),
    [
        (["a", "a"], np.eye(2), {}, r"expected 1 columns, one for each of \['a'\], received 2; say which"),
        (
            ["a", "x"],
            np.eye(2),
            {"classes": ["a", "b"]},
            r"y_true: expected one of \['a', 'b'\], received 'x'",
        ),
        (["a", "b"], np.eye(2), {"label": "x"}, r"label: expected one of \['a', 'b'\], received 'x'"),
        (["a", "b"], np.eye(3)[:2], {}, "y_prob of model: expected 2 columns"),
        (["a", "b"], [0.2, 0.8], {}, "Expected 2D array, got 1D array"),
        (["a", "b", "a"], np.eye(2), {}, "inconsistent numbers of samples"),
        (["a", "b"], [[0.2, np.nan], [0, 1]], {}, "y_prob of model contains NaN"),
        (["a", "b"], {"mine": [[3.0, 1.0], [0, 1]]}, {}, r"y_prob of mine: expected numbers in \[0, 1\]"),
        (["a", "b"], {}, {}, "received an empty mapping"),
        (["a", "b"], np.eye(2), {"n_bins": 0}, "n_bins: expected a whole number of at least 1, received 0"),
        (["a", "b"], np.eye(2), {"n_bins": 2.5}, "n_bins: expected a whole number"),
        (["a", "b"], np.eye(2), {"classes": ["a", "a"]}, "classes: a stands twice"),
        ([], np.empty((0, 2)), {"classes": ["a", "b"]}, "minimum of 1 is required"),
    ],
)
def test_errors_are_one_line(y, p, options, message):
    with pytest.raises(InputError, match=message) as raised:
        reliability_diagram(y, p, **options)
    assert "\n" not in str(raised.value)


def test_without_matplotlib_the_extra_is_named():
    code = (
        "import sys\n"
        "sys.modules['matplotlib'] = None\n"
        "import remix\n"
        "try:\n"
        "    from remix import reliability_diagram\n"
        "except ImportError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == [
        "remix.reliability_diagram draws with matplotlib, which is not installed; "
        "install it, or this package with its extra [plot]"
    ]


def test_the_package_says_what_it_offers():
    assert set(remix.__all__) <= set(dir(remix))


def test_the_rounding_of_float32_is_no_mistake():
    p = np.array([[0.0, 1.0], [1 + 1e-7, 0.0]])
    assert reliability_diagram(["b", "a"], p, classes=["a", "b"]).axes
