"""Compare a cell that was run again with the reference run."""

import dataclasses
import json
from pathlib import Path

from remix.study.results.reading import gather, read_table, scores_of
from remix.study.results.tables.scores import scores_table
from remix.study.running.logs import job
from remix.study.running.provenance import of_run
from remix.study.running.writing import write_text
from remix.study.study import Study
from remix.study.verification import agreement_table, verification_text


def main(snakemake):
    """Write whether the mean scores agree, and what made either side."""
    with job(snakemake.log[0]):
        cell = snakemake.wildcards.cell
        task, _, ir = cell.partition("/")
        study = Study.from_json(snakemake.params.study)
        # The reference run may lack methods of today.
        reference = read_table(snakemake.input.reference)
        compared = set(reference.loc[(reference["task"] == task) & (reference["ir"] == ir), "method"])
        entries = {name: entry for name, entry in study.entries.items() if name in compared}
        scores = scores_of(gather([snakemake.input.scores]), dataclasses.replace(study, entries=entries))
        table = agreement_table(reference, scores_table(scores), task, ir)
        facts = json.loads(Path(snakemake.input.facts).read_text(encoding="utf-8"))
        text = verification_text(cell, table, of_run(Path(snakemake.params.root)), facts)
        write_text(text, snakemake.output[0])


if __name__ == "__main__":
    main(snakemake)
