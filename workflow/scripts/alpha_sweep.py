"""Compare the scores of one method at each α of the sweep with those at the study's α."""

import dataclasses

from remix.study.results.reading import read_fold_sizes, read_scores, read_sweep, read_table
from remix.study.results.sweep import Sweep
from remix.study.results.tables.alpha_sweep import alpha_sweep_markdown, alpha_sweep_table
from remix.study.results.tables.gains import BASELINE
from remix.study.running.logs import job
from remix.study.running.writing import write_csv, write_text
from remix.study.study import Study


def main(snakemake):
    """Write the table from the scores of the sweep, the baseline's among them, and the sizes of the folds."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        sweep = Sweep.from_json(snakemake.params.sweep)
        swept = Study.several_from_json(snakemake.params.swept)
        of_baseline = dataclasses.replace(
            study.only(name for name in study.tasks if name in sweep.own),
            methods={BASELINE: study.methods[BASELINE]},
        )
        table = alpha_sweep_table(
            read_sweep(snakemake.input.scores, swept),
            read_scores(snakemake.input.scores, of_baseline),
            read_fold_sizes(snakemake.input.folds, of_baseline),
            sweep.own,
        )
        coverage = read_table(snakemake.input.coverage)
        write_text(alpha_sweep_markdown(table, sweep, study, coverage), snakemake.output.md)
        write_csv(table, snakemake.output.csv)


if __name__ == "__main__":
    main(snakemake)
