"""Say which cells of the study have data, and why the others have none."""

import json
from pathlib import Path

from remix.study.results.coverage import coverage_note, coverage_table, refuse_unreachable
from remix.study.running.logs import job
from remix.study.running.writing import write_csv
from remix.study.study import Study


def main(snakemake):
    """Write the coverage table from the records of what was fetched."""
    with job(snakemake.log[0]) as logger:
        study = Study.from_json(snakemake.params.study)
        folders = [Path(folder) for folder in snakemake.input.raw]
        records = {folder.name: json.loads((folder / "source.json").read_text()) for folder in folders}
        coverage = coverage_table(study, records)
        logger.info(coverage_note(coverage))
        refuse_unreachable(coverage, snakemake.params.on_missing)
        write_csv(coverage, snakemake.output[0])


if __name__ == "__main__":
    main(snakemake)
