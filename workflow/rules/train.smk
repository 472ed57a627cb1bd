# Train one method on all folds of one cell.


rule train:
    input:
        variant="resources/variants/{task}/{ir}.parquet",
        code=code("train"),
    output:
        predictions="results/predictions/{task}/{ir}/{method}.parquet",
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
        task=lambda wildcards: as_parameter(task_definition(wildcards.task)),
        batch_size=lambda wildcards: STUDY.tasks[wildcards.task].batch_size
        or STUDY.protocol.batch_size,
        method=lambda wildcards: as_parameter(STUDY.method_spec(wildcards.method)),
        protocol=as_parameter(config["protocol"]),
        seed=STUDY.seed,
    message:
        "train {wildcards.method} on {wildcards.task} at IR {wildcards.ir}; progress in {log}"
    script:
        "../scripts/train.py"
