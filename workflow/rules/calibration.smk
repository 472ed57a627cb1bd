# How far probabilities can be trusted, and what repairs them. Nothing here trains.


# One job per cell, not per method: its curves are drawn together.
rule calibrate:
    input:
        predictions=of_cell("results/predictions/{task}/{ir}/{method}.parquet"),
        validation=of_cell("results/validation/{task}/{ir}/{method}.parquet"),
        records=of_cell("results/training/{task}/{ir}/{method}.csv"),
    output:
        scores="results/calibration/{task}/{ir}.csv",
        curves="results/reliability/{task}/{ir}.parquet",
    log:
        "logs/calibrate/{task}/{ir}.log",
    conda:
        "../../envs/environment.yaml"
    params:
        code=code("calibrate"),
    message:
        "calibrate all methods on {wildcards.task} at IR {wildcards.ir}"
    script:
        "../scripts/calibrate.py"


rule calibration:
    input:
        scores=per_cell("results/calibration/{task}/{ir}.csv"),
        trained=MADE_BY_STUDY,
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
        code=code("table"),
    message:
        "write {output}"
    script:
        "../scripts/calibration.py"


rule reliability:
    input:
        curves=per_cell("results/reliability/{task}/{ir}.parquet"),
        trained=MADE_BY_STUDY,
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
        code=code("figure"),
    message:
        "write {output}"
    script:
        "../scripts/reliability.py"


rule reliability_of_task:
    input:
        curves=per_cell("results/reliability/{task}/{ir}.parquet"),
        trained=per_method("results/made_by/{task}/{ir}/{method}.json"),
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
        code=code("figure"),
    message:
        "write {output}"
    script:
        "../scripts/reliability_of_task.py"


rule batches:
    input:
        records=per_method("results/training/{task}/{ir}/{method}.csv"),
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
        code=code("table"),
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
        code=code("figure"),
    message:
        "write {output}"
    script:
        "../scripts/batch_figure.py"
