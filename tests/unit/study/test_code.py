"""The code that a result depends on."""

import ast
import shutil
from pathlib import Path

import grimp
import pytest

from remix.catalogue import METHODS, stages
from remix.study import code, trainings
from remix.study.trainings import STAGES, TRAINER, Training

ROOT = Path(__file__).parents[3]
SCRIPTS = {path.stem: path for path in sorted((ROOT / "workflow/scripts").glob("*.py"))}


@pytest.fixture(scope="module")
def graph():
    """Who imports what, as import-linter's engine finds it, without what no result depends on."""
    graph = grimp.build_graph("remix")
    for module in code.NEUTRAL:
        graph.remove_module(module)
    return graph


def imported_by(script, graph):
    """Modules of the package that a script imports, at its top or inside a function."""
    nodes = [node for node in ast.walk(ast.parse(script.read_text())) if isinstance(node, ast.ImportFrom)]
    named = {(f"{node.module}.{alias.name}", node.module) for node in nodes for alias in node.names}
    return graph.modules & {name if name in graph.modules else module for name, module in named} - {"remix"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_code_of_a_script_is_what_it_imports(name, graph):
    start = imported_by(SCRIPTS[name], graph)
    expected = start.union(*(graph.find_upstream_modules(module) for module in start)) - {"remix"}
    assert code.closure(code.imports_in(SCRIPTS[name])) == expected


def test_imports_are_read_wherever_they_stand(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import os, remix.metrics\nimport remix.study.compare.ranking as ranks\n"
        "from remix.study.running import provenance, __version__\n"
        "from remix.study.config import check_files\nfrom remix.errors import RemixError\n"
        "def main():\n    from remix.study.data.catalogue import Task\n    from remix.study import store\n"
    )
    assert code.imports_in(script) == {
        "remix.metrics",
        "remix.study.compare.ranking",
        "remix.study.running",
        "remix.study.running.provenance",
        "remix.study.config",
        "remix.study.data.catalogue",
    }
    # Importing a package runs its __init__, which imports in turn.
    assert "remix.study.config.audit" in code.imports_of("remix.study.config")
    assert code.closure(["remix.study.config"]) > {
        "remix.study.config.audit",
        "remix.study.config.configuration",
        "remix.protocol",
    }


def test_a_closure_ends_where_imports_go_in_circles():
    imports = {"a": ["b", "c"], "b": ["a"], "c": [], "d": ["a"]}
    assert code.closure(["a"], imports.__getitem__) == {"a", "b", "c"}
    assert code.closure([], imports.__getitem__) == set()


def test_what_is_neutral_is_there():
    """A renamed module would take part unnoticed."""
    for module in code.NEUTRAL:
        assert ROOT.joinpath(*module.split(".")).with_suffix(".py").is_file(), module


@pytest.fixture
def edit(tmp_path, monkeypatch):
    """Edits a module of a copy of the package, which all digests are computed from."""
    shutil.copytree(ROOT / "remix", tmp_path / "remix", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(code, "ROOT", tmp_path)

    def forget():
        for cached in (code.imports_of, code._digest, trainings._code_of_method):
            cached.cache_clear()

    def edited(module, addition="# edited\n"):
        path = tmp_path.joinpath(*module.split(".")).with_suffix(".py")
        path.write_text(path.read_text() + addition)
        forget()

    forget()
    yield edited
    forget()


def test_a_digest_is_that_of_names_and_contents(edit):
    first = code.digest(["remix.metrics", "remix.study.compare.ranking"])
    assert (
        first
        == code.digest({"remix.study.compare.ranking", "remix.metrics"})
        != code.digest(["remix.metrics"])
    )
    edit("remix.metrics", "")  # written again as it was
    assert code.digest(["remix.metrics", "remix.study.compare.ranking"]) == first
    edit("remix.metrics")
    assert code.digest(["remix.metrics", "remix.study.compare.ranking"]) != first


def test_the_digest_of_a_script_changes_with_what_it_imports(edit):
    before = code.digest_of_script(SCRIPTS["evaluate"])
    for module in ("remix.errors", "remix.study.store", "remix.training"):
        edit(module)
    assert code.digest_of_script(SCRIPTS["evaluate"]) == before
    for module in ("remix.metrics", "remix.study.evaluation", "remix.calibration"):
        edit(module)
        after = code.digest_of_script(SCRIPTS["evaluate"])
        assert after != before, module
        before = after


def test_a_script_has_its_own_text_in_its_digest(tmp_path):
    digests = set()
    for text in ("from remix import metrics\n", "from remix import metrics  # here\n"):
        (tmp_path / "script.py").write_text(text)
        digests.add(code.digest_of_script(tmp_path / "script.py"))
    assert len(digests) == 2


SPECS = {name: stages(entry, images="augment" in entry) for name, entry in METHODS.items()}
EVERY = set(SPECS)
MIXING = {name for name, spec in SPECS.items() if "mix" in spec}
BALANCED = {name for name, spec in SPECS.items() if "balanced" in str(spec.get("resample"))}
DEFERRED = {"remix_chou_drw", "mixup_drw", "mamix_drw"}


def codes():
    return {name: Training("toy", "0.2", {"method": spec}, (), ()).code for name, spec in SPECS.items()}


USERS = {
    "remix.batches.smote": {"smote"},
    "remix.batches.balanced": BALANCED | {"balanced_mixup"},
    "remix.batches.augmentation": {"augment", "remix_aug"},
    "remix.batches.mixing": MIXING,
    "remix.batches.partners": MIXING - {"balanced_mixup", "remix_linked", "unimix_bayias"},
    "remix.batches.partners_within": MIXING - {"balanced_mixup"},
    "remix.batches.balanced_partners": {"balanced_mixup"},
    "remix.batches.linked_partners": {"remix_linked"},
    "remix.batches.inverse_partners": {"unimix_bayias"},
    "remix.batches.margin_labels": {"mamix_drw"},
    "remix.losses.class_weights": {"cost", "cost_mixup"},
    "remix.losses.class_balanced": {"class_balanced", "ldam_drw", *DEFERRED},
    "remix.losses.focal": {"focal"},
    "remix.losses.ldam": {"ldam_drw"},
    "remix.losses.logit_adjusted": {"logit_adjusted", "logit_adjusted_mixup", "unimix_bayias"},
    "remix.training": EVERY,
    "remix.methods": EVERY,
    "remix.study.splits": EVERY,
    "remix.seeding": EVERY,
    "remix.study.data.catalogue": EVERY,
    "remix.metrics": set(),
    "remix.errors": set(),
    "remix.classifier": set(),
    "remix.study.training_cells": set(),
    "remix.study.trainings": set(),
}


def test_an_edit_changes_the_code_of_the_methods_that_use_it(edit):
    before = codes()
    for module, users in USERS.items():
        edit(module)
        after = codes()
        assert {name for name in SPECS if before[name] != after[name]} == users, module
        before = after


def test_no_stage_comes_in_by_what_trains():
    """Else each method would depend on it."""
    chosen = code.closure(
        [TRAINER],
        lambda module: code.imports_of(module) - (STAGES if module in trainings.CHOOSERS else set()),
    )
    assert chosen & STAGES <= {"remix.losses.cross_entropy", "remix.batches.soft_labels"}, chosen & STAGES
