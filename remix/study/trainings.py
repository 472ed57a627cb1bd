"""What is to be trained of each cell, for whatever purpose.

A training is one method on all folds of one cell under one protocol. It is known by the digest of all that
its predictions depend on: who wants it, and under which name, is not part of it. So what two runs want alike
is one training, and nobody compares protocols.
"""

import dataclasses
import functools
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from remix.batches.mixing import Mixing
from remix.catalogue import is_for_tables
from remix.methods import CHOICES, MIX_CHOICES, Method
from remix.study.code import closure, digest, imports_of
from remix.study.data.catalogue import Task
from remix.study.estimators import library
from remix.study.store import Use
from remix.study.study import Study

# What trains and predicts: networks, and classifiers that are none.
TRAINER = "remix.study.experiment"
ESTIMATOR_TRAINER = "remix.study.fitting"
# What the rows of folds depend on, of a protocol; beside the clipping.
OF_FOLDS = ("splits", "repeats", "validation_fraction")
# Modules that choose among stages: of these, a method depends on those that it is made of.
CHOOSERS = {"remix.methods", "remix.batches.mixing"}
STAGES = {
    stage.__module__
    for kinds in [{"mix": Mixing}, *CHOICES.values(), *MIX_CHOICES.values()]
    for stage in kinds.values()
}


@dataclass(frozen=True)
class Training:
    """One method on all folds of one cell under one protocol.

    Attributes
    ----------
    task, ir : str
        The cell.
    definition : mapping
        What predictions depend on beside the data: see `remix.study.study.Study.training`.
    inputs : tuple of str
        The files that it is trained on: the variant and, where its means stand for missing values, the whole
        prepared dataset.
    uses : tuple of Use
        What it is wanted as, the study itself first.
    """

    task: str
    ir: str
    definition: Mapping[str, Any]
    inputs: tuple[str, ...]
    uses: tuple[Use, ...]

    @property
    def method(self) -> str:
        """Its name for people: that of the method in the run that wants it first."""
        return self.uses[0].method

    @property
    def is_estimator(self) -> bool:
        """Whether it is of a classifier that is no network."""
        return is_for_tables(self.definition["method"])

    def name(self, data: Iterable[str]) -> str:
        """Compute the name that it is kept under, 20 hexadecimal digits, from the digests of its `inputs`."""
        parts = {"ir": self.ir, "definition": _key(self.definition), "code": self.code, "data": list(data)}
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]

    @property
    def code(self) -> str:
        """Digest of the modules that take part in it; with a classifier's library and its version."""
        return _code_of_method(json.dumps(self.definition["method"]))

    def as_mapping(self) -> dict[str, Any]:
        """Give what `from_mapping` takes, in types that JSON has; with the digest of its code."""
        return {
            "task": self.task,
            "ir": self.ir,
            "definition": dict(self.definition),
            "inputs": self.inputs,
            "uses": self.uses,
            "code": self.code,
        }

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "Training":
        """Build from what `as_mapping` gives."""
        uses = tuple(Use(*use) for use in mapping["uses"])
        return cls(mapping["task"], mapping["ir"], mapping["definition"], tuple(mapping["inputs"]), uses)


def trainings_of(studies: Sequence[Study]) -> dict[tuple[str, str], list[Training]]:
    """List what some runs want of each cell, each training once.

    Parameters
    ----------
    studies : sequence of Study
        The study, and the same with other settings, each with a `run` of its own. A training with more
        repeats, which only add folds, serves a later run that wants fewer. Tasks that the study does not have
        are left out.

    Returns
    -------
    dict of (str, str) to list of Training
        By task and imbalance ratio; cells and trainings in the order in which they are first wanted.
    """
    found: dict[tuple[str, str], dict[str, list[_Wanted]]] = {}
    for study in studies:
        wants = _Wants(study)
        for task in [task for task in study.tasks.values() if task.name in studies[0].tasks]:
            given = {"task": task.definition()}
            own_rows, repeats = studies[0].rows(task.name), study.repeats[task.name]
            for method, (settings, key) in wants.of(task.name).items():
                use = Use(study.run, method, repeats, study.after(method))
                definition = {**given, **settings}
                for ir in task.irs:
                    alike = found.setdefault((task.name, ir), {}).setdefault(key, [])
                    served_by = next((made for made in alike if made.repeats >= repeats), None)
                    if served_by is None:
                        served_by = _Wanted(definition, _inputs(task, ir, definition, own_rows), repeats, [])
                        alike.append(served_by)
                    served_by.uses.append(use)
    return {
        (task, ir): [
            Training(task, ir, made.definition, made.inputs, tuple(made.uses))
            for alike in kinds.values()
            for made in alike
        ]
        for (task, ir), kinds in found.items()
    }


def inputs_of(trainings: Iterable[Training]) -> list[str]:
    """List the files that some trainings are trained on, each once."""
    return list(dict.fromkeys(path for each in trainings for path in each.inputs))


def free_of(study: Study, others: Mapping[str, Study]) -> dict[str, Study]:
    """Choose the runs that want nothing but what the study itself trains."""
    own = _Wants(study)
    trained = {name: {key for _, key in own.of(name).values()} for name in study.tasks}

    def is_free(other: Study) -> bool:
        wants = _Wants(other)
        return all(
            set(task.irs) <= set(study.tasks[name].irs)
            and other.repeats[name] <= study.repeats[name]
            and {key for _, key in wants.of(name).values()} <= trained[name]
            for name, task in other.tasks.items()
            if name in study.tasks
        )

    return {name: other for name, other in others.items() if is_free(other)}


def trainings_to_json(trainings: Iterable[Training]) -> str:
    """Write trainings of a cell as JSON, with what they have in common once."""
    written = [each.as_mapping() for each in trainings]
    definitions = [each["definition"] for each in written]
    first = definitions[0] if definitions else {}
    common = {
        key: value for key, value in first.items() if all(each.get(key) == value for each in definitions)
    }
    for each in written:
        each["definition"] = {key: value for key, value in each["definition"].items() if key not in common}
    return json.dumps({"common": common, "trainings": written}, sort_keys=True)


def trainings_from_json(text: str) -> list[Training]:
    """Read what `trainings_to_json` writes."""
    given = json.loads(text)
    return [
        Training.from_mapping({**each, "definition": {**given["common"], **each["definition"]}})
        for each in given["trainings"]
    ]


def in_jobs(trainings: Sequence[Training], per_job: str | int) -> list[Sequence[Training]]:
    """Share out the trainings of a cell: ``'all'`` in one job, or so many to each.

    >>> in_jobs(["a", "b", "c"], 2)
    [['a', 'b'], ['c']]
    """
    size = max(1, len(trainings)) if per_job == "all" else int(per_job)
    return [trainings[start : start + size] for start in range(0, len(trainings), size)]


@functools.cache
def _code_of_method(spec: str) -> str:
    """Digest of the modules that take part when a method, given as JSON, is trained."""
    method = json.loads(spec)
    if is_for_tables(method):
        return f"{digest(closure([ESTIMATOR_TRAINER]))} {library(method['estimator'])}"
    used = {type(stage).__module__ for stage in _stages(Method.from_spec(method))}

    def imports(module: str) -> frozenset[str]:
        left_out = STAGES - used if module in CHOOSERS else set()
        return imports_of(module) - left_out

    return digest(closure([TRAINER, *used], imports))


def _stages(part: Any) -> Iterator[Any]:
    """Give the stages of a method, those inside of others too."""
    for field in dataclasses.fields(part):
        stage = getattr(part, field.name)
        if dataclasses.is_dataclass(stage):
            yield stage
            yield from _stages(stage)


def _inputs(task: Task, ir: str, definition: Mapping[str, Any], own_rows: str | int) -> tuple[str, ...]:
    """List the files of a training; a variant of other rows than the study's says so in its name."""
    rows = definition["rows"]
    variant = f"resources/variants/{task.name}/{ir}{'' if rows == own_rows else f'_{rows}_rows'}.parquet"
    whole = [f"resources/prepared/{task.dataset}.parquet"] if definition["imputation"] == "dataset" else []
    return variant, *whole


class _Wants:
    """What a run wants of each task, with a key by which equal wants are found."""

    def __init__(self, study: Study) -> None:
        self._study = study
        # Many tasks are trained alike but for their definition, which is the cell's.
        self._settings = functools.cache(self._of_kind)

    def of(self, task: str) -> dict[str, tuple[dict[str, Any], str]]:
        """Give by method the settings of its training, and the key of these."""
        kind = self._study.kind_of_training(task)
        return {method: self._settings(method, *kind) for method in self._study.methods_of(task)}

    def _of_kind(self, method: str, *kind: Any) -> tuple[dict[str, Any], str]:
        settings = self._study.settings(method, *kind)
        protocol = {key: value for key, value in settings["protocol"].items() if key != "repeats"}
        return settings, _key({**settings, "protocol": protocol})


class _Wanted(NamedTuple):
    """A training as it is found: who wants it is not all known yet."""

    definition: Mapping[str, Any]
    inputs: tuple[str, ...]
    repeats: int
    uses: list[Use]


def _key(definition: Mapping[str, Any]) -> str:
    """Write a definition in one form, however its YAML writes the same.

    Neither the order of keys counts nor the form of a number; of a method, its stages with all defaults. A
    classifier that is no network is what its entry says, where 1 may mean another thing than 1.0, and has no
    epochs and no mini-batches.
    """
    plain, method = _plain(definition), definition["method"]
    if is_for_tables(method):
        protocol = plain["protocol"]
        of_folds = {key: protocol[key] for key in OF_FOLDS if key in protocol}
        of_folds["clip"] = protocol["tables"]["clip"]
        others = {key: value for key, value in plain.items() if key != "last_batch"}
        return json.dumps({**others, "protocol": of_folds, "method": method}, sort_keys=True)
    return json.dumps({**plain, "method": repr(Method.from_spec(plain["method"]))}, sort_keys=True)


def _plain(value: Any) -> Any:
    """Copy into what JSON has, with 5 for 5.0."""
    return json.loads(json.dumps(value), parse_float=_number)


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value
