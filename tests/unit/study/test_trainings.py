"""What is to be trained of each cell: what study, sweep and audit want alike is one training."""

import dataclasses
import json

import pytest

from remix.study import trainings
from remix.study.code import ROOT, closure
from remix.study.config import DEFAULT_FILES as FILES
from remix.study.config import audit_protocols, load_configuration, overlaid, read_overlay
from remix.study.store import Use
from remix.study.study import Study
from remix.study.trainings import (
    Training,
    free_of,
    in_jobs,
    inputs_of,
    trainings_from_json,
    trainings_of,
    trainings_to_json,
)

SCHEMAS = ROOT / "workflow" / "schemas"


def configuration(**changes):
    merged = {}
    for path in FILES:
        merged |= read_overlay(path)
    for key, value in changes.items():
        merged[key] = {**merged[key], **value} if isinstance(value, dict) else value
    return merged


def study_of(**changes):
    return load_configuration(configuration(**changes), FILES, SCHEMAS).study


def load_study(overlay):
    return load_configuration(overlaid(configuration(), overlay), FILES, SCHEMAS).study


def swept_of(**changes):
    """The study and those of its sweep."""
    loaded = load_configuration(configuration(**changes), FILES, SCHEMAS)
    return [loaded.study, *loaded.sweep.studies(loaded.study).values()]


def protocols_of(**changes):
    overlays = [str(ROOT / "config" / f"{name}.yaml") for name in ("authors", "groups")]
    audit = {"overlays": overlays, "repeats": 3}
    config = configuration(audit=audit, **changes)
    loaded = load_configuration(config, FILES, SCHEMAS)
    return audit_protocols(loaded, config, FILES, SCHEMAS, ROOT / "config")


def by_use(studies):
    """The training of each (run, task, ir, method)."""
    return {
        (use.run, task, ir, use.method): each
        for (task, ir), on_cell in trainings_of(studies).items()
        for each in on_cell
        for use in each.uses
    }


def trained_for(run, uses):
    """What no earlier run wants: (task, ir, method)."""
    return {
        key[1:] for key, each in uses.items() if key[0] == each.uses[0].run == run and key[3] == each.method
    }


@pytest.fixture(scope="module")
def protocols():
    return protocols_of()


@pytest.fixture(scope="module")
def audited(protocols):
    return by_use(list(protocols.values()))


def test_each_method_on_each_cell_has_one_training_in_each_run(protocols, audited):
    assert set(audited) == {
        (study.run, task, ir, method)
        for study in protocols.values()
        for task, ir in study.cells
        for method in study.methods_of(task)
    }
    uses = [
        use for each in trainings_of(list(protocols.values())).values() for one in each for use in one.uses
    ]
    assert len(uses) == len(audited)


def test_two_uses_have_one_training_if_and_only_if_they_are_defined_alike(protocols, audited):
    """The search against its definition, on one cell."""
    keys = [key for key in audited if key[1:3] == ("ozone", "0.01")]
    runs = {study.run: study for study in protocols.values()}

    def definition(key):
        found = runs[key[0]].training(key[1], key[3])
        return {**found, "protocol": {**found["protocol"], "repeats": None}}

    for a in keys:
        for b in keys:
            assert (audited[a] is audited[b]) == (definition(a) == definition(b)), (a, b)


@pytest.mark.parametrize(
    ("protocol", "cells"),
    [
        # What only scores, or equals another method, is not trained.
        ("cost_weights", set()),
        ("binary_bbs", set()),
        ("binary_repeats", set()),
        # Only where values are missing, or may be, does it matter where their means come from.
        ("imputation", {("ozone",), ("aps",)}),
        # The default study has the authors' images; how long these are trained on differs.
        ("images", {("cifar10_dog",), ("cifar10_multi",)}),
        # Only where groups are known.
        ("splits", {("musk",), ("seizure",), ("seizure_multi",)}),
        (
            "multiclass_irs",
            {(task, ir) for task in ("seizure_multi", "optdigits", "landsat") for ir in ("0.025", "0.01")},
        ),
    ],
)
def test_a_deviation_trains_on_the_cells_that_it_touches(protocols, audited, protocol, cells):
    size = len(next(iter(cells), ()))
    assert {key[:size] for key in trained_for(protocols[protocol].run, audited)} == cells


def test_only_a_training_by_groups_says_so(protocols, audited):
    run = protocols["splits"].run
    assert audited[run, "musk", "0.05", "remix"].definition["splits"] == "groups"
    assert audited[run, "ozone", "0.01", "remix"] is audited["study", "ozone", "0.01", "remix"]
    assert "splits" not in audited["study", "musk", "0.05", "remix"].definition


def test_what_serves_is_named_by_its_first_use(protocols, audited):
    ignored, authors = protocols["cost_weights"].run, protocols["authors"].run
    cost = audited[ignored, "musk", "0.05", "cost"]
    assert cost is audited["study", "musk", "0.05", "baseline"]
    assert cost.method == "baseline"
    assert cost.uses[0] == Use("study", "baseline", 10)
    assert Use(ignored, "cost", 3) in cost.uses
    assert audited[authors, "landsat", "0.05", "cost"].uses[0] == Use(authors, "baseline", 3)


def test_which_runs_need_no_training(protocols, audited):
    study = protocols["study"]
    free = free_of(study, protocols)
    assert list(free) == ["study", "cost_weights", "binary_bbs", "binary_repeats"]
    # That is, those that `trainings_of` gives no training of their own.
    assert set(free) == {
        name for name, each in protocols.items() if name == "study" or not trained_for(each.run, audited)
    }
    # What is wanted of further cells or repeats needs training too.
    few = study_of(study={"irs": [0.05]})
    assert free_of(few, {"whole": study_of()}) == {}
    more = dataclasses.replace(few, protocol=dataclasses.replace(few.protocol, repeats=11))
    assert free_of(few, {"more": more, "few": few}) == {"few": few}


def test_what_follows_a_training_is_a_use_of_it(audited):
    more = {
        "mixup_prior": {"base": "mixup", "after": {"prior": "balanced", "temperature": False}},
        "weighted": {"loss_weights": "balanced", "after": {"threshold": "balanced_accuracy"}},
        # Its base is of the library, and the study does not name it.
        "adjusted_natural": {"base": "logit_adjusted", "after": {"prior": "natural", "temperature": True}},
    }
    study = load_study({"study": {"tasks": ["musk"]}, "methods": more})
    uses = by_use([study])
    assert len({id(each) for each in uses.values()}) == 3 * (5 + 1)
    cell = ("study", "musk", "0.05")
    for name, base, after in (
        ("mixup_prior", "mixup", "balanced"),
        ("weighted", "cost", "threshold_balanced_accuracy"),
    ):
        assert uses[*cell, name] is uses[*cell, base]
        assert Use("study", name, 10, after) in uses[*cell, name].uses
    alone = uses[*cell, "adjusted_natural"]
    assert alone.uses == (Use("study", "adjusted_natural", 10, "prior_temperature"),)
    assert alone.definition["method"] == {"loss": "logit_adjusted"}
    assert list(study.trained().methods) == [name for name in study.methods if name not in more]
    assert Study.from_json(study.to_json()) == study


FOREST = "sklearn.ensemble.RandomForestClassifier"


def estimators(**parameters):
    """A study of two tasks with the baseline and two entries of a classifier, of which one has parameters."""
    methods = {"plain": {"estimator": FOREST}, "mine": {"estimator": FOREST, "parameters": parameters}}
    return {
        "study": {"tasks": ["musk", "cifar10_dog"], "methods": ["baseline", *methods]},
        "methods": methods,
    }


def test_a_classifier_that_is_no_network_is_one_training_of_each_cell_on_tables():
    after = {"plain_prior": {"base": "plain", "after": {"prior": "balanced"}}}
    given = estimators(n_estimators=7)
    given["methods"] |= after
    given["study"]["methods"].append("plain_prior")
    study = load_study(given)
    uses = by_use([study])
    cells = {key[1] for key in uses if key[3] == "plain"}
    assert cells == {"musk"}
    assert {key[3] for key in uses if key[1] == "cifar10_dog"} == {"baseline"}
    cell = ("study", "musk", "0.05")
    assert uses[*cell, "plain_prior"] is uses[*cell, "plain"]
    assert uses[*cell, "mine"] is not uses[*cell, "plain"]
    assert uses[*cell, "mine"].definition["method"] == {
        "estimator": FOREST,
        "parameters": {"n_estimators": 7},
    }
    assert Study.from_json(study.to_json()) == study


def test_a_classifier_is_named_by_what_it_depends_on_and_nothing_else(monkeypatch):
    def name(parameters=(), method="mine", **more):
        study = load_study({**estimators(**dict(parameters)), **more})
        return by_use([study])["study", "musk", "0.05", method].name(["data"])

    ones = {"max_features": 1}
    plain = name(ones)
    # Networks have epochs and mini-batches.
    settings = {"epochs": 3, "batch_size": 16, "dropout": 0.5}
    assert name(ones, protocol=settings, switches={"last_batch": "dropped"}) == plain
    assert name(ones, protocol={"clip": 2}) != plain
    assert name(ones, seed=5) != plain
    # All features, where 1 is one of them.
    assert name({"max_features": 1.0}) != plain
    baseline = name(method="baseline")
    monkeypatch.setattr(trainings, "library", lambda path: "scikit-learn 99")
    trainings._code_of_method.cache_clear()
    assert name(ones) != plain
    assert name(method="baseline") == baseline
    trainings._code_of_method.cache_clear()


def test_networks_and_other_classifiers_do_not_share_code_that_only_one_has():
    networks, others = closure([trainings.TRAINER]), closure([trainings.ESTIMATOR_TRAINER])
    assert {"remix.training", "remix.methods"} <= networks - others
    assert {"remix.study.fitting", "remix.study.estimators"} <= others - networks
    assert {"remix.study.splits", "remix.preprocessing"} <= networks & others


def test_tasks_that_the_study_does_not_have_are_left_out():
    few, whole = protocols_of(study={"irs": [0.01]}), study_of()
    # A ratio that a deviation adds may bring in another task.
    assert "landsat" in few["multiclass_irs"].tasks
    assert "landsat" not in {task for task, _ in trainings_of(list(few.values()))}
    assert set(trainings_of([whole])) == set(whole.cells)


def test_more_repeats_serve_fewer_but_fewer_do_not_serve_more():
    study = study_of(protocol={"repeats": 4}, study={"tasks": ["musk"]})
    few, many = (
        dataclasses.replace(study, run=f"audit/{n}", protocol=dataclasses.replace(study.protocol, repeats=n))
        for n in (2, 6)
    )
    uses = by_use([study, few, many])
    assert uses["audit/2", "musk", "0.05", "smote"] is uses["study", "musk", "0.05", "smote"]
    alone = uses["audit/6", "musk", "0.05", "smote"]
    assert alone.uses == (Use("audit/6", "smote", 6),)
    assert alone.definition["protocol"]["repeats"] == 6
    assert uses["study", "musk", "0.05", "smote"].definition["protocol"]["repeats"] == 4


def test_the_sweep_trains_the_other_values_on_every_cell():
    study, *others = swept_of()
    uses = by_use([study, *others])
    own = {"musk": "0.1", "seizure": "0.1", "optdigits": "0.1", "cifar10_dog": "0.2"}
    found = {
        (run, task, ir)
        for run in {key[0] for key in uses} - {"study"}
        for task, ir, _ in trained_for(run, uses)
    }
    assert found == {
        (f"sweep/{alpha}", task, ir)
        for task, of_study in own.items()
        for ir in study.tasks[task].irs
        for alpha in {"0.01", "0.05", "0.1", "0.2", "0.3", "0.4"} - {of_study}
    }
    assert len(found) == 4 * 3 * 5
    for task, alpha in own.items():
        ir = study.tasks[task].irs[0]
        assert uses[f"sweep/{alpha}", task, ir, "remix"] is uses["study", task, ir, "remix"]


@pytest.mark.parametrize(
    ("changes", "run", "served_by"),
    [
        (
            {"methods": {"far": {"resample": "balanced", "mix": {"alpha": 0.4}}}},
            "sweep/0.4",
            ("study", "far"),
        ),
        (
            {
                "methods": {
                    "remix": {"resample": "balanced", "mix": {"alpha": {"tables": 0.15, "images": 1}}}
                },
                "sweep": {"alphas": [0.4]},
            },
            "sweep/0.15",
            ("study", "remix"),
        ),
    ],
    ids=["another method has this α", "the study has another α of its own"],
)
def test_what_the_study_has_serves_the_sweep(changes, run, served_by):
    uses = by_use(swept_of(**changes))
    assert uses[run, "musk", "0.05", "remix"].uses[0][:2] == served_by


PAIRS = [
    ({"resample": "balanced"}, {"resample": {"balanced": {}}}, True),
    ({"resample": "smote"}, {"resample": {"smote": {}}}, True),
    ({"resample": "smote"}, {"resample": {"smote": {"smallest": 2}}}, False),
    ({"mix": {"alpha": 1}}, {"mix": {"alpha": 1.0}}, True),
    ({"mix": {"alpha": 0.1, "layers": "hidden"}}, {"mix": {"layers": "hidden", "alpha": 0.1}}, True),
    ({"mix": {"alpha": 0.1}}, {"mix": {"alpha": 0.1, "partners": "permuted"}}, True),
    ({"mix": {"alpha": 0.1}}, {"mix": {"alpha": 0.2}}, False),
    ({"resample": "balanced"}, {"resample": "smote"}, False),
    ({"loss_weights": "balanced"}, {}, False),
    ({"title": "One"}, {"title": "Other"}, True),
]
NAMES = ("one", "other")


def test_stages_are_compared_and_not_how_they_are_written():
    methods = {f"{name}_{n}": pair[place] for n, pair in enumerate(PAIRS) for place, name in enumerate(NAMES)}
    methods = {name: {"title": name, **entry} for name, entry in {"baseline": {}, **methods}.items()}
    config = configuration(study={"tasks": ["musk"], "irs": [0.05]}, sweep={"tasks": [], "method": "one_0"})
    uses = by_use([load_configuration(config | {"methods": methods}, FILES, SCHEMAS).study])
    for n, (one, other, same) in enumerate(PAIRS):
        made = [uses["study", "musk", "0.05", f"{name}_{n}"] for name in NAMES]
        assert (made[0] is made[1]) == same, (one, other)


DATA = ["0a", "1b"]


def changed(training, *path, value):
    """A training whose definition has another value at a place."""
    definition = json.loads(json.dumps(training.definition))
    *outer, last = path
    place = definition
    for key in outer:
        place = place[key]
    place[last] = value
    return dataclasses.replace(training, definition=definition)


def test_the_name_is_that_of_what_predictions_depend_on(training, monkeypatch):
    made = training(spec={"mix": {"alpha": 1.0}})
    name = made.name(DATA)
    assert len(name) == 20
    assert int(name, 16)
    protocol = ("protocol", "learning_rate", "initial")
    others = {
        "data": made.name(["0a", "1c"]),
        "order of data": made.name(DATA[::-1]),
        "ir": dataclasses.replace(made, ir="0.3").name(DATA),
        "seed": changed(made, "seed", value=2).name(DATA),
        "epochs": changed(made, "protocol", "epochs", value=2).name(DATA),
        "repeats": changed(made, "protocol", "repeats", value=2).name(DATA),
        "rate": changed(made, *protocol, value=0.002).name(DATA),
        "last batch": changed(made, "last_batch", value="dropped").name(DATA),
        "classes": changed(made, "task", "minority", value=["a"]).name(DATA),
        "stages": changed(made, "method", "mix", "alpha", value=0.5).name(DATA),
    }
    assert len({name, *others.values()}) == 1 + len(others)
    monkeypatch.setattr(trainings, "_code_of_method", lambda spec: "edited")
    assert made.name(DATA) != name


def test_the_name_does_not_change_with_words_for_the_same(training):
    made = training(spec={"mix": {"alpha": 1.0}})
    turned = {key: made.definition[key] for key in reversed(made.definition)}
    for same in (
        dataclasses.replace(made, uses=(Use("audit/authors", "renamed", 3),)),
        dataclasses.replace(made, definition=turned),
        changed(made, "method", "mix", value={"partners": "permuted", "alpha": 1}),
        changed(made, "protocol", "tables", "clip", value=5),
        Training.from_mapping(json.loads(json.dumps(made.as_mapping()))),
    ):
        assert same.name(DATA) == made.name(DATA)


def test_trainings_go_through_json(training):
    alike = [training(), training(spec={"mix": {"alpha": 1.0}}), training(ir="0.1")]
    for made in (alike[:1], alike, []):
        assert trainings_from_json(trainings_to_json(made)) == made
    assert trainings_to_json(alike).count('"protocol"') == 1


def test_inputs_are_the_variant_and_what_stands_for_missing_values(protocols, audited):
    def inputs(name, task, ir="0.05"):
        return audited[protocols[name].run, task, ir, "smote"].inputs

    assert inputs("study", "musk") == ("resources/variants/musk/0.05.parquet",)
    assert inputs("authors", "musk") == inputs("study", "musk")
    assert inputs("imputation", "ozone", "0.01") == (
        "resources/variants/ozone/0.01.parquet",
        "resources/prepared/ozone.parquet",
    )
    images = {"protocol": {"images": {"rows": {"binary": "all", "multiclass": 100}}}}
    other = dataclasses.replace(load_study(images), run="audit/other")
    uses = by_use([protocols["study"], other])
    assert uses["audit/other", "cifar10_dog", "0.05", "smote"].inputs == (
        "resources/variants/cifar10_dog/0.05_all_rows.parquet",
    )
    assert uses["audit/other", "cifar10_multi", "0.05", "smote"].inputs == (
        "resources/variants/cifar10_multi/0.05_100_rows.parquet",
    )
    both = [audited[protocols[name].run, "ozone", "0.01", "smote"] for name in ("imputation", "study")]
    assert inputs_of(both) == list(inputs("imputation", "ozone", "0.01"))


@pytest.mark.parametrize(
    ("per_job", "sizes"), [("all", [5]), (1, [1] * 5), ("2", [2, 2, 1]), (5, [5]), (9, [5])]
)
def test_the_trainings_of_a_cell_are_shared_out(per_job, sizes):
    assert [len(job) for job in in_jobs(range(5), per_job)] == sizes
    assert [each for job in in_jobs(range(5), per_job) for each in job] == list(range(5))
