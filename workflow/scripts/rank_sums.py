"""Make Table 2: rank sums beside the printed ones."""

from remix.study.results.reading import read_published, read_scores, read_table
from remix.study.results.tables.rank_sums import rank_sums_markdown, rank_sums_table
from remix.study.running.logs import job
from remix.study.running.writing import write_csv, write_text
from remix.study.study import Study


def main(snakemake):
    """Write the table from all scores."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        scores = read_scores(snakemake.input.scores, study)
        table = rank_sums_table(scores, study, read_published(snakemake.input.table2))
        write_text(
            rank_sums_markdown(table, study, read_table(snakemake.input.coverage)), snakemake.output.md
        )
        write_csv(table, snakemake.output.csv)


if __name__ == "__main__":
    main(snakemake)
