"""One model, and an epoch of mini-batches, beside what one would use otherwise.

``make bench`` measures `remix.ReMixClassifier` beside scikit-learn's MLPClassifier with the same layers,
mini-batches and epochs, and the mini-batches of `remix.keras` beside plain tf.data. Each measurement is a
process of its own, which may use all cores; contenders take turns, so that what else the machine does meets
all of them.
"""

import argparse
import json
import resource
import time
import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.report import in_one_line, machine, write_section
from benchmarks.speed.measuring import cores, said_by
from remix.study.results.markdown import table

BATCH = 64


class Size(NamedTuple):
    """What is trained on, and for how long."""

    rows: int
    features: int
    epochs: int

    def __str__(self) -> str:
        return f"{self.rows:,} × {self.features}"


MODEL_SIZES = (Size(1_000, 20, 100), Size(20_000, 50, 20), Size(284_000, 30, 3))
BATCH_SIZE = Size(284_000, 30, 1)
OURS, THEIRS = "ReMixClassifier", "MLPClassifier"
BATCHES, ARRAYS, PLAIN = "mixed_batches", "MixedBatches", "tf.data: shuffle, batch"


def rows(size: Size) -> tuple[np.ndarray, np.ndarray]:
    """Make rows of which one in ten is of the rare class; float32."""
    rng = np.random.default_rng(0)
    y = (rng.random(size.rows) < 0.1).astype(np.int64)
    X = rng.normal(size=(size.rows, size.features)).astype(np.float32)
    X[:, :2] += 2 * y[:, None]
    return X, y


def fit_ours(size: Size) -> float:
    """Train the classifier; gives the seconds."""
    from remix import ReMixClassifier

    X, y = rows(size)
    model = ReMixClassifier(max_iter=size.epochs, batch_size=BATCH, random_state=0)
    return timed(lambda: model.fit(X, y))


def fit_theirs(size: Size) -> float:
    """Train scikit-learn's classifier with the layers that ours would have."""
    from sklearn.neural_network import MLPClassifier

    X, y = rows(size)
    width = max(12, int(2 * (size.features + 2) / 3))
    model = MLPClassifier(
        (width,) * 3, batch_size=BATCH, max_iter=size.epochs, n_iter_no_change=size.epochs + 1, random_state=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it has not converged
        return timed(lambda: model.fit(X, y))


def plain_batches(size: Size) -> float:
    """Go once through shuffled, batched rows."""
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensor_slices(rows(size)).shuffle(size.rows).batch(BATCH)
    return timed(lambda: sum(1 for _ in dataset.prefetch(tf.data.AUTOTUNE)))


def tensorflow_batches(size: Size) -> float:
    """Go once through mini-batches of a dataset."""
    import tensorflow as tf

    from remix.keras import mixed_batches

    dataset = tf.data.Dataset.from_tensor_slices(rows(size))
    batches = mixed_batches(dataset, n_classes=2, batch_size=BATCH, seed=0)
    return timed(lambda: sum(1 for _ in batches))


def array_batches(size: Size) -> float:
    """Go once through mini-batches of arrays."""
    from remix.keras import MixedBatches

    batches = MixedBatches(*rows(size), batch_size=BATCH, seed=0)
    return timed(lambda: [batches[i] for i in range(len(batches))])


CONTENDERS: dict[str, Callable[[Size], float]] = {
    OURS: fit_ours,
    THEIRS: fit_theirs,
    PLAIN: plain_batches,
    BATCHES: tensorflow_batches,
    ARRAYS: array_batches,
}


def timed(action: Callable[[], object]) -> float:
    """Give the seconds of an action."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def measure(name: str, size: Size) -> tuple[float, float]:
    """Measure a contender in a process of its own; gives its seconds, and the MiB of its largest size."""
    seconds, mib = said_by("benchmarks.library", "--worker", name, *map(str, size), threads=cores())
    return seconds, mib


def compared(names: tuple[str, ...], size: Size, runs: int) -> pd.DataFrame:
    """Measure contenders in turn: a line of medians for each; the last is what all are compared with."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for _ in range(runs):
        for name in names:
            found[name].append(measure(name, size))
    middle = {name: np.median(values, axis=0) for name, values in found.items()}
    reference = middle[names[-1]][0]
    return pd.DataFrame(
        [
            {
                "rows × features": str(size),
                "epochs": size.epochs,
                "": name,
                "seconds": f"{seconds:.2f}",
                f"× {names[-1]}": f"{seconds / reference:.2f}",
                "MiB": f"{mib:.0f}",
            }
            for name, (seconds, mib) in middle.items()
        ]
    )


def main() -> None:
    """Print the tables, and write them to the results."""
    parser = argparse.ArgumentParser(prog="make bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--worker", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--runs", type=int, default=3, help="of each contender; 3 by default")
    parser.add_argument("--small", action="store_true", help="the smallest model only, and few batches")
    parser.add_argument("--dry", action="store_true", help="leave results.md as it is")
    options = parser.parse_args()
    if options.worker:
        name, *numbers = options.worker
        seconds = CONTENDERS[name](Size(*map(int, numbers)))
        print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
        return
    sizes = MODEL_SIZES[:1] if options.small else MODEL_SIZES
    models = pd.concat([compared((OURS, THEIRS), size, options.runs) for size in sizes])
    epoch = Size(2_000, 30, 1) if options.small else BATCH_SIZE
    batches = compared((ARRAYS, BATCHES, PLAIN), epoch, options.runs)
    about = (
        f"Medians of {options.runs} runs, each a process of its own with all cores; the seconds are without "
        f"imports and data. Mini-batches of {BATCH} rows. The models have the same hidden layers; ours is "
        "trained by its default method and has dropout. `MixedBatches` makes its mini-batches in NumPy."
    )
    shown = "\n\n".join([about, table(models), table(batches)])
    print(f"\n{shown}")
    if not options.dry:
        write_section("One model, and mini-batches, beside others", f"{machine('scikit-learn')}\n\n{shown}")


if __name__ == "__main__":
    in_one_line(main)
