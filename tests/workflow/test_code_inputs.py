"""Editing the package reruns exactly the stages that import what was edited."""

import ast
import re

import grimp
import pytest
from study_project import ROOT

pytestmark = pytest.mark.workflow

# The scripts of each stage; what they import is where the search for modules starts.
SCRIPTS = {
    "prepare": ["prepare"],
    "variant": ["variant"],
    "train": ["train"],
    "demonstrate": ["demonstrate"],
    "score": ["score"],
    "verify": ["verify"],
    "calibrate": ["calibrate"],
    "coverage": ["coverage"],
    "table": [
        "alpha_sweep",
        "batches",
        "calibration",
        "datasets",
        "scores",
        "rank_sums",
        "gains",
        "comparisons",
        "cell_tests",
        "paper_comparison",
        "summary",
    ],
    "audit": ["audit_tables", "claims"],
    "gather": ["gather_made_by", "gather_scores"],
    "figure": [
        "audit_ranks",
        "batch_figure",
        "critical_difference",
        "figure1",
        "figure2",
        "figure3",
        "figure4",
        "figure5",
        "figure6",
        "figure7",
        "figure8",
        "reliability",
        "reliability_of_task",
    ],
    "page": ["table_page", "task_page", "provenance_page", "front_page"],
}
# Needed to fetch, log, read and write: no result depends on how they do it.
INFRASTRUCTURE = {
    "disk", "errors", "fork_server", "lazy", "logs", "parquet", "records", "runtime",
    "data.fetching", "data.sources",
}  # fmt: skip


def source(project, module):
    return project.folder / "remix" / f"{module}.py"


def edit(project, module):
    path = source(project, module)
    path.write_text(path.read_text() + "\n# edited\n")


def declared(project):
    text = (project.folder / "workflow/rules/common.smk").read_text()
    block = re.search(r"^CODE = \{\n.*?^\}", text, re.M | re.S).group(0)
    names = {}
    exec(block, names)
    return names["CODE"]


def imported_by(script):
    """Modules of the package that a script imports, at its top or inside a function."""
    tree = ast.parse((ROOT / "workflow/scripts" / f"{script}.py").read_text())
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {node.module for node in nodes if node.module.startswith("remix.")}


def is_infrastructure(module):
    name = module.removeprefix("remix.")
    return any(name == known or name.startswith(f"{known}.") for known in INFRASTRUCTURE)


@pytest.mark.parametrize("stage", list(SCRIPTS))
def test_declared_modules_are_the_imported_ones(project, stage):
    graph = grimp.build_graph("remix")
    start = {m for script in SCRIPTS[stage] for m in imported_by(script) if not is_infrastructure(m)}
    modules = start.union(*(graph.find_upstream_modules(module) for module in start))
    packages = {module for module in modules if graph.find_children(module)}
    needed = {m for m in modules - packages if not is_infrastructure(m)}
    assert set(declared(project)[stage]) == {m.removeprefix("remix.").replace(".", "/") for m in needed}


def test_every_stage_is_held_against_its_imports(project):
    assert set(declared(project)) == set(SCRIPTS)


@pytest.mark.parametrize(
    ("module", "reruns"),
    [
        ("metrics", {"score": 2, "calibrate": 2}),
        ("training", {"train": 10, "score": 2, "calibrate": 2}),
        ("batches/smote", {"train": 10, "score": 2, "calibrate": 2}),
        ("data/variants", {"variant": 2, "train": 10, "score": 2, "calibrate": 2}),
        ("calibration", {"calibrate": 2}),
        ("ranking", {}),
    ],
)
def test_an_edit_reruns_its_stage_and_what_follows(finished, module, reruns):
    edit(finished, module)
    jobs = finished.planned_jobs()
    stages = {"fetch", "prepare", "variant", "train", "score", "calibrate"}
    assert {rule: n for rule, n in jobs.items() if rule in stages} == reruns
    assert ("rank_sums" in jobs) == (module != "calibration")
    assert "summary" in jobs


def test_what_is_written_again_as_it_was_reruns_nothing(finished):
    """As by a change of branch and back: times are new, contents are not."""
    for module in declared(finished)["train"]:
        path = source(finished, module)
        path.write_bytes(path.read_bytes())
    assert finished.planned_jobs() == {}


def test_scoring_again_does_not_train_again(finished):
    edit(finished, "metrics")
    predictions = finished.folder / "results/predictions/wine/0.25/remix.parquet"
    scores = finished.folder / "results/scores/wine/0.25.csv"
    before = predictions.stat().st_mtime_ns, scores.stat().st_mtime_ns
    finished.run(arguments=["results/scores/wine/0.25.csv"])
    assert predictions.stat().st_mtime_ns == before[0]
    assert scores.stat().st_mtime_ns > before[1]
