import dataclasses

import numpy as np
import pytest

from benchmarks.speed.cells import Cell, Part

SPECS = {
    "baseline": {},
    "smote": {"resample": {"smote": {"smallest": 1}}},
    "remix": {"resample": {"balanced": {"draw_classes": "equal", "pool": "batch"}}, "mix": {"alpha": 0.1}},
}


@pytest.fixture
def cell(protocol):
    """Builds a cell of three folds that a network learns in a few epochs."""

    def build(method="baseline"):
        rng = np.random.default_rng(0)
        parts = []
        for rows in (100, 103, 110):
            labels = (np.arange(rows) % 8 == 0).astype(np.int64)
            features = rng.normal(size=(rows, 10)) + 2.0 * labels[:, None]
            parts.append(Part(features.astype(np.float32), labels))
        settings = protocol()
        rate = dataclasses.replace(settings.learning_rate, initial=0.01)
        settings = dataclasses.replace(settings, learning_rate=rate)
        names = [(0, 0), (0, 1), (1, 0)]
        return Cell("made_up", "0.14", 2, parts, names, SPECS[method], settings, seed=1)

    return build
