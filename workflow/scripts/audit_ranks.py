"""Draw the audit's picture: mean ranks under every protocol beside the printed ones."""

from remix.study.results.figures.audit import audit_ranks
from remix.study.results.reading import read_table
from remix.study.results.tables.coverage import coverage_note
from remix.study.running.logs import job
from remix.study.running.writing import write_figure
from remix.study.study import Study


def main(snakemake):
    """Write the figure as PNG and SVG from the audit's table."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        note = coverage_note(read_table(snakemake.input.coverage))
        caption = (
            "Mean ranks as printed (over all cells of the paper), and over the cells at hand under the "
            "study's protocol and with each deviation of the authors' code that changes a score here, alone "
            "and all together. All rows below the one of the first repeats are over the same folds as it. "
            f"{note}"
        )
        figure = audit_ranks(read_table(snakemake.input.table), caption, study.methods)
        write_figure(figure, dict(snakemake.output.items()))


if __name__ == "__main__":
    main(snakemake)
