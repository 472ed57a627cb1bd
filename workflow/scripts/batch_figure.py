"""Draw what mini-batches were made of."""

from remix.study.results.figures.batches import READING, batch_figure
from remix.study.results.reading import read_table
from remix.study.results.tables.coverage import coverage_note
from remix.study.running.logs import job
from remix.study.running.writing import write_figure
from remix.study.study import Study


def main(snakemake):
    """Write the figure as PNG and SVG from the table of mini-batches."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        note = coverage_note(read_table(snakemake.input.coverage))
        caption = f"{READING} {study.protocol_note} {note}"
        n_classes = {name: task.n_classes for name, task in study.tasks.items()}
        figure = batch_figure(read_table(snakemake.input.batches), n_classes, caption, study.methods)
        write_figure(figure, dict(snakemake.output.items()))


if __name__ == "__main__":
    main(snakemake)
