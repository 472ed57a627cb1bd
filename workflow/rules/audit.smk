# The audit: the study under each deviation of the authors' code alone, and under all of them.
# What a deviation leaves alone is not trained again (SOURCES).


def prefix(protocol):
    """Folder of the results of a protocol."""
    return "results" if protocol == "study" else f"results/audit/{protocol}"


use rule train as train_deviation with:
    input:
        variant="resources/variants/{task}/{ir}.parquet",
        prepared=lambda wildcards: prepared_for_means(
            wildcards, PROTOCOLS[wildcards.protocol]
        ),
        code=code("train"),
    output:
        predictions="results/audit/{protocol}/predictions/{task}/{ir}/{method}.parquet",
        validation=temp(
            "results/audit/{protocol}/validation/{task}/{ir}/{method}.parquet"
        ),
        records="results/audit/{protocol}/training/{task}/{ir}/{method}.csv",
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


use rule score as score_deviation with:
    input:
        predictions="results/audit/{protocol}/predictions/{task}/{ir}/{method}.parquet",
        code=code("score"),
    output:
        "results/audit/{protocol}/scores/{task}/{ir}/{method}.csv",
    log:
        "logs/audit/{protocol}/score/{task}/{ir}/{method}.log",
    message:
        "score {wildcards.method} on {wildcards.task} at IR {wildcards.ir} under {wildcards.protocol}"
