"""How fast this machine trains: steps of a few networks, timed as a study trains them.

``python -m remix.study.probe`` prints that as JSON; with ``--images`` of images too.
"""

import json
import subprocess
import sys
import time
from typing import Any

import numpy as np

from remix.errors import RemixError
from remix.methods import Method
from remix.networks import CNN, MLP, Architecture
from remix.protocol import LearningRateSchedule, Protocol
from remix.study.cost import ROWS_OF_STEP, Costs, mlp_weights, multiplications
from remix.study.runtime import before_import, configure_tensorflow
from remix.training import StackTrainer, TrainingSet

# Hidden layers; features, units of each layer and classes, from the smallest of the tables to the largest.
LAYERS = 3
TABLES = ((19, 14, 2), (64, 44, 2), (166, 112, 2), (178, 488, 5))
# Networks at once, as of 10 × 2 folds.
STACK = 20
IMAGE, FILTERS, DENSE = (32, 32, 3), (32, 64), 64
# Steps of an epoch and epochs; of the epochs the fastest counts, the first one also compiles.
STEPS, EPOCHS = 4, 4
PROTOCOL = Protocol(
    splits=2,
    repeats=STACK // 2,
    validation_fraction=0.0,
    epochs=EPOCHS,
    batch_size=ROWS_OF_STEP,
    learning_rate=LearningRateSchedule(initial=1e-3, factor=0.2, patience=5, min_delta=1e-4, minimum=1e-5),
    selection="last",
)


def measured_costs(*, images: bool) -> Costs:
    """Time training steps on this machine, in a few seconds.

    In a process of its own: TensorFlow is told how to compute once, and talks while it is imported.

    Parameters
    ----------
    images : bool
        Whether steps on images are timed too.

    Returns
    -------
    Costs
        Of one thread, as in a job of the study.
    """
    command = [sys.executable, "-m", "remix.study.probe", *(["--images"] if images else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RemixError(f"the speed of this machine could not be measured: {done.stderr.strip()[-500:]}")
    return Costs(**json.loads(done.stdout))


def time_steps(*, images: bool) -> Costs:
    """Time them in this process; see `measured_costs`."""
    before_import()
    configure_tensorflow(1)
    table = []
    for features, width, n_classes in TABLES:
        seconds = _step_seconds(MLP((width,) * LAYERS, 0.1), (features,), n_classes, STACK)
        table.append((mlp_weights(features, width, LAYERS, n_classes), 1e6 * seconds / STACK))
    if not images:
        return Costs(tuple(table))
    seconds = _step_seconds(CNN(FILTERS, DENSE), IMAGE, 2, 1)
    return Costs(tuple(table), 1e12 * seconds / (ROWS_OF_STEP * multiplications(IMAGE, FILTERS, DENSE, 2)))


def _step_seconds(network: Architecture, shape: tuple[int, ...], n_classes: int, stack: int) -> float:
    """Time a step of a stack of networks on random rows."""
    rng = np.random.default_rng(0)
    rows = STEPS * ROWS_OF_STEP
    features = rng.random((rows, *shape), np.float32)
    if len(shape) > 1:
        features = (255 * features).astype(np.uint8)
    labels, none = np.arange(rows) % n_classes, slice(0)
    sets = [
        TrainingSet(features, labels, features[none], labels[none], "probe", "1", repeat, fold=0)
        for repeat in range(stack)
    ]
    trainer = StackTrainer(
        sets,
        Method(),
        PROTOCOL,
        architecture=network,
        n_classes=n_classes,
        batch_size=ROWS_OF_STEP,
        seed=0,
    )
    watch = _Watch()
    trainer.run(watch)
    return min(watch.seconds) / STEPS


class _Watch:
    """Notes what each epoch takes, in seconds of the processor: whatever else the machine does meanwhile."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def start(self, rows_per_epoch: int) -> None:
        self.begun = time.process_time()

    def report(self, epoch: int, losses: Any, rates: Any, validation: Any) -> None:
        np.asarray(losses)
        now = time.process_time()
        self.seconds.append(now - self.begun)
        self.begun = now


if __name__ == "__main__":
    print(json.dumps(time_steps(images="--images" in sys.argv)._asdict()))
