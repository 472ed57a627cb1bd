# Train one method on all folds of one cell.


def prepared_for_means(wildcards, study=STUDY):
    """The prepared dataset, where missing values are filled with means over all of it."""
    training = study.training(wildcards.task, wildcards.method)
    if training["imputation"] != "dataset":
        return []
    return f"resources/prepared/{study.tasks[wildcards.task].dataset}.parquet"


rule train:
    input:
        variant="resources/variants/{task}/{ir}.parquet",
        prepared=prepared_for_means,
        code=code("train"),
    output:
        predictions="results/predictions/{task}/{ir}/{method}.parquet",
        validation="results/validation/{task}/{ir}/{method}.parquet",
        records="results/training/{task}/{ir}/{method}.csv",
    log:
        "logs/train/{task}/{ir}/{method}.log",
    benchmark:
        "results/benchmarks/train/{task}/{ir}/{method}.tsv"
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=1500,
    params:
        training=lambda wildcards: as_parameter(
            STUDY.training(wildcards.task, wildcards.method)
        ),
    message:
        "train {wildcards.method} on {wildcards.task} at IR {wildcards.ir}; progress in {log}"
    script:
        "../scripts/train.py"
