"""Score the predictions of all methods on one cell."""

from pathlib import Path

from remix import fork_server
from remix.logs import job


def main(snakemake):
    """Write every metric of every fold; where trainings are of several runs, with the run of each."""
    with job(snakemake.log[0]) as logger:
        # Not imported at all where a fork does the work.
        import pandas as pd

        from remix.errors import ResultError
        from remix.metrics import score_folds
        from remix.parquet import read_parquet
        from remix.records import write_csv

        predictions, scored = snakemake.input.predictions, []
        runs = snakemake.params.get("runs")
        for path, run in zip(predictions, runs or [None] * len(predictions), strict=True):
            names = {name: snakemake.wildcards[name] for name in ("task", "ir")} | {"method": Path(path).stem}
            try:
                scores = score_folds(read_parquet(path))
            except ResultError as error:
                raise ResultError(f"{names['task']}, IR {names['ir']}, {names['method']}: {error}") from None
            names = names if run is None else {"run": run, **names}
            scored.append(pd.DataFrame(names, index=scores.index).join(scores))
            means = scores.groupby("metric", sort=False)["value"].mean()
            each = ", ".join(f"{name} {value:.4f}" for name, value in means.items())
            logger.info(f"{' '.join(names.values())}, means over the folds: {each}")
        write_csv(pd.concat(scored, ignore_index=True), snakemake.output[0])


if __name__ == "__main__":
    fork_server.run(main, snakemake, start=False)
