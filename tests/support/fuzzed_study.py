"""Configurations as Snakemake and the workflow read them, and what holds of each study that they give."""

import copy
import functools
import json
import re
from fractions import Fraction
from pathlib import Path

import yaml
from fuzzing import WrongError
from snakemake.common.configfile import load_configfile
from snakemake.utils import update_config

from remix.catalogue import LATER_METHODS
from remix.study.config import audit_protocols, check_files, load_configuration, overlaid
from remix.study.data.fetching import canonical, ticket
from remix.study.study import Study
from remix.study.trainings import free_of, in_jobs, inputs_of, trainings_of

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "workflow" / "schemas"
# Few datasets of the catalogue, so that an input takes little time; one of each kind.
DATASETS = ["segment", "cifar10"]
# Tables whose entry uses about every key, so that each is mutated.
SHUTTLE = """
shuttle:
  title: Made up
  rows: 100
  features: 4
  missing: 3
  classes: [red, green, blue]
  sources:
    - url: [https://example.org/a.csv, https://example.org/b.csv]
      sha256: {a.csv: 79faf1bd2f3ac2082d16eb9c8c49b2b1a60a5182e94464c5d32c7c642ea9650e}
      parts: [[a.csv, b.csv]]
      format: csv
      separator: ";"
      header: true
      skip_rows: 2
      na_values: ["?", -1]
      target: colour
      drop: [id]
      categorical: [0]
      labels: {1: red, 2: green, b: blue}
    - {file: tables/c.csv, target: -1}
  tasks:
    red: {minority: [red], others: merged, irs: [0.25, 0.05]}
    mixed: {minority: [red, green], others: kept, irs: [0.1]}
"""
# Components of paths, as Snakemake's rules constrain them; file systems take 255 bytes.
NAME, RATIO = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"), re.compile(r"\d{1,40}(\.\d{1,40})?")


def read(path):
    """Give the content of one of the project's files."""
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


@functools.cache
def defaults():
    """Trees of config.yaml, datasets.yaml and methods.yaml, for a small study."""
    config = read("config/config.yaml")
    config["audit"]["overlays"] = []
    config["sweep"]["tasks"] = ["segment"]
    catalogue = read("config/datasets.yaml")["datasets"]
    datasets = {name: catalogue[name] for name in DATASETS} | yaml.safe_load(SHUTTLE)
    texts = [entry for entry in read("config/extended.yaml")["datasets"].values() if "text" in entry]
    datasets |= {"texts": {**texts[0], "tasks": {"texts": next(iter(texts[0]["tasks"].values()))}}}
    return {"config": config, "datasets": {"datasets": datasets}, "methods": read("remix/methods.yaml")}


def write_defaults(folder):
    """Write the files of a small study; gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, tree in defaults().items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return [folder / f"{name}.yaml" for name in defaults()]


@functools.cache
def _loaded(path):
    return load_configfile(str(path))


def load(files, overlays=(), audit_folder=None, cached=()):
    """Read a configuration as Snakemake and the .smk files do, and make what the rules make of it.

    Gives the configuration, the studies by protocol, and what was merged.
    """
    check_files([path for path in (*files, *overlays) if path not in cached])
    content = {
        path: (_loaded(path) if path in cached else load_configfile(str(path)))
        for path in (*files, *overlays)
    }
    given = {}
    for path in overlays:
        update_config(given, copy.deepcopy(content[path]))
    config = copy.deepcopy(given)
    for path in files:
        update_config(config, copy.deepcopy(content[path]))
        update_config(config, given)
    order = [Path(path) for path in (*overlays, *files, *overlays)]
    configuration = load_configuration(config, order, SCHEMAS)
    protocols = audit_protocols(configuration, config, order, SCHEMAS, audit_folder or files[0].parent)
    study = configuration.study
    same(Study.several_from_json(Study.several_to_json(protocols)), protocols, "what reports are told")
    configuration.sweep.to_json()
    _want(configuration, protocols)
    for name, dataset in configuration.datasets.items():
        as_parameter(
            {key: value for key, value in config["datasets"][name].items() if key not in ("tasks", "title")}
        )
        ticket(dataset, configuration.data_dir, Path("resources/raw", name))
    as_parameter(config)
    for task in study.tasks:
        as_parameter(study.tasks[task].definition())
        for method in study.methods_of(task):
            as_parameter(study.training(task, method))
    return configuration, protocols, config


def _want(configuration, protocols):
    """Make what the rules make of what is wanted of each cell, and hold it against the runs that want it."""
    study, jobs_of = configuration.study, configuration.trainings_per_job
    deviations = [each for each in protocols.values() if each is not study]
    runs = [study, *configuration.sweep.studies(study).values(), *deviations]
    wanted, free = trainings_of(runs), free_of(study, protocols)
    same(study in free.values(), True, "that the study itself is free")
    for run in deviations:
        # It is free if the study has no more to train for it.
        more, alone = trainings_of([study, run]), trainings_of([study])
        adds = any(len(each) > len(alone.get(cell, ())) for cell, each in more.items())
        same(run in free.values(), not adds, f"that {run.run} is free")
    for (task, _), trainings in wanted.items():
        images = study.tasks[task].image is not None
        jobs = in_jobs(trainings, jobs_of.images if images else jobs_of.tables)
        same([each for job in jobs for each in job], trainings, f"what the jobs of {task} have")
        for job in jobs:
            inputs_of(job)
            as_parameter([each.as_mapping() for each in job])
    uses = [(cell, use) for cell, each in wanted.items() for training in each for use in training.uses]
    expected = {
        ((task, ir), (run.run, method, run.repeats[task]))
        for run in runs
        for task, ir in run.cells
        if task in study.tasks
        for method in run.methods_of(task)
    }
    if len(uses) != len(expected) or set(uses) != expected:
        raise WrongError("what is wanted of the cells is not what the runs have")


def as_parameter(value):
    """Write a parameter of a rule, as the function of this name in common.smk does."""
    return json.dumps(canonical(value), sort_keys=True, default=list)


def check(configuration, config):
    """Hold a configuration against an independent reading of it.

    Raises
    ------
    WrongError
        If something is not what the configuration says, or makes a path that cannot be.
    """
    study = configuration.study
    protocol, section = study.protocol, config["protocol"]
    same(study.seed, config["seed"], "seed")
    for key in ("splits", "repeats", "validation_fraction", "epochs", "batch_size", "selection"):
        same(getattr(protocol, key), section[key], key)
    for key in ("clip", "hidden_layers", "dropout", "width_divisor"):
        same(getattr(protocol.tables, key), section[key], key)
    for key, value in section["learning_rate"].items():
        same(getattr(protocol.learning_rate, key), value, key)
    for key, value in config["switches"].items():
        same(getattr(study.switches, key), value, f"switches.{key}")
    for part in ("network", "sweep", "audit", "trainings_per_job"):
        for key, value in config[part].items():
            same(getattr(getattr(configuration, part), key), value, f"{part}.{key}")
    same(str(configuration.data_dir), str(Path(config["data_dir"])), "data_dir")
    expected = cells(config)
    if sorted(expected) != sorted((task, Fraction(ir)) for task, ir in study.cells):
        raise WrongError(f"the cells are {study.cells}, expected {expected}")
    chosen = config["study"]["methods"]
    same(set(study.methods), set(config["methods"]) if chosen == "all" else set(chosen), "methods")
    for name in study.methods:
        own = config["methods"].get(name, {})
        expected = own if chosen == "all" else overlaid(LATER_METHODS.get(name, {}), own)
        same(study.entries[name], expected, f"methods.{name}")
    names = [*study.methods, *study.tasks, *configuration.datasets]
    ratios = [*(ir for _, ir in study.cells), *configuration.sweep.studies(study)]
    for text, form in [*((name, NAME) for name in names), *((ratio, RATIO) for ratio in ratios)]:
        if not form.fullmatch(text):
            raise WrongError(f"{text!r} becomes a part of a path")


def cells(config):
    """Work out tasks and ratios of a configuration, as config/README.md says."""
    study, found = config["study"], []
    for entry in config["datasets"].values():
        for task, spec in entry["tasks"].items():
            irs = spec["irs"]
            if spec["others"] == "kept" and config["switches"]["multiclass_irs"] != "listed":
                irs = config["switches"]["multiclass_irs"]
            if study["tasks"] == "all" or task in study["tasks"]:
                found += [
                    (task, Fraction(repr(ir))) for ir in irs if study["irs"] == "all" or ir in study["irs"]
                ]
    return found


def same(found, expected, what):
    """Compare values and their types."""
    if repr(found) != repr(expected) and (found != expected or type(found) is not type(expected)):
        raise WrongError(f"{what} is {found!r}, expected {expected!r}")
