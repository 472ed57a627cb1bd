"""Compare a cell that was run again with the reference run."""

import dataclasses
import json
from pathlib import Path

from remix.logs import job
from remix.provenance import collect
from remix.records import write_text
from remix.tables.reading import SCORE_COLUMNS, of_the_study, read_score_file, read_table
from remix.tables.scores import scores_table
from remix.tables.study import Study
from remix.tables.verification import agreement_table, verification_text


def main(snakemake):
    """Write whether the mean scores agree, and what made either side."""
    with job(snakemake.log[0]):
        cell = snakemake.wildcards.cell
        task, _, ir = cell.partition("/")
        study = Study.from_json(snakemake.params.study)
        # The reference run may lack methods of today.
        scores = read_score_file(snakemake.input.scores)
        methods = {name: study.methods[name] for name in scores["method"].unique()}
        scores = of_the_study([scores], dataclasses.replace(study, methods=methods), SCORE_COLUMNS)
        table = agreement_table(read_table(snakemake.input.reference), scores_table(scores), task, ir)
        facts = json.loads(Path(snakemake.input.facts).read_text(encoding="utf-8"))
        text = verification_text(cell, table, collect(Path(snakemake.params.root)), facts)
        write_text(text, snakemake.output[0])


if __name__ == "__main__":
    main(snakemake)
