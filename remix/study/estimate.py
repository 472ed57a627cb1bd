"""How long a study is going to take: `make study` says so before it trains, and how good that was after."""

import heapq
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from remix.study import store
from remix.study.cost import Costs
from remix.study.data.columns import feature_names
from remix.study.inventory import by_name
from remix.study.plan import Plan
from remix.study.running.writing import write_text
from remix.study.trainings import Training
from remix.study.words import counted, in_words

# Seconds of one thread beside the trainings: a job's start, a training's scores, all after the last cell.
START, EVALUATION, RESULTS = 8.0, 1.5, 110.0


class Estimate(NamedTuple):
    """What is going to be trained, and how long it takes.

    Attributes
    ----------
    trainings, there : int
        How many are to be trained, and how many of those that are wanted are there already.
    cells : int
        Cells that something is to be trained of.
    seconds : float
        By the clock, from the first training to the last table.
    longest : tuple of (str, float), or None
        The job that takes longest, and its seconds.
    """

    trainings: int
    there: int
    cells: int
    seconds: float
    longest: tuple[str, float] | None


def estimate(plan: Plan, folder: Path, cores: int, measure: Callable[..., Costs]) -> Estimate:
    """Estimate how long the study of a plan takes, from the data and the trainings that are there.

    Parameters
    ----------
    plan : Plan
    folder : Path
        Where the study runs. Of cells whose variants are not cut yet, the catalogue's rows are counted.
    cores : int
    measure : callable
        `remix.study.probe.measured_costs`; called if there is anything to train.
    """
    lacking: dict[str, list[Training]] = {}
    there, cells, images = 0, set(), False
    for task, ir in plan.wanted_cells(plan.cells(folder / "resources" / "raw")):
        there += len(plan.trainings[task, ir])
        for part, job in enumerate(plan.jobs(task, ir), start=1):
            if trainings := _lacking(folder, job):
                name = f"{task} at {ir}" + (f", {trainings[0].method}" if len(trainings) == 1 else "")
                lacking[f"{name} ({part})" if name in lacking else name] = trainings
                there -= len(trainings)
                cells.add((task, ir))
                images |= plan.study.tasks[task].image is not None
    if not lacking:
        return Estimate(0, there, 0, 0.0, None)
    costs = measure(images=images)
    jobs = {
        name: costs.slowness * (START + EVALUATION * len(trainings))
        + sum(_seconds(plan, folder, each, costs) for each in trainings)
        for name, trainings in lacking.items()
    }
    longest = max(jobs, key=jobs.__getitem__)
    seconds = by_the_clock(jobs.values(), cores) + costs.slowness * RESULTS / cores
    n_trainings = sum(map(len, lacking.values()))
    return Estimate(n_trainings, there, len(cells), seconds, (longest, jobs[longest]))


def _lacking(folder: Path, job: Sequence[Training]) -> list[Training]:
    """Give the trainings of a job that are not there; all, where their data are not."""
    named = by_name(folder, job)
    if named is None:
        return list(job)
    return [
        each
        for name, each in named.items()
        if not store.path_of(folder / "results", each.task, each.ir, name).exists()
    ]


def _seconds(plan: Plan, folder: Path, training: Training, costs: Costs) -> float:
    """Estimate a training from its variant or, where it is not cut yet, from the catalogue."""
    variant = folder / training.inputs[0]
    if not variant.is_file():
        return plan.seconds(training, costs=costs)
    about = pq.read_metadata(variant)
    return plan.seconds(training, about.num_rows, len(feature_names(about.schema.names)), costs)


def by_the_clock(jobs: Iterable[float], cores: int) -> float:
    """Compute how long jobs take on so many cores, the longest first.

    >>> by_the_clock([3, 5, 4], 2)
    7.0
    """
    free_at = [0.0] * cores
    for seconds in sorted(jobs, reverse=True):
        heapq.heapreplace(free_at, free_at[0] + seconds)
    return max(free_at)


def announce(estimate: Estimate, cores: int) -> str:
    """Say what is going to be trained and about how long it takes, for people."""
    if not estimate.trainings:
        return f"Nothing is to be trained: all {estimate.there} trainings are there."
    there = f", {estimate.there} are there already" if estimate.there else ""
    trainings, cells = counted(estimate.trainings, "training"), counted(estimate.cells, "cell")
    lines = [
        f"To be trained: {trainings} of {cells}{there}.",
        f"That takes about {in_words(estimate.seconds)} on {cores} cores, by steps timed on this machine.",
    ]
    if estimate.longest is not None:
        job, seconds = estimate.longest
        lines.append(f"The longest job, {job}, takes {in_words(seconds)}.")
    return "\n".join(lines)


def keep(estimate: Estimate, path: Path) -> None:
    """Keep an estimate, to be compared with what the study took."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(json.dumps({"begun": datetime.now().isoformat(), "seconds": estimate.seconds}), path)


def compared(path: Path) -> str:
    """Say how long the study took since the estimate of it was kept, and how good that was."""
    said = json.loads(path.read_text(encoding="utf-8"))
    took = (datetime.now() - datetime.fromisoformat(said["begun"])).total_seconds()
    if not said["seconds"]:
        return f"That took {in_words(took)}."
    return (
        f"That took {in_words(took)}; {in_words(said['seconds'])} had been estimated "
        f"({100 * (said['seconds'] / took - 1):+.0f} %)."
    )
