# How far probabilities can be trusted, and what repairs them. Nothing here trains.


rule calibration:
    input:
        scores="results/calibration.parquet",
        coverage="results/tables/coverage.csv",
    output:
        csv="results/tables/calibration.csv",
        md="results/tables/calibration.md",
    log:
        "logs/calibration.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        code=code("calibration"),
    message:
        "write {output}"
    script:
        "../scripts/calibration.py"


rule reliability:
    input:
        curves="results/reliability.parquet",
        coverage="results/tables/coverage.csv",
    output:
        png="results/figures/reliability.png",
        svg=reported("results/figures/reliability.svg"),
    log:
        "logs/reliability.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        code=code("reliability"),
    message:
        "write {output}"
    script:
        "../scripts/reliability.py"


rule reliability_of_task:
    input:
        curves="results/reliability.parquet",
    output:
        png="results/figures/reliability_{task}.png",
        svg="results/figures/reliability_{task}.svg",
    log:
        "logs/reliability/{task}.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        code=code("reliability_of_task"),
    message:
        "write {output}"
    script:
        "../scripts/reliability_of_task.py"


rule batches:
    input:
        folds="results/folds.parquet",
        datasets="results/tables/datasets.csv",
        coverage="results/tables/coverage.csv",
    output:
        csv="results/tables/batches.csv",
        md="results/tables/batches.md",
    log:
        "logs/batches.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        batch_sizes=as_parameter(
            {
                task: STUDY.training(task, "baseline")["protocol"]["batch_size"]
                for task in STUDY.tasks
            }
        ),
        code=code("batches"),
    message:
        "write {output}"
    script:
        "../scripts/batches.py"


rule batch_figure:
    input:
        batches="results/tables/batches.csv",
        coverage="results/tables/coverage.csv",
    output:
        png="results/figures/batches_without_minority.png",
        svg=reported("results/figures/batches_without_minority.svg"),
    log:
        "logs/batch_figure.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        code=code("batch_figure"),
    message:
        "write {output}"
    script:
        "../scripts/batch_figure.py"
