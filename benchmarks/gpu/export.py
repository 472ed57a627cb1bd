"""Write one epoch of training as XLA compiles it, to be run where there is a GPU and no TensorFlow.

``make gpu-export`` runs it. A folder for each of `STACKS` holds ``block.hlo.pb``, the epoch as HLO;
``inputs.npz``, the values of its parameters in their order; ``outputs.npz``, the first of its results in
their order, as TensorFlow's own kernels compute them on a CPU; and ``about.json``, what its time is judged
by. ``benchmarks/gpu/run.py`` compiles, checks and times them. Data are made up, as large as the real ones.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from benchmarks.study import default_study
from remix.catalogue import stages
from remix.methods import Method
from remix.networks import CNN, MLP
from remix.protocol import Protocol
from remix.study.runtime import configure_tensorflow
from remix.training import StackTrainer, TrainingSet


@dataclass(frozen=True)
class Stack:
    """What is trained at once: the folds of a cell by one method or several, for an epoch.

    Attributes
    ----------
    methods : tuple of str
        Names of the catalogue.
    shape : tuple of int
        Of a row: features of a table, or height, width and channels of images.
    rows : int
        Of each training part.
    share : float
        Of them that are of class 1, of two classes.
    folds : int
    """

    methods: tuple[str, ...]
    shape: tuple[int, ...]
    rows: int
    share: float
    folds: int = 20

    @property
    def images(self) -> bool:
        """Whether rows are images."""
        return len(self.shape) == 3

    def sets(self) -> list[TrainingSet]:
        """Make the folds up; of few values, so that their files are small."""
        made = []
        for fold in range(self.folds):
            rng = np.random.default_rng(fold)
            labels = (np.arange(self.rows) < round(self.share * self.rows)).astype(np.int64)
            x = rng.integers(-16, 16, (self.rows, *self.shape)) / 8 + 0.5 * labels.reshape(
                -1, *[1] * len(self.shape)
            )
            x = (64 + 24 * x).clip(0, 255).astype(np.uint8) if self.images else x.astype(np.float32)
            made.append(TrainingSet(x, labels, x[:0], labels[:0], "made up", "0.05", fold // 2, fold % 2))
        return made

    def trainer(self, protocol: Protocol, seed: int, *, xla: bool) -> StackTrainer:
        """Set the stack up, under the settings of the study."""
        assert protocol.tables is not None
        assert protocol.images is not None
        width = protocol.tables.trained_width(self.shape[0], 2)
        return StackTrainer(
            self.sets(),
            [Method.from_spec(stages(method, images=self.images)) for method in self.methods],
            protocol,
            architecture=CNN(protocol.images.filters, protocol.images.dense)
            if self.images
            else MLP((width,) * protocol.tables.hidden_layers, protocol.tables.dropout),
            n_classes=2,
            batch_size=64,
            seed=seed,
            xla=xla,
        )


# The training parts of musk and statlog at an imbalance ratio of 0.05; images of CIFAR-10's shape, few, for
# what counts is the time of a step.
ONE_BY_ONE = {method: (method,) for method in ("baseline", "smote", "remix")}
CELL = {"cell": ("baseline", "cost", "smote", "mixup", "remix")}
STACKS = {
    **{f"musk_{name}": Stack(methods, (166,), 2051, 1 / 21) for name, methods in (ONE_BY_ONE | CELL).items()},
    **{
        f"statlog_{name}": Stack(methods, (36,), 1801, 1 / 21)
        for name, methods in (ONE_BY_ONE | CELL).items()
    },
    "images_baseline": Stack(("baseline",), (32, 32, 3), 256, 1 / 11, folds=4),
    "images_remix_aug": Stack(("remix_aug",), (32, 32, 3), 256, 1 / 11, folds=4),
    "images_cell": Stack((*CELL["cell"], "augment", "remix_aug"), (32, 32, 3), 128, 1 / 11, folds=2),
}


def step_flops(variables: list[tf.Variable], shape: tuple[int, ...], batch_size: int) -> float:
    """Count what a step needs: a multiplication and an addition for each weight and row, three times.

    Forward, for the gradient by weights, and for that by inputs, which the first layer does not need.

    >>> kernels = [tf.zeros((20, 166, 112)), tf.zeros((20, 1, 112)), tf.zeros((20, 112, 2))]
    >>> step_flops(kernels, (166,), 64) == 64 * 20 * (4 * 166 * 112 + 6 * 112 * 2)
    True
    """
    size, total, passes = shape[0], 0.0, 2
    for kernel in variables:
        if len(kernel.shape) == 5 and kernel.shape[1] == 3:
            # A 3 × 3 window at each place of its output; pooling halves that.
            size -= 2
            total += 2 * passes * int(np.prod(kernel.shape)) * size**2
            size //= 2
        elif len(kernel.shape) == 3 and kernel.shape[1] > 1:
            total += 2 * passes * int(np.prod(kernel.shape))
        else:
            continue
        passes = 3
    return batch_size * total


def export(stack: Stack, folder: Path, protocol: Protocol, seed: int) -> str:
    """Write an epoch of a stack into a folder; gives the program as text."""
    plain = stack.trainer(protocol, seed, xla=False)
    compiled = stack.trainer(protocol, seed, xla=True)
    rates = np.full(compiled.stack, protocol.learning_rate.initial, np.float32)
    rows, draws, _ = compiled.draw_epoch()
    (block,) = compiled.blocks(rows, draws)
    sums = tf.zeros(rates.shape), tf.zeros(compiled.class_weights.shape)
    inputs = (*block, tf.constant(rates), tf.constant(compiled.class_weights), *sums)
    ir = compiled.train_block.experimental_get_compiler_ir(*inputs)
    # TensorFlow finds out what the device is by drawing a number, which must have a seed.
    tf.random.set_seed(seed)
    program = ir(stage="hlo_serialized")
    # First what it is called with, then tensors that it holds, then its variables; it gives the variables
    # back behind its results.
    traced = compiled.train_block.get_concrete_function(*inputs)
    by_handle = {id(variable.handle): variable for variable in traced.variables}
    tensors = [each for each in traced.captured_inputs if each.dtype != tf.resource]
    variables = [by_handle[id(each)] for each in traced.captured_inputs if each.dtype == tf.resource]

    results = plain.train_epoch(rows, draws, rates, plain.class_weights)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "block.hlo.pb").write_bytes(program)
    np.savez_compressed(
        folder / "inputs.npz", *(each.numpy() for each in [*tf.nest.flatten(inputs), *tensors, *variables])
    )
    np.savez_compressed(folder / "outputs.npz", *results, *(each.numpy() for each in plain.variables))
    about = {
        "steps": compiled.steps,
        "networks": compiled.stack,
        "weights": sum(int(np.prod(variable.shape[1:])) for variable in compiled.variables),
        "flops": step_flops(compiled.variables, stack.shape, compiled.batch_size),
    }
    (folder / "about.json").write_text(json.dumps(about) + "\n", encoding="utf-8")
    return ir(stage="hlo")


def main() -> None:
    """Write the stacks that are named, or all, and tell what each takes."""
    parser = argparse.ArgumentParser(prog="make gpu-export", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("stacks", nargs="*", help=f"of {', '.join(STACKS)}; all by default")
    parser.add_argument("--folder", type=Path, default=Path("gpu-export"))
    options = parser.parse_args()
    if unknown := set(options.stacks) - set(STACKS):
        parser.error(f"no stack is called {min(unknown)}; there are {', '.join(STACKS)}")
    configure_tensorflow(threads=1)
    study = default_study()
    for name in options.stacks or STACKS:
        folder = options.folder / name
        export(STACKS[name], folder, study.protocol, study.seed)
        size = sum(path.stat().st_size for path in folder.iterdir())
        print(f"{folder}: {size / 2**20:.1f} MiB", flush=True)


if __name__ == "__main__":
    main()
