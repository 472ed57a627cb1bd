import numpy as np
import pytest


@pytest.fixture
def table():
    """A table of three classes, 90 : 24 : 6, far apart, in random order."""
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat([0, 1, 2], [90, 24, 6]))
    centres = np.array([[0, 0, 0, 0], [4, 0, 4, 0], [0, 4, 0, 4]])
    return (centres[y] + rng.normal(size=(120, 4))).astype(np.float32), y


@pytest.fixture
def images():
    """Images of bytes of two classes, 40 : 8, dark and bright."""
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat([0, 1], [40, 8]))
    return (rng.integers(0, 60, (48, 6, 5, 2)) + 180 * y[:, None, None, None]).astype(np.uint8), y
