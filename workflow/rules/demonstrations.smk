# The paper's pictures of the method, from made-up data that goes through the stages that train.
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
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=1500,
    params:
        methods=as_parameter(DEMONSTRATED),
        seed=STUDY.seed,
        code=code("demonstrate"),
    message:
        "make the numbers of Figures 1, 2, 3, 4 and 8; progress in {log}"
    script:
        "../scripts/demonstrate.py"


rule figure1:
    input:
        points="results/demonstrations/rings_points.parquet",
        surfaces="results/demonstrations/rings_surfaces.parquet",
        regions="results/demonstrations/rings_regions.parquet",
    output:
        png="results/figures/figure1_surfaces.png",
        svg=reported("results/figures/figure1_surfaces.svg"),
    log:
        "logs/figure1.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        titles=as_parameter(DEMONSTRATED_TITLES),
        seed=STUDY.seed,
        code=code("figure1"),
    message:
        "write {output}"
    script:
        "../scripts/figure1.py"


rule figure2:
    input:
        hull="results/demonstrations/samples_hull.parquet",
        batches="results/demonstrations/samples_batches.parquet",
        spread="results/demonstrations/samples_spread.parquet",
    output:
        png="results/figures/figure2_samples.png",
        svg=reported("results/figures/figure2_samples.svg"),
    log:
        "logs/figure2.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        titles=as_parameter(DEMONSTRATED_TITLES),
        seed=STUDY.seed,
        code=code("figure2"),
    message:
        "write {output}"
    script:
        "../scripts/figure2.py"


rule figure3:
    input:
        points="results/demonstrations/samples_points.parquet",
        batches="results/demonstrations/samples_batches.parquet",
    output:
        png="results/figures/figure3_batches.png",
        svg=reported("results/figures/figure3_batches.svg"),
    log:
        "logs/figure3.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        titles=as_parameter(DEMONSTRATED_TITLES),
        seed=STUDY.seed,
        code=code("figure3"),
    message:
        "write {output}"
    script:
        "../scripts/figure3.py"


rule figure4:
    input:
        points="results/demonstrations/densities_points.parquet",
        curves="results/demonstrations/densities_curves.parquet",
        between="results/demonstrations/densities_between.parquet",
    output:
        png="results/figures/figure4_densities.png",
        svg=reported("results/figures/figure4_densities.svg"),
    log:
        "logs/figure4.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        seed=STUDY.seed,
        code=code("figure4"),
    message:
        "write {output}"
    script:
        "../scripts/figure4.py"


rule figure8:
    input:
        points="results/demonstrations/interpolation_points.parquet",
        samples="results/demonstrations/interpolation_samples.parquet",
        hull="results/demonstrations/interpolation_hull.parquet",
        around="results/demonstrations/interpolation_around.parquet",
    output:
        png="results/figures/figure8_interpolation.png",
        svg=reported("results/figures/figure8_interpolation.svg"),
    log:
        "logs/figure8.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        seed=STUDY.seed,
        code=code("figure8"),
    message:
        "write {output}"
    script:
        "../scripts/figure8.py"
