"""How long the image tasks of a study take on this machine, from the measured time of training steps.

``make estimate`` runs it. Every method of each image task is trained for a few dozen steps on random images
of the right shape, with one thread as a job of the study has (or on a GPU, if TensorFlow sees one), and the
time of a step is multiplied by the steps of the whole study.
"""

import argparse
import json
import time

import numpy as np
import tensorflow as tf

from benchmarks.study import ROOT, default_configuration
from remix.batches.drawing import epoch_steps
from remix.methods import Method
from remix.networks import CNN
from remix.protocol import Protocol
from remix.study.data.catalogue import Dataset
from remix.study.data.variants import minority_size
from remix.study.runtime import configure_tensorflow
from remix.study.study import Study
from remix.training import StackTrainer, TrainingSet

STEPS, EPOCHS = 20, 4  # of which the first epoch, with compiling, is left out
IMAGES = 640


def steps_of_a_cell(study: Study, dataset: Dataset, task_name: str, ir: str) -> int:
    """Count the training steps of one method on one cell, whose classes are of equal size in the dataset."""
    task = study.tasks[task_name]
    assert dataset.rows is not None
    share = dataset.rows // len(dataset.classes)
    counts = np.array([dataset.rows - share, share] if task.merged else [share] * task.n_classes)
    counts[list(task.minority_labels)] = minority_size(counts, task, ir)
    training = study.training(task_name, "baseline")["protocol"]
    half = counts.sum() / training["splits"]
    rows = int(half * (1 - training["validation_fraction"]))
    folds = training["splits"] * training["repeats"]
    return folds * training["epochs"] * epoch_steps([rows], training["batch_size"], "filled")


def seconds_per_step(study: Study, task_name: str, method: str, stack: int) -> float:
    """Measure one training step of one fold, of several trained at once: the median of a few epochs."""
    task = study.tasks[task_name]
    training = json.loads(json.dumps(study.training(task_name, method), default=list))
    protocol = Protocol.from_mapping(training["protocol"])
    assert task.image is not None
    assert protocol.images is not None
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (IMAGES, *task.image), dtype=np.uint8)
    labels = np.arange(IMAGES) % task.n_classes
    sets = [
        TrainingSet(images, labels, images[:1], labels[:1], task_name, "1", 0, fold) for fold in range(stack)
    ]
    trainer = StackTrainer(
        sets,
        Method.from_spec(training["method"]),
        protocol,
        architecture=CNN(protocol.images.filters, protocol.images.dense, protocol.images.precision),
        n_classes=task.n_classes,
        batch_size=protocol.batch_size,
        seed=1,
        steps=STEPS,
    )
    rates = np.full(stack, 1e-3, np.float32)
    trainer.run_epoch(rates)
    seconds = []
    for _ in range(EPOCHS - 1):
        start = time.perf_counter()
        trainer.run_epoch(rates)
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds)) / STEPS / stack


def main(names: list[str], stack: int) -> None:
    """Print milliseconds per step of one fold, hours per task, and the sum."""
    # The extended study brings further tasks on images.
    configuration = default_configuration(ROOT / "config" / "extended.yaml")
    study = configuration.study
    names = names or [name for name, task in study.tasks.items() if task.image is not None]
    configure_tensorflow(threads=1)
    device = "one GPU" if tf.config.list_physical_devices("GPU") else "one thread"
    print(f"{device}; {study.protocol.repeats} × {study.protocol.splits} folds, {stack} at once\n")
    print("| task | method | ms per step | steps of all cells | hours |\n|:--|:--|--:|--:|--:|")
    total = 0.0
    for name in names:
        dataset = configuration.datasets[study.tasks[name].dataset]
        steps = sum(steps_of_a_cell(study, dataset, name, ir) for ir in study.tasks[name].irs)
        for method in study.methods_of(name):
            seconds = seconds_per_step(study, name, method, stack)
            total += steps * seconds
            print(f"| {name} | {method} | {1e3 * seconds:.1f} | {steps:,} | {steps * seconds / 3600:.1f} |")
    print(f"\nAll of it: {total / 3600:.0f} hours of {device}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tasks", nargs="*", help="image tasks; all by default")
    parser.add_argument("--stack", type=int, default=1, help="folds that are trained at once")
    arguments = parser.parse_args()
    main(arguments.tasks, arguments.stack)
