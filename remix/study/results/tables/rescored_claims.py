"""The audit without training: the claims."""
import pandas as pd
from remix.study.results.tables.audit_claims import judged_by_protocol
from remix.study.results.made import MadeTable
from remix.study.results.runs import Runs

TITLE = "Audit without training: the claims"
CATEGORY = "Verdict"
ORDER = 8
READS = {
    "scores": "results/scores.parquet",
    "trainings": "results/trainings.parquet",
    "coverage": "results/tables/coverage.csv",
    "table1": "config/published/table1.csv",
    "table2": "config/published/table2.csv",
}



def make(
    runs: Runs,
    scores: pd.DataFrame,
    trainings: pd.DataFrame,
    coverage: pd.DataFrame,
    table1: pd.DataFrame,
    table2: pd.DataFrame,
) -> MadeTable:
    """Judge the claims under the protocols that need no training."""
    return judged_by_protocol(runs.free, runs.audit_repeats, scores, trainings, coverage, table1, table2)


