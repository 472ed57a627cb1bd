"""Copy tables and figures to the reference run, with what made them."""

import json
import shutil
from pathlib import Path

import pandas as pd

from remix import provenance
from remix.logs import job
from remix.records import atomic_path, write_text


def main(snakemake):
    """Copy every input to the output of the same name, and write the provenance."""
    with job(snakemake.log[0]):
        targets = {Path(path).name: path for path in snakemake.output.copies}
        for source in map(Path, snakemake.input):
            with atomic_path(targets[source.name]) as temporary:
                shutil.copyfile(source, temporary)
        facts = provenance.collect(Path(snakemake.params.root))
        benchmarks = Path("results/benchmarks")
        audit = [provenance.training_jobs(path) for path in sorted(benchmarks.glob("audit/*/train"))]
        facts["training"] = provenance.training_cost(provenance.training_jobs(benchmarks / "train"))
        facts["audit_training"] = provenance.training_cost(pd.concat(audit))
        facts["study"] = json.loads(snakemake.params.study)
        write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", snakemake.output.provenance)


if __name__ == "__main__":
    main(snakemake)
