# Run a cell of the reference run again, and compare: make verify CELL=task/ir

# The reference run of this checkout. Absolute, for in the checkout itself `rule reference` makes it.
REFERENCE_RUN = ROOT / "results" / "reference"


def scores_to_verify(wildcards):
    """Scores of a cell that the reference run has; refuses what cannot be compared with it."""
    # Imported here, for it imports pandas, and only `verify` needs it.
    from remix.study.verification import methods_of_reference

    or_exit(methods_of_reference, wildcards.cell, REFERENCE_RUN, STUDY.to_mapping())
    return f"results/scores/{wildcards.cell}.csv"


rule verify:
    input:
        scores=scores_to_verify,
        reference=str(REFERENCE_RUN / "tables" / "scores.csv"),
        facts=str(REFERENCE_RUN / "provenance.json"),
    output:
        "results/verify/{cell}.txt",
    log:
        "logs/verify/{cell}.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY.to_json(),
        root=os.path.relpath(ROOT),
        code=code("verify"),
    message:
        "compare {wildcards.cell} with the reference run"
    script:
        "../scripts/verify.py"
