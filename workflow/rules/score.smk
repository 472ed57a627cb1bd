# Score the predictions of all methods on one cell: every metric of every fold.


rule score:
    input:
        predictions=of_cell("results/predictions/{task}/{ir}/{method}.parquet"),
    output:
        "results/scores/{task}/{ir}.csv",
    log:
        "logs/score/{task}/{ir}.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        code=code("score"),
    message:
        "score all methods on {wildcards.task} at IR {wildcards.ir}"
    script:
        "../scripts/score.py"


# In one file for the tables: with each of these asking for the files of all cells, Snakemake would keep these names,
# and look at the dates behind them, once for each table.
rule gather_scores:
    input:
        scores=per_cell("results/scores/{task}/{ir}.csv"),
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
