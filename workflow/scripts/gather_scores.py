"""Put the scores of all methods on all cells into one file."""

from remix.logs import job
from remix.records import write_parquet
from remix.tables.reading import gather_scores


def main(snakemake):
    """Write the scores of every fold, in the order of the files."""
    with job(snakemake.log[0]):
        write_parquet(gather_scores(snakemake.input.scores), snakemake.output[0])


if __name__ == "__main__":
    main(snakemake)
