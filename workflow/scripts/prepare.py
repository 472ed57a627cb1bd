"""Bring one fetched dataset into the form that all datasets share."""

import json
from pathlib import Path

from remix.errors import RemixError, SourceError
from remix.study.data.catalogue import Dataset
from remix.study.data.columns import LABEL, features
from remix.study.data.preparation import read_and_prepare
from remix.study.running.logs import job
from remix.study.running.writing import write_parquet


def main(snakemake):
    """Write features and label of every row of the data."""
    with job(snakemake.log[0]) as logger:
        name, raw = snakemake.wildcards["dataset"], Path(snakemake.input.raw)
        dataset = Dataset.from_entry(name, {"tasks": {}, **json.loads(snakemake.params.entry)})
        record = json.loads((raw / "source.json").read_text(encoding="utf-8"))
        if not record["available"]:
            reasons = "; ".join(f"{each['source']}: {each['reason']}" for each in record["attempts"])
            remedy = f"place its files in {name}/ below data_dir, or run again where they can be downloaded"
            raise SourceError(f"{name}: could not be had ({reasons}); {remedy}")
        try:
            source = dataset.sources[record["source"]]
            prepared = read_and_prepare(raw, list(record["files"]), dataset, source, record["described"])
        except RemixError as error:
            raise type(error)(f"{name}: {error}") from None
        write_parquet(prepared, snakemake.output[0])
        counts = prepared[LABEL].value_counts().to_dict()
        missing = int(prepared.isna().sum().sum())
        size = f"{len(prepared)} rows, {features(prepared).shape[1]} features, {missing} values missing"
        logger.info(f"{size}; by label: {counts}")


if __name__ == "__main__":
    main(snakemake)
