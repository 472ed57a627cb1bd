"""Make the numbers of Figure 5: mean gains over the baseline."""

from remix.study.results.reading import read_scores, read_table
from remix.study.results.tables.gains import gains_markdown, gains_table
from remix.study.running.logs import job
from remix.study.running.writing import write_csv, write_text
from remix.study.study import Study


def main(snakemake):
    """Write the table from all scores."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        table = gains_table(read_scores(snakemake.input.scores, study), study)
        write_text(gains_markdown(table, study, read_table(snakemake.input.coverage)), snakemake.output.md)
        write_csv(table, snakemake.output.csv)


if __name__ == "__main__":
    main(snakemake)
