"""Put every number that the paper prints beside ours."""

from remix.study.results.reading import read_published, read_table
from remix.study.results.tables.paper_comparison import paper_comparison_markdown, paper_comparison_table
from remix.study.running.logs import job
from remix.study.running.writing import write_csv, write_text
from remix.study.study import Study


def main(snakemake):
    """Write the comparison from the study's other tables."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        files = snakemake.input
        datasets, rank_sums, gains, coverage = map(
            read_table, (files.datasets, files.rank_sums, files.gains, files.coverage)
        )
        table = paper_comparison_table(study, datasets, rank_sums, gains, read_published(files.table1))
        write_text(paper_comparison_markdown(table, rank_sums, study, coverage), snakemake.output.md)
        write_csv(table, snakemake.output.csv)


if __name__ == "__main__":
    main(snakemake)
