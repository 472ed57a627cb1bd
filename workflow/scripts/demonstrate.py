"""Send made-up data through the stages that train, for the paper's pictures of the method."""

import json

from remix.study.running.logs import job
from remix.study.running.writing import write_parquet
from remix.study.runtime import before_import, configure_tensorflow


def main(snakemake):
    """Write the numbers behind Figures 1, 2, 3, 4 and 8."""
    with job(snakemake.log[0]) as logger:
        # TensorFlow is imported with the log open, for it talks.
        before_import()
        from remix.methods import Method
        from remix.study.demonstrations.densities import densities
        from remix.study.demonstrations.interpolation import interpolation
        from remix.study.demonstrations.rings import rings
        from remix.study.demonstrations.samples import samples

        configure_tensorflow(threads=snakemake.threads)
        seed = snakemake.params.seed
        specs = json.loads(snakemake.params.methods)
        methods = {name: Method.from_spec(specs[name]) for name in ("baseline", "smote", "remix")}
        made = {
            "rings": rings(methods, seed),
            "samples": samples(methods, seed),
            "densities": densities(methods["remix"], seed),
            "interpolation": interpolation(methods["remix"], seed),
        }
        for name, numbers in made.items():
            for part, frame in numbers._asdict().items():
                write_parquet(frame, snakemake.output[f"{name}_{part}"])
                logger.info(f"{name}, {part}: {len(frame)} rows")


if __name__ == "__main__":
    main(snakemake)
