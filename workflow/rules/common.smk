# The validated study, and what the rules of all stages share.
import hashlib
import json
import os
import sys
from collections import namedtuple
from pathlib import Path

from snakemake.exceptions import WorkflowError

ROOT = Path(workflow.basedir)
# Rules and scripts import the package of this checkout, the one whose modules they name as inputs.
sys.path.insert(0, str(ROOT))
os.environ.update(PYTHONPATH=str(ROOT))

from remix.config import load_study
from remix.data.fetching import read_record, ticket
from remix.errors import ConfigError
from remix.provenance import commit_state

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
    table="[a-z_]+",
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
    "coverage": [
        "data/catalogue",
        "tables/coverage",
        "tables/markdown",
        "tables/study",
    ],
    "table": [
        "data/catalogue",
        "metrics",
        "ranking",
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
        "data/catalogue",
        "metrics",
        "plotting/figure5",
        "plotting/style",
        "ranking",
        "tables/coverage",
        "tables/gains",
        "tables/markdown",
        "tables/rank_sums",
        "tables/reading",
        "tables/study",
    ],
    "page": [
        "data/catalogue",
        "metrics",
        "pages/document",
        "pages/front",
        "pages/provenance",
        "pages/task",
        "provenance",
        "ranking",
        "tables/coverage",
        "tables/gains",
        "tables/markdown",
        "tables/rank_sums",
        "tables/reading",
        "tables/scores",
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


def score_files(wildcards):
    """Scores of every method on every cell whose data is there."""
    return [
        f"results/scores/{task}/{ir}/{method}.csv"
        for task, ir in cells()
        for method in STUDY.methods
    ]


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
    table=["coverage", "datasets", "scores", "rank_sums", "gains", "paper_comparison"],
    form=["csv", "md"],
)
FIGURES = expand(
    "results/figures/{figure}.{form}", figure=["figure5_gains"], form=["png", "svg"]
)
# Pictures of each task, by paths with {task} in them, that the task's page shows.
TASK_FIGURES = []

# What the report shows, and where: categories, and in them tables and figures by name, in this order. The caption
# of each is workflow/report/NAME.rst. A table of the study is in the report by being listed here; the rule of a
# figure wraps its output in reported(). What a study does not make does not appear.
REPORT = {
    "Verdict": {
        "rank_sums": "Table 2: ranks, ours and the paper's",
        "claims": "The paper's claims, one by one",
        "audit": "Audit: what each deviation changes",
        "audit_effects": "Audit: effects of the deviations",
        "rescored": "Audit without training: other scores",
        "rescored_effects": "Audit without training: effects",
        "paper_comparison": "Every printed number beside ours",
    },
    "Gains and statistics": {
        "figure5_gains": "Figure 5: gains over the baseline",
        "gains": "Gains over the baseline",
        "critical_difference": "Critical differences of the mean ranks",
        "comparisons": "Comparisons of methods over cells",
        "cell_tests": "Tests in each cell",
        "scores": "Scores per task, IR and method",
    },
    "Calibration": {
        "reliability": "Reliability, all tasks",
        "reliability_{task}": "Reliability: {task}",
        "calibration": "Calibration and its remedies",
        "batches": "What the mini-batches held",
    },
    "Tasks": {},
    "Data and coverage": {
        "coverage": "Which data was there",
        "datasets": "Table 1: datasets",
    },
    "Configuration and provenance": {
        "provenance": "Code, machine, configuration",
    },
}
Place = namedtuple("Place", ["category", "title"])
# Snakemake sorts by name: numbers keep the order.
REPORTED = {
    name: Place(f"{k} {category}", f"{k}.{n} {title}")
    for k, (category, entries) in enumerate(REPORT.items(), start=1)
    for n, (name, title) in enumerate(entries.items(), start=1)
}
TASKS = f"{list(REPORT).index('Tasks') + 1} Tasks"
FRONT_PAGE = "results/front.rst"


def reported(path):
    """Put an output of a rule in workflow/rules into the report."""
    name = Path(path).stem
    place = REPORTED[name]
    caption = name.replace("{", "").replace("}", "")
    return report(
        path,
        caption=f"../report/{caption}.rst",
        category=place.category,
        labels={"Result": place.title},
    )


def beside_report(name):
    """Path of a file in workflow/report; relative, so that a project can be moved."""
    return os.path.relpath(ROOT / "workflow" / "report" / name)


def first_page():
    """Description of the workflow: what the last run found or, where nothing has run, what the study is."""
    found = Path(FRONT_PAGE)
    return os.path.abspath(found if found.exists() else beside_report("workflow.rst"))


def pages(wildcards):
    """Everything that the report shows."""
    tasks = dict.fromkeys(task for task, _ in cells())
    return [
        *(path.replace(".csv", ".html") for path in TABLES if path.endswith(".csv")),
        *FIGURES,
        *(f"results/pages/{task}.html" for task in tasks),
        "results/provenance.html",
        FRONT_PAGE,
    ]
