# The validated study, and what the rules of all stages share.
import json
import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

ROOT = Path(workflow.basedir)
# Rules and scripts import the package of this checkout, the one whose modules they name as inputs.
sys.path.insert(0, str(ROOT))
os.environ.update(PYTHONPATH=str(ROOT))

from remix.config import load_study
from remix.data.fetching import read_record, ticket
from remix.errors import ConfigError

# The paper's printed numbers.
PUBLISHED = Path(CONFIG, "published")

try:
    STUDY = load_study(
        config,
        files=[
            Path(path)
            for path in [*workflow.configfiles, *workflow.overwrite_configfiles]
        ],
        schemas=ROOT / "workflow" / "schemas",
    )
except ConfigError as error:
    raise WorkflowError(f"The configuration is wrong; nothing was started.\n{error}")


wildcard_constraints:
    dataset="[A-Za-z0-9][A-Za-z0-9_-]*",
    task="[A-Za-z0-9][A-Za-z0-9_-]*",
    method="[A-Za-z0-9][A-Za-z0-9_-]*",
    ir=r"\d+(\.\d+)?",


# Snakemake tracks a rule's script, not what the script imports: each stage names the modules whose change
# must rerun it. tests/workflow/test_code_inputs.py holds this list against the real imports.
CODE = {
    "prepare": ["data/catalogue", "data/formats", "data/preparation"],
    "variant": ["data/catalogue", "data/variants", "seeding"],
    "train": [
        "batches/balanced",
        "batches/class_weights",
        "batches/classes",
        "batches/drawing",
        "batches/entries",
        "batches/mixing",
        "batches/smote",
        "data/catalogue",
        "experiment",
        "learning_rate",
        "methods",
        "networks",
        "preprocessing",
        "protocol",
        "seeding",
        "splits",
        "training",
    ],
    "score": ["metrics"],
    "calibrate": ["calibration", "corrections", "metrics", "reliability"],
    "coverage": [
        "data/catalogue",
        "tables/coverage",
        "tables/markdown",
        "tables/study",
    ],
    "table": [
        "corrections",
        "data/catalogue",
        "metrics",
        "ranking",
        "tables/batches",
        "tables/calibration",
        "tables/coverage",
        "tables/datasets",
        "tables/gains",
        "tables/markdown",
        "tables/paper_comparison",
        "tables/rank_sums",
        "tables/reading",
        "tables/scores",
        "tables/study",
        "tables/summary",
    ],
    "figure": [
        "corrections",
        "data/catalogue",
        "metrics",
        "plotting/batches",
        "plotting/figure5",
        "plotting/reliability",
        "plotting/style",
        "ranking",
        "reliability",
        "tables/coverage",
        "tables/gains",
        "tables/markdown",
        "tables/rank_sums",
        "tables/reading",
        "tables/study",
    ],
}


def code(stage):
    """Paths of the package modules that a stage depends on; relative, so that a project can be moved."""
    return [os.path.relpath(ROOT / "remix" / f"{module}.py") for module in CODE[stage]]


def as_parameter(value):
    """Text of a parameter: Snakemake compares parameters by their text, so the order of keys must not count."""
    return json.dumps(value, sort_keys=True, default=list)


def task_definition(task):
    """What variants and predictions of a task depend on."""
    return STUDY.tasks[task].definition()


def preparation_entry(dataset):
    """What the preparation of a dataset depends on: its catalogue entry without tasks."""
    entry = dict(config["datasets"][dataset])
    return {key: value for key, value in entry.items() if key not in ("tasks", "title")}


# What tables and figures say about the study; here the order of tasks and methods does count.
STUDY_PARAMETER = json.dumps(
    {
        "tasks": {
            name: {
                **task.definition(),
                "irs": task.irs,
                "title": STUDY.datasets[task.dataset].title,
            }
            for name, task in STUDY.tasks.items()
        },
        "methods": {name: STUDY.method_title(name) for name in STUDY.methods},
        "protocol": config["protocol"],
        "seed": STUDY.seed,
    }
)


def cells():
    """(task, IR) of every cell whose data is there.

    A run waits for the checkpoint that has tried all sources. A dry-run, and commands that run nothing, count
    the datasets that no run has tried as if they could be had.
    """
    if workflow.executor_plugin is not None and not workflow.dryrun:
        checkpoints.coverage.get()
    there = {}
    for dataset in STUDY.datasets:
        record = read_record(Path("resources/raw", dataset))
        there[dataset] = record is None or record["available"]
    return [(task, ir) for task, ir in STUDY.cells if there[STUDY.tasks[task].dataset]]


def per_method(folder):
    """Files in a folder of results, of every method on every cell whose data is there."""
    return [
        f"results/{folder}/{task}/{ir}/{method}.csv"
        for task, ir in cells()
        for method in STUDY.methods
    ]


def score_files(wildcards):
    """Scores of every method on every cell whose data is there."""
    return per_method("scores")


def record_files(wildcards):
    """Training records of every method on every cell whose data is there."""
    return per_method("training")


def calibration_files(wildcards):
    """Scores after every correction, of every method on every cell whose data is there."""
    return per_method("calibration")


def curve_files(wildcards):
    """Reliability curves of every cell whose data is there; of one task only if there is such a wildcard."""
    only = wildcards.get("task")
    return [
        f"results/reliability/{task}/{ir}.parquet"
        for task, ir in cells()
        if only in (None, task)
    ]


def task_pages(wildcards):
    """Figures of single tasks, of every task whose data is there."""
    tasks = dict.fromkeys(task for task, _ in cells())
    return expand(
        "results/figures/reliability_{task}.{form}", task=tasks, form=["png", "svg"]
    )


def prepared_files(wildcards):
    """Every prepared dataset that is there."""
    names = dict.fromkeys(STUDY.tasks[task].dataset for task, _ in cells())
    return [f"resources/prepared/{name}.parquet" for name in names]


def variant_files(wildcards):
    """The variant of every cell whose data is there."""
    return [f"resources/variants/{task}/{ir}.parquet" for task, ir in cells()]


def print_summary():
    """End a run by showing its summary, if what was asked for includes it."""
    summary = Path("results/summary.txt")
    if summary.exists():
        print(f"\n{summary.read_text()}")


TABLES = expand(
    "results/tables/{table}.{form}",
    table=[
        "coverage",
        "datasets",
        "scores",
        "rank_sums",
        "gains",
        "paper_comparison",
        "calibration",
        "batches",
    ],
    form=["csv", "md"],
)
FIGURES = expand(
    "results/figures/{figure}.{form}",
    figure=["figure5_gains", "reliability", "batches"],
    form=["png", "svg"],
)
