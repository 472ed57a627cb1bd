"""Write what the end of a run prints."""

from remix.study.report.summary import summary_text
from remix.study.results.reading import read_table
from remix.study.running.logs import job
from remix.study.running.made_by import differences
from remix.study.running.parquet import read_parquet
from remix.study.running.writing import write_text
from remix.study.study import Study


def main(snakemake):
    """Write the summary from the tables."""
    with job(snakemake.log[0]):
        text = summary_text(
            Study.from_json(snakemake.params.study),
            read_table(snakemake.input.coverage),
            read_table(snakemake.input.rank_sums),
            read_table(snakemake.input.claims),
            warnings=differences(read_parquet(snakemake.input.trainings)),
            tables=list(snakemake.input.tables),
            figures=[*snakemake.input.figures, *snakemake.input.pages],
            data_dir=snakemake.params.data_dir,
        )
        write_text(text, snakemake.output[0])


if __name__ == "__main__":
    main(snakemake)
