"""Draw the reliability of every method over all cells."""

from remix.plotting.reliability import POOLING, READING, reliability_overview
from remix.study.results.reading import read_curves, read_table
from remix.study.results.tables.coverage import coverage_note
from remix.study.running.logs import job
from remix.study.running.writing import write_figure
from remix.study.study import Study


def main(snakemake):
    """Write the figure as PNG and SVG from the curves of all cells."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        note = coverage_note(read_table(snakemake.input.coverage))
        caption = f"{READING} {POOLING} {study.protocol_note} {note}"
        figure = reliability_overview(read_curves(snakemake.input.curves, study), caption, study.methods)
        write_figure(figure, dict(snakemake.output.items()))


if __name__ == "__main__":
    main(snakemake)
