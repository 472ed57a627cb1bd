"""Correct the probabilities of every method on one cell, and score what comes out."""

from pathlib import Path

from remix import fork_server
from remix.logs import job


def main(snakemake):
    """Write scores and reliability curves of every correction, and log temperatures that cannot be fitted."""
    with job(snakemake.log[0]) as logger:
        # Not imported at all where a fork does the work.
        import pandas as pd

        from remix.calibration import assess, unfitted_note
        from remix.errors import ResultError
        from remix.parquet import read_parquet
        from remix.records import write_csv, write_parquet

        cell = {name: snakemake.wildcards[name] for name in ("task", "ir")}
        files, scores, curves = snakemake.input, [], []
        for predictions, validation, records in zip(
            files.predictions, files.validation, files.records, strict=True
        ):
            names = {**cell, "method": Path(predictions).stem}
            try:
                result = assess(read_parquet(predictions), read_parquet(validation), pd.read_csv(records))
            except ResultError as error:
                raise ResultError(f"{names['task']}, IR {names['ir']}, {names['method']}: {error}") from None
            scores.append(pd.DataFrame(names, index=result.scores.index).join(result.scores))
            curves.append(pd.DataFrame(names, index=result.curves.index).join(result.curves))
            logger.info(f"{names['method']}: {unfitted_note(result.scores)}")
        write_csv(pd.concat(scores, ignore_index=True), snakemake.output.scores)
        write_parquet(pd.concat(curves, ignore_index=True), snakemake.output.curves)


if __name__ == "__main__":
    fork_server.run(main, snakemake, start=False)
