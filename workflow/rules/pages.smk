# The pages of the report: each table for the browser, each task, what made the results, and the first page.


report: first_page()


rule table_page:
    input:
        csv="results/tables/{table}.csv",
        md="results/tables/{table}.md",
        caption=lambda wildcards: beside_report(f"{wildcards.table}.rst"),
        style=beside_report("page.css"),
        script=beside_report("page.js"),
    output:
        report(
            "results/tables/{table}.html",
            caption="../report/table.rst",
            category=lambda wildcards: REPORTED[wildcards.table].category,
            labels=lambda wildcards: {"Result": REPORTED[wildcards.table].title},
        ),
    log:
        "logs/table_page/{table}.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        code=code("table_page"),
    message:
        "write {output}"
    script:
        "../scripts/table_page.py"


rule task_page:
    input:
        variants=per_cell("resources/variants/{task}/{ir}.parquet"),
        datasets="results/tables/datasets.csv",
        coverage="results/tables/coverage.csv",
        scores="results/tables/scores.csv",
        figures=TASK_FIGURES,
        style=beside_report("page.css"),
        script=beside_report("page.js"),
    output:
        report(
            "results/pages/{task}.html",
            caption="../report/task.rst",
            category=TASKS,
            labels=lambda wildcards: {
                "Task": wildcards.task,
                "Dataset": STUDY.datasets[STUDY.tasks[wildcards.task].dataset].title,
            },
        ),
    log:
        "logs/task_page/{task}.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        code=code("task_page"),
    message:
        "write {output}"
    script:
        "../scripts/task_page.py"


rule provenance_page:
    input:
        trainings="results/trainings.parquet",
        style=beside_report("page.css"),
        script=beside_report("page.js"),
    output:
        reported("results/provenance.html"),
    log:
        "logs/provenance_page.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        root=os.path.relpath(ROOT),
        # What else the page says: it is made anew when these change, and only then.
        commit=lambda wildcards: as_parameter(commit_state(ROOT)),
        config=hashlib.sha256(as_parameter(config).encode()).hexdigest(),
        code=code("provenance_page"),
    message:
        "write {output}"
    script:
        "../scripts/provenance_page.py"


rule front_page:
    input:
        rank_sums="results/tables/rank_sums.csv",
        coverage="results/tables/coverage.csv",
        trainings="results/trainings.parquet",
        claims=[path for path in TABLES if path == "results/tables/claims.csv"],
        rescored=[path for path in TABLES if path == "results/tables/rescored.csv"],
        style=beside_report("report.css"),
    output:
        FRONT_PAGE,
    log:
        "logs/front_page.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        code=code("front_page"),
    message:
        "write {output}"
    script:
        "../scripts/front_page.py"
