"""Draw Figure 7: sensitivity to α."""

from remix.study.results.figures.figure7 import figure7
from remix.study.results.reading import read_table
from remix.study.results.sweep import Sweep
from remix.study.results.tables.coverage import coverage_note
from remix.study.running.logs import job
from remix.study.running.writing import write_figure
from remix.study.study import Study


def main(snakemake):
    """Write the figure as PNG and SVG from the table of the sweep."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        sweep = Sweep.from_json(snakemake.params.sweep)
        coverage = read_table(snakemake.input.coverage)
        caption = f"{sweep.note(study, coverage)} {study.protocol_note} {coverage_note(coverage)}"
        figure = figure7(read_table(snakemake.input.table), caption, sweep.title(study), study.titles)
        write_figure(figure, dict(snakemake.output.items()))


if __name__ == "__main__":
    main(snakemake)
