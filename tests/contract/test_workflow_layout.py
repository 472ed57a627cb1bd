"""One thin script per rule, of the same name; every job's log and message say what it does."""

import ast
import re
from pathlib import Path

import pytest

from remix.study.results.declarations import CATEGORIES, declared

ROOT = Path(__file__).parents[2]
RULES = {}
for path in (ROOT / "workflow/rules").glob("*.smk"):
    for block in re.split(r"^(?=(?:rule|checkpoint) \w+:)", path.read_text(), flags=re.M)[1:]:
        RULES[re.match(r"\w+ (\w+):", block).group(1)] = block
SCRIPTS = {path.stem: path for path in (ROOT / "workflow/scripts").glob("*.py")}


def test_rules_and_scripts_are_paired():
    assert set(RULES) == set(SCRIPTS)
    for name, block in RULES.items():
        assert f'"../scripts/{name}.py"' in block


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_has_a_log_and_a_message(name):
    assert "    log:\n" in RULES[name]
    assert "    message:\n" in RULES[name]


# What they write depends on no module of the package: they fetch or copy. Of `train`, what is wanted says so.
WITHOUT_CODE = {"fetch", "reference", "train"}


@pytest.mark.parametrize("name", sorted(set(RULES) - WITHOUT_CODE))
def test_a_rule_runs_again_when_its_code_changes(name):
    """The code's digest is a parameter; `use rule` passes it on."""
    assert re.search(
        r'^    params:\n(        .*\n)*        code=code\("\w+"(, modules\(\w+\))?\),$', RULES[name], re.M
    )


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_a_script_is_thin_and_does_nothing_when_imported(name):
    tree = ast.parse(SCRIPTS[name].read_text())
    assert ast.get_docstring(tree)
    (main,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main"]
    assert main.end_lineno - main.lineno < 40
    for node in tree.body:
        guard = isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)
        text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        assert guard or text or isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef), node.lineno


def test_all_that_the_report_shows_has_a_caption():
    captions = {path.stem for path in (ROOT / "workflow/report").glob("*.rst")}
    assert captions == {each.name for each in declared()} | {"workflow", "task", "provenance"}


def test_places_in_the_report_are_in_order():
    for category in CATEGORIES:
        orders = [each.order for each in declared() if each.category == category]
        assert len(orders) == len(set(orders)), category


def test_the_snakefile_is_short():
    assert len((ROOT / "Snakefile").read_text().splitlines()) <= 60
