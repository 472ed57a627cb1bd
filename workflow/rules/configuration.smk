# Where this checkout is, and its settings.
import os
from pathlib import Path

# The folder above workflow/, also where another workflow uses this one as a module.
HERE = Path(workflow.current_basedir.get_path_or_uri(secret_free=True))
ROOT = HERE.parents[1]
# Seen from the working directory, which --directory may move away from the checkout.
CONFIG = os.path.relpath(ROOT / "config")


configfile: f"{CONFIG}/config.yaml"
configfile: f"{CONFIG}/datasets.yaml"
configfile: f"{CONFIG}/methods.yaml"
