"""Compare every pair of methods on the folds of each cell."""

from remix.study.results.reading import read_fold_sizes, read_scores, read_table
from remix.study.results.tables.cell_tests import cell_tests_markdown, cell_tests_table
from remix.study.running.logs import job
from remix.study.running.writing import write_csv, write_text
from remix.study.study import Study


def main(snakemake):
    """Write the table from all scores, and the sizes of the folds."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        sizes = read_fold_sizes(snakemake.input.folds, study)
        table = cell_tests_table(read_scores(snakemake.input.scores, study), sizes)
        coverage = read_table(snakemake.input.coverage)
        write_text(cell_tests_markdown(table, study, coverage), snakemake.output.md)
        write_csv(table, snakemake.output.csv)


if __name__ == "__main__":
    main(snakemake)
