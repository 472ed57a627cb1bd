"""Estimate how long a study takes on a GPU, from what XLA says of the compiled steps, not from a GPU.

``make gpu-estimate`` runs it behind ``make gpu-export`` and ``make gpu-run``. A step takes the time that its
operations take to be launched, and its bytes to be read and written; of an epoch what takes longer counts,
its steps or the host that draws the next one. All trainings of a cell are taken for one stack.
"""

import argparse
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from remix.batches.drawing import epoch_steps
from remix.protocol import Protocol
from remix.study.__main__ import plan_of
from remix.study.data.catalogue import Task
from remix.study.experiment import architecture_of
from remix.study.plan import Plan

# Of an H100, as its makers say: bytes per second. Of a loop of XLA's: seconds for an operation's launch.
BANDWIDTH, LAUNCH = 3.35e12, 2e-6
# Seconds of the host to draw a row of a mini-batch for a method, as benchmarks/NOTES.md says.
DRAWING = 4.5e-3 / (33 * 64 * 20)


class StepCost(NamedTuple):
    """What a step costs, as XLA's compiler counts it.

    Attributes
    ----------
    kernels : int
        Operations that are launched.
    fixed, each : float
        Bytes of a network: those that do not depend on its size, and those for each of its weights.
    """

    kernels: int
    fixed: float
    each: float


def table_cost(folder: Path) -> StepCost:
    """Find what a step of tables costs, from two networks of different size."""
    points = [compiled(folder, name) for name in ("statlog_cell", "musk_cell")]
    each, fixed = np.polyfit([p["weights"] for p in points], [p["bytes"] / p["networks"] for p in points], 1)
    return StepCost(max(p["kernels"] for p in points), float(fixed), float(each))


def image_cost(folder: Path) -> StepCost:
    """Find what a step of images costs; their networks are all of one size."""
    cost = compiled(folder, "images_cell")
    return StepCost(cost["kernels"], cost["bytes"] / cost["networks"], 0.0)


def compiled(folder: Path, name: str) -> dict[str, Any]:
    """Read what is known of an exported stack."""
    about: dict[str, Any] = json.loads((folder / name / "about.json").read_text())
    costs: dict[str, Any] = json.loads((folder / name / "costs.json").read_text())
    return {**about, **costs}


class Cell(NamedTuple):
    """A cell's networks, the milliseconds of a step, and seconds of all steps."""

    networks: int
    step: float
    seconds: float


def cell_seconds(plan: Plan, task: str, ir: str, cost: StepCost) -> Cell:
    """Estimate a cell, by the rows and features of the catalogue."""
    trainings = plan.trainings[task, ir]
    given = trainings[0].definition
    protocol, of_task = Protocol.from_mapping(given["protocol"]), Task.from_definition(given["task"])
    rows, features = plan.size(trainings[0])
    folds = protocol.splits * protocol.repeats
    steps = epoch_steps(
        [int(rows / protocol.splits * (1 - protocol.validation_fraction))],
        protocol.batch_size,
        given["last_batch"],
    )
    shape = of_task.image or (features,)
    drawn = architecture_of(of_task, protocol, shape).weights(
        np.random.default_rng(0), shape, of_task.n_classes
    )
    networks = folds * len(trainings)
    bytes_each = (cost.fixed + cost.each * sum(weight.size for weight in drawn)) * protocol.batch_size / 64
    step = LAUNCH * cost.kernels + networks * bytes_each / BANDWIDTH
    drawing = DRAWING * protocol.batch_size * networks
    return Cell(networks, 1e3 * step, protocol.epochs * steps * max(step, drawing))


def main() -> None:
    """Print a line for each task, and what all cells take."""
    parser = argparse.ArgumentParser(prog="make gpu-estimate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("gpu-export"))
    parser.add_argument(
        "--configfile", type=Path, nargs="*", default=[], help="overlays over the default study"
    )
    options = parser.parse_args()
    plan = plan_of(options.configfile, {})
    costs = {True: image_cost(options.folder), False: table_cost(options.folder)}
    print("| task | cells | networks | ms a step | seconds |\n|:--|--:|--:|--:|--:|")
    total = 0.0
    for task in dict.fromkeys(task for task, _ in plan.trainings):
        images = plan.study.tasks[task].image is not None
        cells = [cell_seconds(plan, name, ir, costs[images]) for name, ir in plan.trainings if name == task]
        seconds = sum(cell.seconds for cell in cells)
        total += seconds
        largest = max(cells)
        print(f"| {task} | {len(cells)} | {largest.networks} | {largest.step:.2f} | {seconds:.0f} |")
    print(
        f"\nAn estimate for one H100, of {len(plan.trainings)} cells: {total / 60:.0f} minutes of training, "
        "beside compiling. It was not measured."
    )


if __name__ == "__main__":
    main()
