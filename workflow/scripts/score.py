"""Score the predictions of one method on one cell."""

import pandas as pd

from remix.errors import ResultError
from remix.logs import job
from remix.metrics import score_folds
from remix.parquet import read_parquet
from remix.records import write_csv


def main(snakemake):
    """Write every metric of every fold."""
    with job(snakemake.log[0]) as logger:
        cell = {name: snakemake.wildcards[name] for name in ("task", "ir", "method")}
        try:
            scores = score_folds(read_parquet(snakemake.input.predictions))
        except ResultError as error:
            raise ResultError(f"{cell['task']}, IR {cell['ir']}, {cell['method']}: {error}") from None
        write_csv(pd.DataFrame(cell, index=scores.index).join(scores), snakemake.output[0])
        means = scores.groupby("metric", sort=False)["value"].mean()
        logger.info(
            "means over the folds: " + ", ".join(f"{name} {value:.4f}" for name, value in means.items())
        )


if __name__ == "__main__":
    main(snakemake)
