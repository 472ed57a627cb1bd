"""Figure 5: mean gains over the baseline on tables."""

import pandas as pd
from matplotlib.figure import Figure

from remix.study.data.catalogue import TABLE_KINDS
from remix.study.results.coverage import coverage_note
from remix.study.results.figures.gains_drawing import gains_figure
from remix.study.results.runs import Runs
from remix.study.results.tables.gains import ERROR_NOTE

TITLE = "Figure 5: gains over the baseline"
CATEGORY = "Gains and statistics"
ORDER = 1
ONLY = "paper"
READS = {
    "gains": "results/tables/gains.csv",
    "coverage": "results/tables/coverage.csv",
}


def make(runs: Runs, gains: pd.DataFrame, coverage: pd.DataFrame) -> Figure:
    """Draw the gains on tables."""
    caption = f"{runs.study.protocol_note} {ERROR_NOTE} {coverage_note(coverage)}"
    return gains_figure(gains, TABLE_KINDS, caption, runs.study.methods)
