"""Score the predictions of one method on one cell."""

from remix import fork_server
from remix.logs import job


def main(snakemake):
    """Write every metric of every fold."""
    with job(snakemake.log[0]) as logger:
        # Not imported at all where a fork does the work.
        import pandas as pd

        from remix.errors import ResultError
        from remix.metrics import score_folds
        from remix.parquet import read_parquet
        from remix.records import write_csv

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
    fork_server.run(main, snakemake, start=False)
