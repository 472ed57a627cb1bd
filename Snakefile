# The ReMix study. Rules by stage are in workflow/rules, settings in config/.
from snakemake.utils import min_version

min_version("9.11")


include: "workflow/rules/configuration.smk"
include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/demonstrate.smk"
include: "workflow/rules/results.smk"
include: "workflow/rules/verify.smk"


rule all:
    default_target: True
    input:
        rules.pages.output,
        lists_of_cells,
    localrule: True


# Fetched, prepared and cut; nothing is trained.
rule data:
    input:
        per_cell("resources/variants/{task}/{ir}.parquet"),
    localrule: True


# Without evaluating it. Named by `all` too: of files that are in between only, Snakemake does not see that they are gone.
rule trained:
    input:
        lists_of_cells,
    localrule: True


rule audit:
    input:
        audited,
    localrule: True


# The paper's pictures of the method, for which no dataset is needed.
rule demonstrations:
    input:
        rules.pictures.output,
    localrule: True
