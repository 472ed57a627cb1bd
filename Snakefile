# The ReMix study. Rules by stage are in workflow/rules, settings in config/.
from snakemake.utils import min_version

min_version("9.11")


include: "workflow/rules/scheduling.smk"
include: "workflow/rules/configuration.smk"
include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/score.smk"
include: "workflow/rules/audit.smk"
include: "workflow/rules/sweep.smk"
include: "workflow/rules/statistics.smk"
include: "workflow/rules/calibration.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/demonstrations.smk"
include: "workflow/rules/pages.smk"
include: "workflow/rules/verify.smk"


for step in workflow.rules:
    watch_script(step)


rule all:
    default_target: True
    input:
        "results/summary.txt",
        pages,
    localrule: True


rule audit:
    input:
        AUDIT,
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
