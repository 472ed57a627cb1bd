"""Train what is wanted of a cell and not there yet, in one process."""

import functools
import gc
import hashlib
import logging
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd

from remix.errors import RemixError
from remix.study import store
from remix.study.data.columns import features
from remix.study.running import provenance
from remix.study.running.parquet import read_parquet
from remix.study.store import Entry, Trained
from remix.study.trainings import Training

logger = logging.getLogger(__name__)


def train_cell(
    wanted: Sequence[Training],
    files: Mapping[str, Path],
    results: Path,
    *,
    threads: int,
    stack: int,
) -> list[Entry]:
    """Train what is lacking of the trainings that are wanted of a cell, one after the other.

    Each is kept before the next begins. One that fails does not keep the others from being trained.

    Parameters
    ----------
    wanted : sequence of Training
        Of one cell.
    files : mapping of str to Path
        Where the inputs of the trainings are.
    results : Path
    threads : int
        Threads of this process.
    stack : int
        Folds of images that are trained at once.

    Returns
    -------
    list of Entry

    Raises
    ------
    RemixError
        If some could not be trained; a line that names them and why.
    """
    names = names_of(wanted, files)
    paths = [
        store.path_of(results, each.task, each.ir, name) for each, name in zip(wanted, names, strict=True)
    ]
    lacking = [(each, path) for each, path in zip(wanted, paths, strict=True) if not path.exists()]
    there = len(wanted) - len(lacking)
    logger.info(f"{len(wanted)} trainings are wanted, {there} of them are there")
    failed = _train_all(lacking, files, threads=threads, stack=stack) if lacking else []
    if failed:
        raise type(failed[0])("; ".join(map(str, failed)))
    return [
        Entry(name, each.uses, store.made_by(path))
        for each, name, path in zip(wanted, names, paths, strict=True)
    ]


def _train_all(
    lacking: Sequence[tuple[Training, Path]],
    files: Mapping[str, Path],
    *,
    threads: int,
    stack: int,
) -> list[RemixError]:
    """Train and keep each; gives the errors of those that failed."""
    # TensorFlow takes seconds to import: not for a cell that lacks nothing.
    from remix.study.runtime import before_import

    before_import()
    from remix.methods import Method
    from remix.protocol import Protocol
    from remix.study.data.catalogue import Task
    from remix.study.experiment import cross_validate
    from remix.study.runtime import allow_tf32, configure_tensorflow, device_name, uses_tf32
    from remix.study.splits import FoldRows

    configure_tensorflow(threads=threads)

    @functools.lru_cache(maxsize=1)
    def variant_of(path: str) -> pd.DataFrame:
        return read_parquet(files[path])

    kept: dict[object, FoldRows] = {}
    failed = []
    for n, (training, path) in enumerate(lacking, start=1):
        begun = datetime.now()
        started = time.monotonic()
        given, task = training.definition, Task.from_definition(training.definition["task"])
        protocol = Protocol.from_mapping(given["protocol"])
        allow_tf32(protocol.images is not None and protocol.images.tf32)
        logger.info(f"training {n} of {len(lacking)}: {training.method}, {given['method']}, kept as {path}")
        try:
            variant = variant_of(training.inputs[0])
            # Folds and their rows are made once for all trainings in turn that have the same.
            clip = protocol.tables and protocol.tables.clip
            by_groups = given.get("splits") == "groups"
            cut = given["seed"], protocol.splits, protocol.repeats, protocol.validation_fraction, by_groups
            same = training.inputs, cut, clip
            if same not in kept:
                kept.clear()
                whole = [features(read_parquet(files[path])) for path in training.inputs[1:]]
                fill = whole[0].mean() if whole else None
                kept[same] = FoldRows.of_cell(
                    variant,
                    task,
                    training.ir,
                    protocol,
                    seed=given["seed"],
                    fill=fill,
                    by_groups=by_groups,
                )
            result = cross_validate(
                variant,
                task,
                training.ir,
                Method.from_spec(given["method"]),
                protocol,
                seed=given["seed"],
                last_batch=given["last_batch"],
                stack=stack if task.image else None,
                rows=kept[same],
            )
        except RemixError as error:
            failed.append(type(error)(f"method {training.method}, {error}"))
            logger.info(f"failed: {error}")
            continue
        facts = provenance.of_training(
            given["seed"], device_name(), result.step_seconds, tf32=uses_tf32(), xla=result.xla
        )
        facts |= {"begun": begun.isoformat(" ", "seconds"), "seconds": round(time.monotonic() - started, 3)}
        store.write_training(
            path,
            Trained(result.predictions, result.validation, result.records),
            training.as_mapping(),
            facts,
        )
        # The networks of one training are gone before those of the next are made.
        del result
        gc.collect()
    return failed


def names_of(trainings: Sequence[Training], files: Mapping[str, Path]) -> list[str]:
    """Compute the names of trainings, from their inputs as they are now."""
    return [each.name(_file_digest(files[path]) for path in each.inputs) for each in trainings]


@functools.cache
def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
