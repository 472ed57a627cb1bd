from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from remix.protocol import LearningRateSchedule, Protocol

DEFAULT = yaml.safe_load((Path(__file__).parents[2] / "config" / "config.yaml").read_text())["protocol"]


def protocol(**changes):
    return Protocol.from_mapping(DEFAULT | changes)


def test_fields_are_those_of_the_default_study():
    built = protocol()
    assert built.learning_rate == LearningRateSchedule(
        initial=0.001, factor=0.2, patience=5, minimum=0.00001, min_delta=0.0001
    )
    for key, value in DEFAULT.items():
        if key != "learning_rate":
            assert getattr(built, key) == value


@pytest.mark.parametrize(
    ("kind", "n_features", "n_classes", "width"),
    [
        ("binary", 166, 2, 112),  # musk: 2 · 168 / 3
        ("binary", 19, 2, 14),  # segment
        ("binary", 36, 2, 25),  # statlog: 25.33
        ("multiclass", 36, 6, 112),  # landsat: 2 · 42 / 0.75
        ("multiclass", 64, 10, 197),  # optdigits: 197.33
        ("multiclass", 178, 5, 488),  # seizure
    ],
)
def test_hidden_width_of_the_papers_tasks(kind, n_features, n_classes, width):
    assert protocol().hidden_width(kind, n_features, n_classes) == width


def test_hidden_width_does_not_lose_a_unit_to_rounding():
    assert int(2 * 14 / 0.28) == 99
    assert protocol(width_divisor={"binary": 0.28}).hidden_width("binary", 12, 2) == 100


@given(features=st.integers(1, 5000), classes=st.integers(2, 50), hundredths=st.integers(1, 10_000))
def test_hidden_width_is_the_integer_quotient(features, classes, hundredths):
    width = protocol(width_divisor={"binary": hundredths / 100}).hidden_width("binary", features, classes)
    assert width == max(1, 200 * (features + classes) // hundredths)
