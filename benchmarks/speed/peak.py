"""The machine's dense float32 matrix products: the most that arithmetic on all cores can reach."""

import json
import sys
import time
from collections.abc import Callable

import numpy as np

SIZES = (1024, 2048, 4096)
LIBRARIES = ("numpy", "tensorflow")
SECONDS = 0.5  # of products, at least, at each size


def multiplier(library: str, threads: int) -> Callable[[np.ndarray], Callable[[], object]]:
    """Give what makes of a matrix the function that multiplies it by itself."""
    if library == "numpy":
        return lambda a: lambda: a @ a
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)

    def make(a: np.ndarray) -> Callable[[], object]:
        tensor = tf.constant(a)
        return lambda: tf.matmul(tensor, tensor).numpy()

    return make


def gflops(library: str, threads: int, size: int) -> float:
    """Measure square products, 2 n³ operations each: the best one within some time, after a first."""
    multiply = multiplier(library, threads)(np.random.default_rng(0).random((size, size), dtype=np.float32))
    multiply()
    best, end = np.inf, time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        start = time.perf_counter()
        multiply()
        best = min(best, time.perf_counter() - start)
    return 2e-9 * size**3 / best


if __name__ == "__main__":
    # One library in a process: their pools of threads must not meet.
    print(json.dumps({size: gflops(sys.argv[1], int(sys.argv[2]), size) for size in SIZES}))
