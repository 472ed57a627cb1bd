import pytest

from remix.methods import Method


@pytest.fixture(scope="session")
def methods():
    specs = {
        "baseline": {},
        "smote": {"resample": "smote"},
        "remix": {"resample": "balanced", "mix": {"alpha": 0.1}},
    }
    return {name: Method.from_spec(spec) for name, spec in specs.items()}
