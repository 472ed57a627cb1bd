# Run a cell of the reference run again, and compare: make verify CELL=task/ir


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
