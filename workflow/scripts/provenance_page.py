"""Make the page that says what made the results."""

from datetime import datetime
from pathlib import Path

from remix.study.report.document import html_page
from remix.study.report.provenance import provenance_markdown
from remix.study.running import provenance, run_cost
from remix.study.running.logs import job
from remix.study.running.parquet import read_parquet
from remix.study.running.writing import write_text
from remix.study.study import Study


def main(snakemake):
    """Write the page from the checkout, the machine, what the trainings took, and the settings.

    The settings are read from the configuration; the rule's parameter is only their fingerprint.
    """
    with job(snakemake.log[0]):
        trainings = read_parquet(snakemake.input.trainings)
        spent = run_cost.spent(trainings, Path(".snakemake/log"), now=datetime.now())
        page = html_page(
            provenance_markdown(
                provenance.collect(Path(snakemake.params.root)),
                trainings,
                Study.from_json(snakemake.params.study),
                snakemake.config,
                spent,
            ),
            style=Path(snakemake.input.style).read_text(encoding="utf-8"),
            script=Path(snakemake.input.script).read_text(encoding="utf-8"),
        )
        write_text(page, snakemake.output[0])


if __name__ == "__main__":
    main(snakemake)
