"""Compare the scores of one method at each α of the sweep with those at the study's α."""

import dataclasses
import json

from remix.logs import job
from remix.records import write_csv, write_text
from remix.tables.alpha_sweep import alpha_sweep_markdown, alpha_sweep_table
from remix.tables.gains import BASELINE
from remix.tables.reading import read_fold_sizes, read_table
from remix.tables.study import Study
from remix.tables.sweep import Sweep
from remix.tables.trainings import STUDY, Trainings, read_sweep


def main(snakemake):
    """Write the table from the scores of the sweep, the baseline's among them, and the sizes of the folds."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        sweep = Sweep.from_json(snakemake.params.sweep)
        swept = json.loads(snakemake.params.swept)
        cells = dict.fromkeys((task, ir) for run in swept.values() for task, ir, *_ in run["sources"])
        trainings = Trainings(snakemake.input.scores)
        only_baseline = dataclasses.replace(study, methods={BASELINE: study.methods[BASELINE]})
        table = alpha_sweep_table(
            read_sweep(trainings, swept),
            trainings.of_run([(*cell, BASELINE, STUDY, BASELINE) for cell in cells], only_baseline),
            read_fold_sizes(snakemake.input.training, snakemake.input.predictions),
            sweep.own,
        )
        coverage = read_table(snakemake.input.coverage)
        write_text(alpha_sweep_markdown(table, sweep, study, coverage), snakemake.output.md)
        write_csv(table, snakemake.output.csv)


if __name__ == "__main__":
    main(snakemake)
