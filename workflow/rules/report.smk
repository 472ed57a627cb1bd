# Tables and figures, each with what is missing in its caption, and the summary that ends a run.


onsuccess:
    print_summary()


rule datasets:
    input:
        prepared=prepared_files,
        variants=per_cell("resources/variants/{task}/{ir}.parquet"),
        coverage="results/tables/coverage.csv",
        table1=PUBLISHED / "table1.csv",
    output:
        csv="results/tables/datasets.csv",
        md="results/tables/datasets.md",
    log:
        "logs/datasets.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        code=code("datasets"),
    message:
        "write {output}"
    script:
        "../scripts/datasets.py"


rule scores:
    input:
        scores="results/scores.parquet",
        coverage="results/tables/coverage.csv",
    output:
        csv="results/tables/scores.csv",
        md="results/tables/scores.md",
    log:
        "logs/scores.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        code=code("scores"),
    message:
        "write {output}"
    script:
        "../scripts/scores.py"


rule rank_sums:
    input:
        scores="results/scores.parquet",
        coverage="results/tables/coverage.csv",
        table2=PUBLISHED / "table2.csv",
    output:
        csv="results/tables/rank_sums.csv",
        md="results/tables/rank_sums.md",
    log:
        "logs/rank_sums.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        code=code("rank_sums"),
    message:
        "write {output}"
    script:
        "../scripts/rank_sums.py"


rule gains:
    input:
        scores="results/scores.parquet",
        coverage="results/tables/coverage.csv",
    output:
        csv="results/tables/gains.csv",
        md="results/tables/gains.md",
    log:
        "logs/gains.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        code=code("gains"),
    message:
        "write {output}"
    script:
        "../scripts/gains.py"


rule paper_comparison:
    input:
        datasets="results/tables/datasets.csv",
        rank_sums="results/tables/rank_sums.csv",
        gains="results/tables/gains.csv",
        coverage="results/tables/coverage.csv",
        table1=PUBLISHED / "table1.csv",
    output:
        csv="results/tables/paper_comparison.csv",
        md="results/tables/paper_comparison.md",
    log:
        "logs/paper_comparison.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        code=code("paper_comparison"),
    message:
        "write {output}"
    script:
        "../scripts/paper_comparison.py"


rule figure5:
    input:
        gains="results/tables/gains.csv",
        coverage="results/tables/coverage.csv",
    output:
        png="results/figures/figure5_gains.png",
        svg=reported("results/figures/figure5_gains.svg"),
    log:
        "logs/figure5.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        code=code("figure5"),
    message:
        "write {output}"
    script:
        "../scripts/figure5.py"


rule figure6:
    input:
        gains="results/tables/gains.csv",
        coverage="results/tables/coverage.csv",
    output:
        png="results/figures/figure6_image_gains.png",
        svg=reported("results/figures/figure6_image_gains.svg"),
    log:
        "logs/figure6.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        code=code("figure6"),
    message:
        "write {output}"
    script:
        "../scripts/figure6.py"


rule summary:
    input:
        coverage="results/tables/coverage.csv",
        rank_sums="results/tables/rank_sums.csv",
        claims="results/tables/claims.csv",
        trainings="results/trainings.parquet",
        tables=TABLES,
        figures=FIGURES,
        pages=task_pages,
    output:
        "results/summary.txt",
    log:
        "logs/summary.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        data_dir=str(STUDY.data_dir),
        code=code("summary"),
    message:
        "write {output}"
    script:
        "../scripts/summary.py"


rule reference:
    input:
        files=REFERENCE,
        trainings="results/trainings.parquet",
    output:
        copies=[path.replace("results/", "results/reference/") for path in REFERENCE],
        provenance="results/reference/provenance.json",
    log:
        "logs/reference.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        root=str(ROOT),
    message:
        "copy tables and figures to results/reference"
    script:
        "../scripts/reference.py"
