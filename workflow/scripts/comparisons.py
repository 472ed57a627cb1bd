"""Compare every pair of methods over the cells."""

from remix.study.results.reading import read_scores, read_table
from remix.study.results.tables.comparisons import comparisons_markdown, comparisons_table
from remix.study.running.logs import job
from remix.study.running.writing import write_csv, write_text
from remix.study.study import Study


def main(snakemake):
    """Write the table from all scores."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        table = comparisons_table(read_scores(snakemake.input.scores, study), study)
        coverage = read_table(snakemake.input.coverage)
        write_text(comparisons_markdown(table, study, coverage), snakemake.output.md)
        write_csv(table, snakemake.output.csv)


if __name__ == "__main__":
    main(snakemake)
