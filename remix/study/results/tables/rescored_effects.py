"""The audit without training: what changes."""

import pandas as pd

from remix.study.results.made import MadeTable
from remix.study.results.runs import Runs
from remix.study.results.tables import audit_effects

TITLE = "Audit without training: what changes"
CATEGORY = "Verdict"
ORDER = 9
ONLY = "paper"
READS = {
    "scores": "results/scores.parquet",
    "trainings": "results/trainings.parquet",
    "coverage": "results/tables/coverage.csv",
}


def make(runs: Runs, **files: pd.DataFrame) -> MadeTable:
    """Measure what the protocols that need no training change; takes what `audit_effects.make` takes."""
    return audit_effects.make(runs.without_training(), **files)
