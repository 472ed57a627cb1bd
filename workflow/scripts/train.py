"""Train one method on every fold of one cell, and predict its test and validation rows."""

import json

from remix import fork_server, made_by
from remix.data.catalogue import Task
from remix.errors import RemixError
from remix.logs import job
from remix.runtime import before_import, configure_tensorflow, device_name


def main(snakemake):
    """Write the predictions of one method on one cell, and a line about each fold's training."""
    with job(snakemake.log[0]) as logger:
        # TensorFlow is imported with the log open, for it talks; and not at all where a fork does the work.
        before_import()
        from remix.experiment import cross_validate
        from remix.methods import Method
        from remix.parquet import read_parquet
        from remix.protocol import Protocol
        from remix.records import write_csv, write_parquet, write_text

        configure_tensorflow(threads=snakemake.threads)
        name = snakemake.wildcards.method
        training = json.loads(snakemake.params.training)
        logger.info(f"method {name}: {json.dumps(training['method'])}")
        task = Task.from_definition(training["task"])
        fill = None
        if training["imputation"] == "dataset":
            fill = read_parquet(snakemake.input.prepared).drop(columns="label").mean()
        try:
            result = cross_validate(
                read_parquet(snakemake.input.variant),
                task,
                snakemake.wildcards.ir,
                Method.from_spec(training["method"]),
                Protocol.from_mapping(training["protocol"]),
                seed=training["seed"],
                last_batch=training["last_batch"],
                fill=fill,
                stack=snakemake.config["protocol"]["images"]["stack"] if task.image else None,
            )
        except RemixError as error:
            raise type(error)(f"method {name}, {error}") from None
        facts = made_by.describe(snakemake.params.code, training["seed"], device_name(), result.step_seconds)
        write_text(json.dumps(facts, indent=2) + "\n", snakemake.output.made_by)
        write_csv(result.records, snakemake.output.records)
        write_parquet(result.validation, snakemake.output.validation)
        write_parquet(result.predictions, snakemake.output.predictions)


if __name__ == "__main__":
    fork_server.run(main, snakemake, start=True)
