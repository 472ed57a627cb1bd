"""Write what the end of a run prints."""

from remix.logs import job
from remix.made_by import differences
from remix.parquet import read_parquet
from remix.records import write_text
from remix.tables.reading import read_table
from remix.tables.study import Study
from remix.tables.summary import summary_text


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
