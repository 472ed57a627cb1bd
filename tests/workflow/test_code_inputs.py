"""Editing the package reruns exactly the stages that import what was edited."""

import re

import grimp
import pytest

pytestmark = pytest.mark.workflow

# What a stage's script imports itself, and what it needs only to read and write files or to log.
ENTRY_POINTS = {
    "prepare": ["remix.data.preparation", "remix.data.formats"],
    "variant": ["remix.data.variants"],
    "train": ["remix.experiment", "remix.methods", "remix.protocol"],
    "score": ["remix.metrics"],
}
NO_RESULT_DEPENDS_ON = {"remix.errors", "remix.logs", "remix.records", "remix.runtime"}


def edit(project, module):
    path = project.folder / "remix" / f"{module}.py"
    path.write_text(path.read_text() + "\n# edited\n")


def declared(project):
    text = (project.folder / "workflow/rules/common.smk").read_text()
    block = re.search(r"^CODE = \{\n.*?^\}", text, re.M | re.S).group(0)
    names = {}
    exec(block, names)
    return names["CODE"]


@pytest.mark.parametrize("stage", ENTRY_POINTS)
def test_declared_modules_are_the_imported_ones(project, stage):
    graph = grimp.build_graph("remix")
    imported = set(ENTRY_POINTS[stage])
    for module in ENTRY_POINTS[stage]:
        imported |= graph.find_upstream_modules(module)
    packages = {module for module in imported if graph.find_children(module)}
    modules = {m.removeprefix("remix.").replace(".", "/") for m in imported - NO_RESULT_DEPENDS_ON - packages}
    assert set(declared(project)[stage]) == modules


@pytest.mark.parametrize(
    ("module", "reruns"),
    [
        ("metrics", {"score": 15}),
        ("training", {"train": 15, "score": 15}),
        ("batches/smote", {"train": 15, "score": 15}),
        ("data/variants", {"variant": 3, "train": 15, "score": 15}),
        ("ranking", {}),
    ],
)
def test_an_edit_reruns_its_stage_and_what_follows(finished, module, reruns):
    edit(finished, module)
    jobs = finished.planned_jobs()
    stages = {"fetch", "prepare", "variant", "train", "score"}
    assert {rule: n for rule, n in jobs.items() if rule in stages} == reruns
    assert "rank_sums" in jobs


def test_scoring_again_does_not_train_again(finished):
    edit(finished, "metrics")
    predictions = finished.folder / "results/predictions/wine/0.25/remix.parquet"
    scores = finished.folder / "results/scores/wine/0.25/remix.csv"
    before = predictions.stat().st_mtime_ns, scores.stat().st_mtime_ns
    finished.run()
    assert predictions.stat().st_mtime_ns == before[0]
    assert scores.stat().st_mtime_ns > before[1]

