"""Make the page of one table: the document for people, sortable, and all values of the CSV below it."""

from pathlib import Path

from remix.study.report.document import html_page
from remix.study.results.reading import read_table
from remix.study.running.logs import job
from remix.study.running.writing import write_text


def main(snakemake):
    """Write the page from the table's two files."""
    with job(snakemake.log[0]):
        files = snakemake.input
        page = html_page(
            Path(files.md).read_text(encoding="utf-8"),
            style=Path(files.style).read_text(encoding="utf-8"),
            script=Path(files.script).read_text(encoding="utf-8"),
            values=read_table(files.csv),
        )
        write_text(page, snakemake.output[0])


if __name__ == "__main__":
    main(snakemake)
