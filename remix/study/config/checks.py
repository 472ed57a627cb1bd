"""Checks of a configuration that a schema cannot express: names that refer to each other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from remix.catalogue import LATER_METHODS, contradictions, is_for, is_for_tables, with_base
from remix.errors import SourceError
from remix.study.config.estimators import estimator_problems
from remix.study.config.messages import KeyPath, Problem, listing, shown, unknown
from remix.study.data.catalogue import ir_text, ir_value, task_irs
from remix.study.data.sources.checksums import ALGORITHMS
from remix.study.data.sources.names import (
    IMAGE_FORMATS,
    WHOLE_FORMATS,
    download_names,
    part_names,
    rows_of_parts,
)
from remix.study.study import BASELINE


def semantic_problems(
    config: Mapping[str, Any], broken: Iterable[KeyPath], *, imports: bool = True
) -> list[Problem]:
    """Check what the parts of a configuration say about each other.

    Parameters
    ----------
    config : mapping
        The merged configuration.
    broken : iterable of tuple
        Where the schema found problems; parts that hold one, or are in one, are not looked at.
    imports : bool
        Whether classifiers that methods name are imported, and asked for their parameters.

    Returns
    -------
    list of Problem
        Empty if the configuration is sound.
    """
    broken = set(broken)
    holding = {keys[:depth] for keys in broken for depth in range(len(keys) + 1)}

    def is_mapping(section: str) -> bool:
        return isinstance(config.get(section), dict) and (section,) not in broken

    def is_sound(section: str, *keys: str) -> bool:
        return is_mapping(section) and (section, *keys) not in holding

    problems: list[Problem] = []
    if is_sound("protocol"):
        problems += _protocol(config["protocol"])
    if is_sound("methods"):
        problems += _titles(config["methods"])
    if is_mapping("methods"):
        for name, entry in config["methods"].items():
            if is_sound("methods", name):
                problems += [Problem(("methods", name, *keys), text) for keys, text in contradictions(entry)]
                problems += _base(name, entry, config["methods"])
                if imports and is_for_tables(entry):
                    found = estimator_problems(entry)
                    problems += [Problem(("methods", name, *keys), text) for keys, text in found]
    if is_mapping("datasets"):
        for name, entry in config["datasets"].items():
            if is_sound("datasets", name):
                problems += _dataset(name, entry)
        problems += _repeated_tasks(config["datasets"])
    tasks = [task for _, task in _tasks(config["datasets"])] if is_mapping("datasets") else []
    if is_sound("study") and is_mapping("datasets") and is_mapping("methods"):
        problems += _study_names(config["study"], tasks, config["methods"])
        if is_sound("datasets") and is_sound("methods"):
            problems += _methods_without_task(config["study"], config["datasets"], config["methods"])
        if is_sound("datasets") and is_sound("switches"):
            problems += _study_irs(config["study"], config["datasets"], config["switches"]["multiclass_irs"])
    if is_sound("audit") and is_mapping("datasets"):
        problems += _strangers(("audit", "leave_out"), config["audit"]["leave_out"], "task", tasks)
    if is_sound("sweep") and is_mapping("datasets") and is_mapping("methods"):
        problems += _sweep(config["sweep"], tasks, config["methods"])
    return problems


def _protocol(protocol: Mapping[str, Any]) -> Iterator[Problem]:
    rate = protocol["learning_rate"]
    if rate["minimum"] > rate["initial"]:
        yield Problem(
            ("protocol", "learning_rate", "minimum"),
            f"{rate['minimum']} is not allowed; it must be at most the initial rate, {rate['initial']}",
        )


def _titles(methods: Mapping[str, Any]) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for name, entry in methods.items():
        title = entry.get("title", name)
        owner = owners.setdefault(title, name)
        if owner != name:
            keys = ("methods", name, "title") if "title" in entry else ("methods", name)
            yield Problem(keys, f"{shown(title)} is also the title of method '{owner}'; titles must differ")


def _base(name: str, entry: Mapping[str, Any], methods: Mapping[str, Any]) -> Iterator[Problem]:
    """Find a base that is no method, or none that is trained, and a baseline that is none."""
    if name == BASELINE and "after" in entry:
        text = "gains are measured against the baseline as trained; give the remedy to a method of its own"
        yield Problem(("methods", name, "after"), text)
    if name == BASELINE and is_for_tables(entry):
        text = "the baseline is the network without a remedy; give the classifier to a method of its own"
        yield Problem(("methods", name, "estimator"), text)
    known, base = _known(methods), entry.get("base")
    if base is None:
        return
    here = ("methods", name, "base")
    if base not in known:
        yield Problem(here, unknown("method", base, known))
    elif isinstance(known[base], dict) and {"base", "after"} & set(known[base]):
        text = "does something after training itself; name a method that does not"
        yield Problem(here, f"'{base}' {text}")


def _resolved(methods: Mapping[str, Any]) -> dict[str, Any]:
    """Give the methods that a study may name, each with the stages of its base, as far as there is one."""
    known = _known(methods)

    def has_base(entry: Any) -> bool:
        base = entry.get("base") if isinstance(entry, dict) else None
        return isinstance(base, str) and isinstance(known.get(base), dict)

    return {name: with_base(entry, methods) if has_base(entry) else entry for name, entry in known.items()}


def _dataset(name: str, entry: Mapping[str, Any]) -> Iterator[Problem]:
    here = ("datasets", name)
    classes = [str(label) for label in entry["classes"]]
    yield from _columns_of_images(here, entry, entry)
    yield from _texts_of(here, entry)
    yield from _groups_of(here, entry)
    yield from _omitted(here, entry, classes)
    for task, spec in entry["tasks"].items():
        yield from _task((*here, "tasks", task), spec, classes)
    for i, source in enumerate(entry["sources"]):
        omitted = source.get("omit_classes", entry.get("omit_classes", ()))
        yield from _source((*here, "sources", i), source, classes, omitted, has_target="target" in entry)
        yield from _image_source((*here, "sources", i), source, entry)


def _texts_of(here: KeyPath, entry: Mapping[str, Any]) -> Iterator[Problem]:
    """Find texts, and what they are learnt from, where they do not belong."""
    if "text" in entry and "image" in entry:
        yield Problem((*here, "text"), "the rows are images, which have no text; remove it")
    with_corpus = ["corpus" in source for source in entry["sources"]]
    for i, has_corpus in enumerate(with_corpus):
        if has_corpus and "text" not in entry:
            text = "the dataset has no texts to learn it for; name their column there, 'text: {column: NAME}'"
            yield Problem((*here, "sources", i, "corpus"), text)
        elif not has_corpus and any(with_corpus) and "text" in entry:
            text = "the key 'corpus' is missing, which other sources have: one must not give other features"
            yield Problem((*here, "sources", i), text)


def _omitted(here: KeyPath, entry: Mapping[str, Any], classes: list[str]) -> Iterator[Problem]:
    """Find classes that are to be left out and to be learnt."""
    places = [((*here, "omit_classes"), entry)]
    places += [((*here, "sources", i, "omit_classes"), source) for i, source in enumerate(entry["sources"])]
    for keys, holder in places:
        for i, label in enumerate(holder.get("omit_classes", ())):
            if str(label) in classes:
                yield Problem((*keys, i), f"{shown(label)} is also among the classes; remove one of them")


def _groups_of(here: KeyPath, entry: Mapping[str, Any]) -> Iterator[Problem]:
    """Find sources that do not tell which rows belong together, where others do."""
    with_groups = ["groups" in source for source in entry["sources"]]
    if "groups" not in entry and any(with_groups):
        for i in [i for i, has_groups in enumerate(with_groups) if not has_groups]:
            text = "the key 'groups' is missing, which other sources have: one must not give other folds"
            yield Problem((*here, "sources", i), text)


def _task(here: KeyPath, spec: Mapping[str, Any], classes: list[str]) -> Iterator[Problem]:
    if "profile" in spec and spec["others"] == "merged":
        yield Problem((*here, "others"), "a 'profile' cuts classes that are kept; write kept")
        return
    minority = spec.get("minority", classes[1:])
    strangers = [(i, label) for i, label in enumerate(minority) if str(label) not in classes]
    for i, label in strangers:
        yield Problem((*here, "minority", i), unknown("class", label, classes))
    if not strangers and {str(label) for label in minority} == set(classes):
        yield Problem(
            (*here, "minority"), "all classes are listed; at least one must be left to be the majority"
        )
    elif spec["others"] == "merged" and len(minority) != 1:
        text = f"the list has {len(minority)} classes; it must have one with 'others: merged' (or write kept)"
        yield Problem((*here, "minority"), text)
    if spec["others"] == "kept" and len(classes) == 2:
        yield Problem((*here, "others"), "'kept' needs three or more classes; with two write merged")


def _source(
    here: KeyPath, source: Mapping[str, Any], classes: list[str], omitted: Sequence[Any], has_target: bool
) -> Iterator[Problem]:
    # OpenML's description of a dataset names its target, and images are read with their labels; a plain file
    # says nothing.
    known = "openml" in source or source.get("format") in IMAGE_FORMATS
    if not known and "target" not in source and not has_target:
        yield Problem(
            here, "the key 'target' is missing, here or in the dataset: which column holds the label?"
        )
    yield from _source_files(here, source)
    if source.get("format") == "recordings" and "window" not in source:
        yield Problem(here, "the key 'window' is missing: how many values of a recording make a row?")
    if source.get("format") != "recordings" and "window" in source:
        yield Problem((*here, "window"), "it is for the format recordings; remove it")
    for raw, label in source.get("labels", {}).items():
        if str(label) not in [*classes, *map(str, omitted)]:
            yield Problem((*here, "labels", raw), unknown("class", label, classes))


def _image_source(here: KeyPath, source: Mapping[str, Any], entry: Mapping[str, Any]) -> Iterator[Problem]:
    """Find formats of images, and keys of tables, where they do not belong."""
    yield from _columns_of_images(here, source, entry)
    form, parts = source.get("format"), rows_of_parts(source) or []
    if form in IMAGE_FORMATS and "image" not in entry:
        text = f"{form} holds images; add their shape to the dataset, 'image: [height, width, channels]'"
        yield Problem((*here, "format"), text)
    if form == "idx" and not (parts and all(len(names) == 2 for names in parts)):
        keys = (*here, "parts") if parts else here
        yield Problem(keys, "the format idx needs pairs of files in 'parts': [[IMAGES, LABELS]]")
    if form in WHOLE_FORMATS and parts:
        what = "archive or folder" if form == "folder" else "archives"
        yield Problem((*here, "parts"), f"the format {form} reads the whole {what}; remove it")


def _columns_of_images(
    here: KeyPath, entry: Mapping[str, Any], dataset: Mapping[str, Any]
) -> Iterator[Problem]:
    for key in ("drop", "keep", "categorical", "groups"):
        if "image" in dataset and entry.get(key) not in (None, []):
            yield Problem((*here, key), "images have no columns to choose from, all are pixels; remove it")


def _source_files(here: KeyPath, source: Mapping[str, Any]) -> Iterator[Problem]:
    """Find names of files that could not be used."""
    try:
        names = {"parts": part_names(source), "url": download_names(source)}
    except SourceError as error:
        yield Problem(here, str(error))
        return
    except ValueError as error:  # such as a bracket in an address
        yield Problem((*here, "url"), f"this is not an address: {error}")
        return
    for key, files in names.items():
        for name in sorted({name for name in files if files.count(name) > 1}):
            text = f"two files are named '{name}'; files of a source must differ in name, folders apart"
            yield Problem((*here, key), text)
    for algorithm in ALGORITHMS:
        if isinstance(source.get(algorithm), str) and len(names["url"]) > 1:
            text = "this is one value for several files; write a mapping of file names to values"
            yield Problem((*here, algorithm), text)


def _tasks(datasets: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give dataset and name of every task, as far as the catalogue is sound."""
    for dataset, entry in datasets.items():
        tasks = entry.get("tasks") if isinstance(entry, dict) else None
        for task in tasks if isinstance(tasks, dict) else ():
            yield dataset, task


def _repeated_tasks(datasets: Mapping[str, Any]) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for dataset, task in _tasks(datasets):
        owner = owners.setdefault(task, dataset)
        if owner != dataset:
            text = f"dataset '{owner}' has a task of this name too; task names must differ"
            yield Problem(("datasets", dataset, "tasks", task), text)


def _strangers(here: KeyPath, names: Iterable[str], what: str, known: Sequence[str]) -> Iterator[Problem]:
    """Find names in a list that are not known."""
    for i, name in enumerate(names):
        if name not in known:
            yield Problem((*here, i), unknown(what, name, known))


def _study_names(
    study: Mapping[str, Any], tasks: Sequence[str], methods: Mapping[str, Any]
) -> Iterator[Problem]:
    if study["tasks"] != "all":
        yield from _strangers(("study", "tasks"), study["tasks"], "task", tasks)
    if study["methods"] != "all":
        yield from _strangers(("study", "methods"), study["methods"], "method", [*_known(methods)])
    if BASELINE not in methods:
        text = f"there is no method '{BASELINE}', against which gains are measured; write '{BASELINE}: {{}}'"
        yield Problem(("methods",), text)
    elif study["methods"] != "all" and BASELINE not in study["methods"]:
        text = f"'{BASELINE}' is not in the list; add it, for gains are measured against it"
        yield Problem(("study", "methods"), text)


def _known(methods: Mapping[str, Any]) -> dict[str, Any]:
    """Add the methods that a study has when it names them, without writing them out."""
    return {**methods, **{name: entry for name, entry in LATER_METHODS.items() if name not in methods}}


def _methods_without_task(
    study: Mapping[str, Any], datasets: Mapping[str, Any], methods: Mapping[str, Any]
) -> Iterator[Problem]:
    """Find methods that were asked for by name and would not be trained on any task."""
    selected, known = study["tasks"], _resolved(methods)
    kinds = {
        "image" in datasets[dataset]
        for dataset, task in _tasks(datasets)
        if selected == "all" or task in selected
    }
    for i, name in enumerate(study["methods"] if isinstance(study["methods"], list) else ()):
        entry = known.get(name, {})
        if kinds and not any(is_for(entry, images=images) for images in kinds):
            only, has = ("tables", "is on a table") if is_for_tables(entry) else ("images", "has images")
            text = f"'{name}' works on {only} only, and no selected task {has}; remove it"
            yield Problem(("study", "methods", i), text)


def _study_irs(
    study: Mapping[str, Any], datasets: Mapping[str, Any], multiclass_irs: str | list[float | str]
) -> Iterator[Problem]:
    if study["irs"] == "all":
        return
    offered = {
        task: task_irs(spec, entry, multiclass_irs)
        for entry in datasets.values()
        for task, spec in entry["tasks"].items()
    }
    everywhere = _sorted({ir for irs in offered.values() for ir in irs})
    strangers = [(i, ir) for i, ir in enumerate(study["irs"]) if ir not in everywhere]
    for i, ir in strangers:
        text = f"no task has an imbalance ratio of {ir_text(ir)}; there are {_texts(everywhere)}"
        yield Problem(("study", "irs", i), text)
    selected = [task for task in offered if study["tasks"] == "all" or task in study["tasks"]]
    left = _sorted({ir for task in selected for ir in offered[task]})
    if left and not strangers and not set(left) & set(study["irs"]):
        yield Problem(
            ("study", "irs"), f"no selected task has one of these; the selected tasks have {_texts(left)}"
        )


def _sweep(sweep: Mapping[str, Any], tasks: Sequence[str], methods: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _strangers(("sweep", "tasks"), sweep["tasks"], "task", tasks)
    method, known = sweep["method"], _resolved(methods)
    if method not in known:
        yield Problem(("sweep", "method"), unknown("method", method, known))
    elif sweep["tasks"] and isinstance(known[method], dict) and "mix" not in known[method]:
        text = "has no stage 'mix', so there is no α to vary; name a method that has, or sweep no task: []"
        yield Problem(("sweep", "method"), f"{shown(method)} {text}")


def _sorted(irs: Iterable[float | str]) -> list[float | str]:
    return sorted(irs, key=lambda ir: ir_value(ir_text(ir)))


def _texts(irs: list[float | str]) -> str:
    return listing([ir_text(ir) for ir in irs], "and")
