# Train what is wanted of a cell: by the study, its sweep over α, its ablation and, where they are asked for, its audit
# and what a table of one's own is judged beside.


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
