"""What `pip install` brings is all that the library imports; what the study needs besides is an extra."""

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

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


@pytest.fixture(scope="module")
def needed():
    """Gives what some modules, and all that they import, need: within functions too."""
    graph = grimp.build_graph("remix", include_external_packages=True, exclude_type_checking_imports=True)
    # What the package offers, it imports when it is asked for.
    for module in graph.find_modules_directly_imported_by("remix"):
        graph.remove_import(importer="remix", imported=module)

    def of(*modules):
        found = set().union(*map(graph.find_upstream_modules, modules))
        return {name.split(".")[0] for name in found} - {"remix", *sys.stdlib_module_names}

    return of


def test_the_library_needs_its_own_dependencies_only(needed):
    others = needed(*LIBRARY)
    assert {"sklearn", "tqdm", "imblearn", "keras"} <= others
    assert others <= CORE


def test_the_picture_needs_the_extra_plot_and_nothing_more(needed):
    others = needed("remix.plotting.reliability_diagram")
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
