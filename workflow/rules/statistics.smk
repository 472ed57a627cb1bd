# Tests that compare the methods: over cells, and over the folds of each cell.


rule comparisons:
    input:
        scores="results/scores.parquet",
        coverage="results/tables/coverage.csv",
    output:
        csv="results/tables/comparisons.csv",
        md="results/tables/comparisons.md",
    log:
        "logs/comparisons.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        code=code("comparisons"),
    message:
        "write {output}"
    script:
        "../scripts/comparisons.py"


rule cell_tests:
    input:
        scores="results/scores.parquet",
        folds="results/folds.parquet",
        coverage="results/tables/coverage.csv",
    output:
        csv="results/tables/cell_tests.csv",
        md="results/tables/cell_tests.md",
    log:
        "logs/cell_tests.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        code=code("cell_tests"),
    message:
        "write {output}"
    script:
        "../scripts/cell_tests.py"


rule critical_difference:
    input:
        comparisons="results/tables/comparisons.csv",
        coverage="results/tables/coverage.csv",
    output:
        png="results/figures/critical_difference.png",
        svg=reported("results/figures/critical_difference.svg"),
    log:
        "logs/critical_difference.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        code=code("critical_difference"),
    message:
        "write {output}"
    script:
        "../scripts/critical_difference.py"


# Figure 7: one method at other values of α, on the study's own cells and folds.
rule alpha_sweep:
    input:
        scores="results/scores.parquet",
        folds="results/folds.parquet",
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
        swept=for_reports(SWEEP),
        code=code("alpha_sweep"),
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
        code=code("figure7"),
    message:
        "write {output}"
    script:
        "../scripts/figure7.py"
