"""Train what is wanted of a cell and not there yet, in one process."""

import functools
import gc
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from remix.errors import RemixError
from remix.study import store
from remix.study.data.sources.checksums import sha256_of
from remix.study.estimators import library
from remix.study.running import provenance
from remix.study.store import Entry
from remix.study.trainings import Training

if TYPE_CHECKING:
    from remix.study.fold_rows import CellRows

logger = logging.getLogger(__name__)

_Lacking = tuple[Training, Path]
_Train = Callable[[Sequence[Training]], list[tuple[store.Trained, dict[str, Any]]]]
# Many trainings have a file in common.
_digest_of = functools.cache(sha256_of)


def train_cell(
    wanted: Sequence[Training],
    files: Mapping[str, Path],
    results: Path,
    *,
    threads: int,
    stack: int | Literal["auto"],
) -> list[Entry]:
    """Train what is lacking of the trainings that are wanted of a cell.

    One after the other, and each is kept before the next begins. On a GPU those are trained at once that can
    share a stack of networks. One that fails does not keep the others from being trained.

    Parameters
    ----------
    wanted : sequence of Training
        Of one cell.
    files : mapping of str to Path
        Where the inputs of the trainings are.
    results : Path
    threads : int
        Threads of this process.
    stack : int or 'auto'
        Networks that are trained at once; by default what the memory allows, see `remix.study.stacks`.
        Changes no result but by rounding.

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
    lacking: Sequence[_Lacking],
    files: Mapping[str, Path],
    *,
    threads: int,
    stack: int | Literal["auto"],
) -> list[RemixError]:
    """Train and keep each; gives the errors of those that failed."""
    from remix.study.fold_rows import CellRows

    cell = CellRows(files)
    networks = [each for each in lacking if not each[0].is_estimator]
    groups = _network_groups(networks, cell, threads=threads, stack=stack) if networks else []
    fit = functools.partial(_fit, cell=cell, threads=threads)
    groups += [(fit, [each]) for each in lacking if each[0].is_estimator]
    failed: list[RemixError] = []
    done = 0
    while groups:
        train, group = groups.pop(0)
        names = ", ".join(training.method for training, _ in group)
        logger.info(f"training {done + 1} of {len(lacking)}: {names}")
        begun, started = datetime.now(), time.monotonic()
        try:
            found = train([training for training, _ in group])
        except RemixError as error:
            if len(group) > 1:
                # One of them fails: each is trained by itself, so that the others are kept.
                groups = [(train, [each]) for each in group] + groups
                continue
            failed.append(type(error)(f"method {names}, {error}"))
            logger.info(f"failed: {error}")
            done += 1
            continue
        seconds = (time.monotonic() - started) / len(group)
        for (training, path), (trained, facts) in zip(group, found, strict=True):
            timed = {"begun": begun.isoformat(" ", "seconds"), "seconds": round(seconds, 3)}
            store.write_training(path, trained, training.as_mapping(), facts | timed)
            logger.info(f"{training.method} is kept as {path}")
        done += len(group)
        # The networks of one training are gone before those of the next are made.
        del found
        gc.collect()
    return failed


def _network_groups(
    lacking: Sequence[_Lacking], cell: "CellRows", *, threads: int, stack: int | Literal["auto"]
) -> list[tuple[_Train, Sequence[_Lacking]]]:
    """Share out networks to what is trained at once."""
    # TensorFlow takes seconds to import: not for a cell that lacks no network.
    from remix.study.runtime import before_import

    before_import()
    from remix.study.cell_trainer import CellTrainer
    from remix.study.runtime import configure_tensorflow
    from remix.training import on_gpu

    configure_tensorflow(threads=threads)
    trainer = CellTrainer(cell, stack)
    groups = trainer.groups(lacking) if on_gpu() else [[each] for each in lacking]
    return [(trainer.train, group) for group in groups]


def _fit(
    trainings: Sequence[Training], *, cell: "CellRows", threads: int
) -> list[tuple[store.Trained, dict[str, Any]]]:
    """Fit a classifier that is no network; as `remix.study.cell_trainer.CellTrainer.train`."""
    from remix.study.fitting import fit_folds

    (training,) = trainings
    given = training.definition
    trained, seconds = fit_folds(
        cell.variant(training),
        training.task,
        training.ir,
        given["method"],
        cell.of(training),
        seed=given["seed"],
        threads=threads,
    )
    facts = provenance.of_training(given["seed"], "CPU", seconds)
    return [(trained, facts | {"library": library(given["method"]["estimator"])})]


def names_of(trainings: Sequence[Training], files: Mapping[str, Path]) -> list[str]:
    """Compute the names of trainings, from their inputs as they are now."""
    return [each.name(_digest_of(files[path]) for path in each.inputs) for each in trainings]
