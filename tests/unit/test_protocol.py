import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from remix.protocol import Protocol, ResNetProtocol

DEFAULT = yaml.safe_load((Path(__file__).parents[2] / "config" / "config.yaml").read_text())["protocol"]


def protocol(**changes):
    return Protocol.from_section(DEFAULT | changes)


@pytest.mark.parametrize("images", [False, True])
def test_a_training_knows_only_what_it_depends_on(images):
    """Other epochs for images must not train tables anew.

    How many images and repeats there are is part of a training, but not of its protocol for images.
    """
    given = protocol().for_training(images=images)
    assert ("images" in given, "tables" in given) == (images, not images)
    assert given["epochs"] == (30 if images else 100)
    more = {"binary": "all", "multiclass": "all"}
    other = DEFAULT["images"] | {"rows": more, "repeats": "all"} | ({} if images else {"epochs": 7})
    assert protocol(images=other).for_training(images=images) == given
    built = Protocol.from_mapping(json.loads(json.dumps(given)))
    assert built.epochs == given["epochs"]
    default = protocol()
    assert built.tables == (None if images else default.tables)
    assert built.images == (replace(default.images, rows=more, repeats="all") if images else None)


def test_what_the_papers_network_trains_does_not_know_of_others():
    """A training's name must not change because there are others, nor with their sizes."""
    names = {"clip", "hidden_layers", "width_divisor", "dropout"}
    for built in (protocol(), protocol(resnet=DEFAULT["resnet"] | {"blocks": 7})):
        assert set(built.as_mapping()["tables"]) == names
        assert built.for_training(images=False)["tables"] == {name: DEFAULT[name] for name in names}
        assert Protocol.from_mapping(json.loads(json.dumps(built.as_mapping()))) == built


def test_a_residual_network_depends_on_its_own_sizes_alone():
    built = protocol(network="resnet")
    trained = built.for_training(images=False)
    assert trained["tables"] == {"clip": 5.0, "network": "resnet", "resnet": DEFAULT["resnet"]}
    perceptron = {"hidden_layers": 1, "width_divisor": {"binary": 1, "multiclass": 1}, "dropout": 0.5}
    assert protocol(network="resnet", **perceptron).for_training(images=False) == trained
    other = protocol(network="resnet", resnet=DEFAULT["resnet"] | {"blocks": 7})
    assert other.for_training(images=False) != trained
    assert other.for_training(images=True) == built.for_training(images=True)
    assert Protocol.from_mapping(json.loads(json.dumps(built.as_mapping()))) == built
    again = Protocol.from_mapping(json.loads(json.dumps(trained))).tables
    assert again.resnet == built.tables.resnet == ResNetProtocol(2, 192, 2, 0.15, 0)
    assert [ResNetProtocol(2, 3, factor, 0, 0).hidden for factor in (1, 1.5, 2)] == [3, 4, 6]


@pytest.mark.parametrize(
    ("n_features", "n_classes", "width"),
    [
        (166, 2, 112),  # musk: 2 · 168 / 3
        (36, 2, 25),  # statlog: 25.33
        (36, 6, 112),  # landsat: 2 · 42 / 0.75
    ],
)
def test_hidden_width_of_the_papers_tasks(n_features, n_classes, width):
    assert protocol().tables.hidden_width(n_features, n_classes) == width


@pytest.mark.parametrize(
    ("n_features", "n_classes", "width"),
    [(178, 5, 488), (190, 2, 128), (187, 5, 512), (188, 5, 512), (7129, 2, 512), (20000, 10, 512)],
)
def test_widths_are_bounded_above_those_of_the_papers_tasks(n_features, n_classes, width):
    assert protocol().tables.trained_width(n_features, n_classes) == width


# In floats it is 99.
@example(features=12, classes=2, hundredths=28)
@given(features=st.integers(1, 5000), classes=st.integers(2, 50), hundredths=st.integers(1, 10_000))
def test_hidden_width_is_the_integer_quotient(features, classes, hundredths):
    divisor = hundredths / 100
    built = protocol(width_divisor={"binary": divisor, "multiclass": divisor})
    width = built.tables.hidden_width(features, classes)
    assert width == max(1, 200 * (features + classes) // hundredths)
