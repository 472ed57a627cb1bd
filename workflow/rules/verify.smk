# Run a cell of the reference run again, and compare: make verify CELL=task/ir


use rule score as score_to_verify with:
    input:
        predictions=predictions_to_verify,
    output:
        "results/verify/{task}/{ir}.csv",
    log:
        "logs/verify/score/{task}/{ir}.log",
    localrule: True


rule verify:
    input:
        scores=scores_to_verify,
        reference=REFERENCE_SCORES,
        facts=REFERENCE_FACTS,
    output:
        "results/verify/{cell}.txt",
    log:
        "logs/verify/{cell}.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        study=STUDY_PARAMETER,
        root=os.path.relpath(ROOT),
        code=code("verify"),
    message:
        "compare {wildcards.cell} with the reference run"
    script:
        "../scripts/verify.py"
