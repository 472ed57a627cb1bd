"""Draw the critical-difference diagrams."""

from remix.study.results.figures.critical_difference import critical_difference
from remix.study.results.reading import read_table
from remix.study.results.tables.coverage import coverage_note
from remix.study.running.logs import job
from remix.study.running.writing import write_figure
from remix.study.study import Study


def main(snakemake):
    """Write the figure as PNG and SVG from the table of comparisons."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        caption = f"{study.protocol_note} {coverage_note(read_table(snakemake.input.coverage))}"
        figure = critical_difference(read_table(snakemake.input.comparisons), caption, study.methods)
        write_figure(figure, dict(snakemake.output.items()))


if __name__ == "__main__":
    main(snakemake)
