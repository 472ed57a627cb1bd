"""Copy tables and figures to the reference run, with what made them."""

import json
import shutil
from pathlib import Path

from remix.study.results.training_table import distinct, training_cost
from remix.study.running import provenance
from remix.study.running.logs import job
from remix.study.running.parquet import read_parquet
from remix.study.running.writing import atomic_path, write_text


def main(snakemake):
    """Copy every input to the output of the same name, and write the provenance."""
    with job(snakemake.log[0]):
        targets = {Path(path).name: path for path in snakemake.output.copies}
        for source in map(Path, snakemake.input.files):
            with atomic_path(targets[source.name]) as temporary:
                shutil.copyfile(source, temporary)
        facts = provenance.of_run(Path(snakemake.params.root))
        trainings = read_parquet(snakemake.input.trainings)
        for purpose, wanted in trainings.groupby(trainings["run"].str.partition("/")[0], sort=False):
            facts[f"{purpose}_trainings"] = training_cost(wanted)
        facts["trained_by"] = distinct(trainings)
        facts["study"] = json.loads(snakemake.params.study)
        write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", snakemake.output.provenance)


if __name__ == "__main__":
    main(snakemake)
