"""Fit the classifiers without any remedy on the folds of a cell."""

from pathlib import Path

from remix.study.plain_classifiers import fit_plain
from remix.study.running.logs import job
from remix.study.store import write_training
from remix.study.trainings import trainings_from_json


def main(snakemake):
    """Write the probabilities of the test and validation rows, a file for each classifier."""
    with job(snakemake.log[0]):
        (training,) = trainings_from_json(snakemake.params.training)
        files = dict(zip(training.inputs, map(Path, snakemake.input), strict=True))
        fitted = fit_plain(training, files, threads=snakemake.threads)
        for path in map(Path, snakemake.output):
            write_training(path, fitted[path.stem], {"classifier": path.stem, **training.definition}, {})


if __name__ == "__main__":
    main(snakemake)
