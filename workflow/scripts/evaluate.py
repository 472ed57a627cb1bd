"""Evaluate the trainings of a cell."""

from pathlib import Path

from remix.study.evaluation import evaluate_cell
from remix.study.running.logs import job
from remix.study.running.writing import write_csv, write_parquet
from remix.study.store import read_cell


def main(snakemake):
    """Write scores, what corrections of probabilities do, reliability curves, and a line about each fold."""
    with job(snakemake.log[0]):
        entries = read_cell(map(Path, snakemake.input.cell))
        results = Path(snakemake.output.scores).parents[2]
        found = evaluate_cell(results, snakemake.wildcards.task, snakemake.wildcards.ir, entries)
        write_csv(found.calibration, snakemake.output.calibration)
        write_parquet(found.curves, snakemake.output.curves)
        write_csv(found.folds, snakemake.output.folds)
        write_csv(found.scores, snakemake.output.scores)


if __name__ == "__main__":
    main(snakemake)
