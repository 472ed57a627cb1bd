"""Make the table of calibration: every method under every correction."""

from remix.study.results.reading import CALIBRATION_COLUMNS, read_scores, read_table
from remix.study.results.tables.calibration import calibration_markdown, calibration_table
from remix.study.running.logs import job
from remix.study.running.writing import write_csv, write_text
from remix.study.study import Study


def main(snakemake):
    """Write the table from the calibration files of all cells."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        scores = read_scores(snakemake.input.scores, study, expected=CALIBRATION_COLUMNS)
        table = calibration_table(scores, study)
        write_text(
            calibration_markdown(table, study, read_table(snakemake.input.coverage)), snakemake.output.md
        )
        write_csv(table, snakemake.output.csv)


if __name__ == "__main__":
    main(snakemake)
