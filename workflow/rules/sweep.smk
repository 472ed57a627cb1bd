# The sweep over α (Figure 7): one method at other values of α, on the study's own cells and folds.
# What the study itself has, at its own α, is not trained again (SWEEP_SOURCES).


# One job per α. All extra α of a cell as one stack of folds would save nothing: with one thread and the 20 folds
# of musk, an epoch takes 0.2 s, and 1.1 s for 100 folds (1.0 to 1.2 times five of the former, on optdigits 1.1 to
# 1.2 times). The imports, which are what else a job costs, are made once for all (remix/fork_server.py).
use rule train as train_sweep with:
    input:
        variant="resources/variants/{task}/{ir}.parquet",
        prepared=lambda wildcards: prepared_for_means(wildcards, SWEEP[wildcards.alpha]),
    output:
        predictions="results/sweep/{alpha}/predictions/{task}/{ir}/{method}.parquet",
        validation=temp("results/sweep/{alpha}/validation/{task}/{ir}/{method}.parquet"),
        records="results/sweep/{alpha}/training/{task}/{ir}/{method}.csv",
        made_by="results/sweep/{alpha}/made_by/{task}/{ir}/{method}.json",
    log:
        "logs/sweep/{alpha}/train/{task}/{ir}/{method}.log",
    benchmark:
        "results/benchmarks/sweep/{alpha}/train/{task}/{ir}/{method}.tsv"
    params:
        training=lambda wildcards: as_parameter(
            SWEEP[wildcards.alpha].training(wildcards.task, wildcards.method)
        ),
    message:
        "train {wildcards.method} on {wildcards.task} at IR {wildcards.ir} with α = {wildcards.alpha}; progress in {log}"


# One job per cell, with the baseline and what the study has at its own α: a sweep needs no other method of the study.
use rule score as score_sweep with:
    input:
        predictions=of_runs(
            COMPARED, "sweep", "{place}/predictions/{task}/{ir}/{method}.parquet"
        ),
    output:
        "results/scores_sweep/{task}/{ir}.csv",
    log:
        "logs/sweep/score/{task}/{ir}.log",
    localrule: True
    params:
        runs=runs_of(COMPARED),
    message:
        "score every α on {wildcards.task} at IR {wildcards.ir}"


use rule gather_made_by as gather_made_by_of_sweep with:
    input:
        made_by=of_runs(SWEPT, "sweep", "{place}/made_by/{task}/{ir}/{method}.json"),
    output:
        MADE_BY_SWEEP,
    log:
        "logs/sweep/gather_made_by.log",
    localrule: True


rule alpha_sweep:
    input:
        scores=on_cells(COMPARED, "results/scores_sweep/{task}/{ir}.csv"),
        trained=of_runs(COMPARED, "sweep", "{place}/made_by/{task}/{ir}/{method}.json"),
        training=on_cells(COMPARED, "results/training/{task}/{ir}/baseline.csv"),
        predictions=on_cells(
            COMPARED, "results/predictions/{task}/{ir}/baseline.parquet"
        ),
        coverage="results/tables/coverage.csv",
    output:
        csv="results/tables/alpha_sweep.csv",
        md="results/tables/alpha_sweep.md",
    log:
        "logs/alpha_sweep.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        sweep=SWEEP_PARAMETER,
        swept=lambda wildcards: json.dumps(runs(SWEEP, SWEEP_SOURCES)),
        code=code("table"),
    message:
        "write {output}"
    script:
        "../scripts/alpha_sweep.py"


rule figure7:
    input:
        table="results/tables/alpha_sweep.csv",
        coverage="results/tables/coverage.csv",
    output:
        png="results/figures/figure7_alpha.png",
        svg=reported("results/figures/figure7_alpha.svg"),
    log:
        "logs/figure7.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        sweep=SWEEP_PARAMETER,
        code=code("figure"),
    message:
        "write {output}"
    script:
        "../scripts/figure7.py"
