"""Draw the audit's picture: mean ranks under every protocol beside the printed ones."""

from remix.logs import job
from remix.plotting.audit import audit_ranks
from remix.plotting.style import render
from remix.records import atomic_path
from remix.tables.coverage import coverage_note
from remix.tables.reading import read_table
from remix.tables.study import Study


def main(snakemake):
    """Write the figure as PNG and SVG from the audit's table."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        note = coverage_note(read_table(snakemake.input.coverage))
        caption = (
            "Mean ranks over the cells at hand: as printed (over the paper's cells), under the study's protocol, and "
            "with what the authors' code does differently, alone and all together. The rows from 'first repeats' "
            f"on are over the same folds. {note}"
        )
        figure = audit_ranks(read_table(snakemake.input.table), caption, study.methods)
        for form in ("png", "svg"):
            with atomic_path(snakemake.output[form]) as temporary:
                temporary.write_bytes(render(figure, form))


if __name__ == "__main__":
    main(snakemake)
