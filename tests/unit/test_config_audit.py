"""The studies that an audit compares, and which of their predictions are the same."""

import shutil
from pathlib import Path

import pytest
import yaml

from remix.config import audit_protocols, audit_sources
from remix.errors import ConfigError

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "workflow" / "schemas"
FILES = [ROOT / "config" / name for name in ("config.yaml", "datasets.yaml", "methods.yaml")]
SWITCHES = [
    "cost_weights",
    "binary_bbs",
    "smote_fallback",
    "balance",
    "multiclass_irs",
    "imputation",
    "binary_repeats",
    "image_rows",
    "last_batch",
]
# Cells of tables, each with the methods that are for tables too, and of images, with all seven.
TABLES, IMAGES = 27, 6


def configuration(**changes):
    merged = {}
    for path in FILES:
        merged |= yaml.safe_load(path.read_text())
    for key, value in changes.items():
        merged[key] = {**merged[key], **value} if isinstance(value, dict) else value
    return merged


def protocols_of(overlay=ROOT / "config" / "authors.yaml", **changes):
    audit = {"overlays": [str(overlay)], "repeats": 3}
    return audit_protocols(configuration(audit=audit, **changes), FILES, SCHEMAS, ROOT / "config")


@pytest.fixture(scope="module")
def protocols():
    return protocols_of()


@pytest.fixture(scope="module")
def sources(protocols):
    return audit_sources(protocols)


def test_each_deviation_alone_and_all_together(protocols):
    assert list(protocols) == ["study", "epochs", "images", *SWITCHES, "authors"]
    whole = audit_protocols(configuration(), FILES, SCHEMAS, ROOT / "config")
    assert list(whole) == [*protocols, "balance_pool"]
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


def trained(sources, protocol):
    return {(task, ir, method) for (p, task, ir, method), s in sources.items() if s == (protocol, method)} & {
        (task, ir, method) for (p, task, ir, method) in sources if p == protocol
    }


def test_what_only_scores_or_equals_another_method_is_not_trained(sources):
    for name in ("cost_weights", "binary_bbs", "binary_repeats"):
        assert trained(sources, name) == set()
    assert sources["cost_weights", "musk", "0.05", "cost"] == ("study", "baseline")
    assert sources["binary_bbs", "musk", "0.05", "remix"] == ("study", "remix")
    assert sources["authors", "landsat", "0.05", "cost"] == ("authors", "baseline")


def test_a_deviation_trains_what_it_touches(sources):
    methods = {name: {m for _, _, m in trained(sources, name)} for name in ("smote_fallback", "balance")}
    assert methods == {"smote_fallback": {"smote"}, "balance": {"remix", "augment", "remix_aug"}}
    # Only where values are missing, or may be, does it matter where their means come from.
    assert {task for task, _, _ in trained(sources, "imputation")} == {"ozone", "aps"}
    assert {(t, i) for t, i, _ in trained(sources, "multiclass_irs")} == {
        (task, ir)
        for task in ("seizure_multi", "optdigits", "landsat", "cifar10_multi")
        for ir in ("0.025", "0.01")
    }
    assert len(trained(sources, "last_batch")) == TABLES * 5 + IMAGES * 7
    assert len(trained(sources, "authors")) == TABLES * 4 + IMAGES * 6


def test_tables_and_images_are_trained_again_by_what_is_about_them(sources):
    assert len(trained(sources, "epochs")) == TABLES * 5
    assert len(trained(sources, "images")) == len(trained(sources, "image_rows")) == IMAGES * 7
    assert {task for task, _, _ in trained(sources, "image_rows")} == {"cifar10_dog", "cifar10_multi"}


def test_every_method_on_every_cell_has_a_source(protocols, sources):
    assert set(sources) == {
        (name, task, ir, method)
        for name, study in protocols.items()
        for task, ir in study.cells
        for method in study.methods_of(task)
    }


def test_equal_trainings_have_the_same_source_and_others_do_not(protocols, sources):
    """The search for equal trainings against its definition, on one cell."""
    keys = [key for key in sources if key[1:3] == ("ozone", "0.01")]

    def training(key):
        found = protocols[key[0]].training(key[1], key[3])
        return {**found, "protocol": {**found["protocol"], "repeats": None}}

    for a in keys:
        for b in keys:
            assert (sources[a] == sources[b]) == (training(a) == training(b)), (a, b)


def test_a_method_keeps_what_it_says_itself():
    own = {
        "smote": {"title": "S", "resample": {"smote": {"smallest": 2}}},
        "remix": {"title": "R", "resample": {"balanced": {"draw_classes": "equal"}}},
    }
    changes = {"methods": own, "sweep": {"tasks": []}}  # there is no α to vary
    study = protocols_of(**changes)["authors"]
    assert study.method_spec("smote") == {"resample": {"smote": {"smallest": 2}}}
    assert study.method_spec("remix") == {
        "resample": {"balanced": {"draw_classes": "equal", "pool": "batch"}}
    }
    own["remix"]["resample"] = {"balanced": {"pool": "dataset"}}
    study = protocols_of(**changes)["authors"]
    assert study.method_spec("remix") == {
        "resample": {"balanced": {"draw_classes": "multinomial", "pool": "dataset"}}
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


@pytest.mark.parametrize("name", ["...yaml", "my audit.yaml", "$(reboot).yaml", "-a.yaml"])
def test_an_overlays_name_cannot_leave_the_folder_of_results(tmp_path, name):
    """The file's name without its suffix names a folder: of the first it would be '..'."""
    (tmp_path / name).write_text("protocol: {epochs: 20, dropout: 0.0}\n")
    with pytest.raises(ConfigError, match=r"results would lie under '.*'; name the file by letters and _"):
        protocols_of(tmp_path / name)


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
        audit_protocols(configuration(audit=audit), FILES, SCHEMAS, tmp_path)
