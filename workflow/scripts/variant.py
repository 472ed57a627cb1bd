"""Cut one imbalanced variant of a prepared dataset."""

import json

from remix.study.data.catalogue import Task
from remix.study.data.variants import imbalanced_variant
from remix.study.running.logs import job
from remix.study.running.parquet import read_parquet
from remix.study.running.writing import write_parquet


def main(snakemake):
    """Write the variant of one cell."""
    with job(snakemake.log[0]) as logger:
        task = Task.from_definition(json.loads(snakemake.params.task))
        prepared = read_parquet(snakemake.input.prepared)
        seed, rows = snakemake.params.seed, snakemake.params.rows
        variant = imbalanced_variant(prepared, task, snakemake.wildcards.ir, seed=seed, rows=rows)
        write_parquet(variant, snakemake.output[0])
        counts = variant["label"].value_counts().sort_index().to_dict()
        logger.info(f"{len(variant)} rows; by label: {counts}")


if __name__ == "__main__":
    main(snakemake)
