# The audit: the study under each deviation of the authors' code alone, and under all of them.
# What a deviation leaves alone is not trained again (SOURCES).


use rule variant as variant_deviation with:
    output:
        "results/audit/{protocol}/variants/{task}/{ir}.parquet",
    log:
        "logs/audit/{protocol}/variant/{task}/{ir}.log",
    params:
        task=lambda wildcards: as_parameter(task_definition(wildcards.task)),
        rows=lambda wildcards: PROTOCOLS[wildcards.protocol].rows(wildcards.task),
        seed=STUDY.seed,
    message:
        "cut {wildcards.task} at IR {wildcards.ir} under {wildcards.protocol}"


use rule train as train_deviation with:
    input:
        variant=variant_of_deviation,
        prepared=lambda wildcards: prepared_for_means(
            wildcards, PROTOCOLS[wildcards.protocol]
        ),
    output:
        predictions="results/audit/{protocol}/predictions/{task}/{ir}/{method}.parquet",
        validation=temp(
            "results/audit/{protocol}/validation/{task}/{ir}/{method}.parquet"
        ),
        records="results/audit/{protocol}/training/{task}/{ir}/{method}.csv",
        made_by="results/audit/{protocol}/made_by/{task}/{ir}/{method}.json",
    log:
        "logs/audit/{protocol}/train/{task}/{ir}/{method}.log",
    benchmark:
        "results/benchmarks/audit/{protocol}/train/{task}/{ir}/{method}.tsv"
    params:
        training=lambda wildcards: as_parameter(
            PROTOCOLS[wildcards.protocol].training(wildcards.task, wildcards.method)
        ),
    message:
        "train {wildcards.method} on {wildcards.task} at IR {wildcards.ir} under {wildcards.protocol}; progress in {log}"


use rule score as score_deviations with:
    input:
        predictions=of_runs(
            AUDITED, "audit", "{place}/predictions/{task}/{ir}/{method}.parquet"
        ),
    output:
        "results/scores_audit/{task}/{ir}.csv",
    log:
        "logs/audit/score/{task}/{ir}.log",
    localrule: True
    params:
        runs=runs_of(AUDITED),
    message:
        "score every deviation on {wildcards.task} at IR {wildcards.ir}"


rule claims:
    input:
        scores="results/scores.parquet",
        sweep=on_cells(COMPARED, "results/scores_sweep/{task}/{ir}.csv"),
        trained=MADE_BY_SWEEP,
        coverage="results/tables/coverage.csv",
        table1=PUBLISHED / "table1.csv",
    output:
        csv="results/tables/claims.csv",
        md="results/tables/claims.md",
    log:
        "logs/claims.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        swept=lambda wildcards: json.dumps(runs(SWEEP, SWEEP_SOURCES)),
        code=code("audit"),
    message:
        "write {output}"
    script:
        "../scripts/claims.py"


rule audit_tables:
    input:
        studys="results/scores.parquet",
        scores=on_cells(AUDITED, "results/scores_audit/{task}/{ir}.csv"),
        trained=MADE_BY_STUDY,
        audited=of_runs(AUDITED, "audit", "{place}/made_by/{task}/{ir}/{method}.json"),
        coverage="results/tables/coverage.csv",
        table1=PUBLISHED / "table1.csv",
        table2=PUBLISHED / "table2.csv",
    output:
        audit_csv="results/tables/audit.csv",
        audit_md="results/tables/audit.md",
        effects_csv="results/tables/audit_effects.csv",
        effects_md="results/tables/audit_effects.md",
        claims_csv="results/tables/audit_claims.csv",
        claims_md="results/tables/audit_claims.md",
    log:
        "logs/audit_tables.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        protocols=lambda wildcards: json.dumps(runs(PROTOCOLS, SOURCES)),
        repeats=min(STUDY.audit.repeats, STUDY.protocol.repeats),
        code=code("audit"),
    message:
        "write {output}"
    script:
        "../scripts/audit_tables.py"


# What the audit can say without training anything, for every run of the study.
use rule audit_tables as rescored with:
    input:
        studys="results/scores.parquet",
        trained=MADE_BY_STUDY,
        coverage="results/tables/coverage.csv",
        table1=PUBLISHED / "table1.csv",
        table2=PUBLISHED / "table2.csv",
    output:
        audit_csv="results/tables/rescored.csv",
        audit_md="results/tables/rescored.md",
        effects_csv="results/tables/rescored_effects.csv",
        effects_md="results/tables/rescored_effects.md",
        claims_csv="results/tables/rescored_claims.csv",
        claims_md="results/tables/rescored_claims.md",
    log:
        "logs/rescored.log",
    localrule: True
    params:
        protocols=lambda wildcards: json.dumps(runs(FREE, SOURCES)),
        repeats=min(STUDY.audit.repeats, STUDY.protocol.repeats),


rule audit_ranks:
    input:
        table="results/tables/audit.csv",
        coverage="results/tables/coverage.csv",
    output:
        png="results/figures/audit_ranks.png",
        svg=reported("results/figures/audit_ranks.svg"),
    log:
        "logs/audit_ranks.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        code=code("figure"),
    message:
        "write {output}"
    script:
        "../scripts/audit_ranks.py"
