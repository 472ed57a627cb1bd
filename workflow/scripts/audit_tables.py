"""Make the audit's tables: Table 2 under every protocol, and what each deviation changes."""

from remix.study.results.reading import read_published, read_scores, read_table
from remix.study.results.tables.audit import (
    STUDY,
    STUDY_ALIKE,
    Run,
    audit_markdown,
    audit_table,
    setting_texts,
    unchanged_note,
    without_effect,
)
from remix.study.results.tables.audit_effects import audit_effects, audit_effects_markdown
from remix.study.results.tables.claims import claims_by_protocol, claims_by_protocol_markdown, study_claims
from remix.study.running.logs import job
from remix.study.running.made_by import differences
from remix.study.running.parquet import read_parquet
from remix.study.running.writing import write_csv, write_text
from remix.study.study import Study


def main(snakemake):
    """Write the tables from the scores of all protocols."""
    with job(snakemake.log[0]):
        files = snakemake.input
        trainings, runs = read_parquet(files.trainings), {}
        for name, study in Study.several_from_json(snakemake.params.protocols).items():
            scores = read_scores(files.scores, study)
            runs[name] = Run(study, scores)
            if name == STUDY:
                repeats = snakemake.params.repeats
                runs[STUDY_ALIKE] = Run(study.first_repeats(repeats), scores[scores["repeat"] < repeats])
        settings, unchanged = setting_texts(runs), without_effect(runs)
        warnings = [f"**Warning.** {text}" for text in differences(trainings)]
        note = " ".join([*warnings, unchanged_note(settings[name] for name in unchanged)]).strip()
        runs = {name: run for name, run in runs.items() if name not in unchanged}
        coverage = read_table(files.coverage)
        tasks = set(read_published(files.table1)["task"])
        table = audit_table(runs, read_published(files.table2), tasks)
        write_text(audit_markdown(table, coverage, note), snakemake.output.audit_md)
        write_csv(table, snakemake.output.audit_csv)
        claims = claims_by_protocol(
            {name: study_claims(run.scores, run.study, tasks) for name, run in runs.items()}
        )
        write_text(claims_by_protocol_markdown(claims, settings, coverage, note), snakemake.output.claims_md)
        write_csv(claims, snakemake.output.claims_csv)
        effects = audit_effects(runs)
        write_text(audit_effects_markdown(effects, coverage, note), snakemake.output.effects_md)
        write_csv(effects, snakemake.output.effects_csv)


if __name__ == "__main__":
    main(snakemake)
