import functools
import itertools
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from remix.catalogue import METHODS
from remix.errors import ConfigError
from remix.study.config import DEFAULT_FILES, check_files, load_configuration, overlaid
from remix.study.plan import Plan

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "workflow" / "schemas"
BAD = yaml.safe_load((Path(__file__).parent / "bad_configs.yaml").read_text())
FILES = ["config/config.yaml", "config/datasets.yaml", "remix/methods.yaml"]
DATASETS = ROOT / "tests" / "support" / "datasets.yaml"


def parsed(path):
    return yaml.load(Path(path).read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}


def merged(paths):
    return functools.reduce(overlaid, map(parsed, paths), {})


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Makes a folder with the three configuration files the working directory."""
    for path in (FILES[0], FILES[2]):
        (tmp_path / path).parent.mkdir()
        shutil.copy(ROOT / path, tmp_path / path)
    shutil.copy(DATASETS, tmp_path / "config")
    settings = tmp_path / "config" / "config.yaml"
    text = re.sub(r"(?<=  tasks: )\[musk, [^]]*\]", "[segment]", settings.read_text())
    settings.write_text(re.sub(r"(?<=  leave_out: )\[[^]]*\]", "[red]", text))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(*overlays, command_line=None):
    files = [*FILES, *overlays]
    return load_configuration(overlaid(merged(files), command_line or {}), files, SCHEMAS)


def overlay(text, name="overlay.yaml"):
    Path(name).write_text(text)
    return name


def problems(*overlays, command_line=None):
    with pytest.raises(ConfigError) as caught:
        load(*overlays, command_line=command_line)
    return str(caught.value).splitlines()


def file_problems(content):
    """What is said of a file that cannot be parsed, given the configuration without it."""
    Path("overlay.yaml").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_configuration(merged(FILES), [*FILES, "overlay.yaml"], SCHEMAS)
    return str(caught.value).splitlines()


def test_default_study(project):
    configuration = load()
    study = configuration.study
    assert study.seed == 1
    assert study.protocol.repeats == 10
    assert study.protocol.learning_rate.minimum == 1e-5
    assert configuration.data_dir == Path("data")
    assert configuration.on_missing == "skip"
    assert configuration.network.read_timeout == 60
    assert list(configuration.datasets) == ["segment", "shuttle"]
    assert list(study.methods) == ["baseline", "cost", "smote", "mixup", "remix", "augment", "remix_aug"]
    assert study.cells == [
        ("segment", "0.05"),
        ("segment", "0.01"),
        ("red", "0.25"),
        ("red", "0.05"),
        ("mixed", "0.1"),
    ]
    assert study.tasks["segment"].batch_size == 32
    assert study.tasks["mixed"].minority_labels == (0, 1)


def test_methods_without_and_with_title(project):
    study = load(overlay("methods: {mine: {mix: {alpha: 1}}}")).study
    assert study.method_spec("remix") == {
        "resample": {"balanced": {"draw_classes": "equal", "pool": "batch"}},
        "mix": {"alpha": 0.1},
    }
    assert study.entries["remix"]["title"] == study.methods["remix"] == "ReMix"
    assert study.method_spec("baseline") == {}
    assert study.methods["mine"] == "mine"


def test_selection_keeps_catalogue_order_and_drops_tasks_without_ir(project):
    text = "study: {tasks: [mixed, red, segment], methods: [remix, baseline], irs: [0.05]}"
    configuration = load(overlay(text))
    study = configuration.study
    assert study.cells == [("segment", "0.05"), ("red", "0.05")]
    assert list(study.methods) == ["baseline", "remix"]
    assert [task.name for task in configuration.datasets["shuttle"].tasks] == ["red"]
    assert configuration.datasets["shuttle"].tasks[0] is study.tasks["red"]


def test_datasets_without_selected_task_are_left_out(project):
    assert list(load(overlay("study: {tasks: [red]}")).datasets) == ["shuttle"]


@pytest.mark.parametrize(
    ("chosen", "listed", "run"),
    [
        ("all", "[0.05, natural, 0.01, 0.1]", ["natural", "0.1", "0.05", "0.01"]),
        ("[natural, 0.05]", "[0.05, natural, 0.1]", ["natural", "0.05"]),
        ("[1]", "[1.0, 0.1]", ["1.0"]),
    ],
    ids=["from mild to extreme", "of the data", "however they are written"],
)
def test_ratios_that_are_run(project, chosen, listed, run):
    text = f"study: {{irs: {chosen}, tasks: [segment]}}\n"
    text += f"datasets: {{segment: {{tasks: {{segment: {{irs: {listed}}}}}}}}}"
    assert load(overlay(text)).study.cells == [("segment", ir) for ir in run]


def test_overlay_adds_dataset_and_method(project):
    study = load(
        overlay(
            "datasets:\n"
            "  mine: {classes: [no-one, '2'], target: y, sources: [{file: a.csv}],\n"
            "         tasks: {mine: {minority: [2], others: merged, irs: [1]}}}\n"
            "methods:\n"
            "  far: {resample: {balanced: {pool: dataset}}}\n"
            "  near: {resample: {smote: {neighbours: 1}}}\n"
        )
    ).study
    assert study.cells[-1] == ("mine", "1")
    assert study.tasks["mine"].minority == ("2",)
    assert study.entries["far"] == {"resample": {"balanced": {"pool": "dataset"}}}


def test_what_overlays_add_comes_after_the_rest_however_it_was_merged(project):
    """Snakemake loads --configfile first, so that its entries stand in front."""
    added = {"mine": {"mix": {"alpha": 1}}, "remix": {"mix": {"alpha": 0.3}}}
    path = overlay(yaml.safe_dump({"methods": added}))
    config = overlaid(overlaid({"methods": added}, merged(FILES)), {"methods": {**added, "his": {}}})
    assert next(iter(config["methods"])) == "mine"
    configuration = load_configuration(config, [*FILES, path], SCHEMAS)
    assert list(configuration.study.methods) == [*parsed(FILES[2])["methods"], "mine", "his"]
    assert list(configuration.datasets) == ["segment", "shuttle"]


def test_reports_are_told_how_texts_became_features(project):
    text = "datasets: {segment: {text: {column: 0, components: 5}}}\nstudy: {tasks: [segment, red]}\n"
    texts = load(overlay(text)).study.texts
    assert list(texts) == ["segment"]
    assert texts["segment"].startswith("5 components of its texts, learnt from all of its texts")


def test_later_methods_are_had_by_naming_them(project):
    assert "focal" not in load().study.methods
    named = (
        "study: {methods: [mine, manifold_mixup, focal, baseline]}\nmethods: {mine: {}, focal: {title: F}}\n"
    )
    study = load(overlay(named)).study
    assert list(study.methods) == ["baseline", "mine", "focal", "manifold_mixup"]
    assert study.entries["focal"] == {"loss": "focal", "title": "F"}
    assert study.entries["manifold_mixup"] == METHODS["manifold_mixup"]
    (found,) = problems(overlay("study: {methods: [baseline, focl]}"))
    assert found.startswith("overlay.yaml:1: study.methods[1]: unknown method 'focl'; did you mean 'focal'?")


def test_no_method_of_ones_own_has_the_title_of_a_named_one(project):
    text = "study: {methods: [baseline, focal]}\nmethods: {mine: {title: Focal Loss}}\n"
    assert problems(overlay(text)) == [
        "overlay.yaml:2: methods.mine.title: 'Focal Loss' is also the title of method 'focal'; "
        "titles must differ"
    ]


def test_study_does_not_share_state_with_the_config(project):
    config = merged(FILES)
    configuration = load_configuration(config, FILES, SCHEMAS)
    config["methods"]["remix"]["mix"]["alpha"] = 3
    config["datasets"]["segment"]["sources"].clear()
    assert configuration == load()


def test_sections_that_were_checked_before_are_not_held_against_their_schema_again(project):
    config = merged(FILES)
    wrong = {**config, "protocol": {**config["protocol"], "epochs": 0}}
    with pytest.raises(ConfigError, match="epochs: 0 is not allowed"):
        load_configuration(wrong, FILES, SCHEMAS, checked=config)
    assert load_configuration(wrong, FILES, SCHEMAS, checked=wrong).study.protocol.epochs == 0


@pytest.mark.parametrize("case", BAD, ids=lambda case: case["name"])
def test_bad_overlay(project, case):
    expected = [f"overlay.yaml:{line}" for line in case["problems"]]
    found = problems(overlay(case["overlay"]))
    # One that ends in … is the beginning of what is said, for the rest is a list that stands elsewhere.
    pairs = itertools.zip_longest(found, expected, fillvalue="")
    assert [f"{line[: len(e) - 1]}…" if e.endswith("…") else line for line, e in pairs] == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"study:\n\ttasks: all\n", r"overlay.yaml:2: this is not valid YAML: .*tab"),
        (b"study: {tasks: all\nseed: 2\n", r"overlay.yaml:\d: this is not valid YAML: .*flow mapping"),
        (b"seed: 1: 2\n", r"overlay.yaml:1: this is not valid YAML: mapping values"),
        (b"seed: {{ seed }}\n", r"overlay.yaml:1: this is not valid YAML: .*unhashable key"),
        (b"seed: 2020-13-01\n", r"overlay.yaml: this is not valid YAML: month must be in 1..12"),
        (b"seed: \xe9\n", r"overlay.yaml: this is not valid YAML: .+"),
        (b"- seed\n- 1\n", r"overlay.yaml:1: the file must be a mapping .*, not a list"),
        (b"\nseed\n", r"overlay.yaml:2: the file must be a mapping .*, not a single value"),
        ("seed: 1".encode("utf-16"), r"overlay.yaml: this is not valid YAML: byte 0xff at 0 is not UTF-8"),
    ],
)
def test_file_that_is_no_mapping(project, content, expected):
    (found,) = file_problems(content)
    assert re.match(expected, found)


def test_an_empty_mapping_that_merging_ignores(project):
    text = b"study: {irs: {}}\nmethods:\n  mine: {mix: {}}\n  baseline: {}\n  remix:\n    resample: {}\n"
    assert file_problems(text) == [
        "overlay.yaml:1: study.irs: a mapping changes nothing here; write what it shall be, not {}",
        "overlay.yaml:6: methods.remix.resample: a mapping changes nothing here; write what it shall be, "
        "not {}",
    ]


def test_files_are_checked_before_snakemake_reads_them(project):
    check_files(FILES)
    Path("config/datasets.yaml").write_text("datasets: 2020-13-01\n")
    with pytest.raises(ConfigError, match=r"^config/datasets.yaml: this is not valid YAML: month must be"):
        check_files(FILES)


def test_files_that_cannot_be_read_are_all_named(project):
    with pytest.raises(ConfigError) as caught:
        load_configuration({}, ["config/config.yaml", "none.yaml", "config"], SCHEMAS)
    assert str(caught.value).splitlines() == [
        "none.yaml: cannot be read: No such file or directory",
        "config: cannot be read: Is a directory",
    ]


def test_file_named_twice_counts_once_at_its_later_place(project):
    """Snakemake lists overlays both before and after the files that the workflow loads."""
    config = merged([*FILES, overlay("seed: -1\nseed: -2\n")])
    with pytest.raises(ConfigError) as caught:
        load_configuration(config, [project / "overlay.yaml", *FILES, "overlay.yaml"], SCHEMAS)
    assert str(caught.value).splitlines() == [
        "overlay.yaml:2: seed: -2 is not allowed; it must be at least 0",
        "overlay.yaml:2: seed: the key stands twice here, first in line 1; keep one",
    ]


def test_empty_overlay_changes_nothing(project):
    assert load(overlay("# nothing yet\n")) == load()


def test_duplicate_keys(project):
    text = "seed: 2\nmethods:\n  mine: {mix: {alpha: 1,\n    alpha: 2}}\n  mine: {}\nseed: 3\n"
    assert problems(overlay(text)) == [
        "overlay.yaml:4: methods.mine.mix.alpha: the key stands twice here, first in line 3; keep one",
        "overlay.yaml:5: methods.mine: the key stands twice here, first in line 3; keep one",
        "overlay.yaml:6: seed: the key stands twice here, first in line 1; keep one",
    ]


def test_merge_keys_are_no_duplicates_and_keep_their_lines(project):
    good = "methods:\n  one: &one\n    mix: {alpha: 1}\n  two:\n    <<: *one\n    mix: {alpha: 2}\n"
    assert load(overlay(good)).study.method_spec("two") == {"mix": {"alpha": 2}}
    bad = "methods:\n  one: &one\n    mix: {alpha: 0}\n  two:\n    <<: *one\n    title: Two\n"
    assert problems(overlay(bad)) == [
        f"overlay.yaml:3: methods.{name}.mix.alpha: 0 is not allowed; it must be greater than 0"
        for name in ("one", "two")
    ]


def test_problems_of_several_files_come_in_order(project):
    path = Path("config/config.yaml")
    path.write_text(path.read_text().replace("seed: 1 ", "seed: x ").replace("repeats: 10", "repeats: 0"))
    found = problems(overlay("seed: -5\nprotocol: {epochs: 0}\n"), command_line={"data_dir": 3})
    assert [line.split(": ")[:2] for line in found] == [
        ["config/config.yaml:14", "protocol.repeats"],
        ["overlay.yaml:1", "seed"],
        ["overlay.yaml:2", "protocol.epochs"],
        ["--config", "data_dir"],
    ]


def test_last_file_that_sets_a_key_is_named(project):
    first = overlay("\nseed: -1\n", "first.yaml")
    assert problems(first, overlay("seed: -2\n", "second.yaml")) == [
        "second.yaml:1: seed: -2 is not allowed; it must be at least 0"
    ]
    (found,) = problems(first, overlay("data_dir: here\n", "second.yaml"))
    assert found.startswith("first.yaml:2: seed: -1 ")


@pytest.mark.parametrize(
    ("command_line", "expected"),
    [
        ({"sede": 1}, "--config: unknown key 'sede'; did you mean 'seed'? Allowed: seed, study, "),
        ({"seed": -1}, "--config: seed: -1 is not allowed; it must be at least 0"),
        (
            {"study": {"irs": ["0.05"]}},
            "--config: study.irs[0]: '0.05' is a string, for --config makes strings of nested numbers; "
            "write it into a file and give that with --configfile",
        ),
    ],
)
def test_values_from_the_command_line(project, command_line, expected):
    (found,) = problems(command_line=command_line)
    assert found.startswith(expected)


def test_command_line_sets_single_values(project):
    found = load(command_line={"on_missing": "fail", "data_dir": "../here", "seed": 7})
    assert (found.on_missing, found.data_dir, found.study.seed) == ("fail", Path("../here"), 7)


def test_missing_section_and_missing_key(project):
    Path("remix/methods.yaml").write_text("# empty\n")
    path = Path("config/config.yaml")
    path.write_text(path.read_text().replace("  clip: 5.0 ", "  # "))
    assert problems() == [
        "config/config.yaml:1: the key 'methods' is missing",
        "config/config.yaml:12: protocol: the key 'clip' is missing",
    ]


def test_method_catalogue_without_baseline(project):
    Path("remix/methods.yaml").write_text("methods:\n  remix: {mix: {alpha: 1}}\n")
    assert problems() == [
        "remix/methods.yaml:1: methods: there is no method 'baseline', against which gains are measured; "
        "write 'baseline: {}'"
    ]


def test_method_catalogue_without_what_the_pictures_show(project):
    config = merged(FILES)
    del config["methods"]["smote"]
    with pytest.raises(ConfigError, match="methods: there is no method 'smote', which Figures 1 to 3 show"):
        Plan.of(config, FILES, SCHEMAS, ROOT / "config")


def test_files_outside_of_the_working_directory_keep_their_path(project, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "o.yaml"
    outside.write_text("seed: -1\n")
    (found,) = problems(outside)
    assert found.startswith(f"{outside}:1: seed: ")


SCHEMA_CONTENTS = {path.name: yaml.safe_load(path.read_text()) for path in SCHEMAS.glob("*.yaml")}


def nodes(value):
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for below in value if isinstance(value, list) else ():
        yield from nodes(below)


@pytest.mark.parametrize("name", sorted(SCHEMA_CONTENTS))
def test_schemas_are_valid_and_closed(name):
    schema = SCHEMA_CONTENTS[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    for node in nodes(schema):
        if node.get("type") == "object":
            assert "additionalProperties" in node, node
        if "properties" in node and isinstance(node.get("type"), str):
            assert node["additionalProperties"] is False, node
        # Messages rely on these two.
        if "enum" in node and not isinstance(node["enum"], dict):
            assert node["type"] == "string", node
        if "anyOf" in node:
            assert "description" in node, node


def resolve(schema, file):
    """Follow a $ref; gives the schema and the file it stands in."""
    while "$ref" in schema:
        target, _, pointer = schema["$ref"].partition("#")
        file = target or file
        schema = SCHEMA_CONTENTS[file]
        for part in pointer.split("/")[1:]:
            schema = schema[part]
    return schema, file


def schema_keys(schema, file, keys=()):
    """Dotted paths of all keys that can be set; NAME and TASK stand for names that are free to choose."""
    schema, file = resolve(schema, file)
    found = set()
    for key, below in schema.get("properties", {}).items():
        inside = schema_keys(below, file, (*keys, key))
        # A mapping needs no row of its own beside those of its keys, unless it is one choice of several.
        if not inside or key in ("sources", "tasks") or "anyOf" in below:
            found.add(".".join((*keys, key)))
        found |= inside
    free = schema.get("additionalProperties")
    if isinstance(free, dict):
        found |= schema_keys(free, file, (*keys, "TASK" if keys[-1] == "tasks" else "NAME"))
    for branch in [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())]:
        found |= schema_keys(branch, file, keys)
    return found


README_ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split(" | ")]
    for line in (ROOT / "config" / "README.md").read_text().splitlines()
    if re.match(r"\| `[A-Za-z0-9_.]+` \|", line) and ".yaml`" not in line.split("|")[1]
]


def test_readme_documents_every_key_and_no_other():
    documented = [row[0].strip("`") for row in README_ROWS]
    assert len(documented) == len(set(documented))
    assert set(documented) == schema_keys(SCHEMA_CONTENTS["config.schema.yaml"], "config.schema.yaml")


def leaves(config, keys=()):
    """Give the dotted keys of a mapping's values that are no mappings, with these values."""
    if not isinstance(config, dict):
        return {".".join(keys): config}
    return {name: value for key in config for name, value in leaves(config[key], (*keys, key)).items()}


def test_readme_gives_the_defaults_of_config_yaml():
    documented = {row[0].strip("`"): row[-1].strip("`") for row in README_ROWS}
    defaults = leaves(parsed(ROOT / "config" / "config.yaml"))
    assert {name: yaml.safe_load(documented[name]) for name in defaults} == defaults


def test_what_rules_ask_for_starts_without_slow_libraries():
    slow = "{'tensorflow', 'snakemake', 'pandas', 'scipy', 'sklearn', 'pyarrow', 'matplotlib', 'requests'}"
    code = f"import sys, remix.study.plan; sys.exit(bool({slow} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


# How many cells of tables, and of images, each overlay of the project leaves or adds.
OVERLAYS = {
    "smoke.yaml": (2, 0),
    "full.yaml": (27, 6),
    "audit.yaml": (27, 6),
    "authors.yaml": (27, 6),
    "remedies.yaml": (27, 6),
    "groups.yaml": (27, 6),
    "resnet.yaml": (12, 0),
    "mlp.yaml": (27, 6),
    "tables.yaml": (27, 0),
    "extended.yaml": (24, 2),
    "boosting.yaml": (27, 6),
    "images_reduced.yaml": (0, 6),
    "long_tails.yaml": (2, 2),
}
NEEDED = {"images_reduced.yaml": ["extended.yaml"]}


def test_the_extended_study_and_the_long_tails_have_every_method_of_the_library():
    extended, tails = (parsed(ROOT / "config" / f"{name}.yaml") for name in ("extended", "long_tails"))
    # And classifiers that are no networks, and remedies after training, which are no trainings.
    assert [name for name in METHODS if name in extended["study"]["methods"]] == [
        name for name in extended["study"]["methods"] if name not in extended["methods"]
    ]
    assert {*extended["study"]["methods"], *tails["study"]["methods"]} == {*METHODS, *extended["methods"]}
    assert all(
        {"base", "after"} <= entry.keys() or "estimator" in entry for entry in extended["methods"].values()
    )


@pytest.fixture(scope="module")
def defaults():
    """Loads the default study, so that overlays need not check its catalogue again."""
    config = merged(DEFAULT_FILES)
    load_configuration(config, DEFAULT_FILES, SCHEMAS)
    return config


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_overlay_of_the_project_loads(defaults, overlay):
    files = [ROOT / "config" / name for name in [*NEEDED.get(overlay, []), overlay]]
    config = functools.reduce(overlaid, map(parsed, files), defaults)
    # Not the methods: those that an overlay names of the library are held against the schema here.
    checked = {"datasets": defaults["datasets"]}
    # Its libraries have a lock of their own.
    imports = overlay != "boosting.yaml"
    study = load_configuration(
        config, [*DEFAULT_FILES, *files], SCHEMAS, checked=checked, imports=imports
    ).study
    on_images = sum(study.tasks[task].image is not None for task, _ in study.cells)
    assert (len(study.cells) - on_images, on_images) == OVERLAYS[overlay]
    files = {"config.yaml", "datasets.yaml", *OVERLAYS}
    assert {path.name for path in (ROOT / "config").glob("*.yaml")} == files


OWN_FILE = """\
data_dir: placed
datasets:
  mine:
    classes: [a, b]
    target: y
    sources: [{file: tables/mine.csv}, {file: /elsewhere/mine.csv}, {openml: 28}]
    tasks: {mine: {minority: [a], others: merged, irs: [0.1]}}
study: {tasks: [mine]}
sweep: {tasks: []}
"""


@pytest.mark.parametrize(
    ("working", "data_dir", "file"),
    [
        (".", "placed", "tables/mine.csv"),
        ("out", "../placed", "../tables/mine.csv"),
        ("a/b", "../../placed", "../../tables/mine.csv"),
    ],
)
def test_paths_of_an_overlay_are_relative_to_it(project, monkeypatch, working, data_dir, file):
    """What is found is what the shell finds from the working directory."""
    files = [Path(path).absolute() for path in [*FILES, overlay(OWN_FILE)]]
    Path(working).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(working)
    found = load_configuration(merged(files), files, SCHEMAS, overlays=files[-1:])
    assert found.data_dir == Path(data_dir)
    assert [source.get("file") for source in found.datasets["mine"].sources] == [
        file, "/elsewhere/mine.csv", None,
    ]  # fmt: skip


def test_other_paths_are_relative_to_the_working_directory(project, monkeypatch):
    """Those of files that are no overlays, as the outer one of a module, and of the command line."""
    files = [Path(path).absolute() for path in [*FILES, overlay(OWN_FILE), overlay("{}", "last.yaml")]]
    Path("out").mkdir()
    monkeypatch.chdir("out")
    config = merged(files) | {"data_dir": "given"}
    for overlays in (files[-1:], files[-2:]):
        found = load_configuration(config, files, SCHEMAS, overlays=overlays)
        assert found.data_dir == Path("given")
    other = load_configuration(merged(files), files, SCHEMAS, overlays=files[-1:])
    assert other.datasets["mine"].sources[0]["file"] == "tables/mine.csv"
    assert other.data_dir == Path("placed")
