"""Copy tables and figures to the reference run, with what made them."""

import json
import shutil
from pathlib import Path

import pandas as pd

from remix import made_by, provenance, run_cost
from remix.logs import job
from remix.records import atomic_path, write_text


def main(snakemake):
    """Copy every input to the output of the same name, and write the provenance."""
    with job(snakemake.log[0]):
        # By what the provenance calls them, the trainings of the study, of its sweep and of its audit.
        places = {"training": "", "sweep_training": "sweep", "audit_training": "audit"}
        results = Path("results")
        targets = {Path(path).name: path for path in snakemake.output.copies}
        for source in map(Path, snakemake.input.files):
            with atomic_path(targets[source.name]) as temporary:
                shutil.copyfile(source, temporary)
        facts = provenance.collect(Path(snakemake.params.root))
        for name, place in places.items():
            jobs = [run_cost.training_jobs(results, part) for part in run_cost.trained_parts(results, place)]
            if jobs:
                facts[name] = run_cost.training_cost(pd.concat(jobs))
        facts["trained_by"] = made_by.distinct(made_by.read(snakemake.input.made_by))
        facts["methods"] = snakemake.config["methods"]
        facts["study"] = json.loads(snakemake.params.study)
        write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", snakemake.output.provenance)


if __name__ == "__main__":
    main(snakemake)
