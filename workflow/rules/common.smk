# The validated study, and what the rules of all stages share.
import dataclasses
import functools
import hashlib
import json
import os
import re
import sys
from collections import namedtuple

from remix.study.config import audit_protocols, sweep_for_reports, sweep_studies
from remix.study.data.fetching import canonical, read_record, ticket
from remix.errors import ResultError
from remix.study.running.provenance import commit_state
from remix.study.code import digest_of_script
from remix.study.store import forget_cells_that_lost_trainings
from remix.study.trainings import free_of, in_jobs, inputs_of, trainings_of
from remix.study.running.working_folder import obstacle

# The paper's printed numbers.
PUBLISHED = Path(CONFIG, "published")

# What a run writes to, and by whose dates it tells what is out of date.
WRITTEN = [".snakemake", "logs", "resources", "results"]
DATED = ["resources", "results"]
if workflow.is_main_process and (trouble := obstacle(WRITTEN, DATED)):
    raise WorkflowError(f"Nothing was started: {trouble}")

try:
    PROTOCOLS = audit_protocols(
        config,
        files=[
            Path(path)
            for path in [*workflow.configfiles, *workflow.overwrite_configfiles]
        ],
        schemas=ROOT / "workflow" / "schemas",
        folder=Path(CONFIG),
    )
except ConfigError as error:
    raise WorkflowError(f"The configuration is wrong; nothing was started.\n{error}")
STUDY = PROTOCOLS["study"]
# By α, as in paths: the swept tasks with the method that has this α.
SWEEP = sweep_studies(STUDY)
# Protocols under which nothing is trained that the study itself does not train; and what the audit compares: all
# protocols, or these where it is not asked for.
FREE = free_of(STUDY, PROTOCOLS)
AUDITED = PROTOCOLS if STUDY.audit.train else FREE
# By (task, IR): the trainings that study, sweep and audit want, each once.
WANTED = trainings_of(
    [STUDY, *SWEEP.values(), *(each for each in AUDITED.values() if each is not STUDY)]
)


def one_of(names):
    """Pattern of a wildcard that has these values only: of a target with another one, no rule makes it."""
    return "|".join(map(re.escape, names)) or "(?!)"


wildcard_constraints:
    table="[a-z_]+",
    dataset=one_of(config["datasets"]),
    task=one_of(STUDY.tasks),
    ir=r"\d+(\.\d+)?",
    part=r"[1-9]\d*",
    # Of a variant that has another number of images than the study's.
    rows=r"(_\d+_rows)?",


@functools.cache
def code(script):
    """Digest of a script and all that it imports: as a parameter it runs a rule again whose code has changed.

    Snakemake sees the script only, and by its date.
    """
    return digest_of_script(ROOT / "workflow" / "scripts" / f"{script}.py")


def as_parameter(value):
    """Text of a parameter: Snakemake compares parameters by their text, so the order of keys must not count."""
    return json.dumps(canonical(value), sort_keys=True, default=list)


def task_definition(task):
    """What variants and predictions of a task depend on."""
    return STUDY.tasks[task].definition()


def preparation_entry(dataset):
    """What the preparation of a dataset depends on: its catalogue entry without tasks."""
    entry = dict(config["datasets"][dataset])
    return {key: value for key, value in entry.items() if key not in ("tasks", "title")}


# What tables and figures say about the study.
STUDY_PARAMETER = json.dumps(STUDY.for_reports())
# What they say about the sweep.
SWEEP_PARAMETER = as_parameter(sweep_for_reports(STUDY))


def for_reports(studies):
    """What tables and figures say about several runs, by name."""
    return json.dumps({name: study.for_reports() for name, study in studies.items()})


# The methods that the paper's pictures show, as the study trains them or would if it had selected them.
PICTURED = dataclasses.replace(STUDY, methods=config["methods"])
DEMONSTRATED = {
    name: PICTURED.method_spec(name) for name in ("baseline", "smote", "remix")
}
DEMONSTRATED_TITLES = {name: PICTURED.method_title(name) for name in DEMONSTRATED}


def cells(only=None):
    """(task, IR) of every cell whose data is there; of one task only, if it is given.

    A run waits for the checkpoint that has tried all sources. A dry-run, and commands that run nothing, count
    the datasets that no run has tried as if they could be had.
    """
    if workflow.executor_plugin is not None and not workflow.dryrun:
        checkpoints.coverage.get()
    irs = irs_there()
    return [
        (task, ir)
        for task in (irs if only is None else [only])
        for ir in irs.get(task, ())
    ]


@functools.cache
def irs_there():
    """IRs of each task whose data is there; looked up once, for the checkpoint has run before."""
    there = {}
    for dataset in STUDY.datasets:
        record = read_record(Path("resources/raw", dataset))
        there[dataset] = record is None or record["available"]
    return {name: task.irs for name, task in STUDY.tasks.items() if there[task.dataset]}


def per_cell(pattern):
    """Files of every cell whose data is there; of one task only if there is such a wildcard."""
    return lambda wildcards: [
        pattern.format(task=task, ir=ir)
        for task, ir in cells(only=wildcards.get("task"))
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


def print_summary():
    """End a run by showing its summary, if what was asked for includes it."""
    summary = Path("results/summary.txt")
    if summary.exists():
        print(f"\n{summary.read_text()}")


def evaluated(pattern):
    """Files of every cell that something is wanted of, and whose data is there."""

    def files(wildcards):
        present = {STUDY.tasks[task].dataset for task, _ in cells()}
        return [
            pattern.format(task=task, ir=ir)
            for task, ir in WANTED
            if STUDY.tasks[task].dataset in present
        ]

    return files


def jobs_of(task, ir):
    """The trainings of a cell, by jobs."""
    if (task, ir) not in WANTED:
        sys.exit(f"Nothing was started: nothing is wanted of {task} at IR {ir}")
    per_job = STUDY.trainings_per_job
    images = STUDY.tasks[task].image is not None
    return in_jobs(WANTED[task, ir], per_job.images if images else per_job.tables)


@functools.cache
def parts_of(task, ir):
    """The list of a cell, a part for each of its jobs.

    Snakemake knows of the lists, not of the trainings: what has lost one is listed anew, and trained. A run says so
    when it first asks for the list, which is before it looks whether the list is there.
    """
    parts = [
        f"results/cells/{task}/{ir}/{part}.json"
        for part in range(1, len(jobs_of(task, ir)) + 1)
    ]
    # As the rules are read, it is not known yet whether something is to be run.
    if (
        workflow.is_main_process
        and workflow.executor_plugin is not None
        and not workflow.dryrun
    ):
        for lost in forget_cells_that_lost_trainings(Path("results"), map(Path, parts)):
            print(f"{lost} is gone; it is made anew", file=sys.stderr)
    return parts


def lists_of_cells(wildcards):
    """The lists of all cells."""
    return [
        part
        for cell in evaluated("{task} {ir}")(wildcards)
        for part in parts_of(*cell.split())
    ]


def digest_of_wanted(task, ir):
    """Digest of all that is wanted of a cell, however it is shared out to jobs."""
    wanted = [each.as_mapping() for each in WANTED[task, ir]]
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()


def wanted_of(wildcards):
    """The trainings of one job."""
    jobs = jobs_of(wildcards.task, wildcards.ir)
    parts_of(wildcards.task, wildcards.ir)
    if int(wildcards.part) > len(jobs):
        sys.exit(
            f"Nothing was started: {wildcards.task} at IR {wildcards.ir} has no job {wildcards.part}"
        )
    return jobs[int(wildcards.part) - 1]


TABLES = expand(
    "results/tables/{table}.{form}",
    table=[
        "coverage",
        "datasets",
        "scores",
        "rank_sums",
        "gains",
        "alpha_sweep",
        "comparisons",
        "cell_tests",
        "paper_comparison",
        "claims",
        "rescored",
        "rescored_claims",
        "rescored_effects",
        "calibration",
        "batches",
    ],
    form=["csv", "md"],
)
# Figures of the paper that no dataset is needed for.
DEMONSTRATIONS = expand(
    "results/figures/{figure}.{form}",
    figure=[
        "figure1_surfaces",
        "figure2_samples",
        "figure3_batches",
        "figure4_densities",
        "figure8_interpolation",
    ],
    form=["png", "svg"],
)
HAS_IMAGES = any(task.image is not None for task in STUDY.tasks.values())
FIGURES = DEMONSTRATIONS + expand(
    "results/figures/{figure}.{form}",
    figure=[
        "figure5_gains",
        *(["figure6_image_gains"] if HAS_IMAGES else []),
        "figure7_alpha",
        "critical_difference",
        "reliability",
        "batches_without_minority",
    ],
    form=["png", "svg"],
)
# Pictures of each task, by paths with {task} in them, that the task's page shows.
TASK_FIGURES = ["results/figures/reliability_{task}.svg"]

AUDIT_TABLES = expand(
    "results/tables/{table}.{form}",
    table=["audit", "audit_claims", "audit_effects"],
    form=["csv", "md"],
)
AUDIT_FIGURES = expand("results/figures/audit_ranks.{form}", form=["png", "svg"])
AUDIT = [
    *AUDIT_TABLES,
    *AUDIT_FIGURES,
    *(path.replace(".csv", ".html") for path in AUDIT_TABLES if path.endswith(".csv")),
]


def audit_results(wildcards):
    """What the audit makes, if the study has it."""
    if not STUDY.audit.train:
        sys.exit(
            "Nothing was started: the audit is not asked for; use `make audit`, or --configfile config/audit.yaml"
        )
    return AUDIT


# What a reference run keeps.
REFERENCE = [
    *TABLES,
    *FIGURES,
    *([*AUDIT_TABLES, *AUDIT_FIGURES] if STUDY.audit.train else []),
    "results/summary.txt",
]

# The reference run of this checkout. Absolute, for in the checkout itself `rule reference` makes it.
REFERENCE_SCORES = str(ROOT / "results" / "reference" / "tables" / "scores.csv")
REFERENCE_FACTS = str(ROOT / "results" / "reference" / "provenance.json")


def methods_of_reference(cell):
    """Methods that the reference run has on a cell; refuses what cannot be compared with it."""
    # Imported here, for it imports pandas, and only `verify` needs it.
    from remix.study.results.reading import read_table
    from remix.study.verification import methods_to_verify

    try:
        return methods_to_verify(
            cell,
            read_table(REFERENCE_SCORES),
            json.loads(Path(REFERENCE_FACTS).read_text(encoding="utf-8")),
            STUDY.for_reports(),
        )
    except (ResultError, OSError) as error:
        # Of an exception Snakemake would show where in this file it was raised.
        sys.exit(f"Nothing was started: {error}")


def scores_to_verify(wildcards):
    """Scores of a cell that the reference run has."""
    methods_of_reference(wildcards.cell)
    return f"results/scores/{wildcards.cell}.csv"


# What the report shows, and where: categories, and in them tables and figures by name, in this order. The caption
# of each is workflow/report/NAME.rst. A table of the study is in the report by being listed here; the rule of a
# figure wraps its output in reported(). What a study does not make does not appear.
REPORT = {
    "Verdict": {
        "rank_sums": "Table 2: ranks, ours and the paper's",
        "claims": "The paper's claims, one by one",
        "audit": "Audit: Table 2 under every protocol",
        "audit_ranks": "Audit: mean ranks under every protocol",
        "audit_claims": "Audit: the claims under every protocol",
        "audit_effects": "Audit: what each deviation changes",
        "rescored": "Audit without training: Table 2",
        "rescored_claims": "Audit without training: the claims",
        "rescored_effects": "Audit without training: what changes",
        "paper_comparison": "Every printed number beside ours",
    },
    "Gains and statistics": {
        "figure5_gains": "Figure 5: gains over the baseline",
        "figure6_image_gains": "Figure 6: gains on images",
        "gains": "Gains over the baseline",
        "figure7_alpha": "Figure 7: sensitivity to α",
        "alpha_sweep": "Scores at each α",
        "critical_difference": "Critical differences of the mean ranks",
        "comparisons": "Comparisons of methods over cells",
        "cell_tests": "Tests in each cell",
        "scores": "Scores per task, IR and method",
    },
    "Calibration": {
        "reliability": "Reliability, all tasks",
        "calibration": "Calibration and its remedies",
        "batches": "What the mini-batches held",
        "batches_without_minority": "How many mini-batches lack the minority",
    },
    "Tasks": {},
    "Data and coverage": {
        "coverage": "Which data was there",
        "datasets": "Table 1: datasets",
    },
    "The method in pictures": {
        "figure1_surfaces": "Figure 1: decision surfaces",
        "figure2_samples": "Figure 2: samples of SMOTE and ReMix",
        "figure3_batches": "Figure 3: mini-batches",
        "figure4_densities": "Figure 4: densities by α",
        "figure8_interpolation": "Figure 8: a harmful interpolation",
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
    return report(
        path,
        caption=f"../report/{name}.rst",
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
        *(AUDIT if STUDY.audit.train else []),
        *FIGURES,
        *(f"results/pages/{task}.html" for task in tasks),
        "results/provenance.html",
        FRONT_PAGE,
    ]
