"""Gather what is known of all cells."""

from pathlib import Path

from remix.study.results.reading import gather
from remix.study.results.training_table import list_trainings
from remix.study.running.logs import job
from remix.study.running.writing import write_parquet
from remix.study.store import read_cell


def main(snakemake):
    """Write a file of all scores, and likewise of the rest."""
    with job(snakemake.log[0]):
        files, outputs = snakemake.input, snakemake.output
        cells = [(*path.parts[-3:-1], read_cell([path])) for path in map(Path, files.cells)]
        write_parquet(list_trainings(cells), outputs.trainings)
        for name in ("calibration", "curves", "folds", "scores"):
            write_parquet(gather(files[name]), outputs[name])


if __name__ == "__main__":
    main(snakemake)
