# Tables, figures, pages. One job makes all of each: most of the time of a single one would go into imports.
from remix.study.results.declarations import category, places, read_by


onsuccess:
    print_summary()


TABLES, FIGURES = PLAN.results("tables"), PLAN.results("figures")
# The paper's pictures of the method, for which no dataset is needed, and all others.
PICTURES = [figure for figure in FIGURES if figure.of_made_up_data]
STUDIED = [figure for figure in FIGURES if not figure.of_made_up_data]
MODULES = [result.module for result in [*TABLES, *FIGURES]]
PLACES = places()
FRONT_PAGE = "results/front.rst"


def print_summary():
    """End a run by showing its summary, if what was asked for includes it."""
    summary = Path("results/summary.txt")
    if summary.exists():
        print(f"\n{summary.read_text()}")


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
    """Path of a file of the checkout, such as the printed numbers; others are in the working directory."""
    return (
        os.path.relpath(ROOT / path)
        if path.startswith(("config/", "workflow/"))
        else path
    )


def reported(path, caption=None):
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
    found = Path(FRONT_PAGE)
    return os.path.abspath(
        found if found.exists() else in_checkout("workflow/report/workflow.rst")
    )


report: first_page()


rule tables:
    input:
        read(TABLES),
    output:
        csv=written(TABLES, ".csv"),
        md=written(TABLES, ".md"),
    log:
        "logs/tables.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        runs=PLAN.runs.to_json(),
        code=code("tables", MODULES),
    message:
        "make all tables; progress in {log}"
    script:
        "../scripts/tables.py"


rule figures:
    input:
        read(STUDIED),
    output:
        png=written(STUDIED, ".png"),
        svg=[reported(path) for path in written(STUDIED, ".svg")],
        tasks=directory("results/figures/tasks"),
    log:
        "logs/figures.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        runs=PLAN.runs.to_json(),
        code=code("figures", MODULES),
    message:
        "draw figures; progress in {log}"
    script:
        "../scripts/figures.py"


use rule figures as pictures with:
    input:
        read(PICTURES),
    output:
        png=written(PICTURES, ".png"),
        svg=[reported(path) for path in written(PICTURES, ".svg")],
    log:
        "logs/pictures.log",


rule pages:
    input:
        rules.tables.output,
        rules.figures.output,
        rules.pictures.output,
        "results/trainings.parquet",
        per_cell("resources/variants/{task}/{ir}.parquet"),
        [
            in_checkout(f"workflow/report/{name}")
            for name in ("page.css", "page.js", "report.css")
        ],
    output:
        tables=[
            reported(path.replace(".csv", ".html")) for path in written(TABLES, ".csv")
        ],
        tasks=report(
            directory("results/pages"),
            patterns=["{name}.html"],
            caption="../report/task.rst",
            category=category("Tasks"),
            labels={"Task": "{name}"},
        ),
        provenance=report(
            "results/provenance.html",
            caption="../report/provenance.rst",
            category=category("Configuration and provenance"),
            labels={"Result": "Code, machine, configuration"},
        ),
        front=FRONT_PAGE,
        summary="results/summary.txt",
    log:
        "logs/pages.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        runs=PLAN.runs.to_json(),
        root=os.path.relpath(ROOT),
        data_dir=str(PLAN.configuration.data_dir),
        # What else the pages say: they are made anew when these change, and only then.
        commit=as_parameter(commit_state(ROOT)),
        config=hashlib.sha256(as_parameter(config).encode()).hexdigest(),
        code=code("pages"),
    message:
        "make the pages of the report"
    script:
        "../scripts/pages.py"


def audited(wildcards):
    """What the audit makes, if the study has it."""
    if not PLAN.configuration.audit.train:
        sys.exit(
            "Nothing was started: the audit is not asked for; use `make audit`, or --configfile config/audit.yaml"
        )
    return rules.pages.output.tables + rules.figures.output.svg


# What a reference run keeps.
REFERENCE = [
    *(path for each in [*TABLES, *FIGURES] for path in each.files),
    "results/summary.txt",
]


rule reference:
    input:
        files=REFERENCE,
        trainings="results/trainings.parquet",
    output:
        copies=[path.replace("results/", "results/reference/") for path in REFERENCE],
        provenance="results/reference/provenance.json",
    log:
        "logs/reference.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY.to_json(),
        root=str(ROOT),
    message:
        "copy tables and figures to results/reference"
    script:
        "../scripts/reference.py"
