"""Settings and catalogues with mistakes that people make, read as Snakemake and the workflow read them."""

import copy
import functools
from pathlib import Path

import yaml
from fuzzing import WrongError, chance, pick
from snakemake.common.configfile import load_configfile
from snakemake.utils import update_config

from remix.study.config import check_files
from remix.study.data.fetching import ticket
from remix.study.plan import Plan, as_parameter, preparation
from remix.study.results.runs import Runs
from remix.study.trainings import inputs_of, trainings_to_json

ROOT = Path(__file__).parents[2]
# Few datasets of the catalogue, so that an input takes little time; one of each kind.
DATASETS = ["segment", "cifar10"]
# What may stand where something else is meant.
VALUES = [
    *(None, True, False, 0, -1, 1, 2, 7, 0.5, 1.0, 1.5, 0.05, 1e-5, 1000000, float("nan"), float("inf")),
    *("", "all", "listed", "yes", "1e-3", "5", "0.05", "1,5", "a b", "a/b", "../x", "é", "a: b", "?", ";"),
    *("a.csv", "b.csv.gz", "https://example.org/a.csv", "file:///etc/passwd", "example.org"),
    *("baseline", "remix", "smote", "balanced", "focal", "image", "merged", "kept", "skip", "fail", "csv"),
    *([], {}, [1], [0.05], ["a"], [[1]], [0.05, 0.05], {"a": 1}, {1: 2}, {"tables": 0.1, "images": 0.2}),
]


def read(path):
    """Give the content of one of the project's files."""
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


@functools.cache
def defaults():
    """Trees of config.yaml, datasets.yaml and methods.yaml, for a small study."""
    config = read("config/config.yaml")
    config["audit"]["overlays"] = []
    config["sweep"]["tasks"] = ["segment"]
    config["audit"]["leave_out"] = []
    catalogue = read("config/datasets.yaml")["datasets"]
    datasets = {name: catalogue[name] for name in DATASETS}
    datasets["shuttle"] = read("tests/support/datasets.yaml")["datasets"]["shuttle"]
    texts = next(entry for entry in read("config/extended.yaml")["datasets"].values() if "text" in entry)
    datasets |= {"texts": {**texts, "tasks": {"texts": next(iter(texts["tasks"].values()))}}}
    return {"config": config, "datasets": {"datasets": datasets}, "methods": read("remix/methods.yaml")}


def write_defaults(folder):
    """Write the files of a small study; gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, tree in defaults().items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return [folder / f"{name}.yaml" for name in defaults()]


@functools.lru_cache(maxsize=8)
def _loaded(path, _):
    return load_configfile(str(path))


def load(files, overlays=()):
    """Read a configuration as Snakemake and the .smk files do, and make what the rules make of it."""
    check_files([*files, *overlays])
    given = {}
    for path in overlays:
        update_config(given, copy.deepcopy(_loaded(path, path.read_bytes())))
    config = copy.deepcopy(given)
    for path in files:
        update_config(config, copy.deepcopy(_loaded(path, path.read_bytes())))
        update_config(config, given)
    named = [*overlays, *files, *overlays]
    plan = Plan.of(config, named, ROOT / "workflow" / "schemas", Path.cwd())
    if Runs.from_json(plan.runs.to_json()) != plan.runs:
        raise WrongError("results are told of other runs than these")
    as_parameter(plan.demonstrated())
    for task, ir in plan.trainings:
        for job in plan.jobs(task, ir):
            inputs_of(job)
            trainings_to_json(job)
    as_parameter(config)
    for name, dataset in plan.configuration.datasets.items():
        preparation(config["datasets"][name])
        ticket(dataset, plan.configuration.data_dir, Path("resources/raw", name))


# ------------------------------------------------------------------------------------------------- mutations


def paths(tree, keys=()):
    """Give the keys that lead to every value of a tree, without those of the tree itself."""
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in entries:
        yield (*keys, key)
        yield from paths(value, (*keys, key))


def at(tree, keys):
    """Give the value that keys lead to."""
    return functools.reduce(lambda value, key: value[key], keys, tree)


def names_its_keys(tree, keys):
    """Tell whether the user names the keys of a mapping; no other may have keys beyond the schema's."""
    return keys in (("datasets",), ("methods",)) or keys[-1:] in (
        ("labels",),
        ("sha1",),
        ("sha256",),
        ("tasks",),
    )


def mutated(rng, tree):
    """Change one thing in a tree; give the new tree, and whether it must be refused."""
    tree = copy.deepcopy(tree)
    every = list(paths(tree))
    if not every:
        return tree, False
    # The deeper half of a catalogue is most of it; what is above must have its turn too.
    keys = pick(rng, every)[: int(rng.integers(1, 7))]
    above, last = at(tree, keys[:-1]), keys[-1]
    value, change = above[last], int(rng.integers(8))
    if change == 0:
        del above[last]
    elif change == 1:
        above[last] = copy.deepcopy(at(tree, pick(rng, every)))
    elif change <= 3 and isinstance(above, dict) and isinstance(last, str) and len(last) > 2:
        stray = misspelt(rng, last)
        if chance(rng, 0.5):
            del above[last]
        above[stray] = value
        return tree, not names_its_keys(tree, keys[:-1])
    elif change <= 5 and isinstance(value, list) and value:
        changed = [value * 2, value[::-1], value[:-1], [*value, pick(rng, VALUES)], [value], []]
        above[last] = pick(rng, changed)
    elif change <= 5 and isinstance(value, int | float) and not isinstance(value, bool):
        above[last] = pick(
            rng, [-value, value + 1, value - 1, value * 1e9, str(value), float(value), [value]]
        )
    else:
        above[last] = copy.deepcopy(pick(rng, VALUES))
    return tree, False


def misspelt(rng, name):
    """Write a name as people do who are in a hurry."""
    i = int(rng.integers(len(name) - 1))
    return f"{name[:i]}{pick(rng, ['', name[i] * 2, f'{name[i]}_'])}{name[i + 1 :]}"
