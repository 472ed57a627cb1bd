# Train one method on all folds of one cell.


rule train:
    input:
        variant="resources/variants/{task}/{ir}.parquet",
        prepared=prepared_for_means,
    output:
        predictions="results/predictions/{task}/{ir}/{method}.parquet",
        validation="results/validation/{task}/{ir}/{method}.parquet",
        records="results/training/{task}/{ir}/{method}.csv",
        made_by="results/made_by/{task}/{ir}/{method}.json",
    log:
        "logs/train/{task}/{ir}/{method}.log",
    benchmark:
        "results/benchmarks/train/{task}/{ir}/{method}.tsv"
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        # CIFAR-10 was measured to need 1.7 GB.
        mem_mb=lambda wildcards: (
            1500 if STUDY.tasks[wildcards.task].image is None else 2500
        ),
    params:
        training=lambda wildcards: as_parameter(
            STUDY.training(wildcards.task, wildcards.method)
        ),
        code=code("train"),
    message:
        "train {wildcards.method} on {wildcards.task} at IR {wildcards.ir}; progress in {log}"
    script:
        "../scripts/train.py"


rule reuse:
    input:
        predictions=lambda wildcards: f"results/predictions/{{task}}/{{ir}}/{REUSED[wildcards.method]}.parquet",
        validation=lambda wildcards: f"results/validation/{{task}}/{{ir}}/{REUSED[wildcards.method]}.parquet",
        records=lambda wildcards: f"results/training/{{task}}/{{ir}}/{REUSED[wildcards.method]}.csv",
        made_by=lambda wildcards: f"results/made_by/{{task}}/{{ir}}/{REUSED[wildcards.method]}.json",
    output:
        predictions="results/predictions/{task}/{ir}/{method}.parquet",
        validation="results/validation/{task}/{ir}/{method}.parquet",
        records="results/training/{task}/{ir}/{method}.csv",
        made_by="results/made_by/{task}/{ir}/{method}.json",
    log:
        "logs/reuse/{task}/{ir}/{method}.log",
    wildcard_constraints:
        method=one_of(REUSED),
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        source=lambda wildcards: REUSED[wildcards.method],
    message:
        "copy {params.source} to {wildcards.method} on {wildcards.task} at IR {wildcards.ir}, which are trained alike"
    script:
        "../scripts/reuse.py"


ruleorder: reuse > train


# In one file, as the scores are (score.smk).
rule gather_made_by:
    input:
        made_by=per_method("results/made_by/{task}/{ir}/{method}.json"),
    output:
        MADE_BY_STUDY,
    log:
        "logs/gather_made_by.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        code=code("gather"),
    message:
        "put into {output} what made each training"
    script:
        "../scripts/gather_made_by.py"
