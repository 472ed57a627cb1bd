"""The methods by name: the study's, and what becomes of an entry."""

from pathlib import Path

import jsonschema
import pytest
import yaml
from referencing import Registry, Resource

from remix.catalogue import METHODS, TABLE_METHODS, stages
from remix.errors import ConfigError

SCHEMAS = sorted((Path(__file__).parents[2] / "workflow" / "schemas").glob("*.yaml"))


def test_every_entry_is_one_that_a_study_may_have():
    given = {path.name: Resource.from_contents(yaml.safe_load(path.read_text())) for path in SCHEMAS}
    schema = given["methods.schema.yaml"].contents
    jsonschema.Draft202012Validator(schema, registry=Registry().with_resources(given.items())).validate(
        METHODS
    )
    assert len({entry["title"] for entry in METHODS.values()}) == len(METHODS)


@pytest.mark.parametrize(
    ("given", "options", "expected"),
    [
        ("mixup", {}, {"mix": {"alpha": 0.1}}),
        ("mixup", {"images": True}, {"mix": {"alpha": 0.2}}),
        ("mixup", {"alpha": 0.7}, {"mix": {"alpha": 0.7}}),
        ("mixup", {"alpha": 0.7, "images": True}, {"mix": {"alpha": 0.7}}),
        ("smote", {"alpha": 0.7}, {"resample": "smote"}),
        ({"title": "T", "mix": {"alpha": {"tables": 1, "images": 2}}}, {}, {"mix": {"alpha": 1}}),
        (
            {"resample": "balanced", "mix": {}},
            {"alpha": 0.3},
            {"resample": "balanced", "mix": {"alpha": 0.3}},
        ),
    ],
)
def test_stages_of_a_method(given, options, expected):
    assert stages(given, **options) == expected


def test_the_catalogue_stays_as_it_is():
    stages("mixup", 0.7)["mix"]["alpha"] = 3
    assert METHODS["mixup"] == {"title": "MixUp", "mix": {"alpha": {"tables": 0.1, "images": 0.2}}}


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        ("remx", {}, f"expected one of {', '.join(TABLE_METHODS)}, or a mapping of stages; received 'remx'"),
        ("remx", {"images": True}, f"one of {', '.join(METHODS)}, or a mapping of stages; received 'remx'"),
        (3, {}, "or a mapping of stages; received 3"),
        ("augment", {}, "method: 'augment' augments images, rows of shape"),
        ({"mix": {"alpha": -1}}, {}, "alpha: expected a number above 0, received -1"),
        ({"mix": {"alpha": 0.1}}, {"alpha": float("inf")}, "alpha: expected a number above 0, received inf"),
        ({"mix": {"alpha": True}}, {}, "alpha: expected a number above 0, received True"),
        ({"mix": {"alpha": None}}, {}, "alpha: expected a number above 0, received None"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(given, options, message):
    with pytest.raises(ConfigError) as raised:
        stages(given, **options)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
