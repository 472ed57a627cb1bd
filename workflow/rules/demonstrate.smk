# The numbers of the paper's pictures of the method, from made-up data that goes through the stages that train.
# No dataset is needed, and of the study only the seed and the methods' stages.


# One job for all: most of its time goes into imports.
rule demonstrate:
    output:
        rings_points="results/demonstrations/rings_points.parquet",
        rings_surfaces="results/demonstrations/rings_surfaces.parquet",
        rings_regions="results/demonstrations/rings_regions.parquet",
        samples_points="results/demonstrations/samples_points.parquet",
        samples_hull="results/demonstrations/samples_hull.parquet",
        samples_batches="results/demonstrations/samples_batches.parquet",
        samples_spread="results/demonstrations/samples_spread.parquet",
        densities_points="results/demonstrations/densities_points.parquet",
        densities_curves="results/demonstrations/densities_curves.parquet",
        densities_between="results/demonstrations/densities_between.parquet",
        interpolation_points="results/demonstrations/interpolation_points.parquet",
        interpolation_samples="results/demonstrations/interpolation_samples.parquet",
        interpolation_hull="results/demonstrations/interpolation_hull.parquet",
        interpolation_around="results/demonstrations/interpolation_around.parquet",
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
