"""`MixedBatches` runs where TensorFlow is not: on every backend of Keras."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ITERATE = """
import sys
import keras
import numpy as np
from remix.keras import MixedBatches

x, y = np.arange(40.0).reshape(20, 2), np.array([0] * 16 + [1] * 4)
for method in ("remix_dataset_pool", "mixup", "cost"):
    batches = MixedBatches(x, y, batch_size=8, method=method, seed=1)
    assert all(np.isfinite(array).all() for i in range(len(batches)) for array in batches[i])
    batches.on_epoch_end()
"""
EVALUATE = """
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, activation="softmax")])
model.compile(loss="categorical_crossentropy")
assert np.isfinite(model.evaluate(MixedBatches(x, y, batch_size=8, seed=1), verbose=0))
"""
FIT = """
for processes in (False, True):
    batches = MixedBatches(x / 40, y, batch_size=8, seed=1, workers=2, use_multiprocessing=processes)
    assert np.isfinite(model.fit(batches, epochs=2, verbose=0).history["loss"]).all()
"""
NO_TENSORFLOW = "assert 'tensorflow' not in sys.modules, 'TensorFlow was imported'\n"
NEEDS = {"numpy": "jax", "jax": "jax", "torch": "torch"}

# What `MixedBatches` uses of Keras, for where no other backend is installed.
KERAS = """
class utils:
    class PyDataset:
        def __init__(self, **options):
            pass
class saving:
    def register_keras_serializable(package):
        return lambda kind: kind
"""


def run(code, **environment):
    paths = [environment.pop("PYTHONPATH", ""), str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | environment | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_package_does_without_tensorflow(tmp_path):
    (tmp_path / "keras.py").write_text(KERAS)
    result = run(ITERATE + NO_TENSORFLOW, PYTHONPATH=str(tmp_path))
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("backend", NEEDS)
def test_every_backend_takes_them(backend):
    if importlib.util.find_spec(NEEDS[backend]) is None:
        pytest.skip(f"{NEEDS[backend]} is not installed, which the backend {backend} needs")
    code = ITERATE + EVALUATE + (FIT if backend != "numpy" else "") + NO_TENSORFLOW
    result = run(code, KERAS_BACKEND=backend)
    assert result.returncode == 0, result.stderr
