"""What `pip install` brings is all that the library imports; what the study needs besides is an extra."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LIBRARY = [
    "remix.classifier", "remix.keras", "remix.catalogue", "remix.metrics", "remix.calibration",
    "remix.corrections", "remix.reliability", "remix.study.experiment", "remix.methods", "remix.training",
]  # fmt: skip


def names(requirements):
    """Modules that the distributions of some requirements offer."""
    wanted = {re.match(r"[\w-]+", text).group(0).lower() for text in requirements}
    offered = importlib.metadata.packages_distributions()
    return {module for module, owners in offered.items() if wanted & {owner.lower() for owner in owners}}


CORE = names(PROJECT["dependencies"])
PLOT = names(PROJECT["optional-dependencies"]["plot"])


def path_of(module):
    path = ROOT / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


class Imports(ast.NodeVisitor):
    """All modules that a file imports, within functions too, but for those that only type checkers see."""

    def __init__(self, path):
        self.found = set()
        self.visit(ast.parse(path.read_text()))

    def visit_If(self, node):
        if "TYPE_CHECKING" not in ast.unparse(node.test):
            self.generic_visit(node)
        for other in node.orelse:
            self.visit(other)

    def visit_Import(self, node):
        self.found |= {alias.name for alias in node.names}

    def visit_ImportFrom(self, node):
        inner = {f"{node.module}.{alias.name}" for alias in node.names}
        modules = {name for name in inner if name.startswith("remix.") and path_of(name).exists()}
        self.found |= modules or {node.module}


def reachable(roots):
    """Modules of the package that some import, and what else all of these import."""
    modules, others, waiting = set(), set(), list(roots)
    while waiting:
        module = waiting.pop()
        if module in modules:
            continue
        modules.add(module)
        found = Imports(path_of(module)).found
        waiting += [name for name in found if name.split(".")[0] == "remix" and name != "remix"]
        others |= {name.split(".")[0] for name in found} - {"remix"}
    return modules, others - set(sys.stdlib_module_names)


def test_the_walk_sees_what_is_imported_inside_of_functions():
    modules, others = reachable(["remix.classifier"])
    assert {"remix.training", "remix.batches.mixing", "remix.protocol"} <= modules
    assert {"sklearn", "tqdm", "numpy"} <= others
    assert "imblearn" in reachable(["remix.before_training"])[1]
    assert "scikit_posthocs" in reachable(["remix.study.compare.statistics"])[1]


def test_the_library_needs_its_own_dependencies_only():
    assert reachable(LIBRARY)[1] <= CORE


def test_the_picture_needs_the_extra_plot_and_nothing_more():
    _, others = reachable(["remix.plotting.reliability_diagram"])
    assert others <= CORE | PLOT
    assert others & PLOT


def test_the_package_starts_without_what_it_offers():
    heavy = {"matplotlib", "tensorflow", "sklearn", "imblearn", "remix.classifier"}
    code = f"import sys, remix, remix.metrics; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(ROOT)})


def test_it_ships_its_types_and_its_methods():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    assert settings["package-data"]["remix"] == ["py.typed", "*.yaml"]
    assert (ROOT / "remix/py.typed").read_text() == ""
    assert {path.name for path in (ROOT / "remix").glob("*.yaml")} == {"methods.yaml", "later_methods.yaml"}
