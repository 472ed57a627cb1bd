"""Draw Figure 5: mean gains over the baseline."""

from remix.study.data.catalogue import TABLE_KINDS
from remix.study.results.figures.gains import gains_figure
from remix.study.results.reading import read_table
from remix.study.results.tables.coverage import coverage_note
from remix.study.results.tables.gains import ERROR_NOTE
from remix.study.running.logs import job
from remix.study.running.writing import write_figure
from remix.study.study import Study


def main(snakemake):
    """Write the figure as PNG and SVG from the table of gains."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        note = coverage_note(read_table(snakemake.input.coverage))
        caption = f"{study.protocol_note} {ERROR_NOTE} {note}"
        figure = gains_figure(read_table(snakemake.input.gains), TABLE_KINDS, caption, study.methods)
        write_figure(figure, dict(snakemake.output.items()))


if __name__ == "__main__":
    main(snakemake)
