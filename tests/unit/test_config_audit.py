"""The studies that an audit compares; tests/unit/study/test_trainings.py says what they train."""

import shutil
from pathlib import Path

import pytest

from remix.errors import ConfigError
from remix.study.config import DEFAULT_FILES as FILES
from remix.study.config import audit_protocols, load_configuration, merged_files, overlaid
from remix.study.plan import Plan

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "workflow" / "schemas"
DEFAULTS = merged_files(FILES)
SWITCHES = [
    "cost_weights",
    "binary_bbs",
    "smote_fallback",
    "balance",
    "multiclass_irs",
    "imputation",
    "binary_repeats",
    "last_batch",
]


def configuration(**changes):
    return overlaid(DEFAULTS, changes)


def audited(config, folder=ROOT / "config"):
    loaded = load_configuration(config, FILES, SCHEMAS)
    return audit_protocols(loaded, config, FILES, SCHEMAS, folder)


def protocols_of(overlay=ROOT / "config" / "authors.yaml", **changes):
    audit = {"overlays": [str(overlay)], "repeats": 3}
    return audited(configuration(audit=audit, **changes))


@pytest.fixture(scope="module")
def protocols():
    return protocols_of()


def test_each_deviation_alone_and_all_together(protocols):
    assert list(protocols) == ["study", "epochs", "images", *SWITCHES, "authors"]
    whole = audited(configuration())
    assert list(whole) == [*protocols, "balance_pool", "splits"]
    assert whole["splits"].run == "audit/splits_groups"
    assert protocols["epochs"].protocol.epochs == protocols["authors"].protocol.epochs == 500
    assert protocols["images"].protocol.images.epochs == protocols["authors"].protocol.images.epochs == 500
    default = protocols["study"].switches
    for name in SWITCHES:
        changed = {n for n in SWITCHES if getattr(protocols[name].switches, n) != getattr(default, n)}
        assert changed == {name}
        assert protocols[name].protocol.epochs == 100
        assert getattr(protocols["authors"].switches, name) == getattr(protocols[name].switches, name)


def test_the_audit_trains_its_own_number_of_repeats(protocols):
    assert protocols["study"].protocol.repeats == 10
    assert {study.protocol.repeats for name, study in protocols.items() if name != "study"} == {3}
    few = protocols_of(protocol={"repeats": 2})
    assert {study.protocol.repeats for study in few.values()} == {2}


def test_a_run_is_named_by_what_it_changes(protocols):
    runs = {name: study.run for name, study in protocols.items()}
    assert runs["study"] == "study"
    assert runs["authors"] == "audit/authors"
    assert runs["epochs"] == "audit/epochs_500"
    assert runs["cost_weights"] == "audit/cost_weights_ignored"
    # Where it is not one word that is set, by the setting alone.
    assert runs["images"] == "audit/images"
    assert runs["multiclass_irs"] == "audit/multiclass_irs"
    assert len(set(runs.values())) == len(runs)


def test_a_method_keeps_what_it_says_itself():
    own = {
        "smote": {"resample": {"smote": {"smallest": 2}}},
        "remix": {"resample": {"balanced": {"draw_classes": "equal"}}},
    }
    study = protocols_of(methods=own)["authors"]
    assert study.method_spec("smote") == {"resample": {"smote": {"smallest": 2}}}
    assert study.method_spec("remix")["resample"] == {"balanced": {"draw_classes": "equal", "pool": "batch"}}
    own["remix"]["resample"] = {"balanced": {"pool": "dataset"}}
    assert protocols_of(methods=own)["authors"].method_spec("remix")["resample"] == {
        "balanced": {"draw_classes": "multinomial", "pool": "dataset"}
    }


def test_last_batches_of_the_authors(protocols):
    authors = protocols["authors"]
    trainings = {m: authors.training("musk", m) for m in authors.methods_of("musk")}
    assert {m: t["last_batch"] for m, t in trainings.items()} == {
        "baseline": "partial",
        "cost": "partial",
        "smote": "dropped",
        "mixup": "dropped",
        "remix": "dropped",
    }
    assert protocols["study"].training("musk", "baseline")["last_batch"] == "filled"


def test_ratios_of_multiclass_tasks(protocols):
    assert protocols["authors"].tasks["landsat"].irs == ("0.05", "0.025", "0.01")
    assert protocols["authors"].tasks["musk"].irs == protocols["study"].tasks["musk"].irs
    one = protocols_of(study={"irs": [0.01]})
    assert one["multiclass_irs"].tasks["landsat"].irs == ("0.01",)
    assert "landsat" not in one["study"].tasks


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("seed: 3\n", "'seed' is not allowed in audit.overlays; it may hold protocol and switches"),
        (
            "switches: {balance: odd}\n",
            "1: switches.balance: unknown value 'odd'. Allowed: equal, multinomial",
        ),
        ("switches: {balence: equal}\n", "1: switches: unknown key 'balence'; did you mean 'balance'?"),
        ("switches: [balance\n", "this is not valid YAML"),
        ("protocol: 3\n", "'protocol' must be a mapping of settings"),
    ],
    ids=["other section", "value", "key", "syntax", "no mapping"],
)
def test_a_bad_overlay_is_said_in_one_line(tmp_path, content, said):
    path = tmp_path / "mine.yaml"
    path.write_text(content)
    with pytest.raises(ConfigError) as caught:
        protocols_of(path)
    assert said in str(caught.value)
    assert "mine.yaml" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_missing_overlay(tmp_path):
    with pytest.raises(ConfigError, match=r"gone.yaml: cannot be read: No such file"):
        protocols_of(tmp_path / "gone.yaml")


def test_an_overlay_of_ones_own(tmp_path):
    shutil.copy(ROOT / "config" / "authors.yaml", tmp_path)
    (tmp_path / "short.yaml").write_text("protocol: {epochs: 20, dropout: 0.0}\n")
    assert list(protocols_of(tmp_path / "short.yaml")) == ["study", "epochs", "dropout", "short"]


def test_two_protocols_of_one_name(tmp_path):
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("protocol: {epochs: 20}\n")
    audit = {"overlays": ["a.yaml", "b.yaml"], "repeats": 3}
    with pytest.raises(ConfigError, match=r"b.yaml: two protocols of the audit would be called 'epochs'"):
        audited(configuration(audit=audit), tmp_path)


def test_what_is_left_out_is_trained_by_the_study_alone():
    out = DEFAULTS["audit"]["leave_out"]
    plan = Plan.of(configuration(audit={"train": True}), FILES, SCHEMAS, ROOT / "config")
    deviating = {
        task
        for (task, _), trainings in plan.trainings.items()
        if any(use.run.startswith("audit/") for training in trainings for use in training.uses)
    }
    assert set(out) < set(plan.study.tasks)
    assert deviating == set(plan.study.tasks) - set(out)
    assert plan.runs.audited["study"] == plan.study


def test_a_study_of_nothing_but_what_is_left_out_has_no_deviation():
    alone = configuration(audit={"train": True}, study={"tasks": ["seizure_multi"]}, sweep={"tasks": []})
    assert list(Plan.of(alone, FILES, SCHEMAS, ROOT / "config").runs.audited) == ["study"]


def test_what_is_left_out_must_be_a_task():
    with pytest.raises(ConfigError, match=r"audit.leave_out\[0\]: .*'muks'.*musk"):
        audited(configuration(audit={"leave_out": ["muks"]}))
