"""How long a training takes, by what training steps were measured to cost."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from remix.batches.drawing import epoch_steps
from remix.catalogue import is_for_tables
from remix.protocol import Protocol, TableProtocol
from remix.study.data.catalogue import Task

# Rows of the steps that were timed.
ROWS_OF_STEP = 64
# Of a step's time with 64 rows, the part that does not depend on their number.
FIXED_SHARE = 0.25
# Stages that cost more than the others, by that of the baseline.
DEARER = {"smote": 1.1, "image": 1.1}
# What a fold of a classifier that is no network takes: seconds, and microseconds for each value of its
# training part, for each class if there are more than two. Boosted trees do; others take less or twice that.
FIT, FIT_MICROSECONDS = 0.5, 3.0
# Seconds of one thread for its set-up and its predictions.
SET_UP = 1.3


class Costs(NamedTuple):
    """What one thread takes for training steps.

    Attributes
    ----------
    table : tuple of (int, float)
        Weights of a network, ascending, and the microseconds of a step of one fold with 64 rows. Between two
        of them the logarithms are interpolated.
    image : float
        The same for an image: nanoseconds for each 1,000 multiplications of its way through the network.
    """

    table: tuple[tuple[int, float], ...] = (
        (686, 115.0),
        (2_200, 150.0),
        (29_792, 700.0),
        (43_904, 900.0),
        (92_196, 2_500.0),
        (565_592, 8_200.0),
    )
    image: float = 240.0

    @property
    def slowness(self) -> float:
        """How many times as long as by the default all else takes: as steps of the smallest network."""
        return self.table[0][1] / Costs().table[0][1]


# Of an AMD EPYC both of whose cores ran the study. By these the longest jobs start first. How long a study
# takes is told by those of the machine at hand, which may be a fifth of them: see `remix.study.probe`.
MEASURED = Costs()


def training_seconds(
    definition: Mapping[str, Any], rows: int, features: int, costs: Costs = MEASURED
) -> float:
    """Estimate how long one thread trains a method on all folds of a cell.

    Parameters
    ----------
    definition : mapping
        See `remix.study.trainings.Training`.
    rows, features : int
        Of the cell's variant.
    costs : Costs
        Of the machine in question.
    """
    protocol, task = Protocol.from_mapping(definition["protocol"]), Task.from_definition(definition["task"])
    trained = int(rows / protocol.splits * (1 - protocol.validation_fraction))
    folds = protocol.splits * protocol.repeats
    if is_for_tables(definition["method"]):
        trees = 1 if task.n_classes == 2 else task.n_classes
        return SET_UP + folds * (FIT + 1e-6 * FIT_MICROSECONDS * trained * features * trees)
    steps = protocol.epochs * epoch_steps([trained], protocol.batch_size, definition["last_batch"])
    step = _step_seconds(protocol, task, features, costs)
    stages = json.dumps(definition["method"])
    for stage, factor in DEARER.items():
        step *= factor if f'"{stage}"' in stages else 1
    return SET_UP + folds * steps * step


def _step_seconds(protocol: Protocol, task: Task, features: int, costs: Costs) -> float:
    """Estimate a step of one fold of the baseline."""
    rows = protocol.batch_size
    if task.image is not None:
        assert protocol.images is not None
        images = protocol.images
        return (
            1e-12
            * costs.image
            * rows
            * multiplications(task.image, images.filters, images.dense, task.n_classes)
        )
    assert protocol.tables is not None
    weights = _table_weights(protocol.tables, features, task.n_classes)
    sizes, of_step = np.log(np.array(costs.table)).T
    # Beyond the largest, in proportion to the weights.
    beyond = max(0.0, np.log(weights) - sizes[-1])
    microseconds = np.exp(np.interp(np.log(weights), sizes, of_step) + beyond)
    return 1e-6 * float(microseconds) * (FIXED_SHARE + (1 - FIXED_SHARE) * rows / ROWS_OF_STEP)


def _table_weights(tables: TableProtocol, features: int, n_classes: int) -> int:
    """Count the weights of a table's network, by which it costs, whatever its form."""
    if (sizes := tables.resnet) is not None:
        return sizes.width * (features + 2 * sizes.blocks * sizes.hidden + n_classes)
    return mlp_weights(features, tables.trained_width(features, n_classes), tables.hidden_layers, n_classes)


def mlp_weights(features: int, width: int, hidden_layers: int, n_classes: int) -> int:
    """Count the weights of a multi-layer perceptron, without biases.

    >>> mlp_weights(166, 112, 3, 2)
    43904
    """
    return width * (features + (hidden_layers - 1) * width + n_classes)


def multiplications(image: tuple[int, int, int], filters: Iterable[int], dense: int, n_classes: int) -> int:
    """Count the multiplications of an image's way through the convolutional network.

    >>> multiplications((32, 32, 3), (32, 64), 64, 2)
    4040192
    """
    height, width, channels = image
    total = 0
    for filters_of_layer in filters:
        height, width = height - 2, width - 2
        total += height * width * 9 * channels * filters_of_layer
        height, width, channels = height // 2, width // 2, filters_of_layer
    return total + height * width * channels * dense + dense * n_classes
