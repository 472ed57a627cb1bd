"""Hold the paper's claims against the scores of the study."""

from remix.study.results.reading import read_published, read_scores, read_sweep, read_table
from remix.study.results.tables.claims import claims_markdown, study_claims
from remix.study.running.logs import job
from remix.study.running.writing import write_csv, write_text
from remix.study.study import Study


def main(snakemake):
    """Write the table from all scores, those of the sweep over α among them."""
    with job(snakemake.log[0]):
        study = Study.from_json(snakemake.params.study)
        tasks = set(read_published(snakemake.input.table1)["task"])
        sweep = read_sweep(snakemake.input.scores, Study.several_from_json(snakemake.params.swept))
        table = study_claims(read_scores(snakemake.input.scores, study), study, tasks, sweep)
        write_text(claims_markdown(table, study, read_table(snakemake.input.coverage)), snakemake.output.md)
        write_csv(table, snakemake.output.csv)


if __name__ == "__main__":
    main(snakemake)
