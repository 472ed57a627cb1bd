"""Make all tables of the study."""

from pathlib import Path

from remix.study.results.declarations import by_name
from remix.study.results.making import make
from remix.study.results.runs import Runs
from remix.study.running.logs import job


def main(snakemake):
    """Make each table from the files of the evaluation and from the tables that came before it."""
    with job(snakemake.log[0]) as logger:
        runs = Runs.from_json(snakemake.params.runs)
        declared, files = by_name(), [*snakemake.input, *snakemake.output]
        for path in map(Path, snakemake.output.csv):
            logger.info(f"make {path}")
            make(declared[path.stem], runs, files, path.parents[2])


if __name__ == "__main__":
    main(snakemake)
