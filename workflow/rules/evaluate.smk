# Evaluate the trainings of each cell, and gather what is known of all cells.


rule evaluate:
    input:
        cell=lambda wildcards: lists_of(wildcards.task, wildcards.ir),
    output:
        scores="results/scores/{task}/{ir}.csv",
        calibration="results/calibration/{task}/{ir}.csv",
        curves="results/reliability/{task}/{ir}.parquet",
        folds="results/folds/{task}/{ir}.csv",
    log:
        "logs/evaluate/{task}/{ir}.log",
    conda:
        "../../envs/environment.yaml"
    params:
        # Where a list is gone, Snakemake would not miss it, and take what is here for the evaluation of what is wanted.
        wanted=lambda wildcards: PLAN.digest(wildcards.task, wildcards.ir),
        code=code("evaluate"),
    message:
        "evaluate {wildcards.task} at IR {wildcards.ir}"
    script:
        "../scripts/evaluate.py"


# In one file each for tables and figures: with each of these asking for the files of all cells, Snakemake would keep
# these names, and look at the dates behind them, once for each table.
rule gather:
    input:
        scores=per_cell("results/scores/{task}/{ir}.csv", wanted_cells),
        calibration=per_cell("results/calibration/{task}/{ir}.csv", wanted_cells),
        curves=per_cell("results/reliability/{task}/{ir}.parquet", wanted_cells),
        folds=per_cell("results/folds/{task}/{ir}.csv", wanted_cells),
        cells=lists_of_cells,
    output:
        scores="results/scores.parquet",
        calibration="results/calibration.parquet",
        curves="results/reliability.parquet",
        folds="results/folds.parquet",
        trainings="results/trainings.parquet",
    log:
        "logs/gather.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        code=code("gather"),
    message:
        "gather what is known of all cells"
    script:
        "../scripts/gather.py"
