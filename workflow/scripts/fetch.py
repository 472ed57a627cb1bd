"""Fetch the raw files of one dataset."""

from pathlib import Path

from remix.study.data.catalogue import Dataset
from remix.study.data.fetching import fetch
from remix.study.data.sources.downloading import Network
from remix.study.running.logs import job


def main(snakemake):
    """Fill the dataset's folder, or note there why it cannot be had.

    The settings are read from the configuration and are no parameters of the rule: other time-outs, or
    another folder of placed files, are no reason to fetch again. The ticket says what is.
    """
    with job(snakemake.log[0]):
        config, name = snakemake.config, snakemake.wildcards["dataset"]
        fetch(
            dataset=Dataset.from_entry(name, config["datasets"][name]),
            folder=Path(snakemake.output[0]),
            data_dir=Path(config["data_dir"]),
            network=Network(**config["network"]),
            on_missing=config["on_missing"],
            stamp=snakemake.params.ticket,
        )


if __name__ == "__main__":
    main(snakemake)
