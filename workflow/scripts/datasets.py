"""Make Table 1: the datasets and the sizes of their variants."""

from pathlib import Path

import numpy as np

from remix.study.results.reading import read_published, read_table
from remix.study.results.tables.datasets import datasets_markdown, datasets_table
from remix.study.running.logs import job
from remix.study.running.parquet import parquet_columns, read_parquet
from remix.study.running.writing import write_csv, write_text
from remix.study.study import Study


def main(snakemake):
    """Write the table from the prepared datasets and their variants."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        shapes = {}
        for path in map(Path, snakemake.input.prepared):
            rows = len(read_parquet(path, columns=["label"]))
            shapes[path.stem] = (rows, len(parquet_columns(path)) - 1)  # all but the label
        counts = {}
        for path in map(Path, snakemake.input.variants):
            task, ir = path.parent.name, path.name.removesuffix(".parquet")
            labels = read_parquet(path, columns=["label"])["label"]
            counts[task, ir] = np.bincount(labels, minlength=study.tasks[task].n_classes)
        table = datasets_table(study, shapes, counts, read_published(snakemake.input.table1))
        write_text(datasets_markdown(table, study, read_table(snakemake.input.coverage)), snakemake.output.md)
        write_csv(table, snakemake.output.csv)


if __name__ == "__main__":
    main(snakemake)
