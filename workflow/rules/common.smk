# The validated study, and what the rules of all stages share.
import dataclasses
import functools
import hashlib
import json
import os
import re
import sys
from collections import namedtuple

from remix.config import (
    audit_protocols,
    audit_sources,
    sweep_for_reports,
    sweep_studies,
)
from remix.data.fetching import canonical, read_record, ticket
from remix.errors import ResultError
from remix.provenance import commit_state
from remix.working_folder import obstacle

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
# By (protocol, task, IR, method): under which protocol, and as which method, it is trained.
SOURCES = audit_sources(PROTOCOLS)
# By α, as in paths: the swept tasks with the method that has this α; and where it is trained, as above.
SWEEP = sweep_studies(STUDY)
SWEEP_SOURCES = audit_sources({"study": STUDY, **SWEEP})


def one_of(names):
    """Pattern of a wildcard that has these values only: of a target with another one, no rule makes it."""
    return "|".join(map(re.escape, names)) or "(?!)"


wildcard_constraints:
    table="[a-z_]+",
    dataset=one_of(config["datasets"]),
    task=one_of(STUDY.tasks),
    method=one_of(STUDY.methods),
    protocol=one_of(PROTOCOLS),
    ir=r"\d+(\.\d+)?",
    alpha=one_of(SWEEP),


# Snakemake tracks a rule's script, not what the script imports: each stage names the modules whose change
# must rerun it. tests/workflow/test_code_inputs.py holds this list against the real imports.
CODE = {
    "prepare": [
        "data/archives",
        "data/catalogue",
        "data/formats",
        "data/images/cifar10",
        "data/images/class_folders",
        "data/images/idx",
        "data/images/npz",
        "data/images/reading",
        "data/images/unpickling",
        "data/lzw",
        "data/preparation",
        "data/raw_files",
        "data/text",
    ],
    "variant": ["data/catalogue", "data/variants", "seeding"],
    "train": [
        "adam",
        "batches/augmentation",
        "batches/balanced",
        "batches/blending",
        "batches/classes",
        "batches/drawing",
        "batches/entries",
        "batches/hidden",
        "batches/links",
        "batches/mini_batch",
        "batches/mixing",
        "batches/partners",
        "batches/smote",
        "batches/soft_labels",
        "before_training",
        "data/catalogue",
        "experiment",
        "learning_rate",
        "losses/class_balanced",
        "losses/class_weights",
        "losses/cross_entropy",
        "losses/deferral",
        "losses/focal",
        "losses/ldam",
        "losses/logit_adjusted",
        "losses/loss",
        "losses/parameters",
        "methods",
        "networks",
        "preprocessing",
        "protocol",
        "seeding",
        "splits",
        "training",
    ],
    "demonstrate": [
        "adam",
        "batches/augmentation",
        "batches/balanced",
        "batches/blending",
        "batches/classes",
        "batches/drawing",
        "batches/entries",
        "batches/hidden",
        "batches/links",
        "batches/mini_batch",
        "batches/mixing",
        "batches/partners",
        "batches/smote",
        "batches/soft_labels",
        "before_training",
        "demonstrations/densities",
        "demonstrations/hulls",
        "demonstrations/interpolation",
        "demonstrations/mini_batches",
        "demonstrations/rings",
        "demonstrations/samples",
        "learning_rate",
        "losses/class_balanced",
        "losses/class_weights",
        "losses/cross_entropy",
        "losses/deferral",
        "losses/focal",
        "losses/ldam",
        "losses/logit_adjusted",
        "losses/loss",
        "losses/parameters",
        "methods",
        "networks",
        "protocol",
        "seeding",
        "training",
    ],
    "score": ["metrics"],
    "verify": [
        "data/catalogue",
        "metrics",
        "provenance",
        "tables/coverage",
        "tables/markdown",
        "tables/reading",
        "tables/scores",
        "tables/study",
        "tables/verification",
    ],
    "calibrate": ["calibration", "corrections", "metrics", "reliability"],
    "coverage": [
        "data/catalogue",
        "tables/coverage",
        "tables/markdown",
        "tables/study",
    ],
    "table": [
        "claims",
        "corrections",
        "data/catalogue",
        "made_by",
        "metrics",
        "provenance",
        "ranking",
        "statistics",
        "tables/alpha_sweep",
        "tables/batches",
        "tables/calibration",
        "tables/cell_tests",
        "tables/claims",
        "tables/comparisons",
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
        "tables/sweep",
        "tables/trainings",
    ],
    "audit": [
        "claims",
        "data/catalogue",
        "made_by",
        "metrics",
        "provenance",
        "ranking",
        "statistics",
        "tables/audit",
        "tables/audit_effects",
        "tables/claims",
        "tables/coverage",
        "tables/markdown",
        "tables/rank_sums",
        "tables/reading",
        "tables/study",
        "tables/trainings",
    ],
    "gather": [
        "data/catalogue",
        "made_by",
        "provenance",
        "tables/reading",
        "tables/study",
    ],
    "figure": [
        "corrections",
        "data/catalogue",
        "metrics",
        "plotting/audit",
        "plotting/batches",
        "plotting/critical_difference",
        "plotting/demonstration",
        "plotting/figure1",
        "plotting/figure2",
        "plotting/figure3",
        "plotting/figure4",
        "plotting/figure7",
        "plotting/figure8",
        "plotting/gains",
        "plotting/reliability",
        "plotting/style",
        "ranking",
        "reliability",
        "statistics",
        "tables/coverage",
        "tables/gains",
        "tables/markdown",
        "tables/rank_sums",
        "tables/reading",
        "tables/study",
        "tables/sweep",
    ],
    "page": [
        "claims",
        "data/catalogue",
        "made_by",
        "metrics",
        "pages/document",
        "pages/front",
        "pages/provenance",
        "pages/task",
        "provenance",
        "ranking",
        "run_cost",
        "statistics",
        "tables/audit",
        "tables/coverage",
        "tables/datasets",
        "tables/gains",
        "tables/markdown",
        "tables/rank_sums",
        "tables/reading",
        "tables/scores",
        "tables/study",
        "tables/trainings",
    ],
}


@functools.cache
def code(stage):
    """Digest of the package modules that a stage depends on: as a parameter it reruns what they, changed, would change.

    As inputs they would be looked up for every job that is ready, whenever a job ends.
    """
    digest = hashlib.sha256()
    for module in CODE[stage]:
        content = Path(ROOT, "remix", f"{module}.py").read_bytes()
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def watch_script(step):
    """Let a rule run again when its script has other content, whatever its date, as `code` does for modules.

    Files that were unpacked or copied with their dates may be older than what the former ones have made.
    """
    if "code" in step.params.keys():
        script = ROOT / "workflow" / "scripts" / Path(step.script).name
        step.set_params(script=hashlib.sha256(script.read_bytes()).hexdigest())


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


def per_method(pattern):
    """Files of every method on every cell whose data is there; of one task only if there is such a wildcard."""
    return lambda wildcards: [
        pattern.format(task=task, ir=ir, method=method)
        for task, ir in cells(only=wildcards.get("task"))
        for method in STUDY.methods_of(task)
    ]


def per_cell(pattern):
    """Files of every cell whose data is there; of one task only if there is such a wildcard."""
    return lambda wildcards: [
        pattern.format(task=task, ir=ir)
        for task, ir in cells(only=wildcards.get("task"))
    ]


def of_one_method(pattern):
    """Files of one method on each cell whose data is there: its folds are the same for all methods."""
    return lambda wildcards: [
        pattern.format(task=task, ir=ir, method=STUDY.methods_of(task)[0])
        for task, ir in cells()
    ]


def of_cell(pattern):
    """Files of every method on one cell."""
    return lambda wildcards: [
        pattern.format(task=wildcards.task, ir=wildcards.ir, method=method)
        for method in STUDY.methods_of(wildcards.task)
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


def prepared_for_means(wildcards, study=STUDY):
    """The prepared dataset, where missing values are filled with means over all of it."""
    training = study.training(wildcards.task, wildcards.method)
    if training["imputation"] != "dataset":
        return []
    return f"resources/prepared/{study.tasks[wildcards.task].dataset}.parquet"


def variant_of_deviation(wildcards):
    """What a protocol is trained on: the study's variant, unless it uses another number of images."""
    task, ir, protocol = wildcards.task, wildcards.ir, wildcards.protocol
    same = PROTOCOLS[protocol].rows(task) == STUDY.rows(task)
    folder = "resources/variants" if same else f"results/audit/{protocol}/variants"
    return f"{folder}/{task}/{ir}.parquet"


# Methods that are trained as another one, such as cost adjustment while its weights are ignored.
REUSED = {
    method: source.method
    for (protocol, _, _, method), source in SOURCES.items()
    if protocol == "study" and source.method != method
}


def by_cell(sources):
    """Where the predictions of each cell are made, each place once: by (task, IR), a list of sources."""
    found = {}
    for (_, task, ir, _), source in sources.items():
        found.setdefault((task, ir), {})[source] = None
    return {cell: list(places) for cell, places in found.items()}


def besides_the_study(sources):
    """Those of some sources that are not the study's own."""
    return {key: at for key, at in sources.items() if at.protocol != "study"}


# What the audit and the sweep train; and what the sweep compares: the baseline, and its method with every α.
AUDITED = by_cell(besides_the_study(SOURCES))
SWEPT = by_cell(besides_the_study(SWEEP_SOURCES))
COMPARED = {
    cell: [("study", "baseline"), *places]
    for cell, places in by_cell(
        {key: at for key, at in SWEEP_SOURCES.items() if key[0] in SWEEP}
    ).items()
}


def there(trained):
    """Those of some cells whose data is there; under a protocol, a cell may have an IR that the study lacks."""
    present = {STUDY.tasks[task].dataset for task, _ in cells()}
    return [cell for cell in trained if STUDY.tasks[cell[0]].dataset in present]


def of_runs(trained, folder, pattern):
    """Files, by a path with {place}, {task}, {ir} and {method} in it, of trainings of each cell, or of one cell.

    The place is `results` for what the study itself has trained, and for other runs a folder of theirs.
    """

    def files(wildcards):
        one = wildcards.get("task"), wildcards.get("ir")
        if one[0] is not None and one not in trained:
            sys.exit(f"Nothing was started: no {folder} has {one[0]} at IR {one[1]}")
        return [
            pattern.format(
                place="results" if run == "study" else f"results/{folder}/{run}",
                task=task,
                ir=ir,
                method=method,
            )
            for task, ir in (there(trained) if one[0] is None else [one])
            for run, method in trained[task, ir]
        ]

    return files


def runs_of(trained):
    """The run that each of the trainings of one cell belongs to."""
    return lambda wildcards: [run for run, _ in trained[wildcards.task, wildcards.ir]]


def on_cells(trained, pattern):
    """Files, by a path with {task} and {ir} in it, of every cell of the audit or the sweep whose data is there."""
    return lambda wildcards: [
        pattern.format(task=task, ir=ir) for task, ir in there(trained)
    ]


def runs(studies, sources):
    """By name of a study, what tables say of it, and where it has the scores of each of its methods on each cell."""
    return {
        name: {
            "study": study.for_reports(),
            "sources": [
                [task, ir, method, *sources[name, task, ir, method]]
                for task, ir in there(study.cells)
                for method in study.methods_of(task)
            ],
        }
        for name, study in studies.items()
    }


# Protocols for which nothing is trained.
FREE = {
    name: study
    for name, study in PROTOCOLS.items()
    if all(at.protocol == "study" for key, at in SOURCES.items() if key[0] == name)
}


# What made the trainings of the study, and those of its sweep; the audit's are told of in its tables.
#
# What is made from files of all cells has the study's as an input, too. Snakemake does not make a file that is
# missing for what is there and newer than all that is left: where predictions or scores of one training were lost
# after the training (damaged, and deleted as the message says), tables of a former training would be taken for up to
# date. It has what each training took, so that it differs from one to the next.
MADE_BY_STUDY = "results/made_by.parquet"
MADE_BY_SWEEP = "results/made_by_sweep.parquet"


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

# What a reference run keeps.
REFERENCE = [
    *TABLES,
    *FIGURES,
    *([*AUDIT_TABLES, *AUDIT_FIGURES] if STUDY.audit.overlays else []),
    "results/summary.txt",
]

# The reference run of this checkout. Absolute, for in the checkout itself `rule reference` makes it.
REFERENCE_SCORES = str(ROOT / "results" / "reference" / "tables" / "scores.csv")
REFERENCE_FACTS = str(ROOT / "results" / "reference" / "provenance.json")


def methods_of_reference(cell):
    """Methods that the reference run has on a cell; refuses what cannot be compared with it."""
    # Imported here, for it imports pandas, and only `verify` needs it.
    from remix.tables.reading import read_table
    from remix.tables.verification import methods_to_verify

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


def predictions_to_verify(wildcards):
    """Predictions of the methods that the reference run has on a cell."""
    cell = f"{wildcards.task}/{wildcards.ir}"
    return [
        f"results/predictions/{cell}/{method}.parquet"
        for method in methods_of_reference(cell)
    ]


def scores_to_verify(wildcards):
    """Scores of a cell that the reference run has."""
    methods_of_reference(wildcards.cell)
    return f"results/verify/{wildcards.cell}.csv"


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
        *FIGURES,
        *(f"results/pages/{task}.html" for task in tasks),
        "results/provenance.html",
        FRONT_PAGE,
    ]
