"""What Snakemake's rules ask for: which cells there are, what is wanted of each, what results are told."""

import dataclasses
import functools
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remix.errors import ConfigError
from remix.study.config import audit_protocols, sweep_for_reports, sweep_studies
from remix.study.config.study import STUDY, Study
from remix.study.data.fetching import canonical, read_source
from remix.study.results.declarations import Declaration, Kind, wanted
from remix.study.trainings import Training, free_of, in_jobs, trainings_of

# The methods that the paper's pictures show.
PICTURED = ("baseline", "smote", "remix")


@dataclass(frozen=True)
class Plan:
    """A study with the runs beside it, and the trainings that they want.

    Attributes
    ----------
    study : Study
    pictured : Study
        The study with all methods of the catalogue, selected or not.
    swept, audited, free : dict of str to Study
        See `remix.study.results.runs.Runs`; without the audit, what is audited is free.
    trainings : dict
        By (task, imbalance ratio): what all runs want of the cell, each once.
    """

    study: Study
    pictured: Study
    swept: dict[str, Study]
    audited: dict[str, Study]
    free: dict[str, Study]
    trainings: dict[tuple[str, str], list[Training]]

    @classmethod
    def of(cls, config: Mapping[str, Any], files: Sequence[Path], schemas: Path, folder: Path) -> "Plan":
        """Plan what a configuration asks for; see `remix.study.config.audit.audit_protocols`.

        Raises
        ------
        ConfigError
            If the configuration is wrong.
        """
        protocols = audit_protocols(config, files, schemas, folder)
        study = protocols[STUDY]
        swept, free = sweep_studies(study), free_of(study, protocols)
        audited = protocols if study.audit.train else free
        others = [each for each in audited.values() if each is not study]
        return cls(
            study=study,
            pictured=dataclasses.replace(study, methods=config["methods"]),
            swept=swept,
            audited=audited,
            free=free,
            trainings=trainings_of([study, *swept.values(), *others]),
        )

    def results(self, kind: Kind) -> list[Declaration]:
        """List the tables or the figures of the study, each after those that it is made from."""
        has_images = any(task.image is not None for task in self.study.tasks.values())
        conditions = {"images": has_images, "audit": self.study.audit.train}
        return wanted(kind, [name for name, true in conditions.items() if true])

    @functools.cached_property
    def runs(self) -> str:
        """JSON of what results are told of the runs; see `remix.study.results.runs.Runs.from_json`."""
        several = {"swept": self.swept, "audited": self.audited, "free": self.free}
        return json.dumps(
            {
                "study": self.study.for_reports(),
                "sweep": sweep_for_reports(self.study),
                "audit_repeats": min(self.study.audit.repeats, self.study.protocol.repeats),
                "pictured": {name: self.pictured.method_title(name) for name in PICTURED},
            }
            | {key: {name: run.for_reports() for name, run in runs.items()} for key, runs in several.items()}
        )

    def demonstrated(self) -> dict[str, Any]:
        """Give the stages of the methods that the paper's pictures show."""
        return {name: self.pictured.method_spec(name) for name in PICTURED}

    def cells(self, raw: Path) -> list[tuple[str, str]]:
        """List the cells whose data is there; a dataset that no run has tried counts as there.

        Parameters
        ----------
        raw : Path
            The folder of what was fetched.
        """
        records = {name: read_source(raw / name) for name in self.study.datasets}
        there = {name for name, record in records.items() if record is None or record["available"]}
        return [(task, ir) for task, ir in self.study.cells if self.study.tasks[task].dataset in there]

    def wanted_cells(self, raw: Path) -> list[tuple[str, str]]:
        """List the cells that some run wants something of, and whose data is there."""
        there = {self.study.tasks[task].dataset for task, _ in self.cells(raw)}
        return [cell for cell in self.trainings if self.study.tasks[cell[0]].dataset in there]

    def jobs(self, task: str, ir: str) -> list[Sequence[Training]]:
        """Share out the trainings of a cell to jobs.

        Raises
        ------
        ConfigError
            If nothing is wanted of the cell.
        """
        if (task, ir) not in self.trainings:
            raise ConfigError(f"nothing is wanted of {task} at IR {ir}")
        per_job = self.study.trainings_per_job
        images = self.study.tasks[task].image is not None
        return in_jobs(self.trainings[task, ir], per_job.images if images else per_job.tables)

    def job(self, task: str, ir: str, part: str) -> Sequence[Training]:
        """Give the trainings of one job, counted from 1; a `ConfigError` if there is none of this number."""
        jobs = self.jobs(task, ir)
        if int(part) > len(jobs):
            raise ConfigError(f"{task} at IR {ir} has no job {part}")
        return jobs[int(part) - 1]

    def lists(self, task: str, ir: str) -> list[str]:
        """Name the list of a cell: a file for each of its jobs."""
        return [f"results/cells/{task}/{ir}/{k}.json" for k, _ in enumerate(self.jobs(task, ir), start=1)]

    def digest(self, task: str, ir: str) -> str:
        """Digest of all that is wanted of a cell, however it is shared out to jobs."""
        text = mappings(self.trainings[task, ir])
        return hashlib.sha256(text.encode()).hexdigest()


def mappings(trainings: Iterable[Training]) -> str:
    """Write trainings as a parameter of a rule, which `Training.from_mapping` reads."""
    return json.dumps([each.as_mapping() for each in trainings], sort_keys=True)


def as_parameter(value: Any) -> str:
    """Write a value as a parameter of a rule.

    Snakemake compares parameters by their text, so the order of keys must not count.
    """
    return json.dumps(canonical(value), sort_keys=True, default=list)


def preparation(entry: Mapping[str, Any]) -> str:
    """Write what the preparation of a dataset depends on: its catalogue entry without tasks."""
    return as_parameter({key: value for key, value in entry.items() if key not in ("tasks", "title")})
