"""How long an epoch of mini-batches takes that `remix.keras` makes, beside plain `tf.data`.

On an idle machine: ``PYTHONPATH=. .venv/bin/python -m benchmarks.keras_batches``. All are measured in turn,
three times each; the best time counts.
"""

import time

import numpy as np
import tensorflow as tf

from remix.keras import MixedBatches, mixed_batches

ROWS, FEATURES, BATCH, TURNS = 284_000, 30, 64, 3


def seconds_per_epoch() -> dict[str, float]:
    """Measure each way to make the mini-batches of a table."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, FEATURES)).astype(np.float32)
    y = (rng.random(ROWS) < 0.3).astype(np.int64)
    rows = tf.data.Dataset.from_tensor_slices((x, y))
    ways = {
        "tf.data: shuffle, batch": rows.shuffle(ROWS, seed=1).batch(BATCH),
        "mixed_batches: remix": mixed_batches(rows, n_classes=2, batch_size=BATCH, seed=1),
        "mixed_batches: smote": mixed_batches(rows, n_classes=2, batch_size=BATCH, seed=1, method="smote"),
        "MixedBatches": MixedBatches(x, y, batch_size=BATCH, seed=1),
    }
    seconds = dict.fromkeys(ways, np.inf)
    for _ in range(TURNS):
        for way, batches in ways.items():
            start = time.perf_counter()
            for _ in batches:
                pass
            seconds[way] = min(seconds[way], time.perf_counter() - start)
    return seconds


if __name__ == "__main__":
    measured = seconds_per_epoch()
    plain = next(iter(measured.values()))
    for name, each in measured.items():
        print(f"{name:24s} {each:6.2f} s  {each / plain:5.2f} x")
