"""Put what made each of many trainings into one file."""

from remix.logs import job
from remix.made_by import read
from remix.records import write_parquet


def main(snakemake):
    """Write a row per training."""
    with job(snakemake.log[0]):
        write_parquet(read(snakemake.input.made_by), snakemake.output[0])


if __name__ == "__main__":
    main(snakemake)
