"""How long a training takes: what a training step was measured to cost, and how fast this machine is."""

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from remix.batches.drawing import epoch_steps
from remix.protocol import Protocol
from remix.study.data.catalogue import Task

# What one thread took for a step of one fold with 64 rows, while both cores of an AMD EPYC ran the study:
# weights of the network, and microseconds. Between two of them the logarithms are interpolated.
TABLE_STEP = (
    (686, 115.0),
    (2_200, 150.0),
    (29_792, 700.0),
    (43_904, 900.0),
    (92_196, 2_500.0),
    (565_592, 8_200.0),
)
# The same for an image, in nanoseconds for each 1,000 multiplications of its way through the network. Other
# machines took a third of that: convolutions depend on more than the probe does.
IMAGE_MULTIPLICATIONS = 240.0
# Of a step's time with 64 rows, the part that does not depend on their number.
FIXED_SHARE = 0.25
# Stages that cost more than the others, by that of the baseline.
DEARER = {"smote": 1.1, "image": 1.1}
# Seconds of one thread for its set-up and its predictions.
SET_UP = 1.3
# What the probe took where the costs above were measured.
PROBE = 0.83


def training_seconds(definition: Mapping[str, Any], rows: int, features: int) -> float:
    """Estimate how long one thread trains a method on all folds of a cell.

    Parameters
    ----------
    definition : mapping
        See `remix.study.trainings.Training`.
    rows, features : int
        Of the cell's variant.

    Returns
    -------
    float
        Seconds on the machine of the measured costs.
    """
    protocol, task = Protocol.from_mapping(definition["protocol"]), Task.from_definition(definition["task"])
    trained = int(rows / protocol.splits * (1 - protocol.validation_fraction))
    steps = protocol.epochs * epoch_steps([trained], protocol.batch_size, definition["last_batch"])
    step = _step_seconds(protocol, task, features)
    stages = json.dumps(definition["method"])
    for stage, factor in DEARER.items():
        step *= factor if f'"{stage}"' in stages else 1
    return SET_UP + protocol.splits * protocol.repeats * steps * step


def _step_seconds(protocol: Protocol, task: Task, features: int) -> float:
    """Estimate a step of one fold of the baseline."""
    rows = protocol.batch_size
    if task.image is not None:
        assert protocol.images is not None
        images = protocol.images
        return (
            1e-12
            * IMAGE_MULTIPLICATIONS
            * rows
            * _multiplications(task.image, images.filters, images.dense, task.n_classes)
        )
    assert protocol.tables is not None
    width, layers = protocol.tables.trained_width(features, task.n_classes), protocol.tables.hidden_layers
    weights = width * (features + (layers - 1) * width + task.n_classes)
    sizes, costs = np.log(np.array(TABLE_STEP)).T
    # Beyond the largest, in proportion to the weights.
    beyond = max(0.0, np.log(weights) - sizes[-1])
    microseconds = np.exp(np.interp(np.log(weights), sizes, costs) + beyond)
    return 1e-6 * float(microseconds) * (FIXED_SHARE + (1 - FIXED_SHARE) * rows / 64)


def _multiplications(image: tuple[int, int, int], filters: Iterable[int], dense: int, n_classes: int) -> int:
    """Count the multiplications of an image's way through the convolutional network.

    >>> _multiplications((32, 32, 3), (32, 64), 64, 2)
    4040192
    """
    height, width, channels = image
    total = 0
    for filters_of_layer in filters:
        height, width = height - 2, width - 2
        total += height * width * 9 * channels * filters_of_layer
        height, width, channels = height // 2, width // 2, filters_of_layer
    return total + height * width * channels * dense + dense * n_classes


def machine_factor() -> float:
    """Measure for about a second how much slower this machine is than the one of the measured costs.

    What is timed is what a step of a table is made of: products of a stack of matrices, and passes over
    arrays as large as its weights. One thread does it, as in a job of the study.
    """
    from threadpoolctl import threadpool_limits

    rng = np.random.default_rng(0)
    inputs, weights = (rng.random((20, rows, 112), np.float32) for rows in (64, 112))
    moments = np.zeros((20, 44_000), np.float32)
    gradient = rng.random(moments.shape, np.float32)
    with threadpool_limits(1):
        inputs @ weights
        begun = time.perf_counter()
        for _ in range(25):
            for _ in range(8):
                inputs @ weights
            for _ in range(4):
                moments += 0.1 * (gradient - moments)
        return (time.perf_counter() - begun) / PROBE
