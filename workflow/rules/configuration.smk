# Where this checkout is, and its settings.
import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

# The folder above workflow/, also where another workflow uses this one as a module.
HERE = Path(workflow.current_basedir.get_path_or_uri(secret_free=True))
ROOT = HERE.parents[1]
if not (ROOT / "remix").is_dir():
    raise WorkflowError(
        f"Nothing was started: {HERE} is no folder of a checkout, whose package the workflow imports; "
        "clone the repository, and name the clone's Snakefile, also after `snakefile:` in a module"
    )
# Rules and scripts import the package of this checkout, the one whose modules decide what is run again.
sys.path.insert(0, str(ROOT))
# Jobs end when the Snakemake that has started them does (remix/study/running/logs.py).
os.environ.update(PYTHONPATH=str(ROOT), REMIX_RUN=str(os.getpid()))

from remix.study.config import DEFAULT_FILES, check_files, merged_files, overlaid
from remix.errors import ConfigError

# A file that is not there is left to Snakemake: what overlays say may do without.
DEFAULTS = [path for path in DEFAULT_FILES if path.exists()]
# Seen from the working directory, which --directory may move away from the checkout.
CONFIG, DATASETS, METHODS = map(os.path.relpath, DEFAULT_FILES)
try:
    # Before Snakemake reads them, which says neither file nor line of what is wrong.
    check_files(DEFAULTS)
except ConfigError as error:
    raise WorkflowError(f"The configuration is wrong; nothing was started.\n{error}")


configfile: CONFIG
configfile: DATASETS
configfile: METHODS


# For a module with a `config:` of its own Snakemake reads none of these files: it needs to hold only what differs.
config.update(overlaid(merged_files(DEFAULTS), config))
