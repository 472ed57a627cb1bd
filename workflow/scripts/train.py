"""Train what is wanted of a cell and not there yet."""

from pathlib import Path

from remix.study.running.logs import job
from remix.study.store import write_cell
from remix.study.training_cells import train_cell
from remix.study.trainings import inputs_of, trainings_from_json


def main(snakemake):
    """Keep each training as it is done, and write the list of what is wanted of the cell."""
    with job(snakemake.log[0]):
        wanted = trainings_from_json(snakemake.params.wanted)
        output = Path(snakemake.output[0])
        entries = train_cell(
            wanted,
            dict(zip(inputs_of(wanted), map(Path, snakemake.input), strict=True)),
            output.parents[3],
            threads=snakemake.threads,
            stack=snakemake.config["stack"],
        )
        write_cell(output, entries)


if __name__ == "__main__":
    main(snakemake)
