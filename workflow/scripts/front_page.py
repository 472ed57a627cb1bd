"""Make the report's first page, which Snakemake shows as the description of the workflow."""

from pathlib import Path

from remix.study.report.front import front_page_rst
from remix.study.results.reading import read_table
from remix.study.running.logs import job
from remix.study.running.made_by import differences
from remix.study.running.parquet import read_parquet
from remix.study.running.writing import write_text
from remix.study.study import Study


def main(snakemake):
    """Write the page from the table of ranks and, where the study has them, the audit and the claims."""
    with job(snakemake.log[0]):
        files = snakemake.input
        text = front_page_rst(
            read_table(files.rank_sums),
            Study.from_json(snakemake.params.study),
            read_table(files.coverage),
            read_table(files.claims[0]) if files.claims else None,
            read_table(files.rescored[0]) if files.rescored else None,
            warnings=differences(read_parquet(files.trainings)),
            style=Path(files.style).read_text(encoding="utf-8"),
        )
        write_text(text, snakemake.output[0])


if __name__ == "__main__":
    main(snakemake)
