# The validated study, and what the rules of all stages share.
import functools
import hashlib
import json
import os
import re
import sys

from remix.errors import RemixError
from remix.study.code import digest_of_script
from remix.study.data.fetching import read_source
from remix.study.plan import Plan, as_parameter, preparation
from remix.study.results.declarations import category, places, read_by
from remix.study.running.provenance import commit_state
from remix.study.running.working_folder import obstacle
from remix.study.store import forget_cells_that_lost_trainings
from remix.study.trainings import inputs_of, trainings_to_json

# What a run writes to, and by whose dates it tells what is out of date.
WRITTEN = [".snakemake", "logs", "resources", "results"]
DATED = ["resources", "results"]
if workflow.is_main_process and (trouble := obstacle(WRITTEN, DATED)):
    raise WorkflowError(f"Nothing was started: {trouble}")

try:
    PLAN = Plan.of(
        config,
        files=[
            Path(path)
            for path in [*workflow.configfiles, *workflow.overwrite_configfiles]
        ],
        schemas=ROOT / "workflow" / "schemas",
        folder=Path(CONFIG).parent,
        overlays=workflow.overwrite_configfiles,
        imports=workflow.is_main_process,
    )
except ConfigError as error:
    raise WorkflowError(f"The configuration is wrong; nothing was started.\n{error}")
STUDY = PLAN.study
# Scripts are given the configuration: with paths as the working directory sees them, not the overlays.
config["data_dir"] = str(PLAN.configuration.data_dir)
for name, dataset in PLAN.configuration.datasets.items():
    config["datasets"][name]["sources"] = list(dataset.sources)


def one_of(names):
    """Pattern of a wildcard that has these values only: of a target with another one, no rule makes it."""
    return "|".join(map(re.escape, names)) or "(?!)"


wildcard_constraints:
    dataset=one_of(config["datasets"]),
    task=one_of(STUDY.tasks),
    ir=r"\d+(\.\d+)?|natural",
    part=r"[1-9]\d*",
    # Of a variant that has another number of images than the study's.
    rows=r"(_(\d+|all)_rows)?",


def code(script, found=()):
    """Digest of a script and all that it imports, or finds: as a parameter it runs a rule again whose code changed.

    Snakemake sees the script only, and by its date.
    """
    return digest_of_script(ROOT / "workflow" / "scripts" / f"{script}.py", found)


def running():
    """Whether this process runs jobs: not as the rules are read, in a dry-run, or in a job."""
    return workflow.executor_plugin is not None and not workflow.dryrun


@functools.cache
def cells_there():
    """Cells whose data is there. A run waits for the checkpoint that has tried all sources.

    A dry-run, and commands that run nothing, count the datasets that no run has tried as if they could be had.
    """
    if running():
        checkpoints.coverage.get()
    return PLAN.cells(RAW)


@functools.cache
def wanted_cells():
    """Cells whose data is there, and that something is wanted of."""
    return PLAN.wanted_cells(cells_there())


def per_cell(pattern, cells=cells_there):
    """Files of every cell whose data is there, or of those of them that something is wanted of."""
    return lambda wildcards: [pattern.format(task=task, ir=ir) for task, ir in cells()]


@functools.cache
def lists_of(task, ir):
    """The list of a cell, a file for each of its jobs.

    Snakemake knows of the lists, not of the trainings: what has lost one is listed anew, and trained. A run says so
    when it first asks for the list, which is before it looks whether the list is there.
    """
    lists = or_exit(PLAN.lists, task, ir)
    if workflow.is_main_process and running():
        parts = [FOLDER / path for path in lists]
        for lost in forget_cells_that_lost_trainings(FOLDER / "results", parts):
            print(f"{lost} is gone; it is made anew", file=sys.stderr)
    return lists


def lists_of_cells(wildcards):
    """The lists of all cells."""
    return [path for cell in wanted_cells() for path in lists_of(*cell)]


def trainings_of_job(wildcards):
    """The trainings of one job."""
    lists_of(wildcards.task, wildcards.ir)
    return or_exit(PLAN.job, wildcards.task, wildcards.ir, wildcards.part)


def or_exit(function, *arguments):
    """Call what may raise one of our errors: of an exception Snakemake would show where in a file it was raised."""
    try:
        return function(*arguments)
    except (RemixError, OSError) as error:
        sys.exit(f"Nothing was started: {error}")


# What results are told of the runs.
RUNS = PLAN.runs.to_json()
TABLES, FIGURES = PLAN.results("tables"), PLAN.results("figures")
# The paper's pictures of the method, for which no dataset is needed, and all others.
PICTURES = [figure for figure in FIGURES if figure.of_made_up_data]
STUDIED = [figure for figure in FIGURES if not figure.of_made_up_data]
PLACES = places([*TABLES, *FIGURES])
FRONT_PAGE = "results/front.rst"

# What a reference run keeps.
REFERENCE = [
    *(path for each in [*TABLES, *FIGURES] for path in each.files),
    "results/summary.txt",
]

# The reference run of this checkout. Absolute, for in the checkout itself `rule reference` makes it.
REFERENCE_RUN = ROOT / "results" / "reference"


def print_notes():
    """End a run by saying what is suspicious in its data."""
    for name in PLAN.configuration.datasets:
        for note in (read_source(RAW / name) or {}).get("notes", []):
            print(f"{name}: {note}")


def print_summary():
    """End a run by showing its summary, if what was asked for includes it."""
    summary = FOLDER / "results/summary.txt"
    if summary.exists():
        print(f"\n{summary.read_text()}")


def modules(results):
    """The modules that make tables or figures."""
    return [each.module for each in results]


def written(results, form):
    """The files of tables or figures in one form."""
    return [path for each in results for path in each.files if path.endswith(form)]


def read(results):
    """The files that tables or figures are made from, those of every cell whose data is there among them."""

    def files(wildcards):
        there = cells_there()
        datasets = dict.fromkeys(STUDY.tasks[task].dataset for task, _ in there)
        cells = [{"task": task, "ir": ir} for task, ir in there]
        found = []
        for path in read_by(results):
            values = [{}] if "{" not in path else cells
            if "{dataset}" in path:
                values = [{"dataset": name} for name in datasets]
            found += [in_checkout(path.format(**each)) for each in values]
        return found

    return files


def in_checkout(path):
    """Path of a file of the checkout, such as the printed numbers; others are in the working directory.

    That of the checkout is local: what a module has as its prefix is not put before it.
    """
    return (
        local(os.path.relpath(ROOT / path))
        if path.startswith(("config/", "workflow/"))
        else path
    )


def reported(path):
    """Put a file into the report, where its table or figure declares."""
    name = Path(path).stem
    return report(
        path,
        caption=f"../report/{name}.rst",
        category=PLACES[name][0],
        labels={"Result": PLACES[name][1]},
    )


def first_page():
    """Description of the workflow: what the last run found or, where nothing has run, what the study is."""
    found = FOLDER / FRONT_PAGE
    return os.path.abspath(
        found if found.exists() else in_checkout("workflow/report/workflow.rst")
    )


def audited(wildcards):
    """What the audit makes, if the study has it."""
    if not PLAN.configuration.audit.train:
        sys.exit(
            "Nothing was started: the audit is not asked for; use `make audit`, or --configfile config/audit.yaml"
        )
    return rules.pages.output.tables + rules.figures.output.svg


def scores_to_verify(wildcards):
    """Scores of a cell that the reference run has; refuses what cannot be compared with it."""
    # Imported here, for it imports pandas, and only `verify` needs it.
    from remix.study.verification import methods_of_reference

    or_exit(methods_of_reference, wildcards.cell, REFERENCE_RUN, STUDY.to_mapping())
    return f"results/scores/{wildcards.cell}.csv"
