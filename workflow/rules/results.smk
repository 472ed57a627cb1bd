# Tables, figures, pages. One job makes all of each: most of the time of a single one would go into imports.


onsuccess:
    print_notes()
    print_summary()


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
        runs=RUNS,
        code=code("tables", modules(TABLES)),
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
    log:
        "logs/figures.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        runs=RUNS,
        code=code("figures", modules(STUDIED)),
    message:
        "draw figures; progress in {log}"
    script:
        "../scripts/figures.py"


# They wait for no table: drawn beside these.
use rule figures as figures_of_tasks with:
    input:
        "results/reliability.parquet",
    output:
        tasks=directory("results/figures/tasks"),
    log:
        "logs/figures_of_tasks.log",
    localrule: True
    params:
        runs=RUNS,
        code=code("figures"),


# They wait for no cell: drawn before the first is evaluated, so that no core is idle at the end.
use rule figures as pictures with:
    input:
        read(PICTURES),
    output:
        png=written(PICTURES, ".png"),
        svg=[reported(path) for path in written(PICTURES, ".svg")],
    log:
        "logs/pictures.log",
    priority: 1
    localrule: True
    params:
        runs=RUNS,
        code=code("figures", modules(PICTURES)),


rule pages:
    input:
        rules.tables.output,
        rules.figures.output,
        rules.figures_of_tasks.output,
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
        study=STUDY.to_json(),
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
