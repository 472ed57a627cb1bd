"""Draw the reliability of every method on each cell of one task."""

from remix.plotting.reliability import READING, reliability_of_task
from remix.study.results.reading import read_curves
from remix.study.running.logs import job
from remix.study.running.writing import write_figure
from remix.study.study import Study


def main(snakemake):
    """Write the figure as PNG and SVG from the curves of its cells."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study).only([snakemake.wildcards.task])
        caption = f"{READING} {study.protocol_note}"
        figure = reliability_of_task(read_curves(snakemake.input.curves, study), caption, study.methods)
        write_figure(figure, dict(snakemake.output.items()))


if __name__ == "__main__":
    main(snakemake)
