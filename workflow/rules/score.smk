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


# In one file for the tables: with each of these asking for the files of all methods on all cells, Snakemake would keep
# these names, and look at the dates behind them, once for each table.
rule gather_scores:
    input:
        scores=per_method("results/scores/{task}/{ir}/{method}.csv"),
        trained=MADE_BY_STUDY,
    output:
        "results/scores.parquet",
    log:
        "logs/gather_scores.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        code=code("gather"),
    message:
        "put all scores into {output}"
    script:
        "../scripts/gather_scores.py"
