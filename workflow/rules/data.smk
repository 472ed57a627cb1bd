# Fetch each dataset, bring it into one form, cut the imbalanced variants.
from remix.study.data.fetching import ticket

# Above all trainings: which of these is the longest is decided among those whose data are there.
BEFORE_TRAINING = 10**15


rule fetch:
    output:
        directory("resources/raw/{dataset}"),
    log:
        "logs/fetch/{dataset}.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        ticket=lambda wildcards: ticket(
            PLAN.configuration.datasets[wildcards.dataset],
            PLAN.configuration.data_dir,
            RAW / wildcards.dataset,
        ),
    message:
        "fetch {wildcards.dataset}"
    script:
        "../scripts/fetch.py"


# Its output lies below raw/: of an output that is not there Snakemake removes the folder if it is empty, and fails if
# a disk is mounted there, as one may be at resources/.
checkpoint coverage:
    input:
        raw=expand("resources/raw/{dataset}", dataset=PLAN.configuration.datasets),
    output:
        "resources/raw/coverage.csv",
    log:
        "logs/coverage.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY.to_json(),
        on_missing=PLAN.configuration.on_missing,
        code=code("coverage"),
    message:
        "see which datasets could be had"
    script:
        "../scripts/coverage.py"


# What rules write is below the prefix that a module may have.
RAW = Path(rules.coverage.output[0]).parent
FOLDER = RAW.parents[1]


rule prepare:
    input:
        raw="resources/raw/{dataset}",
    output:
        "resources/prepared/{dataset}.parquet",
    log:
        "logs/prepare/{dataset}.log",
    priority: BEFORE_TRAINING
    conda:
        "../../envs/environment.yaml"
    params:
        entry=lambda wildcards: preparation(config["datasets"][wildcards.dataset]),
        code=code("prepare"),
    message:
        "prepare {wildcards.dataset}"
    script:
        "../scripts/prepare.py"


rule variant:
    input:
        prepared=lambda wildcards: f"resources/prepared/{STUDY.tasks[wildcards.task].dataset}.parquet",
    output:
        "resources/variants/{task}/{ir}{rows}.parquet",
    log:
        "logs/variant/{task}/{ir}{rows}.log",
    priority: BEFORE_TRAINING
    conda:
        "../../envs/environment.yaml"
    params:
        task=lambda wildcards: as_parameter(STUDY.tasks[wildcards.task].definition()),
        rows=lambda wildcards: (
            wildcards.rows.split("_")[1]
            if wildcards.rows
            else STUDY.rows(wildcards.task)
        ),
        seed=STUDY.seed,
        code=code("variant"),
    message:
        "cut {wildcards.task} at IR {wildcards.ir}"
    script:
        "../scripts/variant.py"
