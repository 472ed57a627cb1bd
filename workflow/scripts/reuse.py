"""Copy the predictions of a method that is trained as another one."""

import shutil

from remix.logs import job
from remix.records import atomic_path


def main(snakemake):
    """Copy every input to the output in the same place."""
    with job(snakemake.log[0]) as logger:
        for name, target in snakemake.output.items():
            with atomic_path(target) as temporary:
                shutil.copyfile(snakemake.input[name], temporary)
        logger.info(f"copied from {snakemake.params.source}")


if __name__ == "__main__":
    main(snakemake)
