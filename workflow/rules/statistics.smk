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
        code=code("table"),
    message:
        "write {output}"
    script:
        "../scripts/comparisons.py"


rule cell_tests:
    input:
        scores="results/scores.parquet",
        training=of_one_method("results/training/{task}/{ir}/{method}.csv"),
        predictions=of_one_method("results/predictions/{task}/{ir}/{method}.parquet"),
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
        code=code("table"),
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
        code=code("figure"),
    message:
        "write {output}"
    script:
        "../scripts/critical_difference.py"
