"""The study whose speed is measured: the default one, or with more of the catalogue."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from remix.study.config import DEFAULT_FILES, load_configuration, merged_files
from remix.study.study import Study

ROOT = Path(__file__).resolve().parents[1]


def snakemake(checkout: Path = ROOT) -> list[str]:
    """Give the command that runs Snakemake on a checkout's workflow, in whatever folder."""
    return [sys.executable, "-m", "snakemake", "--snakefile", str(checkout.resolve() / "Snakefile")]


def made(*paths: Path) -> bool:
    """Have the workflow make files of this checkout; tells whether it could."""
    command = [*snakemake(), "--cores", "all", "--no-hooks", "--quiet", "all", "--", *map(str, paths)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def default_study(*overlays: Path) -> Study:
    """Read the default study, and overlays over it."""
    files = [*DEFAULT_FILES, *overlays]
    return load_configuration(merged_files(files), files, ROOT / "workflow" / "schemas").study


def made_up_dataset(name: str, *, rows: int, features: int, irs: list[float]) -> dict[str, Any]:
    """Give the entry of a dataset with one binary task of its name, as in config/datasets.yaml."""
    return {
        "title": name,
        "rows": rows,
        "features": features,
        "classes": ["few", "many"],
        "target": "target",
        "sources": [{"file": f"{name}.csv", "format": "csv", "header": True}],
        "tasks": {name: {"minority": ["few"], "others": "merged", "irs": irs}},
    }
