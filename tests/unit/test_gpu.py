"""On a GPU the same code gives the same results; without one these tests skip themselves."""

import numpy as np
import pytest
import tensorflow as tf

from remix.methods import Method
from remix.networks import CNN, MLP, ResNet
from remix.training import StackTrainer, TrainingSet

pytestmark = pytest.mark.skipif(
    not tf.config.list_physical_devices("GPU"), reason="TensorFlow sees no GPU on this machine"
)
REMIX = {"resample": "balanced", "mix": {"alpha": 0.2}}
CASES = {
    "table": ((6,), MLP((8, 8, 8), 0.1), REMIX),
    "smote": ((6,), MLP((8, 8, 8), 0.1), {"resample": "smote"}),
    "residual": ((6,), ResNet(2, 8, 16, 0.1), REMIX),
    "images": ((10, 10, 3), CNN((4, 6), 8), REMIX | {"augment": "image"}),
    "float16": ((10, 10, 3), CNN((4, 6), 8, "mixed_float16"), REMIX | {"augment": "image"}),
}


def predictions(device, shape, architecture, spec, protocol):
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], [60, 20])
    x = rng.integers(0, 200, (80, *shape)) + 50 * labels.reshape(-1, *[1] * len(shape))
    rows = (x / 255).astype(np.float32) if len(shape) == 1 else x.astype(np.uint8)
    sets = [TrainingSet(rows, labels, rows[::3], labels[::3], "t", "0.2", 0, fold) for fold in range(2)]
    with tf.device(device):
        trainer = StackTrainer(
            sets,
            Method.from_spec(spec),
            protocol(epochs=3),
            architecture=architecture,
            n_classes=2,
            batch_size=16,
            seed=1,
        )
        assert device in trainer.variables[0].device
        return np.stack(trainer.run().predict([rows, rows]))


@pytest.mark.parametrize("case", list(CASES.values()), ids=list(CASES))
def test_a_gpu_repeats_itself_and_agrees_with_the_cpu(case, protocol):
    tf.config.experimental.enable_op_determinism()
    first, again = (predictions("GPU:0", *case, protocol) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_allclose(first, predictions("CPU:0", *case, protocol), atol=2e-2)
