"""Make the table of mini-batches from the records of training."""

import json

from remix.study.results.reading import read_folds, read_table
from remix.study.results.tables.batches import batches_markdown, batches_table
from remix.study.running.logs import job
from remix.study.running.writing import write_csv, write_text
from remix.study.study import Study


def main(snakemake):
    """Write the table from the training records of all cells."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        files = snakemake.input
        table = batches_table(
            read_folds(files.folds, study),
            study,
            read_table(files.datasets),
            json.loads(snakemake.params.batch_sizes),
        )
        write_text(batches_markdown(table, study, read_table(files.coverage)), snakemake.output.md)
        write_csv(table, snakemake.output.csv)


if __name__ == "__main__":
    main(snakemake)
