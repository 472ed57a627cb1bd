# Train what is wanted of a cell: by the study, its sweep over α, its ablation and, where it is asked for, its audit. And
# fit what a table of one's own is judged beside, on the same folds.


# What is there already is left alone: trainings are kept in results/trainings, and are no outputs of this rule.
rule train:
    input:
        lambda wildcards: inputs_of(trainings_of_job(wildcards)),
    output:
        "results/cells/{task}/{ir}/{part}.json",
    log:
        "logs/train/{task}/{ir}/{part}.log",
    # The longest first: at the end no core waits for another.
    priority: lambda wildcards: PLAN.weight(**wildcards)
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards: PLAN.memory(wildcards.task),
    params:
        wanted=lambda wildcards: trainings_to_json(trainings_of_job(wildcards)),
    message:
        "train what is wanted of {wildcards.task} at IR {wildcards.ir} and not there; progress in {log}"
    script:
        "../scripts/train.py"


rule plain:
    input:
        lambda wildcards: or_exit(PLAN.plain, wildcards.task, wildcards.ir).inputs,
    output:
        [f"results/plain/{{task}}/{{ir}}/{name}.parquet" for name in PLAIN_TITLES],
    log:
        "logs/plain/{task}/{ir}.log",
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards: PLAN.memory(wildcards.task),
    params:
        training=lambda wildcards: trainings_to_json(
            [or_exit(PLAN.plain, wildcards.task, wildcards.ir)]
        ),
        code=code("plain"),
    message:
        "fit logistic regression and gradient boosting on {wildcards.task} at IR {wildcards.ir}"
    script:
        "../scripts/plain.py"
