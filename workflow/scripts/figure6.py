"""Draw Figure 6: mean gains over the baseline on images."""

from remix.study.data.catalogue import IMAGE_KINDS
from remix.study.results.figures.gains import gains_figure
from remix.study.results.reading import read_table
from remix.study.results.tables.coverage import PRESENT, coverage_note
from remix.study.results.tables.gains import ERROR_NOTE
from remix.study.running.logs import job
from remix.study.running.writing import write_figure
from remix.study.study import Study


def main(snakemake):
    """Write the figure as PNG and SVG from the table of gains."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        coverage = read_table(snakemake.input.coverage)
        there = coverage[(coverage["state"] == PRESENT) & coverage["kind"].isin(IMAGE_KINDS)]
        tasks = ", ".join(there["task"].unique()) or "none"
        caption = (
            f"Tasks: {tasks}; the paper's figure is of CIFAR-10. {study.protocol_note} {ERROR_NOTE} "
            f"{coverage_note(coverage)}"
        )
        figure = gains_figure(read_table(snakemake.input.gains), IMAGE_KINDS, caption, study.methods)
        write_figure(figure, dict(snakemake.output.items()))


if __name__ == "__main__":
    main(snakemake)
