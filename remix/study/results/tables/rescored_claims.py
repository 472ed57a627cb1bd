"""The audit without training: the claims."""

import pandas as pd

from remix.study.results.made import MadeTable
from remix.study.results.runs import Runs
from remix.study.results.tables import audit_claims

TITLE = "Audit without training: the claims"
CATEGORY = "Verdict"
ORDER = 8
ONLY = "paper"
READS = {
    "scores": "results/scores.parquet",
    "trainings": "results/trainings.parquet",
    "coverage": "results/tables/coverage.csv",
    "table1": "config/published/table1.csv",
}


def make(runs: Runs, **files: pd.DataFrame) -> MadeTable:
    """Judge the claims under the protocols that need no training; takes what `audit_claims.make` takes."""
    return audit_claims.make(runs.without_training(), **files)
