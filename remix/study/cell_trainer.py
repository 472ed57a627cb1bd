"""Train networks on a cell."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from remix.methods import Method
from remix.protocol import Protocol
from remix.study.data.catalogue import Task
from remix.study.experiment import architecture_of, cross_validate
from remix.study.fold_rows import CellRows
from remix.study.running import provenance
from remix.study.runtime import allow_tf32, device_name, uses_tf32
from remix.study.splits import FoldRows
from remix.study.stacks import memory_of_job, networks_at_once
from remix.study.store import Trained
from remix.study.trainings import Training
from remix.training import can_share, on_gpu

logger = logging.getLogger(__name__)


class CellTrainer:
    """Trains the networks that are wanted of a cell.

    Parameters
    ----------
    cell : CellRows
        The folds of the cell, and their rows.
    stack : int or 'auto'
        Networks that are trained at once, see `remix.study.training_cells.train_cell`.
    """

    def __init__(self, cell: CellRows, stack: int | Literal["auto"]) -> None:
        self.cell, self.stack = cell, stack

    def groups(self, lacking: Sequence[tuple[Training, Path]]) -> list[list[tuple[Training, Path]]]:
        """Put those together that can be trained at once: alike but for the method, and methods that can."""
        found: dict[object, list[tuple[Training, Path]]] = {}
        for training, path in lacking:
            others = {key: value for key, value in training.definition.items() if key != "method"}
            method = Method.from_spec(training.definition["method"])
            key = training.inputs, json.dumps(others, sort_keys=True), can_share(method)
            found.setdefault(key, []).append((training, path))
        return list(found.values())

    def train(self, trainings: Sequence[Training]) -> list[tuple[Trained, dict[str, Any]]]:
        """Train some at once; gives what is to be kept of each, and what made it.

        Raises
        ------
        RemixError
            If one of them fails.
        """
        training, given = trainings[0], trainings[0].definition
        task, protocol = Task.from_definition(given["task"]), Protocol.from_mapping(given["protocol"])
        allow_tf32(protocol.images is not None and protocol.images.tf32)
        rows = self.cell.of(training)
        results = cross_validate(
            self.cell.variant(training),
            task,
            training.ir,
            [Method.from_spec(each.definition["method"]) for each in trainings],
            protocol,
            seed=given["seed"],
            last_batch=given["last_batch"],
            stack=self._at_once(task, protocol, rows),
            rows=rows,
        )
        return [
            (
                Trained(result.predictions, result.validation, result.records),
                provenance.of_training(
                    given["seed"], device_name(), result.step_seconds, tf32=uses_tf32(), xla=result.xla
                ),
            )
            for result in results
        ]

    def _at_once(self, task: Task, protocol: Protocol, rows: FoldRows) -> int:
        if self.stack != "auto":
            return self.stack
        gpu = on_gpu()
        return networks_at_once(
            architecture_of(task, protocol, rows.shape),
            rows.shape,
            task.n_classes,
            batch_size=protocol.batch_size,
            rows=max(len(fold.train) for fold in rows.folds),
            memory=memory_of_job(gpu=gpu),
            gpu=gpu,
        )
