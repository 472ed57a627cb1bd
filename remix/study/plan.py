"""What Snakemake's rules ask for: which cells there are, what is wanted of each, what results are told."""

import csv
import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remix.catalogue import METHODS
from remix.errors import ConfigError
from remix.study.config import Configuration, audit_protocols, load_configuration, overlaid
from remix.study.cost import MEASURED, Costs, training_seconds
from remix.study.data.fetching import canonical, read_source
from remix.study.plain import plain_run
from remix.study.results.declarations import Declaration, Kind, wanted
from remix.study.results.runs import Runs
from remix.study.study import STUDY, Study
from remix.study.trainings import Training, free_of, in_jobs, trainings_of, trainings_to_json

# The report about which remedy is best.
ANSWER = "answer"
# Of a dataset whose catalogue entry does not say.
ROWS, FEATURES = 10_000, 100
# The methods that the paper's pictures show.
PICTURED = ("baseline", "smote", "remix")


@dataclass(frozen=True)
class Plan:
    """A study with the runs beside it, and the trainings that they want.

    Attributes
    ----------
    configuration : Configuration
    pictured : Study
        The study with all methods of the catalogue, selected or not.
    runs : Runs
        What tables and figures are about.
    trainings : dict
        By (task, imbalance ratio): what all runs want of the cell, each once.
    """

    configuration: Configuration
    pictured: Study
    runs: Runs
    trainings: dict[tuple[str, str], list[Training]]

    @classmethod
    def of(
        cls,
        config: Mapping[str, Any],
        files: Sequence[Path],
        schemas: Path,
        folder: Path,
        overlays: Iterable[Path] = (),
        *,
        imports: bool = True,
    ) -> "Plan":
        """Plan what a configuration asks for.

        Parameters
        ----------
        config, files, schemas, overlays, imports
            See `remix.study.config.load_configuration`.
        folder : Path
            What ``audit.overlays`` are relative to.

        Raises
        ------
        ConfigError
            If the configuration is wrong.
        """
        configuration = load_configuration(config, files, schemas, overlays=overlays, imports=imports)
        study, sweep, audit = configuration.study, configuration.sweep, configuration.audit
        protocols = audit_protocols(configuration, config, files, schemas, folder)
        for name in PICTURED:
            if name not in config["methods"]:
                raise ConfigError(f"methods: there is no method '{name}', which Figures 1 to 3 show; add it")
        pictured = dataclasses.replace(study, entries=config["methods"])
        ablation = configuration.ablation.study(study, overlaid(METHODS, config["methods"]))
        free = free_of(study, protocols)
        runs = Runs(
            study=study,
            sweep=sweep,
            swept=sweep.studies(study),
            audited=audit.trained(protocols) if audit.train else free,
            free=free,
            audit_repeats=min(audit.repeats, study.protocol.repeats),
            pictured={name: pictured.methods[name] for name in PICTURED},
            ablation=ablation,
        )
        others = [run for name, run in runs.audited.items() if name != STUDY]
        ablated = [] if ablation is None else [ablation]
        plain = [plain_run(study)] if configuration.report == ANSWER else []
        trainings = trainings_of([study, *runs.swept.values(), *ablated, *others, *plain])
        return cls(configuration=configuration, pictured=pictured, runs=runs, trainings=trainings)

    @property
    def study(self) -> Study:
        """The study itself."""
        return self.configuration.study

    def results(self, kind: Kind) -> list[Declaration]:
        """List the tables or the figures of the study, each after those that it is made from."""
        has_images = any(task.image is not None for task in self.study.tasks.values())
        paper = self.configuration.report == "paper"
        conditions = {
            "paper": paper,
            "images": paper and has_images,
            "answer": self.configuration.report == ANSWER,
            "audit": self.configuration.audit.train,
            "long_tails": any(task.profile for task in self.study.tasks.values()),
        }
        return wanted(kind, [name for name, true in conditions.items() if true])

    def demonstrated(self) -> dict[str, Any]:
        """Give the stages of the methods that the paper's pictures show."""
        return {name: self.pictured.method_spec(name) for name in PICTURED}

    def cells(self, raw: Path) -> list[tuple[str, str]]:
        """List the cells whose data is there, and reaches their ratio; what no run has tried counts as there.

        Parameters
        ----------
        raw : Path
            The folder of what was fetched.
        """
        tried = {name: read_source(raw / name) for name in self.configuration.datasets}
        there = {name for name, source in tried.items() if source is None or source["available"]}
        out_of_reach = cells_out_of_reach(raw / "coverage.csv")
        return [
            (task, ir)
            for task, ir in self.study.cells
            if self.study.tasks[task].dataset in there and (task, ir) not in out_of_reach
        ]

    def wanted_cells(self, cells: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """List the cells that some run wants something of, and whose data is there as that of `cells` is."""
        known = set(cells)
        there = {self.study.tasks[task].dataset for task, _ in known}
        left_out = set(self.study.cells) - known
        return [
            cell
            for cell in self.trainings
            if self.study.tasks[cell[0]].dataset in there and cell not in left_out
        ]

    def jobs(self, task: str, ir: str) -> list[Sequence[Training]]:
        """Share out the trainings of a cell to jobs.

        Raises
        ------
        ConfigError
            If nothing is wanted of the cell.
        """
        if (task, ir) not in self.trainings:
            raise ConfigError(f"nothing is wanted of {task} at IR {ir}")
        per_job = self.configuration.trainings_per_job
        images = self.study.tasks[task].image is not None
        return in_jobs(self.trainings[task, ir], per_job.images if images else per_job.tables)

    def job(self, task: str, ir: str, part: str) -> Sequence[Training]:
        """Give the trainings of one job, counted from 1; a `ConfigError` if there is none of this number."""
        jobs = self.jobs(task, ir)
        if int(part) > len(jobs):
            raise ConfigError(f"{task} at IR {ir} has no job {part}")
        return jobs[int(part) - 1]

    def weight(self, task: str, ir: str, part: str) -> int:
        """Estimate how long a job trains, in milliseconds: the longest is to start first."""
        return int(1000 * sum(map(self.seconds, self.job(task, ir, part))))

    def seconds(
        self,
        training: Training,
        rows: int | None = None,
        features: int | None = None,
        costs: Costs = MEASURED,
    ) -> float:
        """Estimate a training by its variant's rows and features or, before that is cut, the catalogue's.

        Of a long tail a part of the rows is trained on.
        """
        of_catalogue, task = self.size(training), self.study.tasks[training.task]
        rows = rows or of_catalogue[0]
        if task.profile:
            rows = int(rows * sum(task.tail(training.ir)) / task.n_classes)
        return training_seconds(training.definition, rows, features or of_catalogue[1], costs)

    def size(self, training: Training) -> tuple[int, int]:
        """Give the rows and features of a training's dataset, as the catalogue says."""
        dataset = self.configuration.datasets[self.study.tasks[training.task].dataset]
        wanted, rows = training.definition["rows"], dataset.rows or ROWS
        return rows if wanted == "all" else min(int(wanted), rows), dataset.features or FEATURES

    def memory(self, task: str) -> int:
        """Estimate the memory that training a task takes, in MB, from what the catalogue says.

        Of a table each fold has its own scaled rows, and beside them its labels, predictions and order:
        60,000 rows of 170 features were measured to take 2.6 GiB, 6,598 of 166 1.1 GiB, and a million rows of
        10 3.5 GiB. Images are there once: CIFAR-10 takes 1.7 GB.
        """
        definition = self.study.tasks[task]
        if definition.image is not None:
            return 2500
        dataset, protocol = self.configuration.datasets[definition.dataset], self.study.protocol
        numbers = (dataset.rows or ROWS) * ((dataset.features or FEATURES) + 6)
        return 1300 + 8 * protocol.splits * protocol.repeats * numbers // 10**6

    def lists(self, task: str, ir: str) -> list[str]:
        """Name the list of a cell: a file for each of its jobs."""
        return [f"results/cells/{task}/{ir}/{k}.json" for k, _ in enumerate(self.jobs(task, ir), start=1)]

    def digest(self, task: str, ir: str) -> str:
        """Digest of all that is wanted of a cell, however it is shared out to jobs."""
        text = trainings_to_json(self.trainings[task, ir])
        return hashlib.sha256(text.encode()).hexdigest()


def cells_out_of_reach(coverage: Path) -> set[tuple[str, str]]:
    """Read which cells' ratios are out of reach, of those that the last run has looked at."""
    if not coverage.is_file():
        return set()
    # Not by pandas, which takes longer to import than rules to be made.
    with coverage.open(encoding="utf-8", newline="") as file:
        return {
            (line["task"], line["ir"])
            for line in csv.DictReader(file)
            if line["state"] == "missing" and line["source"]
        }


def as_parameter(value: Any) -> str:
    """Write a value as a parameter of a rule.

    Snakemake compares parameters by their text, so the order of keys must not count.
    """
    return json.dumps(canonical(value), sort_keys=True, default=list)


def preparation(entry: Mapping[str, Any]) -> str:
    """Write what the preparation of a dataset depends on: its catalogue entry without tasks."""
    return as_parameter({key: value for key, value in entry.items() if key not in ("tasks", "title")})
