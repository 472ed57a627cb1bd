"""Make the supplement's table: mean ± standard deviation per task, IR and method."""

from remix.study.results.reading import read_scores, read_table
from remix.study.results.tables.scores import scores_markdown, scores_table
from remix.study.running.logs import job
from remix.study.running.writing import write_csv, write_text
from remix.study.study import Study


def main(snakemake):
    """Write the table from all scores."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        table = scores_table(read_scores(snakemake.input.scores, study))
        write_text(scores_markdown(table, study, read_table(snakemake.input.coverage)), snakemake.output.md)
        write_csv(table, snakemake.output.csv)


if __name__ == "__main__":
    main(snakemake)
