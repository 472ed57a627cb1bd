"""Seconds that Snakemake takes for some training jobs of few epochs, each of them a cell of its own."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from benchmarks.speed.measuring import BenchmarkError
from benchmarks.study import made_up_dataset, snakemake

JOBS = (1, 2, 4, 8, 16, 32)
ROWS, FEATURES, EPOCHS = 4000, 20, 3


def project(folder: Path) -> list[str]:
    """Put a random dataset and its configuration into a folder; gives the cells' imbalance ratios."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(ROWS, FEATURES)), columns=[f"x{i}" for i in range(FEATURES)])
    frame.assign(target=np.where(np.arange(ROWS) % 10 == 0, "few", "many")).to_csv(
        folder / "random.csv", index=False
    )
    irs = [round(0.1 - 0.002 * i, 3) for i in range(max(JOBS))]
    overlay = {
        "datasets": {"random": made_up_dataset("random", rows=ROWS, features=FEATURES, irs=irs)},
        "study": {"tasks": ["random"], "methods": ["baseline"]},
        "protocol": {"epochs": EPOCHS},
    }
    (folder / "overlay.yaml").write_text(yaml.safe_dump(overlay, sort_keys=False), encoding="utf-8")
    return [str(ir) for ir in irs]


def run(folder: Path, targets: list[str]) -> float:
    """Have Snakemake make files in a folder, with all cores; gives the seconds, its own start included.

    Raises
    ------
    BenchmarkError
        If it fails; tells the end of what it said.
    """
    command = [*snakemake(), "--cores", "all", "--no-hooks", "--configfile", "overlay.yaml", "--", *targets]
    start = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchmarkError(f"Snakemake failed: {done.stdout[-2000:]}")
    return time.perf_counter() - start


def measure() -> Iterator[dict[str, float]]:
    """Measure each number of `JOBS`: how many, and seconds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        irs = project(folder)
        run(folder, [f"resources/variants/random/{ir}.parquet" for ir in irs])
        for n in JOBS:
            shutil.rmtree(folder / "results", ignore_errors=True)
            targets = [f"results/cells/random/{ir}/1.json" for ir in irs[:n]]
            yield {"value": n, "seconds": run(folder, targets)}
