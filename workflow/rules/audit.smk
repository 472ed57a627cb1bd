# What becomes of the paper's claims; and the audit: the study under each deviation of the authors' code alone, and
# under all of them.


rule claims:
    input:
        scores="results/scores.parquet",
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
        swept=for_reports(SWEEP),
        code=code("claims"),
    message:
        "write {output}"
    script:
        "../scripts/claims.py"


rule audit_tables:
    input:
        scores="results/scores.parquet",
        trainings="results/trainings.parquet",
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
        protocols=for_reports(AUDITED),
        repeats=min(STUDY.audit.repeats, STUDY.protocol.repeats),
        code=code("audit_tables"),
    message:
        "write {output}"
    script:
        "../scripts/audit_tables.py"


# What the audit can say without training anything, for every run of the study.
use rule audit_tables as rescored with:
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
        protocols=for_reports(FREE),
        repeats=min(STUDY.audit.repeats, STUDY.protocol.repeats),
        code=code("audit_tables"),


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
        code=code("audit_ranks"),
    message:
        "write {output}"
    script:
        "../scripts/audit_ranks.py"
