# The numbers of the paper's pictures of the method, from made-up data that goes through the stages that train.
# No dataset is needed, and of the study only the seed and the methods' stages.


# One job for all: most of its time goes into imports.
rule demonstrate:
    output:
        # What the figures read, by name: rings_points and so on.
        **{Path(path).stem: path for path in read_by(PICTURES)},
    log:
        "logs/demonstrate.log",
    priority: 1
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=1500,
    params:
        methods=as_parameter(PLAN.demonstrated()),
        seed=STUDY.seed,
        code=code("demonstrate"),
    message:
        "make the numbers of Figures 1, 2, 3, 4 and 8; progress in {log}"
    script:
        "../scripts/demonstrate.py"
