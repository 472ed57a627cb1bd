# The ReMix study. Rules by stage are in workflow/rules, settings in config/.
from snakemake.utils import min_version

min_version("9.11")


include: "workflow/rules/configuration.smk"
include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/audit.smk"
include: "workflow/rules/statistics.smk"
include: "workflow/rules/calibration.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/demonstrations.smk"
include: "workflow/rules/pages.smk"
include: "workflow/rules/verify.smk"


rule all:
    default_target: True
    input:
        "results/summary.txt",
        pages,
        lists_of_cells,
    localrule: True


# Without evaluating it. Named by `all` too: of files that are in between only, Snakemake does not see that they are gone.
rule trained:
    input:
        lists_of_cells,
    localrule: True


rule audit:
    input:
        audit_results,
    localrule: True


rule tables:
    input:
        TABLES,
    localrule: True


rule figures:
    input:
        FIGURES,
        task_pages,
    localrule: True


rule demonstrations:
    input:
        DEMONSTRATIONS,
    localrule: True
