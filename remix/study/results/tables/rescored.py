"""The audit without training: Table 2 under the protocols for which nothing is trained anew."""

import pandas as pd

from remix.study.results.made import MadeTable
from remix.study.results.runs import Runs
from remix.study.results.tables import audit

TITLE = "Audit without training: Table 2"
CATEGORY = "Verdict"
ORDER = 7
ONLY = "paper"
READS = {
    "scores": "results/scores.parquet",
    "trainings": "results/trainings.parquet",
    "coverage": "results/tables/coverage.csv",
    "table1": "config/published/table1.csv",
    "table2": "config/published/table2.csv",
}


def make(runs: Runs, **files: pd.DataFrame) -> MadeTable:
    """Rank the methods under the protocols that need no training; takes what `audit.make` takes."""
    return audit.make(runs.without_training(), **files)
