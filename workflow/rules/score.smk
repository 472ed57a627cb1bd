# Score the predictions of one method on one cell: every metric of every fold.


rule score:
    input:
        predictions="results/predictions/{task}/{ir}/{method}.parquet",
    output:
        "results/scores/{task}/{ir}/{method}.csv",
    log:
        "logs/score/{task}/{ir}/{method}.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        code=code("score"),
    message:
        "score {wildcards.method} on {wildcards.task} at IR {wildcards.ir}"
    script:
        "../scripts/score.py"
