import pytest

from remix.protocol import Protocol


@pytest.fixture(scope="session")
def protocol():
    """Builds a protocol: the study's defaults with few epochs, changed as asked."""

    def build(**changes):
        defaults = {
            "splits": 2,
            "repeats": 2,
            "validation_fraction": 0.3,
            "clip": 5.0,
            "hidden_layers": 3,
            "width_divisor": {"binary": 3, "multiclass": 0.75},
            "dropout": 0.1,
            "epochs": 5,
            "batch_size": 16,
            "learning_rate": {
                "initial": 0.001,
                "factor": 0.2,
                "patience": 5,
                "minimum": 0.00001,
                "min_delta": 0.0001,
            },
            "selection": "last",
            "images": {"epochs": 3, "filters": [4, 6], "dense": 8, "precision": "float32"},
        }
        return Protocol.from_section(defaults | changes)

    return build
